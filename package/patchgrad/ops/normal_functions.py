"""The normal distribution's functions, and the inverse and the scaled form of the error function that they are made of.

Inverses are found by Newton's method on the functions in ``error_functions.py``.
"""

from __future__ import annotations

import math
from typing import Any

from patchgrad.ops.error_functions import INNER, OUTER, bell, far_scaled, near
from patchgrad.ops.pointwise import caller, unary
from patchgrad.ops.precise import polynomial, precise

__all__ = ["erfinv"]
METHODS = "erfinv"
IN_PLACE = "erfinv"

ASYMPTOTIC = [(-1) ** k * math.prod(range(1, 2 * k, 2)) / 2**k for k in range(9)]
"""Of ``x**(-2k)`` in ``erfc(x) exp(x²) x √π`` (https://dlmf.nist.gov/7.12#i)."""


def _scaled(xp: Any, x: Any) -> Any:
    """``erfc(x) exp(x²)`` for x >= 0."""
    low, high = xp.clip(x, 0.0, 1.0), xp.clip(x, 27.0, None)
    start = xp.exp(low * low) * (1 - near(xp, low, INNER))
    end = polynomial(ASYMPTOTIC, 1 / (high * high)) / (high * math.sqrt(math.pi))
    return xp.where(x < 1, start, xp.where(x < 27, far_scaled(xp, x, OUTER, 27.0), end))


def _erfcx(xp: Any, x: Any) -> Any:
    found = _scaled(xp, xp.abs(x))
    return xp.where(x < 0, 2 / bell(xp, x) - found, found)


def _inverse_near(xp: Any, y: Any) -> Any:
    """erfinv for |y| <= 0.5, from its Taylor series (https://dlmf.nist.gov/7.17.E2)."""
    x = y * polynomial(TAYLOR, y * y)
    for _ in range(2):
        x = x - (near(xp, x, INNER) - y) * (math.sqrt(math.pi) / 2) * xp.exp(x * x)
    return x


TAYLOR = [math.sqrt(math.pi) / 2 * c for c in (1.0, math.pi / 12, 7 * math.pi**2 / 480, 127 * math.pi**3 / 40320)]


def _inverse_far(xp: Any, q: Any) -> Any:
    """The x at which erfc is ``q``, for 0 < q <= 0.5, starting from Winitzki's formula (2008)."""
    log = xp.log(q)
    a = 0.147
    half = 2 / (math.pi * a) + (log + xp.log(2 - q)) / 2
    x = xp.sqrt(xp.sqrt(half * half - (log + xp.log(2 - q)) / a) - half)
    for _ in range(3):
        scaled = _scaled(xp, x)
        x = x + (xp.log(scaled) - x * x - log) * scaled * (math.sqrt(math.pi) / 2)
    return x


def _erfinv(xp: Any, y: Any) -> Any:
    size = xp.abs(y)
    found = xp.where(size <= 0.5, 0.0, _inverse_far(xp, xp.clip(1 - size, 2.0**-60, 0.5)))
    found = xp.where(size == 1, math.inf, xp.where(size > 1, math.nan, found))
    return xp.where(size <= 0.5, _inverse_near(xp, xp.clip(y, -0.5, 0.5)), xp.sign(y) * found)


def _ndtri(xp: Any, p: Any) -> Any:
    tail = 2 * xp.where(p < 0.5, p, 1 - p)
    found = xp.where(tail <= 0.5, _inverse_far(xp, xp.clip(tail, 5e-324, 0.5)), 0.0)
    found = xp.where(tail == 0, math.inf, xp.where(tail < 0, math.nan, found))
    outer = xp.where(p < 0.5, -found, found)
    return math.sqrt(2) * xp.where(tail <= 0.5, outer, _inverse_near(xp, xp.clip(2 * p - 1, -0.5, 0.5)))


def _tail(xp: Any, x: Any) -> Any:
    """ndtr for x <= -1, from x itself: rounding ``x / sqrt(2)`` would cost digits where the density falls fast."""
    x = xp.clip(x, -50.0, -1.0)
    high = xp.round(x * 16) / 16
    density = xp.exp(high * high / -2) * xp.exp((high - x) * (high + x) / 2)
    return density * _scaled(xp, x * -math.sqrt(0.5)) / 2


def _ndtr(xp: Any, x: Any) -> Any:
    middle = 0.5 + near(xp, x * math.sqrt(0.5), INNER) / 2
    return xp.where(x < -1, _tail(xp, x), xp.where(x > 1, 1 - _tail(xp, -x), middle))


def _log_ndtr(xp: Any, x: Any) -> Any:
    low = xp.log(_scaled(xp, xp.clip(x * -math.sqrt(0.5), 0.5, None)) / 2) - x * x / 2
    return xp.where(x < -1, low, xp.log1p(xp.where(x > 1, -_tail(xp, -x), _ndtr(xp, x) - 1)))


ERFINV = unary(
    "erfinv",
    precise(_erfinv),
    lambda xp, ct, s: ct * (math.sqrt(math.pi) / 2) * xp.exp(s.y * s.y),
    saves="y",
    formula=r"\mathrm{erf}^{-1}(x)",
    low=-0.9,
    high=0.9,
    real=True,
)
ERFCX = unary(
    "erfcx",
    precise(_erfcx),
    lambda xp, ct, s: ct * (2 * s.x * s.y - 2 / math.sqrt(math.pi)),
    saves="x y",
    formula=r"e^{x^2} \mathrm{erfc}(x)",
)
NDTR = unary(
    "ndtr",
    precise(_ndtr),
    lambda xp, ct, s: ct / math.sqrt(2 * math.pi) * xp.exp(s.x * s.x / -2),
    saves="x",
    formula=r"\frac{1}{\sqrt{2\pi}} \int_{-\infty}^x e^{-t^2/2} dt",
)
NDTRI = unary(
    "ndtri",
    precise(_ndtri),
    lambda xp, ct, s: ct * math.sqrt(2 * math.pi) * xp.exp(s.y * s.y / 2),
    saves="y",
    formula=r"\sqrt2\, \mathrm{erf}^{-1}(2x - 1)",
    low=0.05,
    high=0.95,
)
LOG_NDTR = unary(
    "log_ndtr",
    precise(_log_ndtr),
    lambda xp, ct, s: ct * math.sqrt(2 / math.pi) / xp.ops.erfcx(s.x * -math.sqrt(0.5)),
    saves="x",
    formula=r"\ln \frac{1}{\sqrt{2\pi}} \int_{-\infty}^x e^{-t^2/2} dt",
)

erfinv = caller(ERFINV, "The inverse of `erf`; (*) -> (*). Infinite at -1 and 1, NaN outside.")
erfcx = caller(ERFCX, "``exp(input²) erfc(input)``, without overflow for large numbers; (*) -> (*).")
ndtr = caller(NDTR, "The area under the standard normal density up to ``input``; (*) -> (*).")
ndtri = caller(NDTRI, "The inverse of `ndtr`; (*) -> (*). Infinite at 0 and 1, NaN outside.")
log_ndtr = caller(LOG_NDTR, "The logarithm of `ndtr`, exact where that is too small for a float; (*) -> (*).")
