"""The regularized incomplete gamma functions (https://dlmf.nist.gov/8).

Four ways, each where it is short and exact: a series for P, a series for Q near 0, a continued fraction for Q, and
Temme's uniform expansion where ``a`` is large and x near it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from typing import Any

from patchgrad.ops.gamma import around_two, log_gamma, stirling
from patchgrad.ops.pointwise import binary, by_second, caller
from patchgrad.ops.precise import polynomial, precise

__all__ = ["igamma", "igammac"]
METHODS = "igamma igammac"
IN_PLACE = "igamma igammac"

LARGE = 200.0
"""From here on Temme's expansion replaces the others around x = a, which would need ever more terms."""
MOST = 500
"""Steps after which a sum that has not settled is left as it is."""


def _gap(xp: Any, u: Any) -> Any:
    """``u - ln(1 + u)`` without cancellation near 0."""
    s = u / (2 + u)
    near = u * s - 2 * s**3 * polynomial([1 / (2 * k + 3) for k in range(18)], s * s)
    return xp.where(xp.abs(u) < 0.5, near, u - xp.log1p(u))


def _front(xp: Any, a: Any, x: Any) -> Any:
    """``x**a exp(-x) / Γ(a + 1)``."""
    high = xp.clip(a, 10.0, None)
    far = xp.exp(-high * _gap(xp, (x - high) / high) - stirling(xp, high)) / xp.sqrt(2 * math.pi * high)
    low = xp.clip(a, 0.0, 10.0)
    return xp.where(a < 10, x**low * xp.exp(-x) * xp.exp(-log_gamma(xp, low + 1)), far)


def _lower_series(xp: Any, a: Any, x: Any) -> Any:
    """P (DLMF 8.11.4)."""
    total, term, k = xp.ones_like(x), xp.ones_like(x), 0
    while k < MOST and bool(xp.any(term > total * 2.0**-54)):
        k += 1
        term = term * x / (a + k)
        total = total + term
    return total * _front(xp, a, x)


def _upper_series(xp: Any, a: Any, x: Any) -> Any:
    """Q for x up to about 1 (DLMF 8.7.3), where 1 - P would cancel."""
    total, term = xp.zeros_like(x), xp.ones_like(x)
    for k in range(1, 26):
        term = term * (-x / k)
        total = total + term / (a + k)
    small = xp.clip(a, 0.0, 0.5)
    gamma = xp.where(a < 0.5, small * polynomial(around_two(), small) - xp.log1p(small), log_gamma(xp, a + 1))
    log = a * xp.log(x) - gamma
    return -xp.expm1(log) - xp.exp(log) * a * total


def _fraction(xp: Any, a: Any, x: Any) -> Any:
    """Q for x > a (DLMF 8.9.2), by Lentz's method: ratios of numerators ``c`` and denominators ``d`` that follow."""
    b = x + 1 - a
    d = 1 / b
    c, found, open_, k = xp.full(x.shape, 1e300, dtype=x.dtype), d, xp.ones_like(x), 0
    while k < MOST and bool(xp.any(open_ > 0)):
        k += 1
        part = k * (a - k)
        b = b + 2
        d = 1 / (part * d + b)
        c = b + part / c
        found = xp.where(open_ > 0, found * (c * d), found)
        open_ = xp.where(xp.abs(c * d - 1) > 2.0**-52, open_, 0.0)
    return found * a * _front(xp, a, x)


@lru_cache(maxsize=1)
def _temme_series() -> list[list[float]]:
    """Coefficients of powers of η in Temme's ``c_k`` (DLMF 8.12.10 for a series in η)."""
    size, terms = 30, 7
    mu = [Fraction(0), Fraction(1)]  # of λ - 1 in powers of η: (1 + μ) η = μ μ'
    for n in range(2, size + 2):
        known = sum(((n + 1 - k) * mu[k] * mu[n + 1 - k] for k in range(2, n)), Fraction(0))
        mu.append((mu[n - 1] - known) / (n + 1))
    inverse = [Fraction(1)]  # of η / μ
    for n in range(1, size):
        inverse.append(-sum((mu[k + 1] * inverse[n - k] for k in range(1, n + 1)), Fraction(0)))
    rows = [inverse[1:]]
    for _ in range(terms - 1):
        last = rows[-1]
        rows.append([(n + 2) * last[n + 2] - last[1] * rows[0][n] for n in range(len(last) - 2)])
    return [[float(entry) for entry in row[:16]] for row in rows]


def _temme(upper: bool) -> Callable[..., Any]:
    """P or Q for a large ``a`` and x within a third of it (DLMF 8.12.3, 8.12.4, 8.12.7)."""

    def function(xp: Any, a: Any, x: Any) -> Any:
        u = (x - a) / a
        gap = _gap(xp, u)
        eta = xp.sign(u) * xp.sqrt(2 * gap)
        total = xp.zeros_like(x)
        for row in reversed(_temme_series()):
            total = total / a + polynomial(row, eta)
        rest = xp.exp(-a * gap) / xp.sqrt(2 * math.pi * a) * total
        side = 1.0 if upper else -1.0
        return xp.ops.erfc(side * eta * xp.sqrt(a / 2)) / 2 + side * rest

    return function


def _regular(upper: bool) -> Callable[..., Any]:
    """P or Q for positive, finite ``a`` and x, each number by one of the ways."""

    def function(xp: Any, a: Any, x: Any) -> Any:
        found = xp.zeros_like(x)
        central = xp.logical_and(a > LARGE, xp.abs(x - a) < 0.3 * a)
        limit = xp.where(x < 0.5, -0.4 / xp.log(xp.clip(x, 1e-300, 0.5)), x * 1.1)
        start = xp.logical_and(x <= 1.1, limit >= a)
        beyond = xp.logical_and(x > 1.1, x > a)
        ways = [(central, _temme(upper), upper), (start, _upper_series, True), (beyond, _fraction, True)]
        open_ = xp.ones_like(central)
        for mask, way, gives_upper in [*ways, (xp.ones_like(central), _lower_series, False)]:
            chosen = xp.logical_and(open_, mask)
            open_ = xp.logical_and(open_, xp.logical_not(mask))
            if bool(xp.any(chosen)):
                part = way(xp, a[chosen], x[chosen])
                found[chosen] = part if gives_upper == upper else 1 - part
        return found

    return function


def _function(upper: bool) -> Callable[..., Any]:
    at_zero, at_infinity = (1.0, 0.0) if upper else (0.0, 1.0)

    def function(xp: Any, a: Any, x: Any) -> Any:
        bounded = xp.logical_and(xp.isfinite(a), xp.isfinite(x))
        usual = xp.logical_and(bounded, xp.logical_and(a > 0, x > 0))
        found = _regular(upper)(xp, xp.where(usual, a, 1.0), xp.where(usual, x, 1.0))
        low = xp.logical_or(x == 0, xp.isinf(a))
        high = xp.logical_or(a == 0, xp.isinf(x))
        found = xp.where(usual, found, xp.where(low, at_zero, xp.where(high, at_infinity, a * math.nan)))
        defined = xp.logical_and(xp.logical_and(a >= 0, x >= 0), xp.logical_not(xp.logical_and(low, high)))
        return xp.where(defined, found, math.nan)

    return precise(function)


def _density(xp: Any, s: Any) -> Any:
    """The derivative of P by x."""
    a = s.a if hasattr(s.a, "dtype") else xp.asarray(s.a, dtype=s.b.dtype)
    return xp.exp((a - 1) * xp.log(s.b) - s.b - xp.ops.lgamma(a))


IGAMMA = binary(
    "igamma",
    _function(False),
    {"b": lambda xp, ct, s: ct * _density(xp, s)},
    saves=("a", "b"),
    dtype="floating",
    formula=r"P(a, b) = \frac{1}{\Gamma(a)} \int_0^b t^{a-1} e^{-t} dt",
    samples=by_second(0.5, 4.0),
)
IGAMMAC = binary(
    "igammac",
    _function(True),
    {"b": lambda xp, ct, s: -ct * _density(xp, s)},
    saves=("a", "b"),
    dtype="floating",
    formula=r"Q(a, b) = \frac{1}{\Gamma(a)} \int_b^\infty t^{a-1} e^{-t} dt",
    samples=by_second(0.5, 4.0),
)

igamma = caller(
    IGAMMA,
    "The lower regularized incomplete gamma function P(input, other); broadcast. NaN for negative numbers. "
    "Differentiable by ``other`` alone, as in PyTorch.",
)
igammac = caller(
    IGAMMAC,
    "The upper regularized incomplete gamma function, ``1 - igamma``, without cancellation; broadcast. NaN for "
    "negative numbers. Differentiable by ``other`` alone, as in PyTorch.",
)
