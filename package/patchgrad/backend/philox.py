"""Random numbers as a function of (key, offset): the same bits on every backend, with any number of threads.

A `Stream` is a key and a place in that key's sequence. Read next: ``random.py``, who draws from which stream.

Source: Salmon, Moraes, Dror, Shaw 2011, Parallel random numbers: as easy as 1, 2, 3 (Philox4x32-10).
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from functools import wraps
from typing import Any

from patchgrad.backend import MetaArray, get_backend
from patchgrad.backend.base import Backend
from patchgrad.backend.dtype import as_dtype, get_default_dtype
from patchgrad.errors import ArgumentError
from patchgrad.typing import Array, Shape

ROUNDS = 10
MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
WEYL = (0x9E3779B9, 0xBB67AE85)
LOW = 0xFFFFFFFF
CHUNK = 8192
"""Blocks computed at once, so that the rounds stay in the cache."""


def philox(xp: Any, key: int, offset: int, blocks: int) -> Array:
    """Philox4x32-10 of the counters ``offset`` to ``offset + blocks - 1``: (blocks, 4) uint32."""
    parts = [_rounds(xp, key, offset + start, min(CHUNK, blocks - start)) for start in range(0, max(blocks, 1), CHUNK)]
    return parts[0] if len(parts) == 1 else xp.concat(parts)


def _rounds(xp: Any, key: int, offset: int, blocks: int) -> Array:
    word = xp.uint64
    c0, c1, c2, c3 = _counters(xp, offset, blocks)
    k0, k1 = key & LOW, (key >> 32) & LOW
    shift, low, m0, m1 = (xp.asarray(value, dtype=word) for value in (32, LOW, *MULTIPLIERS))
    for _ in range(ROUNDS):
        p0, p1 = c0 * m0, c2 * m1
        c0 = (p1 >> shift) ^ c1 ^ xp.asarray(k0, dtype=word)
        c2 = (p0 >> shift) ^ c3 ^ xp.asarray(k1, dtype=word)
        c1, c3 = p1 & low, p0 & low
        k0, k1 = (k0 + WEYL[0]) & LOW, (k1 + WEYL[1]) & LOW
    return xp.astype(xp.stack((c0, c1, c2, c3), axis=1), xp.uint32)


def _counters(xp: Any, offset: int, blocks: int) -> tuple[Array, ...]:
    """The four words of each counter, lowest first, as uint64."""
    shift, low = xp.asarray(32, dtype=xp.uint64), xp.asarray(LOW, dtype=xp.uint64)
    room = 2**64 - (offset & (2**64 - 1))
    index = xp.arange(blocks, dtype=xp.uint64) + xp.asarray(offset & (2**64 - 1), dtype=xp.uint64)
    above = xp.astype(xp.arange(blocks, dtype=xp.uint64) >= xp.asarray(min(room, blocks), dtype=xp.uint64), xp.uint64)
    high = above + xp.asarray((offset >> 64) & (2**64 - 1), dtype=xp.uint64)
    return index & low, index >> shift, high & low, high >> shift


SIGNIFICANT = {"float32": 24, "float16": 11, "bfloat16": 8}
"""Binary digits of a number: with more random bits some would be rounded up to 1."""


class Drawing(threading.local):
    """Who comes between streams and those who draw in this thread; called as ``around(draw, stream, *args)``."""

    around: Callable[..., Any] | None = None


drawing = Drawing()


def _through(draw: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(draw)
    def drawn(self: Stream, *args: Any, **kwargs: Any) -> Array:
        if drawing.around is None:
            return draw(self, *args, **kwargs)
        return drawing.around(draw, self, *args, **kwargs)

    return drawn


class Stream:
    """A sequence of random numbers: a ``key`` and the ``offset`` of the next block of 128 bits.

    Every draw takes whole blocks, so that what is drawn next does not depend on how it is cut up in threads.
    """

    __slots__ = ("__weakref__", "key", "offset", "path")

    def __init__(self, key: int, offset: int = 0, path: str | None = None) -> None:
        self.key = key & (2**64 - 1)
        self.offset = offset
        self.path = path

    def bits(self, count: int, backend: Backend | None = None) -> Array:
        """The next ``count`` words: (count,) uint32."""
        backend = backend or get_backend()
        xp, blocks = backend.xp, -(-count // 4)
        words = xp.reshape(backend.kernels.get("philox", philox)(xp, self.key, self.offset, blocks), (-1,))
        self.offset += blocks
        return words[:count]

    def words64(self, count: int, backend: Backend | None = None) -> Array:
        """The next ``count`` pairs of words: (count,) uint64, the first word of a pair lowest."""
        xp = (backend or get_backend()).xp
        pairs = xp.astype(xp.reshape(self.bits(2 * count, backend), (-1, 2)), xp.uint64)
        return pairs[:, 0] + (pairs[:, 1] << xp.asarray(32, dtype=xp.uint64))

    @_through
    def uniform(self, shape: Shape, dtype: Any = None, backend: Backend | None = None) -> Array:
        """Uniform in [0, 1): as many random bits each as the dtype holds."""
        kind, backend = _floating(dtype), backend or get_backend()
        if backend.name == "meta":
            return MetaArray(shape, kind.numpy)
        xp, count = backend.xp, math.prod(shape)
        if kind.name == "float64":
            values = xp.astype(self.words64(count, backend) >> xp.asarray(11, dtype=xp.uint64), xp.float64) * 2.0**-53
        else:
            bits = SIGNIFICANT[kind.name]
            top = self.bits(count, backend) >> xp.asarray(32 - bits, dtype=xp.uint32)
            values = xp.astype(xp.astype(top, xp.float32) * 2.0**-bits, kind.numpy)
        return xp.reshape(values, shape)

    @_through
    def normal(self, shape: Shape, dtype: Any = None, backend: Backend | None = None) -> Array:
        """Normal with mean 0 and standard deviation 1.

        Source: Box and Muller 1958, A note on the generation of random normal deviates.
        """
        kind, backend = _floating(dtype), backend or get_backend()
        if backend.name == "meta":
            return MetaArray(shape, kind.numpy)
        xp, count = backend.xp, math.prod(shape)
        half = (count + 1) // 2
        if kind.name == "float64":
            units = xp.astype(self.words64(2 * half, backend) >> xp.asarray(11, dtype=xp.uint64), xp.float64) * 2.0**-53
            units = units + 2.0**-54
        else:
            units = xp.astype(self.bits(2 * half, backend), xp.float32) * 2.0**-32 + 2.0**-33
        radius, angle = xp.sqrt(-2 * xp.log(units[:half])), units[half:] * (2 * math.pi)
        values = xp.concat((radius * xp.cos(angle), radius * xp.sin(angle)))[:count]
        return xp.reshape(xp.astype(values, kind.numpy), shape)

    @_through
    def integers(self, low: int, high: int, shape: Shape, backend: Backend | None = None) -> Array:
        """Integers from ``low`` to ``high - 1``, int64. The bias is below (high - low) / 2**64."""
        if high <= low:
            raise ArgumentError("there is no integer in the range", got=f"{low} to {high}", want="low < high")
        backend = backend or get_backend()
        if backend.name == "meta":
            return MetaArray(shape, "int64")
        xp = backend.xp
        values = self.words64(math.prod(shape), backend) % xp.asarray(high - low, dtype=xp.uint64)
        return xp.reshape(xp.astype(values, xp.int64) + low, shape)

    @_through
    def permutation(self, count: int, backend: Backend | None = None) -> Array:
        """The numbers below ``count`` in random order: (count,) int64."""
        backend = backend or get_backend()
        if backend.name == "meta":
            return MetaArray((count,), "int64")
        return backend.xp.argsort(self.words64(count, backend), stable=True)

    def __repr__(self) -> str:
        return f"Stream(key={self.key:#x}, offset={self.offset})"


def _floating(dtype: Any) -> Any:
    kind = get_default_dtype() if dtype is None else as_dtype(dtype)
    if kind.kind != "f":
        raise ArgumentError("random reals need a floating dtype", got=kind.name)
    return kind
