"""Writes kernels from functions that work element by element: by running them on symbols in the place of arrays.

An op's forward and rules are written against an array namespace. Given `Symbols` in its place they leave behind the
calculation of one element, as lines of the kernel language. What asks for more than one element, or decides by its
value, is `Untraceable`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy


class Untraceable(Exception):
    """A function does more than to calculate one element from others."""


class Symbol:
    """A number, or a truth, of one element."""

    shape = ()
    ndim = 0
    size = 1

    def __init__(self, trace: Trace, name: str, dtype: Any) -> None:
        self.trace, self.name, self.dtype = trace, name, dtype

    def __bool__(self) -> bool:
        raise Untraceable("a decision by value")

    def _with(self, other: Any, op: str, swapped: bool = False, truth: bool = False) -> Symbol:
        a, b = (other, self) if swapped else (self, other)
        return self.trace.line(f"{self.trace.text(a)} {op} {self.trace.text(b)}", truth)

    def __add__(self, other: Any) -> Symbol:
        return self._with(other, "+")

    def __radd__(self, other: Any) -> Symbol:
        return self._with(other, "+", True)

    def __sub__(self, other: Any) -> Symbol:
        return self._with(other, "-")

    def __rsub__(self, other: Any) -> Symbol:
        return self._with(other, "-", True)

    def __mul__(self, other: Any) -> Symbol:
        return self._with(other, "*")

    def __rmul__(self, other: Any) -> Symbol:
        return self._with(other, "*", True)

    def __truediv__(self, other: Any) -> Symbol:
        return self._with(other, "/")

    def __rtruediv__(self, other: Any) -> Symbol:
        return self._with(other, "/", True)

    def __pow__(self, other: Any) -> Symbol:
        if other == 2:
            return self * self
        raise Untraceable("a power")

    def __neg__(self) -> Symbol:
        return self.trace.line(f"-{self.trace.text(self)}")

    def __abs__(self) -> Symbol:
        return self.trace.line(f"fabs({self.trace.text(self)})")

    def __lt__(self, other: Any) -> Symbol:
        return self._with(other, "<", truth=True)

    def __le__(self, other: Any) -> Symbol:
        return self._with(other, "<=", truth=True)

    def __gt__(self, other: Any) -> Symbol:
        return self._with(other, ">", truth=True)

    def __ge__(self, other: Any) -> Symbol:
        return self._with(other, ">=", truth=True)

    def __eq__(self, other: Any) -> Any:
        return self._with(other, "==", truth=True)

    def __ne__(self, other: Any) -> Any:
        return self._with(other, "!=", truth=True)

    __hash__ = None  # type: ignore[assignment]

    def __invert__(self) -> Symbol:
        return self.trace.line(f"not {self.trace.truth(self)}", True)


class Trace:
    """The lines that were written so far, each the value of a new name."""

    def __init__(self, dtype: Any) -> None:
        self.dtype = numpy.dtype(dtype)
        self.lines: list[str] = []

    def symbol(self, name: str, truth: bool = False) -> Symbol:
        return Symbol(self, name, numpy.dtype(bool) if truth else self.dtype)

    def line(self, text: str, truth: bool = False) -> Symbol:
        name = f"t{len(self.lines)}"
        self.lines.append(f"{name} = {text}")
        return self.symbol(name, truth)

    def text(self, value: Any) -> str:
        """A real operand as the language writes it."""
        if isinstance(value, Symbol):
            return f"real({value.name})" if value.dtype.kind == "b" else value.name
        if isinstance(value, (bool, int, float, numpy.floating, numpy.integer)):
            number = float(value)
            if math.isfinite(number):
                return f"({number!r})" if number < 0 else repr(number)
            return "NAN" if number != number else "INFINITY" if number > 0 else "(-INFINITY)"
        raise Untraceable(f"a {type(value).__name__}")

    def truth(self, value: Any) -> str:
        if not isinstance(value, Symbol):
            raise Untraceable(f"a {type(value).__name__} as a truth")
        return value.name if value.dtype.kind == "b" else f"({value.name} != 0.0)"


def _called(name: str) -> Callable[..., Any]:
    return lambda trace, *values: trace.line(f"{name}({', '.join(map(trace.text, values))})")


def _between(op: str, truth: bool = False) -> Callable[..., Any]:
    return lambda trace, a, b: trace.line(f"{trace.text(a)} {op} {trace.text(b)}", truth)


def _logical(op: str) -> Callable[..., Any]:
    return lambda trace, a, b: trace.line(f"{trace.truth(a)} {op} {trace.truth(b)}", True)


def _where(trace: Trace, condition: Any, a: Any, b: Any) -> Any:
    return trace.line(f"{trace.text(a)} if {trace.truth(condition)} else {trace.text(b)}")


def _clip(trace: Trace, x: Any, low: Any, high: Any) -> Any:
    found = x if low is None else FUNCTIONS["maximum"](trace, x, low)
    return found if high is None else FUNCTIONS["minimum"](trace, found, high)


def _astype(trace: Trace, x: Any, dtype: Any, copy: bool = True) -> Any:
    if not isinstance(x, Symbol) or numpy.dtype(dtype) != trace.dtype:
        raise Untraceable("a cast")
    return x if x.dtype == trace.dtype else trace.line(f"1.0 if {x.name} else 0.0")


FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{name: _called(name) for name in ("exp", "expm1", "log", "log1p", "tanh", "sqrt", "floor", "ceil", "trunc")},
    "maximum": _called("larger"),
    "minimum": _called("smaller"),
    "copysign": _called("copysign"),
    "abs": _called("fabs"),
    "absolute": _called("fabs"),
    "rint": _called("rint"),
    "round": _called("rint"),
    "sign": lambda trace, x: trace.line(f"1.0 if {x.name} > 0.0 else (-1.0 if {x.name} < 0.0 else {x.name})"),
    "add": _between("+"),
    "subtract": _between("-"),
    "multiply": _between("*"),
    "divide": _between("/"),
    "less": _between("<", True),
    "less_equal": _between("<=", True),
    "greater": _between(">", True),
    "greater_equal": _between(">=", True),
    "equal": _between("==", True),
    "not_equal": _between("!=", True),
    "logical_and": _logical("and"),
    "logical_or": _logical("or"),
    "logical_not": lambda trace, x: trace.line(f"not {trace.truth(x)}", True),
    "isnan": lambda trace, x: trace.line(f"{trace.text(x)} != {trace.text(x)}", True),
    "negative": lambda trace, x: trace.line(f"-{trace.text(x)}"),
    "positive": lambda trace, x: x,
    "real": lambda trace, x: x,
    "conj": lambda trace, x: x,
    "square": lambda trace, x: x * x,
    "where": _where,
    "clip": _clip,
    "astype": _astype,
}
"""The array API's functions, as lines of the kernel language."""


class Symbols:
    """An array namespace whose arrays are symbols."""

    cache_bytes = 2**62
    inf, nan, pi, e = math.inf, math.nan, math.pi, math.e
    float32, float64 = numpy.dtype("float32"), numpy.dtype("float64")

    def __init__(self, trace: Trace, find: Callable[[str], Any]) -> None:
        self._trace = trace
        self.ops = _Operations(self, find)

    def __getattr__(self, name: str) -> Any:
        if name not in FUNCTIONS:
            raise Untraceable(f"the function {name}")
        function, trace = FUNCTIONS[name], self._trace
        return lambda *values, **options: function(trace, *values, **options)


class _Operations:
    """Forwards of other ops, run on symbols."""

    def __init__(self, symbols: Symbols, find: Callable[[str], Any]) -> None:
        self._symbols, self._find = symbols, find

    def __getattr__(self, name: str) -> Any:
        op = self._find(name)
        if not op.elementwise:
            raise Untraceable(f"the op {name}")
        return lambda *values, **attrs: op.forward(self._symbols, *values, **attrs)


class SavedSymbols:
    """What a gradient rule reads, as symbols: saved values and attributes, but no shapes."""

    def __init__(self, values: dict[str, Any], dtype: Any) -> None:
        self.__dict__.update(values)
        self._dtype = dtype

    def dtype_of(self, name: str) -> Any:
        return self._dtype

    def __getattr__(self, name: str) -> Any:
        raise Untraceable(f"what a rule reads: {name}")
