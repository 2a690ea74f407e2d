"""The Airy function of the first kind (https://dlmf.nist.gov/9)."""

from __future__ import annotations

import math
from typing import Any

from patchgrad.ops.pointwise import caller, unary
from patchgrad.ops.precise import polynomial, precise

__all__: list[str] = []

CENTRES = {
    0.0: (0.3550280538878172, -0.2588194037928068),
    -2.0: (0.22740742820168558, 0.618259020741691),
    -4.0: (-0.07026553294928951, -0.7906285753685813),
    -6.0: (-0.3291451736298231, 0.3459354872813429),
    -8.0: (-0.0527050503563862, 0.9355609381983065),
    -10.0: (0.04024123848644319, 0.99626504413279),
}
"""Ai and its derivative at places two apart (DLMF 9.2.3 and 9.3 for 0, the others computed to 30 digits)."""


def _taylor(centre: float) -> list[float]:
    """Taylor coefficients around a place, from the differential equation ``y'' = x y``."""
    found = [*CENTRES[centre], centre * CENTRES[centre][0] / 2]
    for n in range(1, 30):
        found.append((centre * found[n] + found[n - 1]) / ((n + 1) * (n + 2)))
    return found


SERIES = {centre: _taylor(centre) for centre in CENTRES}


def _coefficients(count: int) -> list[float]:
    """``u`` of DLMF 9.7.2."""
    found = [1.0]
    for k in range(1, count):
        found.append(found[-1] * (6 * k - 5) * (6 * k - 3) * (6 * k - 1) / (216 * k * (2 * k - 1)))
    return found


EVEN, ODD = [[(-1) ** (k // 2) * u for k, u in enumerate(_coefficients(28)) if k % 2 == rest] for rest in (0, 1)]


def _falling(xp: Any, x: Any) -> Any:
    """Ai for x >= 1: ``exp(-ζ) / π ∫ exp(-sqrt(x) t²) cos(t³/3) dt`` (DLMF 9.5.7), by the trapezoidal rule."""
    root = xp.sqrt(x)
    bend = 1 / (3 * root * xp.sqrt(root))
    total = 0.5 * xp.ones_like(x)
    for k in range(1, 43):
        u = 0.15 * k
        total = total + math.exp(-u * u) * xp.cos(u**3 * bend)
    return xp.exp(-2 / 3 * x * root) / math.pi * 0.15 * total / xp.sqrt(root)


def _waves(xp: Any, x: Any) -> Any:
    """Ai(-x) for x >= 11 (DLMF 9.7.9)."""
    root = xp.sqrt(x)
    angle = 2 / 3 * x * root
    square = 1 / (angle * angle)
    even, odd = polynomial(EVEN, square), polynomial(ODD, square) / angle
    sine, cosine = xp.sin(angle), xp.cos(angle)
    return ((cosine + sine) * even + (sine - cosine) * odd) / xp.sqrt(2 * math.pi * root)


@precise
def _airy(xp: Any, x: Any) -> Any:
    found = xp.where(x > 0, _falling(xp, xp.clip(x, 1.0, None)), _waves(xp, xp.clip(-x, 11.0, None)))
    for centre, series in SERIES.items():
        near = xp.abs(x - centre) <= 1
        found = xp.where(near, polynomial(series, xp.clip(x - centre, -1.0, 1.0)), found)
    return xp.where(xp.isinf(x), 0.0, found)


AIRY = unary("airy_ai", _airy, None, formula=r"\mathrm{Ai}(x) = \frac{1}{\pi} \int_0^\infty \cos(t^3/3 + x t) dt")

airy_ai = caller(AIRY, "The Airy function of the first kind; (*) -> (*). It has no gradient, as in PyTorch.")
