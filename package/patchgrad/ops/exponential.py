"""Powers, roots, exponentials and logarithms."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from patchgrad.autograd.op import Sample, define
from patchgrad.backend.dtype import as_dtype
from patchgrad.errors import DtypeError
from patchgrad.ops.out import takes_out
from patchgrad.ops.pointwise import binary, caller, conj, into, kind, of_one, refuse_truths, two, unary
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed

__all__ = [
    "exp", "exp2", "expm1", "float_power", "frexp", "hypot", "ldexp", "log", "log10", "log1p", "log2", "logaddexp",
    "logaddexp2", "pow", "reciprocal", "rsqrt", "sqrt", "square",
]  # fmt: skip
METHODS = (
    "exp exp2 expm1 float_power frexp hypot ldexp log log10 log1p log2 logaddexp logaddexp2 pow reciprocal rsqrt "
    "sqrt square"
)
IN_PLACE = "exp exp2 expm1 float_power hypot ldexp log log10 log1p log2 pow reciprocal rsqrt sqrt square"


def _pow(xp: Any, a: Any, b: Any) -> Any:
    """Whole numbers stay whole: a negative exponent in a tensor leaves 1, -1 or 0."""
    if type(b) is float:
        return 1 / xp.sqrt(a) if b == -0.5 and kind(a) == "f" else a**b
    if hasattr(b, "dtype") and kind(b) in "ib" and kind(a) in "iub":
        refuse_truths("a power", a)
        a = a if hasattr(a, "dtype") else xp.asarray(a, dtype=b.dtype)
        down = b < 0
        power = xp.pow(a, xp.where(down, xp.zeros_like(b), b))
        odd = xp.where(b % 2 == 0, a * a, a)
        return xp.where(down, odd * xp.astype(a * a == 1, power.dtype), power)
    return a**b


def _pow_slope(xp: Any, a: Any, b: Any) -> Any:
    """``b * a ** (b - 1)``, and 0 for ``b = 0`` also where ``a`` is 0."""
    if isinstance(b, (int, float, complex)):
        return conj(xp, b * a ** (b - 1)) if b != 0 else xp.zeros_like(a)
    return conj(xp, xp.where(b == 0, 0.0, b * a ** xp.where(b == 0, 1.0, b - 1)))


def _pow_by_exponent(xp: Any, a: Any, b: Any, y: Any) -> Any:
    """``y * log(a)``, and 0 where ``a`` is 0 under an exponent that is not negative."""
    flat = xp.logical_and(a == 0, xp.real(b) >= 0) if kind(b) == "c" else xp.logical_and(a == 0, b >= 0)
    base = a if hasattr(a, "shape") else xp.asarray(a, dtype=y.dtype)
    return conj(xp, xp.where(flat, 0.0, y * xp.log(xp.where(flat, 1.0, base))))


POW = binary(
    "pow",
    _pow,
    {
        "a": lambda xp, ct, s: ct * _pow_slope(xp, s.a, s.b),
        "b": lambda xp, ct, s: ct * _pow_by_exponent(xp, s.a, s.b, s.y),
    },
    saves=("a", "b", "y"),
    formula="a^b",
    samples=two(0.5, 2.0),
)
SQUARE = unary(
    "square",
    lambda xp, x: xp.square(x),
    lambda xp, ct, s: 2 * ct * conj(xp, s.x),
    saves="x",
    dtype="same",
    formula="x^2",
)
SQRT = unary(
    "sqrt",
    lambda xp, x: xp.sqrt(x),
    lambda xp, ct, s: ct / (2 * conj(xp, s.y)),
    saves="y",
    formula=r"\sqrt{x}",
    low=0.5,
)
RSQRT = unary(
    "rsqrt",
    lambda xp, x: 1 / xp.sqrt(x),
    lambda xp, ct, s: ct * -0.5 * conj(xp, s.y**3),
    saves="y",
    formula=r"1/\sqrt{x}",
    low=0.5,
)
RECIPROCAL = unary(
    "reciprocal",
    lambda xp, x: 1 / x,
    lambda xp, ct, s: -ct * conj(xp, s.y * s.y),
    saves="y",
    formula="1/x",
    low=0.5,
)
EXP = unary("exp", lambda xp, x: xp.exp(x), lambda xp, ct, s: ct * conj(xp, s.y), saves="y", formula="e^x")
EXPM1 = unary(
    "expm1", lambda xp, x: xp.expm1(x), lambda xp, ct, s: ct * conj(xp, s.y + 1), saves="y", formula="e^x - 1"
)
EXP2 = unary(
    "exp2",
    lambda xp, x: xp.pow(xp.asarray(2.0, dtype=x.dtype), x),
    lambda xp, ct, s: ct * conj(xp, s.y) * math.log(2),
    saves="y",
    formula="2^x",
)
LOG = unary("log", lambda xp, x: xp.log(x), lambda xp, ct, s: ct / conj(xp, s.x), saves="x", formula=r"\ln x", low=0.5)
LOG1P = unary(
    "log1p",
    lambda xp, x: xp.log1p(x),
    lambda xp, ct, s: ct / conj(xp, s.x + 1),
    saves="x",
    formula=r"\ln(1+x)",
    low=-0.5,
)
LOG2 = unary(
    "log2",
    lambda xp, x: xp.log2(x),
    lambda xp, ct, s: ct / conj(xp, s.x * math.log(2)),
    saves="x",
    formula=r"\log_2 x",
    low=0.5,
)
LOG10 = unary(
    "log10",
    lambda xp, x: xp.log10(x),
    lambda xp, ct, s: ct / conj(xp, s.x * math.log(10)),
    saves="x",
    formula=r"\log_{10} x",
    low=0.5,
)


def _logaddexp(xp: Any, a: Any, b: Any) -> Any:
    if kind(a) != "c" and kind(b) != "c":
        return xp.logaddexp(a, b)
    first = xp.real(a) >= xp.real(b)
    high, low = xp.where(first, a, b), xp.where(first, b, a)
    return high + xp.log1p(xp.exp(low - high))


def _logaddexp2(xp: Any, a: Any, b: Any) -> Any:
    """The larger one plus what the smaller adds; equal infinities have no difference."""
    same = xp.equal(a, b)
    apart = xp.abs(xp.where(same, 0.0, a - b))
    return xp.where(a > b, a, b) + xp.log1p(xp.exp(-apart * math.log(2))) / math.log(2)


LOGADDEXP = binary(
    "logaddexp",
    _logaddexp,
    {
        "a": lambda xp, ct, s: ct / conj(xp, 1 + xp.exp(s.b - s.a)),
        "b": lambda xp, ct, s: ct / conj(xp, 1 + xp.exp(s.a - s.b)),
    },
    saves=("a", "b"),
    dtype="floating",
    formula=r"\ln(e^a + e^b)",
)
LOGADDEXP2 = binary(
    "logaddexp2",
    _logaddexp2,
    {
        "a": lambda xp, ct, s: ct / (1 + xp.exp((s.b - s.a) * math.log(2))),
        "b": lambda xp, ct, s: ct / (1 + xp.exp((s.a - s.b) * math.log(2))),
    },
    saves=("a", "b"),
    dtype="floating",
    formula=r"\log_2(2^a + 2^b)",
)
HYPOT = binary(
    "hypot",
    lambda xp, a, b: xp.hypot(a, b),
    {"a": lambda xp, ct, s: ct * s.a / s.y, "b": lambda xp, ct, s: ct * s.b / s.y},
    saves=("a", "b", "y"),
    dtype="floating",
    formula=r"\sqrt{a^2 + b^2}",
    samples=two(0.5, 2.0),
)
LDEXP = binary(
    "ldexp",
    lambda xp, a, b: a * xp.pow(xp.asarray(2.0, dtype=a.dtype), b),
    {
        "a": lambda xp, ct, s: ct * conj(xp, xp.ops.exp2(s.b)),
        "b": lambda xp, ct, s: ct * conj(xp, s.y) * math.log(2),
    },
    saves=("b", "y"),
    dtype="float",
    formula="a 2^b",
    samples=lambda draw: [Sample((draw(3, 4), draw(4)))],
)
FREXP = define(
    "frexp",
    inputs=("x",),
    outputs=("mantissa", "exponent"),
    forward=lambda xp, x: xp.frexp(x),
    shape=lambda x: (x, x),
    dtype=lambda kinds, attrs: (kinds[0], as_dtype("int32").numpy),
    saves=("exponent",),
    vjps={"x": lambda xp, ct, s: ct[0] * xp.exp(-math.log(2) * xp.astype(s.exponent, ct[0].dtype))},
    formula="x = mantissa \\cdot 2^{exponent}",
    beyond="the parts of a floating number are not in the standard",
    samples=lambda draw: [Sample((draw(3, 4, low=1.1, high=1.9),))],
)

pow = caller(POW, "``input`` to the power ``exponent``; broadcast.", second="exponent")
exp, exp2, expm1, log, log1p, log2 = map(of_one, (EXP, EXP2, EXPM1, LOG, LOG1P, LOG2))
log10, sqrt, rsqrt, reciprocal = map(of_one, (LOG10, SQRT, RSQRT, RECIPROCAL))
hypot = caller(HYPOT, "``sqrt(input² + other²)`` without overflow; broadcast.")
logaddexp = caller(LOGADDEXP, "``log(exp(input) + exp(other))`` without overflow; broadcast.")
logaddexp2 = caller(LOGADDEXP2, "``log2(2 ** input + 2 ** other)`` without overflow; broadcast.")


def square(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """``input ** 2``; (*) -> (*). Truths become int64."""
    if kind(input) == "b":
        return into(out, apply(POW, input, 2))
    return into(out, apply(SQUARE, input))


square.op = SQUARE  # type: ignore[attr-defined]


def float_power(input: Any, exponent: Any, *, out: Tensor | None = None) -> Tensor:
    """``input ** exponent`` computed in double precision; broadcast. The result is float64 or complex128."""
    wide = as_dtype("complex128" if "c" in kind(input) + kind(exponent) else "float64")
    first, second = (x.to(dtype=wide) if isinstance(x, Tensor) else x for x in (input, exponent))  # type: ignore[attr-defined]
    return into(out, apply(POW, first, second))


def ldexp(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """``input * 2 ** other``; broadcast."""
    return into(out, apply(LDEXP, input, other if isinstance(other, Tensor) else Tensor(input.backend.asarray(other))))


class Frexp(NamedTuple):
    """A number in parts: ``mantissa * 2 ** exponent``."""

    mantissa: Tensor
    exponent: Tensor


@takes_out
def frexp(input: Tensor) -> Frexp:
    """Mantissas from 1/2 to 1 (with the sign) and whole exponents of 2; (*) -> (*), (*)."""
    if kind(input) not in "fV":
        raise placed(DtypeError("frexp takes floats apart", got=input.dtype.name, want="a floating dtype"))
    return Frexp(*apply(FREXP, input))
