"""Bessel functions of the first and second kind, of orders 0 and 1, and the spherical one of order 0.

Up to 10 they are integrals over a circle, of periodic functions, which sums over equal steps give exactly (Trefethen
and Weideman, 2014); the logarithm in those of the second kind enters the weights of the sums (Kress, 1991). From 10 on
they are the modified function K of an imaginary number (https://dlmf.nist.gov/10.27.E8).
"""

from __future__ import annotations

import math
from typing import Any

from patchgrad.ops.modified_bessel import WIDE, ratio
from patchgrad.ops.pointwise import caller, unary
from patchgrad.ops.precise import polynomial, precise

__all__: list[str] = []

STEPS = 96
CIRCLE = [math.pi / 2 * (2 * k + 1) / (STEPS // 2) for k in range(STEPS // 4)]
"""Angles in a quarter of the circle."""
SINES = [math.sin(angle) for angle in CIRCLE]
LOGS = [-2 * math.fsum((-1) ** k * math.cos(2 * k * angle) / k for k in range(1, STEPS // 4 + 1)) for angle in CIRCLE]
"""``-2 sum((-1)**k cos(2 k t) / k)`` up to where J of order 2k vanishes: Neumann's series for Y0 (DLMF 10.8.3)."""
EULER = 0.5772156649015329


def _mean(xp: Any, x: Any, order: int, weights: list[float] | None = None) -> Any:
    """The mean over the circle of ``weight * cos(x sin t)``, or of ``weight * sin(t) * sin(x sin t)``."""
    total = xp.zeros_like(x)
    for k, sine in enumerate(SINES):
        weight = (1.0 if weights is None else weights[k]) * (sine if order else 1.0)
        total = total + weight * (xp.sin(x * sine) if order else xp.cos(x * sine))
    return total / len(SINES)


def _waves(xp: Any, x: Any, order: int) -> tuple[Any, Any]:
    """J and Y for x >= 10: amplitudes of ``cos(x - (2 order + 1) π/4)`` and of its sine (DLMF 10.17.3)."""
    p, q = xp.zeros_like(x), xp.zeros_like(x)
    for u, weight in WIDE:
        part = u * u / (2 * x)
        size = xp.sqrt(1 + part * part)
        real = xp.sqrt((size + 1) / 2) / size
        imaginary = -part / xp.sqrt(2 * (size + 1)) / size
        if order:
            real, imaginary = real - 2 * part * imaginary, imaginary + 2 * part * real
        p = p + weight * math.exp(-u * u) * real
        q = q + weight * math.exp(-u * u) * imaginary
    sine, cosine = xp.sin(x), xp.cos(x)
    c, s = (sine - cosine, -sine - cosine) if order else (sine + cosine, sine - cosine)
    scale = xp.sqrt(2 / x) * math.sqrt(2) / math.pi
    return scale * (p * c - q * s), scale * (p * s + q * c)


def _first_kind(order: int) -> Any:
    def function(xp: Any, x: Any) -> Any:
        size = xp.abs(x)
        near = _mean(xp, xp.clip(size, 0.0, 10.0), order)
        far = _waves(xp, xp.clip(size, 10.0, None), order)[0]
        found = xp.where(size < 10, near, xp.where(xp.isinf(x), 0.0, far))
        return xp.where(x < 0, -found, found) if order else found

    return precise(function)


def _second_kind(order: int) -> Any:
    def function(xp: Any, x: Any) -> Any:
        low = xp.where(x > 0, xp.clip(x, 0.0, 10.0), 1.0)
        near = (xp.log(low / 2) + EULER) * _mean(xp, low, order) + _mean(xp, low, order, LOGS)
        near = 2 / math.pi * (near - _mean(xp, low, 0) / low if order else near)
        far = xp.where(xp.isinf(x), 0.0, _waves(xp, xp.clip(x, 10.0, None), order)[1])
        found = xp.where(x < 10, near, far)
        return xp.where(x > 0, found, xp.where(x == 0, -math.inf, x * math.nan))

    return precise(function)


@precise
def _spherical(xp: Any, x: Any) -> Any:
    return xp.where(xp.isinf(x), 0.0, ratio(xp, xp.sin(x), x, 1.0))


SLOPE = [(-1) ** k * 2 * k / math.factorial(2 * k + 1) for k in range(1, 12)]


def _spherical_rule(xp: Any, ct: Any, s: Any) -> Any:
    """Near 0 from the series of ``sin(x) / x``, where the difference would lose its digits."""
    near = xp.abs(s.x) < 1
    low, high = xp.where(near, s.x, 0.0), xp.where(near, 1.0, s.x)
    return ct * xp.where(near, low * polynomial(SLOPE, low * low), (xp.cos(high) - xp.sin(high) / high) / high)


J0 = unary(
    "bessel_j0",
    _first_kind(0),
    lambda xp, ct, s: -ct * xp.ops.bessel_j1(s.x),
    saves="x",
    formula=r"J_0(x) = \frac{1}{\pi} \int_0^\pi \cos(x \sin t) dt",
    low=0.5,
    high=14.0,
)
J1 = unary(
    "bessel_j1",
    _first_kind(1),
    lambda xp, ct, s: ct * (xp.ops.bessel_j0(s.x) - ratio(xp, s.y, s.x, 0.5)),
    saves="x y",
    formula=r"J_1(x) = \frac{1}{\pi} \int_0^\pi \cos(x \sin t - t) dt",
    low=0.5,
    high=14.0,
)
Y0 = unary(
    "bessel_y0",
    _second_kind(0),
    lambda xp, ct, s: -ct * xp.ops.bessel_y1(s.x),
    saves="x",
    formula=r"Y_0(x) = -\frac{2}{\pi} \int_0^\infty \cos(x \cosh t) dt",
    low=0.5,
    high=14.0,
)
Y1 = unary(
    "bessel_y1",
    _second_kind(1),
    lambda xp, ct, s: ct * (xp.ops.bessel_y0(s.x) - s.y / s.x),
    saves="x y",
    formula=r"Y_1(x) = -Y_0'(x)",
    low=0.5,
    high=14.0,
)
SPHERICAL_J0 = unary(
    "spherical_bessel_j0", _spherical, _spherical_rule, saves="x", formula=r"\frac{\sin x}{x}", high=5.0
)

bessel_j0 = caller(J0, "The Bessel function of the first kind, of order 0; (*) -> (*).")
bessel_j1 = caller(J1, "The Bessel function of the first kind, of order 1; (*) -> (*).")
bessel_y0 = caller(Y0, "The Bessel function of the second kind, of order 0; (*) -> (*). NaN below 0.")
bessel_y1 = caller(Y1, "The Bessel function of the second kind, of order 1; (*) -> (*). NaN below 0.")
spherical_bessel_j0 = caller(SPHERICAL_J0, "``sin(input) / input``, 1 at 0; (*) -> (*).")
