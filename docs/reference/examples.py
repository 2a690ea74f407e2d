"""An example for each function: a call that the tests compare with PyTorch, made again with numbers that fit."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy
from tests.parity.case import Case, Real, Truth, Whole
from tests.parity.every import every_case

import patchgrad as pg

SMALL = 12
"""Arrays of more elements are drawn by a function in the example, and only the shape of the result is shown."""


@lru_cache
def first_cases() -> dict[str, Case]:
    found: dict[str, Case] = {}
    for case in every_case():
        found.setdefault(case.name, case)
    return found


def example(name: str) -> str:
    """The lines of a doctest for ``pg.<name>``, run here; empty where no test calls it."""
    case = first_cases().get(name)
    if case is None:
        return ""
    maker = _Maker()
    try:
        inputs = [maker.argument(value) for value in case.inputs]
        inputs += [f"{key}={maker.argument(value)}" for key, value in case.kwargs.items()]
        call = f"pg.{name}({', '.join(inputs)})"
        return "\n".join([">>> import patchgrad as pg", *maker.lines, *_shown(call, maker)])
    except Exception:
        return ""


class _Maker:
    """Gives the arguments names, and keeps the lines that make them."""

    def __init__(self) -> None:
        self.rng = numpy.random.default_rng(3)
        self.lines: list[str] = []
        self.scope: dict[str, Any] = {"pg": pg}
        self.large = False

    def argument(self, value: Any) -> str:
        if isinstance(value, (list, tuple)):
            inner = ", ".join(self.argument(entry) for entry in value)
            return f"[{inner}]" if isinstance(value, list) else f"({inner},)"
        if not isinstance(value, (Real, Whole, Truth)):
            return repr(value) if not isinstance(value, pg.dtype) else f"pg.{value.name}"
        return self._named(self._expression(value))

    def _expression(self, value: Any) -> str:
        array = value.draw(self.rng)
        if array.size > SMALL:
            self.large = True
            return (
                f"pg.rand({', '.join(map(str, array.shape))})"
                if isinstance(value, Real)
                else f"pg.tensor({array.tolist()})"
            )
        return f"pg.tensor({(numpy.round(array, 1) if isinstance(value, Real) else array).tolist()})"

    def _named(self, expression: str) -> str:
        name = "xyzuvw"[len(self.lines)]
        self.lines.append(f">>> {name} = {expression}")
        exec(f"{name} = {expression}", self.scope)
        return name


def _shown(call: str, maker: _Maker) -> list[str]:
    found = eval(call, maker.scope)
    if not maker.large:
        return [f">>> {call}", *(line or "<BLANKLINE>" for line in repr(found).splitlines())]
    if isinstance(found, pg.Tensor):
        return [f">>> {call}.shape", repr(eval(f"{call}.shape", maker.scope))]
    return [f">>> [entry.shape for entry in {call}]", repr([entry.shape for entry in found])]
