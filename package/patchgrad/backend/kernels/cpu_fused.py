"""One kernel for several calculations element by element: what one gives the next stays in a register.

Every operation is rounded as NumPy rounds it, so the bits are those of the calculations one after the other.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from patchgrad.backend.kernels.cpu_arrays import SMALL
from patchgrad.backend.kernels.cpu_generated import function_of
from patchgrad.backend.native import native_exact
from patchgrad.backend.native.compiled import DTYPES, Native
from patchgrad.backend.native.trace import Symbol, Symbols, Trace, Untraceable

if TYPE_CHECKING:
    from patchgrad.backend.native.language import Reals, part

CURVES = ("exp(", "tanh(", "log(", "expm1(", "log1p(")
"""What NumPy computes in another way, with other bits."""
Shape = tuple[int, ...]


class Stage(NamedTuple):
    """A calculation: where its values come from (by key), and where the result goes."""

    output: Any
    values: dict[str, Any]
    calculate: Callable[[Any, dict[str, Any]], Any]


class Place(NamedTuple):
    """How an array lies beside the result: "all", "row" (its last axes), "column" (its first), "one", or "number"."""

    role: str
    row: int = 0


def place_of(value: Any, form: tuple[Shape, Any] | None, shape: Shape, dtype: Any) -> Place | None:
    """The place of a value beside a result of this shape and dtype; None where it has none."""
    if form is None:
        return Place("number") if type(value) in (int, float, bool) else None
    of, kind = form
    if kind != dtype and kind.kind != "b":
        return None
    if of == shape:
        return Place("all")
    if math.prod(of) == 1:
        return Place("one")
    while of and of[0] == 1:
        of = of[1:]
    if of == shape[len(shape) - len(of) :]:
        return Place("row", math.prod(of))
    given = form[0]
    if len(given) == len(shape):
        tail = next((k for k in range(len(shape) + 1) if given[k:] == (1,) * (len(shape) - k)), len(shape))
        if given[:tail] == shape[:tail] and tail < len(shape):
            return Place("column", math.prod(shape[tail:]))
    return None


def tried(stage: Stage, places: dict[str, Place], truths: set[str], shape: Shape, dtype: Any, find: Any) -> str | None:
    """None where no kernel can do this calculation with the bits of the plain step; the name of a value that the
    result is, or "".
    """
    trace = Trace(dtype)
    values: dict[str, Any] = dict(stage.values)
    for name, place in places.items():
        if place.role != "number":
            values[name] = trace.symbol(f"p_{name}", name in truths)
    try:
        result = stage.calculate(Symbols(trace, find), values)
    except (Untraceable, TypeError, AttributeError, KeyError):
        return None
    if not isinstance(result, Symbol) or result.dtype != trace.dtype:
        return None
    curved = any(word in line for word in CURVES for line in trace.lines)
    simple = all(place.role not in ("column", "one") for place in places.values())
    if curved and (math.prod(shape) < SMALL or not simple):
        return None
    return next((name for name in places if result.name == f"p_{name}"), "")


_made: dict[str, Native] = {}


class Fused:
    """A group of stages as one kernel. ``parameters`` are keys in order, results first; ``written`` those it writes."""

    def __init__(
        self,
        stages: list[Stage],
        stored: list[Any],
        places: dict[Any, Place],
        truths: set[Any],
        reused: dict[Any, Any],
        dtype: Any,
        find: Callable[[str], Any],
    ) -> None:
        """``reused`` gives, for a result, the value whose memory it takes."""
        trace = Trace(dtype)
        row = next((place.row for place in places.values() if place.row), 0)
        known: dict[Any, Any] = {}
        names: dict[Any, str] = {}
        parameters: list[str] = []
        for key in stored:
            if key not in reused:
                names[key] = f"o{len(names)}"
                parameters.append(f"{names[key]}: Reals")
        for key, place in places.items():
            names[key] = name = f"p{len(names)}"
            truth = key in truths
            parameters.append(f"{name}: {'Bytes' if truth else 'Reals'}")
            index = {"all": "row * size + i" if row else "i", "row": "i", "column": "row", "one": "0"}[place.role]
            known[key] = trace.line(f"{name}[{index}] != 0" if truth else f"{name}[{index}]", truth)
        self.parameters = [key for key in stored if key not in reused] + list(places)
        symbols = Symbols(trace, find)
        for stage in stages:
            values = {name: _known(known, key) for name, key in stage.values.items()}
            known[stage.output] = stage.calculate(symbols, values)
        out = "row * size + i" if row else "i"
        lines = [*trace.lines, *(f"{names[reused.get(key, key)]}[{out}] = {known[key].name}" for key in stored)]
        self.operations = len(lines)
        self.row = row
        self.kernel = _kernel(parameters, lines, bool(row))

    def arguments(self, count: int) -> list[int]:
        """The numbers behind the arrays, for ``count`` elements."""
        return [count // self.row, self.row] if self.row else [1, count]


def _known(known: dict[Any, Any], key: Any) -> Any:
    """The symbol of a key; a number, or None, stands for itself."""
    return key if key is None or isinstance(key, (int, float)) else known[key]


def _kernel(parameters: list[str], lines: list[str], rows: bool) -> Native:
    head = f"def fused({', '.join(parameters)}, rows: int, size: int):\n"
    if rows:
        body = "    for row in part(rows):\n        for i in range(size):\n" + "".join(
            f"            {x}\n" for x in lines
        )
    else:
        body = "    for i in part(size):\n" + "".join(f"        {x}\n" for x in lines)
    text = head + body
    if text not in _made:
        _made[text] = Native(function_of("fused", text), exact=True)
    return _made[text]


@native_exact
def column_sums(out: Reals, x: Reals, rows: int, size: int, wide: int):
    """The sum over the rows, one after the other as NumPy adds them; each worker has some columns, ``wide`` a time."""
    for block in part((size + wide - 1) // wide):
        first = block * wide
        last = first + wide if first + wide < size else size
        for i in range(first, last):
            out[i] = x[i]
        for row in range(1, rows):
            line = x + row * size
            for i in range(first, last):
                out[i] = out[i] + line[i]


@native_exact
def zeros(out: Reals, size: int):
    for i in part(size):
        out[i] = 0.0


def is_real(dtype: Any) -> bool:
    """Is this a dtype of kernels?"""
    return dtype in DTYPES
