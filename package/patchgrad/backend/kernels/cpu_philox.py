"""Random bits: the same as the plain generator's, bit for bit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy

from patchgrad.backend.kernels.cpu_arrays import SMALL
from patchgrad.backend.native import native
from patchgrad.backend.native.compiled import compiler

if TYPE_CHECKING:
    from patchgrad.backend.native.language import Words, as_word, part, unroll, whole

LOW = 0xFFFFFFFF
FIRST, SECOND = 0xD2511F53, 0xCD9E8D57
WEYL_FIRST, WEYL_SECOND = 0x9E3779B9, 0xBB67AE85
WORD = numpy.dtype("float64")
"""The words of a kernel of this dtype have 64 bits."""
_right: list[bool] = []


@native
def philox_blocks(out: Words, key: int, low: int, high: int, blocks: int):
    """Ten rounds of Philox4x32 for each block. Source: Salmon et al. 2011."""
    for i in part(blocks):
        counter = as_word(low + i)
        c0 = counter & LOW
        c1 = counter >> 32 & LOW
        c2 = as_word(high) & LOW
        c3 = as_word(high) >> 32 & LOW
        k0 = as_word(key) & LOW
        k1 = as_word(key) >> 32 & LOW
        for _ in unroll(10):
            first = c0 * FIRST
            second = c2 * SECOND
            c0 = second >> 32 & LOW ^ c1 ^ k0
            c2 = first >> 32 & LOW ^ c3 ^ k1
            c1 = second & LOW
            c3 = first & LOW
            k0 = k0 + WEYL_FIRST & LOW
            k1 = k1 + WEYL_SECOND & LOW
        out[4 * i] = whole(c0)
        out[4 * i + 1] = whole(c1)
        out[4 * i + 2] = whole(c2)
        out[4 * i + 3] = whole(c3)


def philox(xp: Any, key: int, offset: int, blocks: int) -> Any:
    """As the plain function of this name: (blocks, 4) uint32."""
    from patchgrad.backend.philox import philox as plain

    found = _compiled(key, offset, blocks) if blocks * 4 >= SMALL and compiler.present else None
    if found is not None and not _right:
        _right.append(bool((found[:40] == plain(xp, key, offset, min(40, blocks))).all()))
        if not _right[0]:
            compiler.give_up("philox gives wrong bits")
            return plain(xp, key, offset, blocks)
    return plain(xp, key, offset, blocks) if found is None else found


def _compiled(key: int, offset: int, blocks: int) -> Any:
    run = philox_blocks(WORD)
    low, high = offset & (2**64 - 1), (offset >> 64) & (2**64 - 1)
    if run is None or low + blocks >= 2**63:
        return None
    out = numpy.empty((blocks, 4), numpy.uint32)
    run.shared(60 * blocks, out, _signed(key), low, _signed(high), blocks)
    return out


def _signed(word: int) -> int:
    """The number with the same 64 bits as C's signed integers have it."""
    word &= 2**64 - 1
    return word - 2**64 if word >= 2**63 else word
