"""Kernels for ops that work element by element, written from their records: one pass instead of one for each step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Any

import numpy

from patchgrad.backend.kernels.cpu_arrays import ARRAY, in_one_piece, large, whole
from patchgrad.backend.native import mathematics
from patchgrad.backend.native.compiled import DTYPES, Native
from patchgrad.backend.native.trace import SavedSymbols, Symbol, Symbols, Trace, Untraceable

MOST = 8
"""Variants of one op by its attributes: beyond it, an attribute changes from step to step."""
WORTH = ("exp(", "tanh(", "log(", "expm1(", "log1p(", " if ")
"""A single step is left to NumPy, but for these."""
FLAT = """
def {name}(out: Reals, {parameters}, rows: int, size: int):
    for i in part(size):
        {lines}
        out[i] = {result}
"""
ROWS = """
def {name}(out: Reals, {parameters}, rows: int, size: int):
    for row in part(rows):
        for i in range(size):
            {lines}
            out[row * size + i] = {result}
"""
Calculation = Callable[[Symbols, dict[str, Any]], Any]
"""``calculate(xp, values)``: the result from symbols by name."""


class Generated:
    """A function of numbers at the same place of several arrays, as one kernel for each kind of arguments."""

    def __init__(self, name: str, calculate: Calculation, find: Callable[[str], Any]) -> None:
        self.name, self._calculate, self._find = name, calculate, find
        self._kernels: dict[Any, Native | None] = {}

    def __call__(self, values: dict[str, Any], attrs: dict[str, Any]) -> Any:
        """The result for arrays and numbers by name; NotImplemented where no kernel can give it."""
        found = arranged(values)
        if found is None:
            return NotImplemented
        shape, dtype, roles = found
        try:
            key = (dtype, *roles.values(), *attrs.values())
            kernel = self._kernels[key] if key in self._kernels else self._new(key, roles, attrs, dtype)
        except TypeError:  # attributes that are no numbers
            return NotImplemented
        run = kernel and kernel(dtype)
        if not run:
            return NotImplemented
        out = numpy.empty(shape, dtype)
        inner = next((value.size for name, value in values.items() if roles[name][1] == "row"), 0) or out.size
        given = [float(value) if roles[name][1] == "number" else in_one_piece(value) for name, value in values.items()]
        run.shared(8 * out.size, out, *given, out.size // inner, inner)
        return out

    def _new(self, key: Any, roles: dict[str, tuple[str, str]], attrs: dict[str, Any], dtype: Any) -> Native | None:
        kernel = None
        if len(self._kernels) < MOST:
            text = written(
                self.name, roles, lambda xp, values: self._calculate(xp, {**values, **attrs}), dtype, self._find
            )
            kernel = None if text is None else Native(function_of(self.name, text), exact=True)
        self._kernels[key] = kernel
        return kernel


def arranged(values: dict[str, Any]) -> tuple[tuple[int, ...], Any, dict[str, tuple[str, str]]] | None:
    """The result's shape and dtype, and for each value its kind and its place: "all", "row" (its last axes), "number".

    None where arrays differ in dtype, or broadcast in another way.
    """
    arrays = [value for value in values.values() if type(value) is ARRAY]
    widest = max(arrays, key=lambda x: x.size, default=None)
    if widest is None or not large(widest):
        return None
    dtype = next((x.dtype for x in arrays if x.dtype.kind == "f"), None)
    roles: dict[str, tuple[str, str]] = {}
    row = 0
    for name, value in values.items():
        if type(value) in (int, float):
            roles[name] = ("float", "number")
            continue
        if type(value) is not ARRAY or not whole(value) or (value.dtype != dtype and value.dtype != bool):
            return None
        kind = "Bytes" if value.dtype == bool else "Reals"
        if value.shape == widest.shape:
            roles[name] = (kind, "all")
        elif _ends(widest.shape, value.shape) and row in (0, value.size):
            roles[name], row = (kind, "row"), value.size
        else:
            return None
    return (widest.shape, dtype, roles) if dtype in DTYPES else None


def _ends(shape: tuple[int, ...], part: tuple[int, ...]) -> bool:
    """Is ``part`` the last axes of ``shape``, leading axes of one element aside?"""
    while part and part[0] == 1:
        part = part[1:]
    return len(part) > 0 and shape[len(shape) - len(part) :] == part


def written(name: str, roles: Any, calculate: Any, dtype: Any, find: Any) -> str | None:
    """The kernel's text; None where the function cannot be traced, or is a single step that NumPy does as well."""
    trace = Trace(dtype)
    rows = any(place == "row" for _, place in roles.values())
    values: dict[str, Any] = {}
    parameters: list[str] = []
    for role, (kind, place) in roles.items():
        parameters.append(f"p_{role}: {kind}")
        text = f"p_{role}" if place == "number" else f"p_{role}[{'row * size + i' if place == 'all' and rows else 'i'}]"
        values[role] = trace.line(f"{text} != 0" if kind == "Bytes" else text, kind == "Bytes")
    read = len(trace.lines)
    try:
        result = calculate(Symbols(trace, find), values)
    except (Untraceable, TypeError, AttributeError, KeyError):
        return None
    steps = trace.lines[read:]
    if not isinstance(result, Symbol) or result.dtype != trace.dtype:
        return None
    if len(steps) < 2 and not any(word in step for word in WORTH for step in steps):
        return None
    lines = f"\n{' ' * (12 if rows else 8)}".join(trace.lines)
    return (ROWS if rows else FLAT).format(name=name, parameters=", ".join(parameters), lines=lines, result=result.name)


def function_of(name: str, text: str) -> Any:
    """A function of the kernel language from its text."""

    def empty() -> None: ...

    found: Any = FunctionType(empty.__code__, mathematics.__dict__, name)
    found.kernel_source = text
    return found


def forward_of(op: Any, find: Callable[[str], Any]) -> Any:
    """The op's forward as a kernel that may decline."""
    generated = Generated(op.name, lambda xp, values: _forward(op, xp, values), find)

    def forward(xp: Any, *arrays: Any, **attrs: Any) -> Any:
        return generated(dict(zip(op.inputs, arrays, strict=False)), attrs)

    return forward


def _forward(op: Any, xp: Symbols, values: dict[str, Any]) -> Any:
    given = [values[name] for name in op.inputs if name in values]
    return op.forward(xp, *given, **{name: value for name, value in values.items() if name not in op.inputs})


def rule_of(op: Any, name: str, find: Callable[[str], Any]) -> Any:
    """The gradient rule of an input as a kernel that may decline."""
    generated = Generated(f"{op.name}_{name}", lambda xp, values: _rule(op, name, xp, values), find)

    def rule(xp: Any, ct: Any, s: Any) -> Any:
        values = {"ct": in_one_piece(ct)}
        attrs: dict[str, Any] = {}
        for entry, value in vars(s).items():
            if entry in op.saves:
                values[entry] = value
            elif entry[0] != "_":
                attrs[entry] = value
        return generated(values, attrs)

    return rule


def _rule(op: Any, name: str, xp: Symbols, values: dict[str, Any]) -> Any:
    return op.vjps[name](xp, values["ct"], SavedSymbols(values, values["ct"].dtype))


def kernels_of(op: Any, find: Callable[[str], Any]) -> tuple[Any, dict[str, Any]]:
    """The forward and gradient rules of an op as kernels, where they are more than one step; else None and none."""
    if not op.elementwise or op.joint is not None or len(op.outputs) != 1 or op.variadic:
        return None, {}
    roles = dict.fromkeys(op.inputs, ("Reals", "all"))
    saved = {"ct": ("Reals", "all"), **dict.fromkeys(op.saves, ("Reals", "all"))}
    forward = forward_of(op, find) if _worth(lambda xp, v: _forward(op, xp, v), roles, find) else None
    rules = {
        name: rule_of(op, name, find)
        for name in op.vjps
        if _worth(lambda xp, v, name=name: _rule(op, name, xp, v), saved, find)
    }
    return forward, rules


def _worth(calculate: Calculation, roles: Mapping[str, tuple[str, str]], find: Callable[[str], Any]) -> bool:
    """Is there a kernel for arrays of one shape? Not known, and so perhaps, where attributes are missing."""
    missing = False

    def attempt(xp: Any, values: dict[str, Any]) -> Any:
        nonlocal missing
        try:
            return calculate(xp, values)
        except (TypeError, KeyError):
            missing = True
            raise
        except Untraceable as problem:
            missing = problem.args[0].startswith("what a rule reads")
            raise

    return written("trial", roles, attempt, numpy.dtype("float32"), find) is not None or missing
