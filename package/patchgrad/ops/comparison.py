"""Questions about numbers, element by element: order, nearness, kinds of number, logic. Nothing here has a gradient."""

from __future__ import annotations

import math
from typing import Any

from patchgrad.autograd.op import OpSpec, Sample
from patchgrad.ops.pointwise import binary, caller, kind, truth, unary
from patchgrad.tensor import Tensor, apply

__all__ = [
    "allclose", "eq", "equal", "ge", "greater", "greater_equal", "gt", "isclose", "isfinite", "isinf",
    "isnan", "isneginf", "isposinf", "isreal", "le", "less", "less_equal", "logical_and", "logical_not", "logical_or",
    "logical_xor", "lt", "ne", "not_equal",
]  # fmt: skip
METHODS = (
    "allclose eq equal ge greater greater_equal gt isclose isfinite isinf isnan isneginf isposinf isreal le less "
    "less_equal logical_and logical_not logical_or logical_xor lt ne not_equal"
)
IN_PLACE = (
    "eq ge greater greater_equal gt le less less_equal logical_and logical_not logical_or logical_xor lt ne not_equal"
)


def _question(name: str, function: str, formula: str, real: bool = True) -> OpSpec:
    return binary(name, lambda xp, a, b: getattr(xp, function)(a, b), {}, dtype="bool", formula=formula, real=real)


EQ, NE = _question("eq", "equal", "a = b", False), _question("ne", "not_equal", r"a \neq b", False)
LT, LE = _question("lt", "less", "a < b"), _question("le", "less_equal", r"a \leq b")
GT, GE = _question("gt", "greater", "a > b"), _question("ge", "greater_equal", r"a \geq b")


def _logical(name: str, formula: str) -> OpSpec:
    return binary(name, lambda xp, a, b: getattr(xp, name)(truth(a), truth(b)), {}, dtype="bool", formula=formula)


LOGICAL_AND = _logical("logical_and", r"a \land b")
LOGICAL_OR = _logical("logical_or", r"a \lor b")
LOGICAL_XOR = _logical("logical_xor", r"a \oplus b")
LOGICAL_NOT = unary("logical_not", lambda xp, x: xp.logical_not(truth(x)), None, dtype="bool", formula=r"\lnot x")

ISNAN = unary("isnan", lambda xp, x: xp.isnan(x), None, dtype="bool", formula=r"x \neq x")
ISINF = unary("isinf", lambda xp, x: xp.isinf(x), None, dtype="bool", formula=r"|x| = \infty")
ISFINITE = unary("isfinite", lambda xp, x: xp.isfinite(x), None, dtype="bool", formula=r"|x| < \infty")
ISPOSINF = unary("isposinf", lambda xp, x: x == math.inf, None, dtype="bool", formula=r"x = \infty", real=True)
ISNEGINF = unary("isneginf", lambda xp, x: x == -math.inf, None, dtype="bool", formula=r"x = -\infty", real=True)
ISREAL = unary(
    "isreal",
    lambda xp, x: xp.imag(x) == 0 if kind(x) == "c" else xp.ones_like(x, dtype=xp.isfinite(x).dtype),
    None,
    dtype="bool",
    formula=r"\mathrm{Im}\,x = 0",
)


def _isclose(xp: Any, a: Any, b: Any, rtol: float, atol: float, equal_nan: bool) -> Any:
    a, b = (xp.astype(x, xp.float64) if kind(x) in "biu" and hasattr(x, "dtype") else x for x in (a, b))
    close = xp.equal(a, b)
    if equal_nan and "f" in kind(a) + kind(b):
        close = xp.logical_or(close, xp.logical_and(a != a, b != b))
    distance = xp.abs(a - b)
    near = xp.logical_and(distance < math.inf, distance <= atol + xp.abs(b * rtol))
    return xp.logical_or(close, near)


ISCLOSE = binary(
    "isclose",
    _isclose,
    {},
    dtype="bool",
    formula=r"|a - b| \leq atol + rtol\,|b|",
    samples=lambda draw: [Sample((draw(3, 4), draw(4)), {"rtol": 0.5, "atol": 0.1, "equal_nan": True})],
    errors=lambda draw: [Sample((draw(3, 4), draw(3)), {"rtol": 0.5, "atol": 0.1, "equal_nan": True})],
)


eq, ne = caller(EQ, "Is ``input == other``? Broadcast."), caller(NE, "Is ``input != other``? Broadcast.")
lt, le = caller(LT, "Is ``input < other``? Broadcast."), caller(LE, "Is ``input <= other``? Broadcast.")
gt, ge = caller(GT, "Is ``input > other``? Broadcast."), caller(GE, "Is ``input >= other``? Broadcast.")
not_equal, less, less_equal, greater, greater_equal = ne, lt, le, gt, ge
logical_and = caller(LOGICAL_AND, "Do both hold? All numbers but 0 do; broadcast.")
logical_or = caller(LOGICAL_OR, "Does one of the two hold? All numbers but 0 do; broadcast.")
logical_xor = caller(LOGICAL_XOR, "Does one of the two hold but not both? Broadcast.")
logical_not = caller(LOGICAL_NOT, "True where ``input`` is 0; (*) -> (*).")
isnan = caller(ISNAN, "Is it not a number? (*) -> (*).")
isinf = caller(ISINF, "Is it infinite? (*) -> (*).")
isfinite = caller(ISFINITE, "Is it neither infinite nor NaN? (*) -> (*).")
isposinf, isneginf = caller(ISPOSINF, "Is it ``inf``? (*) -> (*)."), caller(ISNEGINF, "Is it ``-inf``? (*) -> (*).")
isreal = caller(ISREAL, "Is the imaginary part 0? (*) -> (*).")


def isclose(input: Tensor, other: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> Tensor:
    """Is ``|input - other| <= atol + rtol * |other|``? Equal infinities are close; broadcast.

    Parameters
        equal_nan  two NaN are close too
    """
    return apply(ISCLOSE, input, other, rtol=rtol, atol=atol, equal_nan=equal_nan)


def allclose(input: Tensor, other: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> bool:
    """Are all elements close (see `isclose`)?"""
    return bool(isclose(input, other, rtol, atol, equal_nan).all())


def equal(input: Tensor, other: Tensor) -> bool:
    """Same shape and all elements equal?"""
    return input.shape == other.shape and bool(eq(input, other).all())
