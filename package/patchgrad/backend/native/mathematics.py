"""Functions of one real in the kernel language: exponentials, logarithms, hyperbolic tangent.

Series of Taylor on a small interval, and powers of two by the exponent bits; NaN and infinity as in NumPy. Errors are a
few units of the last place.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from patchgrad.backend.native.language import inline

if TYPE_CHECKING:
    from patchgrad.backend.native.language import (
        Reals,
        bits,
        copysign,
        fabs,
        highest,
        lanes,
        load,
        muladd,
        real,
        real_of_bits,
        registers,
        single,
        unroll,
        vector,
    )  # fmt: skip

LOG2E = math.log2(math.e)
MAGIC32, MAGIC64 = 1.5 * 2.0**23, 1.5 * 2.0**52
MAGIC32_BITS, MAGIC64_BITS = 0x4B400000, 0x4338000000000000
"""Added to a small number, they leave its nearest whole number in the low bits."""
HIGH32 = 0.693145751953125
LOW32 = math.log(2) - HIGH32
HIGH64 = float.fromhex("0x1.62E42FEE00000p-1")
LOW64 = 1.90821492927058770002e-10
"""ln 2 in two parts, the first with so few digits that multiples of it are exact (Cody and Waite 1980)."""
EXPONENTIAL32 = tuple(1 / math.factorial(k) for k in range(7, 1, -1))
EXPONENTIAL64 = tuple(1 / math.factorial(k) for k in range(13, 1, -1))
"""exp(x) = 1 + x + x² (1/2 + x/6 + ...), the highest power first."""
LOGARITHM32 = tuple(2 / k for k in range(9, 2, -2))
LOGARITHM64 = tuple(2 / k for k in range(21, 2, -2))
"""ln((1 + z) / (1 - z)) = 2 z + z³ (2/3 + 2/5 z² + ...)."""
HALF_ROOT32, HALF_ROOT64 = 0x3F3504F3, 0x3FE6A09E667F3BCD
"""The bits of 1 / sqrt(2)."""
TINY32, TINY64 = 2.0**-126, 2.0**-1022
TWO_TO_60 = 2.0**60
INFINITY, NAN = math.inf, math.nan


@inline
def larger(a: float, b: float) -> float:
    """As NumPy: NaN if one is NaN, and of equal numbers the second, which tells zeros apart."""
    return a if a > b or a != a else b


@inline
def smaller(a: float, b: float) -> float:
    return a if a < b or a != a else b


@inline
def power_of_two(n: int) -> float:
    """2 ** n; n is a word from -126 to 127 (float64: -1022 to 1023)."""
    if single:
        found = real_of_bits((n + 127) << 23)
    else:
        found = real_of_bits((n + 1023) << 52)
    return found


@inline
def series(x: float, factors: Any) -> float:
    y = 0.0
    for factor in unroll(factors):
        y = muladd(y, x, factor)
    return y


@inline
def reduced(
    x: float, low: float, high: float, magic: float, magic_bits: int, ln2_high: float, ln2_low: float, factors: Any
) -> tuple[float, float, float]:
    """x = n ln 2 + r, from ``low`` to ``high``: exp(r) - 1, and 2 ** n in two factors, so that none is out of range."""
    x = low if x < low else x
    x = high if x > high else x
    shifted = muladd(x, LOG2E, magic)
    n = shifted - magic
    r = muladd(n, -ln2_low, muladd(n, -ln2_high, x))
    k = bits(shifted) - magic_bits
    half = k >> 1
    return muladd(r * r, series(r, factors), r), power_of_two(half), power_of_two(k - half)


@inline
def exponential(x: float) -> tuple[float, float, float]:
    """exp(r) - 1 and the two factors, in the kernel's dtype."""
    if single:
        rest, a, b = reduced(x, -110.0, 90.0, MAGIC32, MAGIC32_BITS, HIGH32, LOW32, EXPONENTIAL32)
    else:
        rest, a, b = reduced(x, -750.0, 711.0, MAGIC64, MAGIC64_BITS, HIGH64, LOW64, EXPONENTIAL64)
    return rest, a, b


@inline
def exp(x: float) -> float:
    rest, a, b = exponential(x)
    return (1.0 + rest) * a * b


@inline
def expm1(x: float) -> float:
    rest, a, b = exponential(x)
    scale = a * b
    return (1.0 + rest) * a * b - 1.0 if x > 1.0 else muladd(rest, scale, scale - 1.0)


@inline
def tanh(x: float) -> float:
    t = expm1(-2.0 * fabs(x))
    return copysign(-t / (t + 2.0), x)


@inline
def sigmoid(x: float) -> float:
    return 1.0 / (1.0 + exp(-x))


@inline
def split(x: float, tiny: float, digits: int, half_root: int, ln2_high: float, ln2_low: float, factors: Any) -> float:
    """ln x for a positive, finite x: x = m 2 ** e with m from 1 / sqrt(2) to sqrt(2)."""
    small = x < tiny
    x = x * TWO_TO_60 if small else x
    word = bits(x)
    exponent = (word - half_root) >> digits
    m = real_of_bits(word - (exponent << digits))
    e = real(exponent) - (60.0 if small else 0.0)
    z = (m - 1.0) / (m + 1.0)
    return muladd(e, ln2_high, muladd(2.0, z, muladd(z * z * z, series(z * z, factors), e * ln2_low)))


@inline
def log(x: float) -> float:
    if single:
        found = split(x, TINY32, 23, HALF_ROOT32, HIGH32, LOW32, LOGARITHM32)
    else:
        found = split(x, TINY64, 52, HALF_ROOT64, HIGH64, LOW64, LOGARITHM64)
    found = found if x > 0.0 else (-INFINITY if x == 0.0 else NAN)
    return x if x == INFINITY else found


@inline
def log1p(x: float) -> float:
    u = 1.0 + x
    found = log(u)
    return found + (x - (u - 1.0)) / u if u > 0.0 and u < INFINITY else found


@inline
def largest(a: Reals, size: int) -> float:
    """The largest of an array, register by register. NaN is passed over, but not all of them and not the first."""
    tops = registers(1)
    tops[0] = vector(a[0])
    whole = size // lanes * lanes
    for i in range(0, whole, lanes):
        x = load(a, i)
        tops[0] = x if x > tops[0] else tops[0]
    top = highest(tops[0])
    for i in range(whole, size):
        top = a[i] if a[i] > top else top
    return top
