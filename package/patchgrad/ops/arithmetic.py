"""Sums, products, quotients and remainders, with PyTorch's rules for whole numbers, zeros and signs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from patchgrad.autograd.op import OpSpec, Sample, define
from patchgrad.backend import host
from patchgrad.errors import ArgumentError, DtypeError
from patchgrad.ops import shapes
from patchgrad.ops.out import takes_out
from patchgrad.ops.pointwise import binary, caller, choice, conj, into, kind, refuse_truths, still, two, unary
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed

__all__ = [
    "add", "addcdiv", "addcmul", "div", "divide", "floor_divide", "fmod", "gcd", "lcm", "lerp", "mul", "multiply",
    "neg", "negative", "positive", "remainder", "rsub", "sub", "subtract", "true_divide",
]  # fmt: skip
METHODS = (
    "add addcdiv addcmul div divide floor_divide fmod gcd lcm lerp mul multiply neg negative positive remainder sub "
    "subtract true_divide"
)
IN_PLACE = (
    "add addcdiv addcmul div divide floor_divide fmod gcd lcm lerp mul multiply neg negative remainder sub subtract "
    "true_divide"
)

ADD = binary(
    "add", lambda xp, a, b: xp.add(a, b), {"a": lambda xp, ct, s: ct, "b": lambda xp, ct, s: ct}, formula="a + b"
)
SUB = binary(
    "sub", lambda xp, a, b: xp.subtract(a, b), {"a": lambda xp, ct, s: ct, "b": lambda xp, ct, s: -ct}, formula="a - b"
)
MUL = binary(
    "mul",
    lambda xp, a, b: xp.multiply(a, b),
    {"a": lambda xp, ct, s: ct * conj(xp, s.b), "b": lambda xp, ct, s: ct * conj(xp, s.a)},
    saves=("a", "b"),
    formula="a b",
)
DIV = binary(
    "div",
    lambda xp, a, b: xp.divide(a, b),
    {"a": lambda xp, ct, s: ct / conj(xp, s.b), "b": lambda xp, ct, s: -ct * conj(xp, s.a / (s.b * s.b))},
    saves=("a", "b"),
    dtype="float",
    formula=r"\frac{a}{b}",
    samples=two(1.0, 2.0),
)
NEG = unary("neg", lambda xp, x: xp.negative(x), lambda xp, ct, s: -ct, dtype="same", formula="-x")


def _divisible(xp: Any, a: Any, b: Any, what: str) -> None:
    """Whole numbers cannot be divided by 0, and truths not at all."""
    refuse_truths(what, a, b)
    if kind(b) in "iub" and kind(a) in "iub" and bool(xp.any(b == 0) if hasattr(b, "shape") else b == 0):
        raise ArgumentError(
            "whole numbers cannot be divided by 0", got="a divisor of 0", hint="cast to floats first: .float()"
        )


def _div_floor(xp: Any, a: Any, b: Any) -> Any:
    _divisible(xp, a, b, "division")
    return xp.floor_divide(a, b)


def _div_trunc(xp: Any, a: Any, b: Any) -> Any:
    _divisible(xp, a, b, "division")
    if kind(a) == "f" or kind(b) == "f":
        return xp.trunc(a / b)
    down = xp.floor_divide(a, b)
    upwards = xp.logical_and(down * b != a, xp.not_equal(a < 0, b < 0))
    return down + xp.astype(upwards, down.dtype)


def _remainder(xp: Any, a: Any, b: Any) -> Any:
    _divisible(xp, a, b, "the remainder")
    return xp.remainder(a, b)


def _fmod(xp: Any, a: Any, b: Any) -> Any:
    if kind(a) == "f" or kind(b) == "f":
        like = a if hasattr(a, "dtype") else b
        first, second = (xp.asarray(value, dtype=like.dtype) for value in (a, b))
        return xp.copysign(xp.remainder(xp.abs(first), xp.abs(second)), first)
    return a - _div_trunc(xp, a, b) * b


def _still(name: str, forward: Any, formula: str) -> OpSpec:
    return binary(name, forward, {"a": still, "b": still}, samples=two(1.1, 1.4, apart=0.5), formula=formula)


DIV_FLOOR = _still("div_floor", _div_floor, r"\lfloor a / b \rfloor")
DIV_TRUNC = _still("div_trunc", _div_trunc, r"\mathrm{trunc}(a / b)")
FLOOR_DIVIDE = binary("floor_divide", _div_floor, {}, samples=two(1.0, 2.0), formula=r"\lfloor a / b \rfloor")
REMAINDER = binary(
    "remainder",
    _remainder,
    {"a": lambda xp, ct, s: ct, "b": lambda xp, ct, s: -ct * xp.ops.div_floor(s.a, s.b)},
    saves=("a", "b"),
    samples=two(1.1, 1.4, apart=0.5),
    formula=r"a - b \lfloor a / b \rfloor",
)
FMOD = binary(
    "fmod",
    _fmod,
    {"a": lambda xp, ct, s: ct, "b": lambda xp, ct, s: -ct * xp.ops.div_trunc(s.a, s.b)},
    saves=("a", "b"),
    samples=two(1.1, 1.4, apart=0.5),
    formula=r"a - b\,\mathrm{trunc}(a / b)",
)


def _whole(draw: Any) -> list[Sample]:
    return [Sample((host.asarray([[12, -18], [0, 7]]), host.asarray([8, 27])))]


GCD = binary(
    "gcd",
    lambda xp, a, b: xp.gcd(a, b),
    {},
    samples=_whole,
    formula=r"\gcd(a, b)",
    beyond="divisors are not in the standard",
)
LCM = binary(
    "lcm",
    lambda xp, a, b: xp.lcm(a, b),
    {},
    samples=_whole,
    formula=r"\mathrm{lcm}(a, b)",
    beyond="multiples are not in the standard",
)


def _three(name: str, forward: Any, vjps: dict[str, Any], saves: tuple[str, ...], formula: str, **attrs: Any) -> OpSpec:
    return define(
        name,
        inputs=("x", "a", "b"),
        elementwise=True,
        forward=forward,
        shape=shapes.broadcast,
        saves=saves,
        vjps=vjps,
        formula=formula,
        cost=lambda *shape, **_: 3 * shapes.count(shapes.broadcast(*shape)),
        samples=lambda draw: [Sample((draw(3, 4), draw(3, 1), draw(4, low=1.0)), attrs)],
        errors=lambda draw: [Sample((draw(3, 4), draw(3), draw(4)), attrs)],
    )


def _addcdiv(xp: Any, x: Any, a: Any, b: Any, value: Any) -> Any:
    if all(kind(entry) in "iub" for entry in (x, a, b)):
        raise DtypeError(
            "addcdiv divides, which whole numbers do not",
            hint="cast to floats first, or use div(rounding_mode='trunc')",
        )
    return x + value * (a / b)


ADDCMUL = _three(
    "addcmul",
    lambda xp, x, a, b, value: x + value * (a * b),
    {
        "x": lambda xp, ct, s: ct,
        "a": lambda xp, ct, s: ct * conj(xp, s.b * s.value),
        "b": lambda xp, ct, s: ct * conj(xp, s.a * s.value),
    },
    ("a", "b"),
    r"x + value\,a\,b",
    value=0.5,
)
ADDCDIV = _three(
    "addcdiv",
    _addcdiv,
    {
        "x": lambda xp, ct, s: ct,
        "a": lambda xp, ct, s: ct * conj(xp, s.value / s.b),
        "b": lambda xp, ct, s: -ct * conj(xp, s.value * s.a / (s.b * s.b)),
    },
    ("a", "b"),
    r"x + value\,\frac{a}{b}",
    value=0.5,
)
LERP = _three(
    "lerp",
    lambda xp, x, a, b: x + b * (a - x),
    {
        "x": lambda xp, ct, s: ct * conj(xp, 1 - s.b),
        "a": lambda xp, ct, s: ct * conj(xp, s.b),
        "b": lambda xp, ct, s: ct * conj(xp, s.a - s.x),
    },
    ("x", "a", "b"),
    "x + b (a - x)",
)


def _scaled(other: Any, alpha: Any) -> Any:
    """``alpha * other``. Whole numbers take whole factors only."""
    if isinstance(alpha, float) and kind(other) in "iub":
        raise placed(
            DtypeError(
                "whole numbers take a whole alpha", got=f"alpha={alpha}", want="an int", hint="cast first: .float()"
            )
        )
    if kind(other) == "b":
        return apply(MUL, other, bool(alpha))
    return apply(MUL, other, alpha) if isinstance(other, Tensor) else other * alpha


def add(input: Any, other: Any, *, alpha: Any = 1, out: Tensor | None = None) -> Tensor:
    """``input + alpha * other``; broadcast."""
    found = apply(ADD, input, other if alpha == 1 else _scaled(other, alpha))
    return found if out is None else into(out, found)


def sub(input: Any, other: Any, *, alpha: Any = 1, out: Tensor | None = None) -> Tensor:
    """``input - alpha * other``; broadcast."""
    found = apply(SUB, input, other if alpha == 1 else _scaled(other, alpha))
    return found if out is None else into(out, found)


@takes_out
def rsub(input: Any, other: Any, *, alpha: Any = 1) -> Tensor:
    """``other - alpha * input``; broadcast."""
    return sub(other, input, alpha=alpha)


_ROUNDED: dict[str | None, OpSpec] = {None: DIV, "floor": DIV_FLOOR, "trunc": DIV_TRUNC}


def div(input: Any, other: Any, *, rounding_mode: str | None = None, out: Tensor | None = None) -> Tensor:
    """``input / other``; broadcast. Whole numbers give the default float, and keep their dtype when rounded.

    Parameters
        rounding_mode  "floor" rounds the quotient down, "trunc" towards 0
    Raises ArgumentError for a whole 0 as divisor when rounding.
    """
    if rounding_mode is not None:
        choice("rounding_mode", rounding_mode, ("floor", "trunc", None))
    found = apply(_ROUNDED[rounding_mode], input, other)
    return found if out is None else into(out, found)


def true_divide(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
    """``input / other``; broadcast. Whole numbers give the default float."""
    return into(out, apply(DIV, input, other))


def positive(input: Tensor) -> Tensor:
    """The tensor itself, as ``+x`` is. Raises DtypeError for bools."""
    if kind(input) == "b":
        raise placed(DtypeError("`+` is not defined for bools", got="bool", hint="cast first: .int()"))
    return input


def addcmul(input: Any, tensor1: Any, tensor2: Any, *, value: Any = 1, out: Tensor | None = None) -> Tensor:
    """``input + value * tensor1 * tensor2``; broadcast."""
    return into(out, apply(ADDCMUL, input, tensor1, tensor2, value=value))


def addcdiv(input: Any, tensor1: Any, tensor2: Any, *, value: Any = 1, out: Tensor | None = None) -> Tensor:
    """``input + value * tensor1 / tensor2``; broadcast. Raises DtypeError for whole numbers alone."""
    return into(out, apply(ADDCDIV, input, tensor1, tensor2, value=value))


def lerp(input: Any, end: Any, weight: Any, *, out: Tensor | None = None) -> Tensor:
    """``input + weight * (end - input)``: the point between two, of a number or a tensor of weights; broadcast."""
    return into(out, apply(LERP, input, end, weight))


mul = caller(MUL, "``input * other``; broadcast.")
neg: Callable[..., Tensor] = caller(NEG, "``-input``; (*) -> (*).")
floor_divide = caller(FLOOR_DIVIDE, "The quotient rounded down; broadcast. A whole 0 as divisor raises ArgumentError.")
remainder = caller(REMAINDER, "The remainder with the sign of the divisor; broadcast.")
fmod = caller(FMOD, "The remainder with the sign of the dividend; broadcast.")
gcd = caller(GCD, "The greatest common divisor of whole numbers, not negative; broadcast.")
lcm = caller(LCM, "The least common multiple of whole numbers, not negative; broadcast.")
subtract, multiply, divide, negative = sub, mul, div, neg
