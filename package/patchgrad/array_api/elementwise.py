"""Functions of one or two numbers, element by element; all broadcast and promote by dtypes alone."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from patchgrad.array_api.calls import binary, cast, named, pair, record, tensor, unary
from patchgrad.errors import DtypeError
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed

__all__ = [
    "abs", "acos", "acosh", "add", "asin", "asinh", "atan", "atan2", "atanh", "bitwise_and", "bitwise_invert",
    "bitwise_left_shift", "bitwise_or", "bitwise_right_shift", "bitwise_xor", "ceil", "clip", "conj", "copysign",
    "cos", "cosh", "divide", "equal", "exp", "expm1", "floor", "floor_divide", "greater", "greater_equal", "hypot",
    "imag", "isfinite", "isinf", "isnan", "less", "less_equal", "log", "log10", "log1p", "log2", "logaddexp",
    "logical_and", "logical_not", "logical_or", "logical_xor", "maximum", "minimum", "multiply", "negative",
    "nextafter", "not_equal", "positive", "pow", "real", "reciprocal", "remainder", "round", "sign", "signbit", "sin",
    "sinh", "sqrt", "square", "subtract", "tan", "tanh", "trunc",
]  # fmt: skip

CLONE, WHERE, CLAMP, SIGN = record("clone"), record("where"), record("clamp"), record("sgn")
REAL, IMAG, EXPM1 = record("real"), record("imag"), record("expm1")
DIVIDE, FLOOR_DIVIDE, REMAINDER = record("div"), record("floor_divide"), record("remainder")


def _rounding(name: str, doc: str) -> Callable[[Tensor], Tensor]:
    """A function that leaves whole numbers as they are."""
    op = record(name)

    def call(x: Tensor, /) -> Tensor:
        return apply(CLONE if tensor(x, name).dtype.kind in "iu" else op, x)

    return named(call, name, doc)


abs = unary("abs", "``|x|``; of a complex number its real magnitude.")
acos = unary("acos", "The angle in [0, pi] whose cosine is ``x``.")
acosh = unary("acosh", "The inverse of cosh.")
asin = unary("asin", "The angle in [-pi/2, pi/2] whose sine is ``x``.")
asinh = unary("asinh", "The inverse of sinh.")
atan = unary("atan", "The angle in [-pi/2, pi/2] whose tangent is ``x``.")
atanh = unary("atanh", "The inverse of tanh.")
bitwise_invert = unary("bitwise_invert", "``~x``, bit by bit.", "bitwise_not")
ceil = _rounding("ceil", "The smallest whole number that is not below ``x``.")
conj = unary("conj", "The complex conjugate; a real number is its own.")
cos = unary("cos", "The cosine of an angle in radians.")
cosh = unary("cosh", "The hyperbolic cosine.")
exp = unary("exp", "``e ** x``.")
floor = _rounding("floor", "The largest whole number that is not above ``x``.")
isfinite = unary("isfinite", "Neither infinite nor NaN?")
isinf = unary("isinf", "Infinite?")
isnan = unary("isnan", "NaN?")
log = unary("log", "The natural logarithm.")
log10 = unary("log10", "The logarithm to base 10.")
log1p = unary("log1p", "``log(1 + x)``, exact near 0.")
log2 = unary("log2", "The logarithm to base 2.")
logical_not = unary("logical_not", "``not x``.")
negative = unary("negative", "``-x``.", "neg")
reciprocal = unary("reciprocal", "``1 / x``.")
round = _rounding("round", "The nearest whole number; halves go to the even one.")
signbit = unary("signbit", "Is the sign negative? Also of -0 and of NaN with a sign.")
sin = unary("sin", "The sine of an angle in radians.")
sinh = unary("sinh", "The hyperbolic sine.")
sqrt = unary("sqrt", "The square root.")
square = unary("square", "``x * x``.")
tan = unary("tan", "The tangent of an angle in radians.")
tanh = unary("tanh", "The hyperbolic tangent.")
trunc = _rounding("trunc", "The nearest whole number that is not farther from 0 than ``x``.")

add = binary("add", "``x1 + x2``.")
atan2 = binary("atan2", "The angle of the point (x2, x1), in all four quadrants.")
bitwise_and = binary("bitwise_and", "``x1 & x2``, bit by bit.")
bitwise_left_shift = binary("bitwise_left_shift", "``x1 << x2``.")
bitwise_or = binary("bitwise_or", "``x1 | x2``, bit by bit.")
bitwise_right_shift = binary("bitwise_right_shift", "``x1 >> x2``.")
bitwise_xor = binary("bitwise_xor", "``x1 ^ x2``, bit by bit.")
copysign = binary("copysign", "The magnitude of ``x1`` with the sign of ``x2``.")
divide = binary("divide", "``x1 / x2``.", "div")
equal = binary("equal", "``x1 == x2``.", "eq")
greater = binary("greater", "``x1 > x2``.", "gt")
greater_equal = binary("greater_equal", "``x1 >= x2``.", "ge")
hypot = binary("hypot", "``sqrt(x1² + x2²)`` without overflow.")
less = binary("less", "``x1 < x2``.", "lt")
less_equal = binary("less_equal", "``x1 <= x2``.", "le")
logaddexp = binary("logaddexp", "``log(exp(x1) + exp(x2))`` without overflow.")
logical_and = binary("logical_and", "``x1 and x2``.")
logical_or = binary("logical_or", "``x1 or x2``.")
logical_xor = binary("logical_xor", "``x1`` or ``x2`` but not both.")
maximum = binary("maximum", "The larger of two; NaN where one is NaN.")
minimum = binary("minimum", "The smaller of two; NaN where one is NaN.")
multiply = binary("multiply", "``x1 * x2``.", "mul")
nextafter = binary("nextafter", "The floating number beside ``x1`` in the direction of ``x2``.")
not_equal = binary("not_equal", "``x1 != x2``.", "ne")
pow = binary("pow", "``x1 ** x2``.")
subtract = binary("subtract", "``x1 - x2``.", "sub")


def sign(x: Tensor, /) -> Tensor:
    """-1, 0 or 1, and NaN of NaN; of a complex number ``x / |x|``."""
    found = apply(SIGN, tensor(x, "sign"))
    return apply(WHERE, isnan(x), x, found) if x.dtype.kind == "f" else found


def expm1(x: Tensor, /) -> Tensor:
    """``exp(x) - 1``, exact near 0. Where a complex ``x`` is infinite or NaN it is ``exp(x) - 1`` in its parts."""
    found = apply(EXPM1, tensor(x, "expm1"))
    if x.dtype.kind != "c":
        return found
    # Less a zero with the sign of minus: a real part of -0 becomes +0, and the imaginary one keeps its sign.
    return apply(WHERE, isfinite(x), subtract(found, complex(-0.0, 0.0)), subtract(exp(x), 1.0))


def positive(x: Tensor, /) -> Tensor:
    """``+x``: a copy."""
    return apply(CLONE, tensor(x, "positive"))


def floor_divide(x1: Any, x2: Any, /) -> Tensor:
    """``x1 / x2`` rounded down. Where one of the two is infinite and the other finite it is the quotient itself."""
    x1, x2 = pair(x1, x2, "floor_divide")
    found = apply(FLOOR_DIVIDE, x1, x2)
    if found.dtype.kind != "f":
        return found
    ends = [isfinite(entry) if isinstance(entry, Tensor) else math.isfinite(entry) for entry in (x1, x2)]
    return apply(WHERE, logical_xor(*ends), apply(DIVIDE, x1, x2).detach(), found)


def remainder(x1: Any, x2: Any, /) -> Tensor:
    """What is left of ``x1`` after `floor_divide` by ``x2``; it has the sign of ``x2``."""
    return apply(REMAINDER, *pair(x1, x2, "remainder"))


def clip(x: Tensor, /, min: Any = None, max: Any = None) -> Tensor:
    """``x``, but not below ``min`` and not above ``max``, which broadcast. In the dtype of ``x``."""
    bounds = [bound for bound in (min, max) if bound is not None]
    kind = tensor(x, "clip").dtype
    if all(isinstance(bound, (int, float)) for bound in bounds):
        return cast(apply(CLAMP, x, min, max), kind) if bounds else positive(x)
    found = x if min is None else maximum(x, min)
    return cast(found if max is None else minimum(found, max), kind)


def real(x: Tensor, /) -> Tensor:
    """The real part."""
    return positive(x) if tensor(x, "real").dtype.kind != "c" else apply(REAL, x)


def imag(x: Tensor, /) -> Tensor:
    """The imaginary part. Raises DtypeError for real numbers."""
    if tensor(x, "imag").dtype.kind != "c":
        raise placed(DtypeError("imag takes complex numbers", got=x.dtype.name))
    return apply(IMAG, x)
