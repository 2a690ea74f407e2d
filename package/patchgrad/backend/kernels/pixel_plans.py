"""Where a convolution of pixels finds its numbers: for every result, which pixels of a padded image it sums over."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy

Pair = tuple[int, int]
Padding = tuple[Pair, Pair]


@dataclass(frozen=True)
class Pixels:
    """Results in phases: those of a phase sum over the same taps.

    Fields
        size     of the image of results
        plane    pixels of a padded image
        pixels   where each pixel of the image goes in the padded one
        origins  where each result begins in it, phase by phase
        spots    which result that is
        bounds   of each phase: first and last of its results, first and last of its taps
        taps     how far each tap is from an origin
        chosen   which number of the kernel each tap is
    """

    size: Pair
    plane: int
    pixels: Any
    origins: Any
    spots: Any
    bounds: Any
    taps: Any
    chosen: tuple[int, ...]

    @property
    def phases(self) -> int:
        return len(self.bounds) // 4


def _grid(rows: Any, columns: Any, pitch: int) -> Any:
    return (numpy.asarray(rows)[:, None] * pitch + numpy.asarray(columns)).reshape(-1).astype(numpy.int64)


@lru_cache(maxsize=256)
def forward_pixels(size: Pair, kernel: Pair, stride: Pair, padding: Padding, dilation: Pair) -> Pixels | None:
    """The convolution itself: one phase. None if nothing fits."""
    if min(padding[0] + padding[1]) < 0:
        return None
    full = tuple(size[i] + sum(padding[i]) for i in (0, 1))
    high, wide = ((full[i] - dilation[i] * (kernel[i] - 1) - 1) // stride[i] + 1 for i in (0, 1))
    if min(high, wide) < 1:
        return None
    places, pitch = numpy.arange, full[1]
    taps = _grid(places(kernel[0]) * dilation[0], places(kernel[1]) * dilation[1], pitch)
    return Pixels(
        size=(high, wide),
        plane=full[0] * pitch,
        pixels=_grid(places(size[0]) + padding[0][0], places(size[1]) + padding[1][0], pitch),
        origins=_grid(places(high) * stride[0], places(wide) * stride[1], pitch),
        spots=places(high * wide),
        bounds=numpy.asarray([0, high * wide, 0, len(taps)]),
        taps=taps,
        chosen=tuple(range(len(taps))),
    )


@lru_cache(maxsize=256)
def backward_pixels(
    size: Pair, ct: Pair, kernel: Pair, stride: Pair, padding: Padding, dilation: Pair
) -> Pixels | None:
    """The gradient by the input: a phase for each remainder by the stride."""
    before = (padding[0][0], padding[1][0])
    if min(before) < 0:
        return None
    lift = [dilation[i] * (kernel[i] - 1) // stride[i] for i in (0, 1)]
    rows, pitch = (max((size[i] - 1 + before[i]) // stride[i] + 1, ct[i]) + lift[i] for i in (0, 1))
    origins, spots, taps, chosen, bounds = [], [], [], [], []
    found = reached = 0
    for rest in [(a, b) for a in range(stride[0]) for b in range(stride[1])]:
        lines, columns = (numpy.arange((rest[i] - before[i]) % stride[i], size[i], stride[i]) for i in (0, 1))
        high, across = ((places + before[i]) // stride[i] + lift[i] for i, places in enumerate((lines, columns)))
        origins.append(_grid(high, across, pitch))
        spots.append(_grid(lines, columns, size[1]))
        near = [
            (a * kernel[1] + b, -(a * dilation[0] // stride[0]) * pitch - b * dilation[1] // stride[1])
            for a in range(kernel[0])
            for b in range(kernel[1])
            if (a * dilation[0] % stride[0], b * dilation[1] % stride[1]) == rest
        ]
        chosen += [place for place, _ in near]
        taps += [offset for _, offset in near]
        bounds += [found, found + len(spots[-1]), reached, reached + len(near)]
        found, reached = bounds[-3], bounds[-1]
    return Pixels(
        size=size,
        plane=rows * pitch,
        pixels=_grid(numpy.arange(ct[0]) + lift[0], numpy.arange(ct[1]) + lift[1], pitch),
        origins=numpy.concatenate(origins),
        spots=numpy.concatenate(spots),
        bounds=numpy.asarray(bounds, dtype=numpy.int64),
        taps=numpy.asarray(taps, dtype=numpy.int64),
        chosen=tuple(chosen),
    )
