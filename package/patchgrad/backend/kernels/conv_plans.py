"""Where a convolution finds its numbers: sizes of padded planes, and the offset of each tap in them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy

Pair = tuple[int, int]
SLACK = 64
"""Places behind the planes that are read for nothing, and so many behind each row of results that are written."""


@dataclass(frozen=True)
class Plan:
    """One sum of shifted planes.

    Fields
        stride, before   rows and columns of the input from one of a plane to the next; zeros before the first
        rests            (h, w) of the first element of each plane, counted from the border
        rows, pitch      of a plane
        size, first, step  the outputs: how many, where the first lies in the result, how far apart
        offsets          of each tap in the planes of a channel
    """

    stride: Pair
    before: Pair
    rests: tuple[Pair, ...]
    rows: int
    pitch: int
    size: Pair
    first: Pair
    step: Pair
    offsets: Any

    @cached_property
    def rests_h(self) -> Any:
        return numpy.asarray([h for h, _ in self.rests], dtype=numpy.int64)

    @cached_property
    def rests_w(self) -> Any:
        return numpy.asarray([w for _, w in self.rests], dtype=numpy.int64)

    @property
    def plane(self) -> int:
        """Elements of all planes of a channel."""
        return len(self.rests) * self.rows * self.pitch

    @property
    def count(self) -> int:
        """Places that are computed: the rows of the result, and what lies between them."""
        return (self.size[0] - 1) * self.pitch + self.size[1]

    @property
    def packing(self) -> tuple[int, ...]:
        return (*self.stride, *self.before, len(self.rests), self.rows, self.pitch)

    def placing(self, width: int) -> tuple[int, ...]:
        """The first output's place in an image of this width, and the steps to the next row and column."""
        return (self.first[0] * width + self.first[1], self.step[0] * width, self.step[1])

    def spans(self, channels: int, together: int) -> Any:
        """Offsets of all taps of all channels, filled up to a multiple of ``together``."""
        places = (numpy.arange(channels)[:, None] * self.plane + self.offsets).reshape(-1)
        return numpy.concatenate((places, numpy.full(-len(places) % together, places[-1])))


@lru_cache(maxsize=256)
def forward_plan(size: Pair, kernel: Pair, stride: Pair, padding: tuple[Pair, Pair], dilation: Pair) -> Plan | None:
    """The convolution itself: one plane for each remainder by the stride that a tap has. None if nothing fits."""
    reach = [dilation[i] * (kernel[i] - 1) for i in (0, 1)]
    out = [(size[i] + sum(padding[i]) - reach[i] - 1) // stride[i] + 1 for i in (0, 1)]
    if min(out) < 1:
        return None
    rows, pitch = (out[i] + reach[i] // stride[i] for i in (0, 1))
    shifts = [(a * dilation[0], b * dilation[1]) for a in range(kernel[0]) for b in range(kernel[1])]
    rests = tuple(sorted({(a % stride[0], b % stride[1]) for a, b in shifts}))
    offsets = [
        (rests.index((a % stride[0], b % stride[1])) * rows + a // stride[0]) * pitch + b // stride[1]
        for a, b in shifts
    ]
    before = (padding[0][0], padding[1][0])
    found = numpy.asarray(offsets, dtype=numpy.int64)
    return Plan(stride, before, rests, rows, pitch, (out[0], out[1]), (0, 0), (1, 1), found)


@lru_cache(maxsize=256)
def backward_plans(
    size: Pair, ct: Pair, kernel: Pair, stride: Pair, padding: tuple[Pair, Pair], dilation: Pair
) -> list[tuple[list[int], Plan]]:
    """The gradient by the input: which taps reach the inputs of each remainder by the stride, and from where."""
    found: list[tuple[list[int], Plan]] = []
    for rest in [(a, b) for a in range(stride[0]) for b in range(stride[1])]:
        taps = [
            (a, b)
            for a in range(kernel[0])
            for b in range(kernel[1])
            if (a * dilation[0] % stride[0], b * dilation[1] % stride[1]) == rest
        ]
        low = [-((rest[i] - padding[i][0]) // stride[i]) for i in (0, 1)]
        high = [(padding[i][0] + size[i] - 1 - rest[i]) // stride[i] for i in (0, 1)]
        if taps and all(high[i] >= low[i] for i in (0, 1)):
            found.append(([a * kernel[1] + b for a, b in taps], _one(taps, rest, low, high, stride, padding, dilation)))
    return found


def _one(
    taps: list[Pair], rest: Pair, low: list[int], high: list[int], stride: Pair, padding: Any, dilation: Pair
) -> Plan:
    """``low`` to ``high`` are the multiples of the stride, beyond the rest, at which the inputs lie."""
    back = [[tap[i] * dilation[i] // stride[i] for tap in taps] for i in (0, 1)]
    most = (max(back[0]), max(back[1]))
    rows, pitch = (high[i] + most[i] + 1 for i in (0, 1))
    offsets = [(low[0] - h + most[0]) * pitch + low[1] - w + most[1] for h, w in zip(back[0], back[1], strict=True)]
    size = (high[0] - low[0] + 1, high[1] - low[1] + 1)
    first = tuple(low[i] * stride[i] + rest[i] - padding[i][0] for i in (0, 1))
    places = numpy.asarray(offsets, dtype=numpy.int64)
    return Plan((1, 1), most, ((0, 0),), rows, pitch, size, (first[0], first[1]), stride, places)
