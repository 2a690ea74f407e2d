"""The modified Bessel functions of orders 0 and 1, and their exponentially scaled forms.

Series and integrals: NIST Digital Library of Mathematical Functions, https://dlmf.nist.gov/10. Integrals are taken by
the trapezoidal rule, whose error falls exponentially for analytic functions that die out (Trefethen and Weideman,
2014).
"""

from __future__ import annotations

import math
from typing import Any

from patchgrad.ops.pointwise import caller, unary
from patchgrad.ops.precise import polynomial, precise

__all__ = ["i0"]
METHODS = "i0"
IN_PLACE = "i0"

SERIES = [[1 / (math.factorial(k) * math.factorial(k + order)) for k in range(45)] for order in (0, 1)]
"""Of ``(x²/4)**k`` in ``I(x) / (x/2)**order`` (DLMF 10.25.2)."""
FAR = [
    [math.prod(((2 * j - 1) ** 2 - 4 * order) / (8 * j) for j in range(1, k + 1)) for k in range(25)]
    for order in (0, 1)
]
"""Of ``x**-k`` in ``I(x) exp(-x) sqrt(2π x)`` (DLMF 10.40.1)."""
WIDE = [(0.4 * k, 0.4 if k else 0.2) for k in range(17)]
NARROW = [(math.cosh(0.2 * k), 0.2 if k else 0.1) for k in range(24)]
"""Places and weights of the trapezoidal rule."""


def _near(xp: Any, x: Any, order: int) -> Any:
    """I for |x| <= 20, all terms of one sign."""
    return polynomial(SERIES[order], x * x / 4) * (x / 2) ** order


def _far(xp: Any, x: Any, order: int) -> Any:
    """``I(x) exp(-x)`` for x >= 20."""
    return polynomial(FAR[order], 1 / x) / xp.sqrt(2 * math.pi * x)


def _scaled(order: int) -> Any:
    def function(xp: Any, x: Any) -> Any:
        size = xp.abs(x)
        middle = xp.clip(size, 0.0, 20.0)
        near = xp.exp(-middle) * _near(xp, middle, order)
        found = xp.where(size < 20, near, _far(xp, xp.clip(size, 20.0, None), order))
        return xp.where(x < 0, -found, found) if order else found

    return precise(function)


def _first_kind(order: int) -> Any:
    def function(xp: Any, x: Any) -> Any:
        size = xp.clip(xp.abs(x), 20.0, None)
        half = xp.exp(xp.where(size < 1000, size, 1000.0) / 2)
        far = _far(xp, size, order) * half * half
        far = xp.where(xp.isinf(size), math.inf, far)
        far = xp.where(x < 0, -far, far) if order else far
        return xp.where(xp.abs(x) < 20, _near(xp, xp.clip(x, -20.0, 20.0), order), far)

    return precise(function)


def wide(xp: Any, x: Any, order: int) -> Any:
    """``K(x) exp(x)`` for x >= 5: ``sqrt(2/x) ∫ exp(-u²) (1 + u²/x)**order / sqrt(1 + u²/(2x)) du``, u from 0.

    That is DLMF 10.32.9 with ``u = sqrt(2x) sinh(t/2)``.
    """
    total = xp.zeros_like(x)
    for u, weight in WIDE:
        part = u * u / x
        total = total + weight * math.exp(-u * u) * (1 + part) ** order / xp.sqrt(1 + part / 2)
    return total * xp.sqrt(2 / x)


def _narrow(xp: Any, x: Any, order: int) -> Any:
    """``K(x) exp(x)`` from 1 to 5 (DLMF 10.32.9)."""
    total = xp.zeros_like(x)
    for cosh, weight in NARROW:
        total = total + weight * cosh**order * xp.exp(-x * (cosh - 1))
    return total


def _start(xp: Any, x: Any, order: int) -> Any:
    """``K(x)`` for x < 1 (DLMF 10.31.1, 10.31.2)."""
    square = x * x / 4
    log = xp.log(x / 2)
    if order == 0:
        return polynomial(LOGS[0], square) - log * polynomial(SERIES[0][:12], square)
    return 1 / x + x / 2 * (log * polynomial(SERIES[1][:12], square) - polynomial(LOGS[1], square))


def _psi(n: int) -> float:
    """The digamma function of a whole number (DLMF 5.4.14)."""
    return math.fsum(1 / k for k in range(1, n)) - 0.5772156649015329


LOGS = [
    [_psi(k + 1) * SERIES[0][k] for k in range(12)],
    [(_psi(k + 1) + _psi(k + 2)) / 2 * SERIES[1][k] for k in range(12)],
]


def _second_kind(order: int, scaled: bool) -> Any:
    def function(xp: Any, x: Any) -> Any:
        low, high = xp.clip(x, 0.0, 1.0), xp.clip(x, 5.0, None)
        late = xp.where(x < 5, _narrow(xp, xp.clip(x, 1.0, 5.0), order), wide(xp, high, order))
        start = _start(xp, low, order)
        start, late = (start * xp.exp(low), late) if scaled else (start, late * xp.exp(-xp.clip(x, 1.0, None)))
        found = xp.where(x < 1, start, late)
        return xp.where(x > 0, found, xp.where(x == 0, math.inf, x * math.nan))

    return precise(function)


def ratio(xp: Any, y: Any, x: Any, at_zero: float) -> Any:
    """``y / x``, with its limit at 0."""
    zero = x == 0
    return xp.where(zero, at_zero, y / xp.where(zero, 1.0, x))


I0 = unary(
    "i0",
    _first_kind(0),
    lambda xp, ct, s: ct * xp.ops.i1(s.x),
    saves="x",
    formula=r"I_0(x) = \frac{1}{\pi} \int_0^\pi e^{x \cos t} dt",
)
I1 = unary(
    "i1",
    _first_kind(1),
    lambda xp, ct, s: ct * (xp.ops.i0(s.x) - ratio(xp, s.y, s.x, 0.5)),
    saves="x y",
    formula=r"I_1(x) = \frac{1}{\pi} \int_0^\pi \cos t\, e^{x \cos t} dt",
    low=0.5,
    high=3.0,
)
I0E = unary(
    "i0e",
    _scaled(0),
    lambda xp, ct, s: ct * (xp.ops.i1e(s.x) - xp.sign(s.x) * s.y),
    saves="x y",
    formula=r"e^{-|x|} I_0(x)",
)
I1E = unary(
    "i1e",
    _scaled(1),
    lambda xp, ct, s: ct * (xp.ops.i0e(s.x) - xp.sign(s.x) * s.y - ratio(xp, s.y, s.x, 0.5)),
    saves="x y",
    formula=r"e^{-|x|} I_1(x)",
    low=0.5,
    high=3.0,
)
K0 = unary(
    "modified_bessel_k0",
    _second_kind(0, False),
    lambda xp, ct, s: -ct * xp.ops.modified_bessel_k1(s.x),
    saves="x",
    formula=r"K_0(x) = \int_0^\infty e^{-x \cosh t} dt",
    low=0.5,
    high=8.0,
)
K1 = unary(
    "modified_bessel_k1",
    _second_kind(1, False),
    lambda xp, ct, s: -ct * (xp.ops.modified_bessel_k0(s.x) + s.y / s.x),
    saves="x y",
    formula=r"K_1(x) = \int_0^\infty \cosh t\, e^{-x \cosh t} dt",
    low=0.5,
    high=8.0,
)
K0E = unary(
    "scaled_modified_bessel_k0",
    _second_kind(0, True),
    lambda xp, ct, s: ct * (s.y - xp.ops.scaled_modified_bessel_k1(s.x)),
    saves="x y",
    formula=r"e^x K_0(x)",
    low=0.5,
    high=8.0,
)
K1E = unary(
    "scaled_modified_bessel_k1",
    _second_kind(1, True),
    lambda xp, ct, s: ct * (s.y - xp.ops.scaled_modified_bessel_k0(s.x) - s.y / s.x),
    saves="x y",
    formula=r"e^x K_1(x)",
    low=0.5,
    high=8.0,
)

i0 = caller(I0, "The modified Bessel function of the first kind, of order 0; (*) -> (*).")
i1 = caller(I1, "The modified Bessel function of the first kind, of order 1; (*) -> (*).")
i0e = caller(I0E, "``i0(input) * exp(-|input|)``, without overflow; (*) -> (*).")
i1e = caller(I1E, "``i1(input) * exp(-|input|)``, without overflow; (*) -> (*).")
modified_bessel_i0 = caller(I0, "The same as `i0`.", "modified_bessel_i0")
modified_bessel_i1 = caller(I1, "The same as `i1`.", "modified_bessel_i1")
modified_bessel_k0 = caller(K0, "The modified Bessel function of the second kind, of order 0; (*) -> (*). NaN below 0.")
modified_bessel_k1 = caller(K1, "The modified Bessel function of the second kind, of order 1; (*) -> (*). NaN below 0.")
scaled_modified_bessel_k0 = caller(K0E, "``modified_bessel_k0(input) * exp(input)``, without underflow; (*) -> (*).")
scaled_modified_bessel_k1 = caller(K1E, "``modified_bessel_k1(input) * exp(input)``, without underflow; (*) -> (*).")
