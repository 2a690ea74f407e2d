"""The parts of a convolution by shifted planes: images as padded planes, and tiles of outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patchgrad.backend.native import inline

if TYPE_CHECKING:
    from patchgrad.backend.native.language import Reals, Wholes, fma, lanes, load, registers, store, unroll, vector

BLOCK = 4
"""Output channels of a tile."""
SPANS = 3
"""Taps of a tile of the gradient by the weight."""


@inline
def pack(
    planes: Reals, x: Reals, channels: int, height: int, width: int, stride_h: int, stride_w: int, top: int, left: int,
    rests_h: Wholes, rests_w: Wholes, phases: int, rows: int, pitch: int,
) -> None:  # fmt: skip
    """Channels of an image as padded planes, ``phases`` of them for each channel."""
    for plane in range(channels * phases):
        image = x + plane // phases * height * width
        first_h = rests_h[plane % phases] - top
        first_w = rests_w[plane % phases] - left
        start = 0 if first_w >= 0 else (stride_w - 1 - first_w) // stride_w
        end = (width - first_w + stride_w - 1) // stride_w if width > first_w else 0
        end = pitch if end > pitch else end
        start = end if start > end else start
        for row in range(rows):
            out = planes + (plane * rows + row) * pitch
            h = row * stride_h + first_h
            if h < 0 or h >= height:
                for i in range(pitch):
                    out[i] = 0.0
            else:
                line = image + h * width
                for i in range(start):
                    out[i] = 0.0
                if stride_w == 1:
                    for i in range(start, end):
                        out[i] = line[i + first_w]
                else:
                    for i in range(start, end):
                        out[i] = line[i * stride_w + first_w]
                for i in range(end, pitch):
                    out[i] = 0.0


@inline
def tile(wide: Reals, size: int, planes: Reals, weights: Reals, offsets: Wholes, channels: int, taps: int, plane: int,
         first: int, places: int) -> None:  # fmt: skip
    """``BLOCK`` rows of outputs, ``places`` registers of each from ``first`` on."""
    sums = registers(BLOCK * SPANS)
    for k in unroll(BLOCK * places):
        sums[k] = vector(0.0)
    factors = weights + 0
    for channel in range(channels):
        source = planes + (channel * plane + first)
        for tap in range(taps):
            at = source + offsets[tap]
            for r in unroll(BLOCK):
                factor = vector(factors[r])
                for k in unroll(places):
                    sums[r * places + k] = fma(factor, load(at, k * lanes), sums[r * places + k])
            factors = factors + BLOCK
    for r in unroll(BLOCK):
        for k in unroll(places):
            store(wide, r * size + first + k * lanes, sums[r * places + k])
