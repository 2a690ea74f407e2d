"""Memory of the host that was freed stays at hand for the next step.

A step allocates and frees the same large arrays over and over. The GNU C library gives such memory back to the system
each time and gets it anew, zeroed page by page, which costs as much as an operation on it. Other C libraries are left
as they are, and so is one that was told otherwise by ``MALLOC_TRIM_THRESHOLD_`` or ``GLIBC_TUNABLES``.
"""

from __future__ import annotations

import ctypes
import os
import sys

TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
"""Numbers of ``mallopt``'s settings, from ``malloc.h``."""
KEPT_BYTES = 2**29
"""At most so much unused memory is kept at the end of the heap."""
LARGEST = 2**25
"""The largest block that may come from the heap; the C library refuses more."""


def keep_freed_memory() -> bool:
    """Ask the C library to keep freed memory; False where it cannot, or the user asked for something else."""
    if sys.platform != "linux" or os.environ.keys() & {"MALLOC_TRIM_THRESHOLD_", "GLIBC_TUNABLES"}:
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    return bool(mallopt(MMAP_THRESHOLD, LARGEST)) and bool(mallopt(TRIM_THRESHOLD, KEPT_BYTES))
