"""How special functions are computed: in float64 whatever the dtype, and in pieces that stay in the cache.

Their series and sums lose digits on the way; float32 and lower dtypes are rounded once, at the end.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from patchgrad.errors import DtypeError
from patchgrad.ops.pointwise import kind

Function = Callable[..., Any]


def in_pieces(function: Function) -> Function:
    """A function of single numbers, run over large arrays of one shape piece by piece."""

    @wraps(function)
    def run(xp: Any, *arrays: Any) -> Any:
        shape = arrays[0].shape
        size = math.prod(shape)
        step = xp.cache_bytes // 64
        if size <= step:
            return function(xp, *arrays)
        flat = [xp.reshape(x, (-1,)) for x in arrays]
        out = xp.empty_like(flat[0])
        for start in range(0, size, step):
            out[start : start + step] = function(xp, *[x[start : start + step] for x in flat])
        return xp.reshape(out, shape)

    return run


def precise(function: Function) -> Function:
    """A function of real numbers, given float64 arrays of one shape; its result gets the dtype of the inputs."""
    pieces = in_pieces(function)

    @wraps(function)
    def run(xp: Any, *values: Any) -> Any:
        if any(kind(x) == "c" for x in values):
            raise DtypeError("this function is defined for real numbers", got="complex numbers", hint="x.real, x.abs()")
        like = next(x for x in values if hasattr(x, "dtype"))
        wide = [xp.astype(x, xp.float64) if hasattr(x, "dtype") else xp.asarray(x, dtype=xp.float64) for x in values]
        if len(wide) > 1:
            wide = xp.broadcast_arrays(*wide)
        return xp.astype(pieces(xp, *wide), like.dtype)

    return run


def polynomial(coefficients: Sequence[float], x: Any) -> Any:
    """``c0 + c1 x + c2 x² + ...`` by Horner's rule."""
    total = x * coefficients[-1] + coefficients[-2]
    for coefficient in coefficients[-3::-1]:
        total = total * x
        total += coefficient
    return total
