"""Philox4x32-10 on a GPU: the same bits as ``philox.py``, one thread per block of 128 bits.

Source: Salmon, Moraes, Dror, Shaw 2011, Parallel random numbers: as easy as 1, 2, 3.
"""

from __future__ import annotations

from typing import Any

from patchgrad.backend.kernels import kernel
from patchgrad.backend.kernels.cuda_language import Kernel

LOW = 2**64 - 1

PHILOX = Kernel(
    "philox",
    "bits32 *out, bits64 key, bits64 low, bits64 high",
    """
    bits64 first = low + (bits64)i;
    bits64 second = high + (first < low);
    bits32 c0 = (bits32)first, c1 = (bits32)(first >> 32), c2 = (bits32)second, c3 = (bits32)(second >> 32);
    bits32 k0 = (bits32)key, k1 = (bits32)(key >> 32);
    for (int round = 0; round < 10; round++) {
        bits64 p0 = (bits64)c0 * 0xD2511F53u, p1 = (bits64)c2 * 0xCD9E8D57u;
        c0 = (bits32)(p1 >> 32) ^ c1 ^ k0;
        c2 = (bits32)(p0 >> 32) ^ c3 ^ k1;
        c1 = (bits32)p1;
        c3 = (bits32)p0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    out[4 * i] = c0;
    out[4 * i + 1] = c1;
    out[4 * i + 2] = c2;
    out[4 * i + 3] = c3;
""",
)


@kernel("cuda", "philox")
def philox(xp: Any, key: int, offset: int, blocks: int) -> Any:
    """As the plain function of this name: (blocks, 4) uint32."""
    out = xp.empty((blocks, 4), dtype=xp.uint32)
    PHILOX(xp, "float", blocks, out, xp.uint64(key), xp.uint64(offset & LOW), xp.uint64((offset >> 64) & LOW))
    return out
