"""What a compiled kernel can take: arrays in one piece, of one dtype; others are copied first."""

from __future__ import annotations

from typing import Any

import numpy

ARRAY = numpy.ndarray
SMALL = 128
"""Arrays with fewer elements are computed the plain way: nobody waits for a compiler to add three numbers."""


def in_one_piece(x: Any) -> Any:
    """The same numbers, one after the other in memory; ``x`` itself if they lie so."""
    return x if x.flags.c_contiguous else numpy.ascontiguousarray(x)


def large(x: Any) -> bool:
    """Is this an array with so many elements that a kernel is worth its compilation?"""
    return type(x) is ARRAY and x.size >= SMALL


def whole(x: Any) -> bool:
    """Is this an array with elements? How they lie in memory may not decide who computes: the bits would differ."""
    return type(x) is ARRAY and x.size > 0


def rows_of(x: Any, axis: int) -> int:
    """How many rows lie along the last axis, if ``axis`` is that; 0 where a kernel over rows cannot take ``x``."""
    if type(x) is not ARRAY or axis not in (-1, x.ndim - 1) or not x.ndim:
        return 0
    if x.size < SMALL or not x.size:
        return 0
    return x.size // x.shape[-1]
