"""Memory of plans: buffers that begin at a line of the cache, taken and given back while a plan is made."""

from __future__ import annotations

import math
from typing import Any

from patchgrad.backend import get_backend

ALIGNED = 64
"""Bytes that a vector register, or a line of the cache, holds at most."""


class Pool:
    """Buffers that were taken and given back; the smallest that is large enough is taken again."""

    def __init__(self) -> None:
        self._free: list[Any] = []
        self._all: list[Any] = []

    def take(self, count: int) -> Any:
        fitting = [buffer for buffer in self._free if count <= buffer.size <= 2 * count + 4096]
        if fitting:
            best = min(fitting, key=lambda buffer: buffer.size)
            self._free = [buffer for buffer in self._free if buffer is not best]
            return best
        self._all.append(aligned(count))
        return self._all[-1]

    def give(self, buffer: Any) -> None:
        self._free.append(buffer)

    def give_all(self) -> None:
        """For another plan, which never runs at the same time."""
        self._free = list(self._all)


def aligned(count: int) -> Any:
    """So many bytes, from a multiple of `ALIGNED` on."""
    raw = get_backend().xp.empty(count + ALIGNED, dtype="uint8")
    start = -raw.ctypes.data % ALIGNED
    return raw[start : start + count]


def array_in(buffer: Any, shape: tuple[int, ...], dtype: Any) -> Any:
    """The first bytes of a buffer as an array."""
    return buffer[: math.prod(shape) * dtype.itemsize].view(dtype).reshape(shape)
