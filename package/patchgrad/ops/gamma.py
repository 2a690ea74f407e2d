"""The gamma function's logarithm and the derivatives of that, and the Hurwitz zeta function that they are sums of.

Formulas: NIST Digital Library of Mathematical Functions, https://dlmf.nist.gov/5 and /25.11.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

from patchgrad.autograd.op import Sample, define
from patchgrad.errors import ArgumentError
from patchgrad.ops import shapes
from patchgrad.ops.out import takes_out
from patchgrad.ops.pointwise import binary, by_second, caller, into, one, unary
from patchgrad.ops.precise import polynomial, precise
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed

__all__ = ["digamma", "lgamma", "mvlgamma", "polygamma"]
METHODS = "digamma lgamma mvlgamma"
IN_PLACE = "digamma lgamma mvlgamma"

BERNOULLI = (
    1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798, -174611 / 330,
    854513 / 138, -236364091 / 2730,
)  # fmt: skip
"""B2, B4, ... B24 (DLMF 24.2)."""
STIRLING = [b / (2 * k * (2 * k - 1)) for k, b in enumerate(BERNOULLI[:10], 1)]
"""Of ``x**(1 - 2k)`` in ``ln Γ(x) - (x - 1/2) ln x + x - ln(2π)/2`` (DLMF 5.11.1)."""
SLOPES = [b / (2 * k) for k, b in enumerate(BERNOULLI[:10], 1)]
"""Of ``x**(-2k)`` in ``ln x - 1/(2x) - ψ(x)`` (DLMF 5.11.2)."""
EULER = 0.5772156649015329


@lru_cache(maxsize=1)
def around_two() -> list[float]:
    """Of ``z**k`` in ``ln Γ(2 + z) / z`` (DLMF 5.7.3): 1 - γ, then ``(-1)**k (ζ(k) - 1) / k`` for k from 2."""
    return [1 - EULER] + [(-1) ** k * _beyond_one(k) / k for k in range(2, 29)]


def _beyond_one(s: int) -> float:
    """``ζ(s) - 1``, the terms from 20 on by the Euler-Maclaurin formula (DLMF 25.2.9)."""
    end, rising, tail = 20.0, 1.0, []
    for k, b in enumerate(BERNOULLI[:5], 1):
        rising *= s if k == 1 else (s + 2 * k - 3) * (s + 2 * k - 2)
        tail.append(b / math.factorial(2 * k) * rising * end ** (1 - s - 2 * k))
    return math.fsum([n**-s for n in range(2, 20)] + [end ** (1 - s) / (s - 1), end**-s / 2, *tail])


def sine(xp: Any, x: Any) -> Any:
    """``sin(π x)``, exactly 0 at whole numbers."""
    rest = x - 2 * xp.round(x / 2)
    return xp.sin(math.pi * xp.where(xp.abs(rest) > 0.5, xp.sign(rest) - rest, rest))


def _small(xp: Any, x: Any) -> Any:
    """``ln Γ`` from 0 to 8: moved by whole steps to between 1.5 and 2.5, where the series is short."""
    below = xp.where(x < 0.5, x * (1 + x), xp.where(x < 1.5, x, 1.0))
    place = xp.where(x < 0.5, x, xp.where(x < 1.5, x - 1, x - 2))
    above = xp.ones_like(x)
    for _ in range(6):
        far = place > 0.5
        above = xp.where(far, above * (place + 1), above)
        place = xp.where(far, place - 1, place)
    moved = xp.log(xp.where(x < 1.5, below, above))
    return place * polynomial(around_two(), place) + xp.where(x < 1.5, -moved, moved)


def stirling(xp: Any, x: Any) -> Any:
    """``ln Γ(x) - (x - 1/2) ln x + x - ln(2π)/2``, for x from 8 on."""
    return polynomial(STIRLING, 1 / (x * x)) / x


def _large(xp: Any, x: Any) -> Any:
    return (x - 0.5) * (xp.log(x) - 1) + (0.5 * math.log(2 * math.pi) - 0.5) + stirling(xp, x)


def log_gamma(xp: Any, x: Any) -> Any:
    """``ln |Γ(x)|``; below 0 by reflection (DLMF 5.5.3)."""
    size = xp.abs(x)
    found = xp.where(size < 8, _small(xp, xp.clip(size, 0.0, 8.0)), _large(xp, xp.clip(size, 8.0, None)))
    found = xp.where(x < 0, math.log(math.pi) - xp.log(size * xp.abs(sine(xp, x))) - found, found)
    return xp.where(xp.isinf(x), math.inf, found)


def _digamma(xp: Any, x: Any) -> Any:
    """By the asymptotic series from 10 on, moved there by the recurrence (DLMF 5.5.2); reflected below 0 (5.5.4)."""
    size = xp.where(x < 0, -x, x)
    near = size < 10
    far = xp.where(near, size + 10, size)
    square = 1 / (far * far)
    found = xp.log(far) - 0.5 / far - square * polynomial(SLOPES, square)
    steps = 1 / size
    for k in range(1, 10):
        steps = steps + 1 / (size + k)
    found = xp.where(near, found - steps, found)
    rest = x - xp.round(x)
    return xp.where(x < 0, found + 1 / size - math.pi / xp.tan(math.pi * xp.where(rest == 0, math.nan, rest)), found)


def hurwitz(xp: Any, s: Any, q: Any) -> Any:
    """``sum((q + k)**-s, k >= 0)`` for s > 1 and q > 0, by the Euler-Maclaurin formula (DLMF 25.11.5)."""
    total = q**-s
    for k in range(1, 10):
        total = total + (q + k) ** -s
    end = q + 10
    power = end**-s
    total = total + end ** (1 - s) / (s - 1) + power / 2
    factor = power * s / end
    for k, b in enumerate(BERNOULLI, 1):
        total = total + b / math.factorial(2 * k) * factor
        factor = factor * (s + (2 * k - 1)) * (s + 2 * k) / (end * end)
    return total


def _zeta(xp: Any, s: Any, q: Any) -> Any:
    """Below 0 the terms of both sides of 0 are summed apart: only a whole ``s`` has real ones."""
    safe = xp.where(s > 1, s, 2.0)
    start = q - xp.floor(q)
    whole, negative = start == 0, q < 0
    found = hurwitz(xp, safe, xp.where(q > 0, q, xp.where(whole, 1.0, start)))
    if bool(xp.any(negative)):
        sign = 1 - 2 * xp.abs(xp.remainder(safe, 2 * xp.ones_like(safe)))
        left = xp.where(xp.logical_or(whole, q > 0), 0.5, start)
        mirrored = hurwitz(xp, safe, 1 - left) - hurwitz(xp, safe, 1 - xp.where(negative, q, 0.0))
        found = xp.where(negative, xp.where(safe == xp.floor(safe), found + sign * mirrored, math.nan), found)
    found = xp.where(xp.logical_and(whole, q <= 0), math.inf, found)
    return xp.where(s > 1, found, xp.where(s == 1, math.inf, s * math.nan))


def _polygamma(xp: Any, x: Any, *, n: int) -> Any:
    if n == 0:
        return DIGAMMA.forward(xp, x)
    return precise(lambda xp, x: _derivative(xp, x, n))(xp, x)


def _derivative(xp: Any, x: Any, n: int) -> Any:
    """``(-1)**(n + 1) n! ζ(n + 1, x)`` (DLMF 25.11.12)."""
    found = _zeta(xp, xp.full(x.shape, n + 1.0, dtype=x.dtype), x)
    found = math.factorial(n) * found if n < 171 else xp.exp(math.lgamma(n + 1) + xp.log(found))
    return found if n % 2 else -found


LGAMMA = unary(
    "lgamma",
    precise(log_gamma),
    lambda xp, ct, s: ct * xp.ops.digamma(s.x),
    saves="x",
    formula=r"\ln |\Gamma(x)|",
    low=0.3,
    high=9.0,
)
DIGAMMA = unary(
    "digamma",
    precise(_digamma),
    lambda xp, ct, s: ct * xp.ops.polygamma(s.x, n=1),
    saves="x",
    formula=r"\psi(x) = \frac{d}{dx} \ln \Gamma(x)",
    low=0.3,
    high=9.0,
)
POLYGAMMA = define(
    "polygamma",
    inputs=("x",),
    elementwise=True,
    forward=_polygamma,
    shape=shapes.same,
    dtype="float",
    saves=("x",),
    vjps={"x": lambda xp, ct, s: ct * xp.ops.polygamma(s.x, n=s.n + 1)},
    formula=r"\psi^{(n)}(x)",
    cost=lambda x, **_: 60 * shapes.count(x),
    samples=lambda draw: [
        Sample(sample.inputs, {"n": n}, f"order {n}") for n in (0, 1, 2) for sample in one(0.6, 4.0)(draw)[:1]
    ],
)
ZETA = binary(
    "zeta",
    precise(_zeta),
    {"b": lambda xp, ct, s: -ct * s.a * xp.ops.zeta(s.a + 1, s.b)},
    saves=("a", "b"),
    dtype="float",
    formula=r"\zeta(a, b) = \sum_{k=0}^\infty (b + k)^{-a}",
    samples=by_second(1.5, 3.0),
)

lgamma = caller(LGAMMA, "``ln |Γ(input)|``; (*) -> (*). Infinite at 0 and at negative whole numbers.")
digamma = caller(DIGAMMA, "The derivative of `lgamma`; (*) -> (*). NaN at negative whole numbers, its poles.")
zeta = caller(ZETA, "The Hurwitz zeta function, ``sum((other + k) ** -input, k >= 0)``; broadcast. NaN for input < 1.")


def polygamma(n: int, input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The ``n``-th derivative of `digamma`; (*) -> (*). Raises ArgumentError for a negative ``n``."""
    if n < 0:
        raise placed(ArgumentError("there is no negative derivative", got=f"n={n}", want="n >= 0"))
    return into(out, apply(POLYGAMMA, input, n=n))


@takes_out
def mvlgamma(input: Tensor, p: int) -> Tensor:
    """The logarithm of the gamma function of ``p`` dimensions (DLMF 35.3.5), for input > (p - 1) / 2; (*) -> (*).

    Raises ArgumentError for p < 1.
    """
    if p < 1:
        raise placed(ArgumentError("a space has at least one dimension", got=f"p={p}", want="p >= 1"))
    total = lgamma(input)
    for k in range(1, p):
        total = total + lgamma(input - k / 2)
    return total + p * (p - 1) / 4 * math.log(math.pi)
