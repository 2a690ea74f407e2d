"""What a dtype can hold."""

from __future__ import annotations

from typing import Any

import numpy

from patchgrad.backend.dtype import as_dtype, get_default_dtype
from patchgrad.errors import DtypeError


class finfo:
    """Limits of a floating dtype (of its parts, for a complex one).

    Fields: bits, eps, max, min, tiny, smallest_normal, resolution, dtype (its name).
    """

    __slots__ = ("bits", "dtype", "eps", "max", "min", "resolution", "smallest_normal", "tiny")

    def __init__(self, type: Any = None) -> None:
        kind = get_default_dtype() if type is None else as_dtype(getattr(type, "dtype", type))
        if kind.kind not in "fc":
            raise DtypeError("finfo takes a floating dtype", got=kind.name, hint="iinfo() is for whole numbers")
        real = kind.to_real()
        self.bits, self.dtype = 8 * real.itemsize, real.name
        self.eps, self.max, self.smallest_normal, self.resolution = _reals(real)
        self.min, self.tiny = -self.max, self.smallest_normal

    def __repr__(self) -> str:
        return (
            f"finfo(resolution={self.resolution:g}, min={self.min:g}, max={self.max:g}, eps={self.eps:g}, "
            f"smallest_normal={self.smallest_normal:g}, tiny={self.tiny:g}, dtype={self.dtype})"
        )


def _reals(kind: Any) -> tuple[float, float, float, float]:
    """eps, max, smallest normal number, resolution."""
    if kind.name == "bfloat16":
        return 2.0**-7, (2 - 2.0**-7) * 2.0**127, 2.0**-126, 0.01
    found = numpy.finfo(kind.numpy)
    return float(found.eps), float(found.max), float(found.smallest_normal), 10.0**-found.precision


class iinfo:
    """Limits of an integer dtype: bits, min, max."""

    __slots__ = ("bits", "dtype", "max", "min")

    def __init__(self, type: Any) -> None:
        kind = as_dtype(getattr(type, "dtype", type))
        if kind.kind not in "iu":
            raise DtypeError("iinfo takes an integer dtype", got=kind.name, hint="finfo() is for floats")
        found = numpy.iinfo(kind.numpy)
        self.bits, self.dtype, self.min, self.max = 8 * kind.itemsize, kind.name, int(found.min), int(found.max)

    def __repr__(self) -> str:
        return f"iinfo(min={self.min}, max={self.max}, dtype={self.dtype})"
