"""Products of matrices on the CPU: small ones by one thread, large ones cut into parts for threads that sleep.

OpenBLAS, which comes with NumPy, hands products to its threads from a size on at which the hand-over costs what it
saves. And its threads wait for each other awake, so that on a busy machine a product takes a hundred times as long.
Here each part is a product of OpenBLAS with one thread. With more threads than a few it is left to OpenBLAS.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

import numpy

ALONE = 2**18
"""Up to so many multiplications OpenBLAS takes one thread by itself."""
SHARED = 2**24
"""From so many on, half a millisecond for one thread, a product is worth waking another."""
FEW = 4
"""Up to so many threads are handed parts here."""


@cache
def single_thread() -> Callable[[int], int] | None:
    """OpenBLAS's function that sets the number of threads and gives the one before; None with another library."""
    library = ctypes.CDLL(import_module("numpy._core._multiarray_umath").__file__)
    function = getattr(library, "openblas_set_num_threads_local", None)
    if function is not None:
        function.argtypes, function.restype = [ctypes.c_int], ctypes.c_int
    return function


@cache
def _team() -> Any:
    return import_module("patchgrad.backend.native.team").team


def matmul(a: Any, b: Any, /) -> Any:
    """As ``numpy.matmul``."""
    if a.ndim < 2 or b.ndim < 2 or a.size * b.shape[-1] <= ALONE or single_thread() is None:
        return numpy.matmul(a, b)
    threads: Any = single_thread()
    before = threads(1)
    try:
        axis = _axis(a, b) if before > 1 and a.size * b.shape[-1] >= SHARED else None
        if axis is not None and before <= FEW and _team().size > 1:
            return _shared(a, b, axis)
        if before > FEW and a.shape[-2] * a.shape[-1] * b.shape[-1] >= SHARED:
            threads(before)
        return numpy.matmul(a, b)
    finally:
        threads(before)


def _axis(a: Any, b: Any) -> int | None:
    """The axis of the result along which it is cut; None where that is not simple."""
    if a.dtype != b.dtype or a.dtype.kind not in "fc" or a.shape[-1] != b.shape[-2] or a.ndim != b.ndim:
        return None
    if a.ndim == 2:
        return 0 if a.shape[0] >= b.shape[1] else 1
    return 0 if a.shape[:-2] == b.shape[:-2] and a.shape[0] > 1 else None


def _shared(a: Any, b: Any, axis: int) -> Any:
    out = numpy.empty((*a.shape[:-1], b.shape[-1]), dtype=a.dtype)
    _team().run(_part, (a, b, out, axis))
    return out


def _part(work: tuple[Any, Any, Any, int], worker: int, workers: int) -> None:
    """One worker's share: rows (with their matrices) or columns of the result."""
    a, b, out, axis = work
    unit = 1 if a.ndim > 2 else 8
    count = -(-out.shape[axis] // (workers * unit)) * unit
    part = slice(worker * count, (worker + 1) * count)
    with numpy.errstate(all="ignore"):
        if axis == 1:
            numpy.matmul(a, b[:, part], out=out[:, part])
        else:
            numpy.matmul(a[part], b[part] if a.ndim > 2 else b, out=out[part])
