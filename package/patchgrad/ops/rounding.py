"""Rounding and signs: what is left of a number without its fraction, or without its size."""

from __future__ import annotations

import math
from typing import Any

from patchgrad.autograd.op import Sample
from patchgrad.ops.pointwise import (
    beside,
    binary,
    caller,
    conj,
    into,
    kind,
    magnitudes,
    of_one,
    refuse_truths,
    still,
    two,
    unary,
)
from patchgrad.tensor import Tensor, apply

__all__ = [
    "abs", "absolute", "ceil", "copysign", "deg2rad", "fix", "floor", "frac", "heaviside", "nextafter", "rad2deg",
    "round", "sgn", "sign", "signbit", "trunc",
]  # fmt: skip
METHODS = "abs absolute ceil copysign deg2rad fix floor frac heaviside nextafter rad2deg round sgn sign signbit trunc"
IN_PLACE = "abs absolute ceil copysign deg2rad fix floor frac heaviside nextafter rad2deg round sgn sign trunc"


def _abs(xp: Any, x: Any) -> Any:
    refuse_truths("the absolute value", x)
    return xp.abs(x)


def _sign(xp: Any, x: Any) -> Any:
    """Truths are their own signs; NaN has none."""
    if kind(x) == "b":
        return xp.asarray(x, copy=True)
    return xp.where(x == x, xp.sign(x), 0.0) if kind(x) == "f" else xp.sign(x)


def _sgn_rule(xp: Any, ct: Any, s: Any) -> Any:
    """What turns the direction; changes of size leave it as it is."""
    if kind(s.y) != "c":
        return xp.zeros_like(ct)
    size = xp.abs(s.x)
    turn = ct / xp.where(size == 0, 1.0, size)
    return xp.where(size == 0, 0.0, turn - xp.real(turn * conj(xp, s.y)) * s.y)


ABS = unary(
    "abs",
    _abs,
    lambda xp, ct, s: ct * (xp.ops.sgn(s.x) if kind(s.x) == "c" else xp.sign(s.x)),
    saves="x",
    dtype=magnitudes,
    formula="|x|",
    low=0.5,
)
SIGN = unary("sign", _sign, still, dtype="same", formula=r"\mathrm{sign}(x)", low=0.5)
SGN = unary("sgn", _sign, _sgn_rule, saves="x y", dtype="same", formula=r"\frac{x}{|x|}", low=0.5)
FLOOR = unary("floor", lambda xp, x: xp.floor(x), still, dtype="same", formula=r"\lfloor x \rfloor", low=0.1, high=0.9)
CEIL = unary("ceil", lambda xp, x: xp.ceil(x), still, dtype="same", formula=r"\lceil x \rceil", low=0.1, high=0.9)
TRUNC = unary("trunc", lambda xp, x: xp.trunc(x), still, dtype="same", formula=r"\mathrm{trunc}\,x", low=0.1, high=0.9)


def _round(xp: Any, x: Any, decimals: int = 0) -> Any:
    if decimals == 0:
        return xp.round(x)
    scale = 10.0 ** max(decimals, -decimals)
    return xp.round(x * scale) / scale if decimals > 0 else xp.round(x / scale) * scale


ROUND = unary("round", _round, still, dtype="same", formula=r"\mathrm{round}\,x", low=0.1, high=0.4)
FRAC = unary(
    "frac",
    lambda xp, x: x - xp.trunc(x),
    lambda xp, ct, s: ct,
    dtype="floating",
    formula=r"x - \mathrm{trunc}\,x",
    low=0.1,
    high=0.9,
)
DEG2RAD = unary(
    "deg2rad",
    lambda xp, x: x * (math.pi / 180),
    lambda xp, ct, s: ct * (math.pi / 180),
    formula=r"\frac{\pi x}{180}",
    real=True,
)
RAD2DEG = unary(
    "rad2deg",
    lambda xp, x: x * (180 / math.pi),
    lambda xp, ct, s: ct * (180 / math.pi),
    formula=r"\frac{180 x}{\pi}",
    real=True,
)
SIGNBIT = unary(
    "signbit",
    lambda xp, x: xp.signbit(x) if kind(x) == "f" else x < 0,
    None,
    dtype="bool",
    formula="x < 0",
    real=True,
)


COPYSIGN = binary(
    "copysign",
    lambda xp, a, b: xp.copysign(*beside(xp, a, b)),
    {"a": lambda xp, ct, s: ct * xp.where(s.a == 0, 0.0, xp.sign(s.a) * xp.sign(s.y)), "b": still},
    saves=("a", "y"),
    dtype="float",
    formula=r"|a|\,\mathrm{sign}(b)",
    samples=two(0.5, 2.0),
)
NEXTAFTER = binary(
    "nextafter",
    lambda xp, a, b: xp.nextafter(*beside(xp, a, b)),
    {"a": lambda xp, ct, s: ct, "b": still},
    dtype="floating",
    formula=r"\mathrm{nextafter}(a, b)",
    samples=lambda draw: [Sample((draw(3, 4), draw(4)))],
)
HEAVISIDE = binary(
    "heaviside",
    lambda xp, a, b: xp.where(a == 0, b, xp.astype(a > 0, a.dtype)),
    {},
    real=True,
    formula=r"a = 0\;?\;b : a > 0",
    samples=lambda draw: [Sample((draw(3, 4) * [1.0, 0.0, 1.0, 1.0], draw(4)))],
)

abs, sign, floor, ceil, trunc = of_one(ABS), of_one(SIGN), of_one(FLOOR), of_one(CEIL), of_one(TRUNC)
frac, deg2rad, rad2deg, signbit = of_one(FRAC), of_one(DEG2RAD), of_one(RAD2DEG), of_one(SIGNBIT)
sgn = caller(SGN, "The sign; of a complex number its direction, ``x / |x|``, and 0 of 0; (*) -> (*).")
copysign = caller(COPYSIGN, "The size of ``input`` with the sign of ``other``; broadcast.")
nextafter = caller(NEXTAFTER, "The next number after ``input`` on the way to ``other``; broadcast.")
heaviside = caller(HEAVISIDE, "0 below 0, 1 above, and ``values`` at 0; broadcast.", second="values")
absolute, fix = abs, trunc


def round(input: Tensor, *, decimals: int = 0, out: Tensor | None = None) -> Tensor:
    """The nearest whole number, halves to the even one; with ``decimals`` that many digits are kept; (*) -> (*)."""
    return into(out, apply(ROUND, input) if decimals == 0 else apply(ROUND, input, decimals=decimals))
