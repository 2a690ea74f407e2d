"""More functions of one, two or three numbers; see `elementwise` for the everyday ones."""

from __future__ import annotations

import math
from typing import Any

from patchgrad.backend.limits import finfo
from patchgrad.ops import elementwise
from patchgrad.ops.elementwise import binary, caller, truth, two, unary, where
from patchgrad.tensor import Tensor, apply

__all__ = [
    "acosh", "addcdiv", "addcmul", "allclose", "asinh", "atan2", "atanh", "divide", "equal", "exp2", "fmod", "frac",
    "hypot", "isclose", "lerp", "logaddexp", "logical_xor", "logit", "nan_to_num", "trunc", "xlogy",
]  # fmt: skip
METHODS = (
    "acosh addcdiv addcmul allclose asinh atan2 atanh divide equal exp2 fmod frac hypot isclose lerp logaddexp "
    "logical_xor logit nan_to_num trunc xlogy"
)
IN_PLACE = "addcdiv addcmul fmod frac lerp nan_to_num trunc"

ASINH = unary(
    "asinh",
    lambda xp, x: xp.asinh(x),
    lambda xp, ct, s: ct / xp.sqrt(s.x * s.x + 1),
    saves="x",
    formula=r"\mathrm{arsinh}\,x",
)
ACOSH = unary(
    "acosh",
    lambda xp, x: xp.acosh(x),
    lambda xp, ct, s: ct / xp.sqrt(s.x * s.x - 1),
    saves="x",
    formula=r"\mathrm{arcosh}\,x",
    low=1.2,
    high=3.0,
)
ATANH = unary(
    "atanh",
    lambda xp, x: xp.atanh(x),
    lambda xp, ct, s: ct / (1 - s.x * s.x),
    saves="x",
    formula=r"\mathrm{artanh}\,x",
    low=-0.9,
    high=0.9,
)
EXP2 = unary(
    "exp2",
    lambda xp, x: xp.pow(xp.asarray(2.0, dtype=x.dtype), x),
    lambda xp, ct, s: ct * s.y * math.log(2),
    saves="y",
    formula="2^x",
)
TRUNC = unary(
    "trunc",
    lambda xp, x: xp.trunc(x),
    lambda xp, ct, s: xp.zeros_like(ct),
    dtype="same",
    formula=r"\mathrm{trunc}\,x",
    low=0.1,
    high=0.9,
)

ATAN2 = binary(
    "atan2",
    lambda xp, a, b: xp.atan2(a, b),
    {
        "a": lambda xp, ct, s: ct * s.b / (s.a * s.a + s.b * s.b),
        "b": lambda xp, ct, s: -ct * s.a / (s.a * s.a + s.b * s.b),
    },
    saves=("a", "b"),
    dtype="float",
    formula=r"\arctan(a / b)",
    samples=two(0.5, 2.0),
)
HYPOT = binary(
    "hypot",
    lambda xp, a, b: xp.hypot(a, b),
    {"a": lambda xp, ct, s: ct * s.a / s.y, "b": lambda xp, ct, s: ct * s.b / s.y},
    saves=("a", "b", "y"),
    dtype="float",
    formula=r"\sqrt{a^2 + b^2}",
    samples=two(0.5, 2.0),
)
LOGADDEXP = binary(
    "logaddexp",
    lambda xp, a, b: xp.logaddexp(a, b),
    {
        "a": lambda xp, ct, s: ct * xp.ops.sigmoid(s.a - s.b),
        "b": lambda xp, ct, s: ct * xp.ops.sigmoid(s.b - s.a),
    },
    saves=("a", "b"),
    dtype="float",
    formula=r"\ln(e^a + e^b)",
)
LOGICAL_XOR = binary(
    "logical_xor", lambda xp, a, b: xp.logical_xor(truth(a), truth(b)), {}, dtype="bool", formula=r"a \oplus b"
)

asinh, acosh, atanh = (caller(op, f"``{op.name}(x)``; (*) -> (*).") for op in (ASINH, ACOSH, ATANH))
exp2 = caller(EXP2, "``2 ** x``; (*) -> (*).")
trunc = caller(TRUNC, "Rounded towards 0; (*) -> (*).")
atan2 = caller(ATAN2, "The angle of the point (b, a), in all four quadrants; broadcast.")
hypot = caller(HYPOT, "``sqrt(a² + b²)``; broadcast.")
logaddexp = caller(LOGADDEXP, "``log(exp(a) + exp(b))`` without overflow; broadcast.")
logical_xor = caller(LOGICAL_XOR, "``a`` or ``b`` but not both; broadcast.")


def frac(x: Any) -> Tensor:
    """``x - trunc(x)``; (*) -> (*)."""
    return x - trunc(x)


def fmod(a: Any, b: Any) -> Tensor:
    """The remainder with the sign of ``a``; broadcast."""
    quotient = elementwise.div(a, b)
    return (
        a - trunc(quotient).detach().to(dtype=a.dtype) * b
        if isinstance(a, Tensor)
        else a - trunc(quotient).detach() * b
    )


def nan_to_num(x: Any, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None) -> Tensor:
    """Numbers in place of NaN and the infinities (by default 0 and the largest finite numbers)."""
    if x.dtype.kind != "f":
        return x
    largest = finfo(x.dtype).max
    x = where(elementwise.isnan(x), nan, x)
    x = where(elementwise.eq(x, math.inf), largest if posinf is None else posinf, x)
    return where(elementwise.eq(x, -math.inf), -largest if neginf is None else neginf, x)


def lerp(start: Any, end: Any, weight: Any) -> Tensor:
    """``start + weight * (end - start)``; broadcast."""
    return start + weight * (end - start)


def addcmul(input: Any, tensor1: Any, tensor2: Any, *, value: float = 1) -> Tensor:
    """``input + value * tensor1 * tensor2``; broadcast."""
    return input + value * (tensor1 * tensor2)


def addcdiv(input: Any, tensor1: Any, tensor2: Any, *, value: float = 1) -> Tensor:
    """``input + value * tensor1 / tensor2``; broadcast."""
    return input + value * (tensor1 / tensor2)


def xlogy(a: Any, b: Any) -> Tensor:
    """``a * log(b)``, 0 where ``a`` is 0; broadcast."""
    zero = elementwise.eq(a, 0)
    return where(zero, 0.0, a * elementwise.log(where(zero, 1.0, b)))


def logit(x: Any, eps: float | None = None) -> Tensor:
    """``log(x / (1 - x))``, of ``x`` clamped to [eps, 1 - eps]; (*) -> (*)."""
    x = x if eps is None else elementwise.clamp(x, eps, 1 - eps)
    return elementwise.log(x / (1 - x))


def isclose(a: Any, b: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> Tensor:
    """Is ``|a - b| <= atol + rtol * |b|``? Infinities are close to themselves; broadcast."""
    b = b if isinstance(b, Tensor) else a * 0 + b
    isfinite, isnan = elementwise.isfinite, elementwise.isnan
    both = elementwise.logical_and(isfinite(a), isfinite(b))
    near = elementwise.le(elementwise.abs(where(both, a - b, 0)), atol + rtol * elementwise.abs(b))
    found = elementwise.logical_or(elementwise.logical_and(both, near), elementwise.eq(a, b))
    return elementwise.logical_or(found, elementwise.logical_and(isnan(a), isnan(b))) if equal_nan else found


def allclose(a: Any, b: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> bool:
    """Are all elements close (see `isclose`)?"""
    return bool(isclose(a, b, rtol, atol, equal_nan).all())


def equal(a: Any, b: Any) -> bool:
    """Same shape and all elements equal?"""
    return a.shape == b.shape and bool(elementwise.eq(a, b).all())


def divide(a: Any, b: Any, *, rounding_mode: str | None = None) -> Tensor:
    """``a / b``; rounded with "floor" or "trunc"."""
    if rounding_mode == "floor":
        return elementwise.floor_divide(a, b)
    quotient = elementwise.div(a, b)
    return quotient if rounding_mode is None else apply(TRUNC, quotient).to(dtype=a.dtype)
