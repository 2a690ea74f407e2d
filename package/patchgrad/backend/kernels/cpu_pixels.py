"""Convolutions with steps, where channels are many: sums over pixels whose channels lie beside each other.

Six results at a time, of two registers of channels, stay in registers while all taps and channels pass by.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy

from patchgrad.backend.kernels.cpu_arrays import in_one_piece
from patchgrad.backend.kernels.pixel_plans import Pixels, backward_pixels, forward_pixels
from patchgrad.backend.kernels.six_rows import ROWS
from patchgrad.backend.kernels.winograd_tiles import turn_in, turn_out
from patchgrad.backend.native import inline, native

if TYPE_CHECKING:
    from patchgrad.backend.native.language import (
        Reals,
        Wholes,
        fma,
        lanes,
        load,
        minimum,
        registers,
        store,
        unroll,
        vector,
        worker,
        workers,
    )  # fmt: skip

NEAR = 64
"""Results whose pixels and cotangents stay in the first cache while they meet in all taps."""
FEWEST = 8
"""Channels, of both kinds, from which on turning images is worth its time."""


@inline
def six_results(out: Reals, width: int, a: Reals, origins: Wholes, spots: Wholes, rows: int, depth: int, b: Reals,
                taps: Wholes, first: int, last: int, channels: int) -> None:  # fmt: skip
    """``rows`` results, each in its spot: sums over taps and channels."""
    sums = registers(12)
    for k in unroll(12):
        sums[k] = vector(0.0)
    source = b + 0
    for tap in range(first, last):
        near = a + taps[tap] * depth
        one = near + origins[0] * depth
        two = near + origins[minimum(1, rows - 1)] * depth
        three = near + origins[minimum(2, rows - 1)] * depth
        four = near + origins[minimum(3, rows - 1)] * depth
        five = near + origins[minimum(4, rows - 1)] * depth
        six = near + origins[minimum(5, rows - 1)] * depth
        for c in range(channels):
            u = load(source, 0)
            v = load(source, lanes)
            factor = vector(one[c])
            sums[0] = fma(factor, u, sums[0])
            sums[1] = fma(factor, v, sums[1])
            factor = vector(two[c])
            sums[2] = fma(factor, u, sums[2])
            sums[3] = fma(factor, v, sums[3])
            factor = vector(three[c])
            sums[4] = fma(factor, u, sums[4])
            sums[5] = fma(factor, v, sums[5])
            factor = vector(four[c])
            sums[6] = fma(factor, u, sums[6])
            sums[7] = fma(factor, v, sums[7])
            factor = vector(five[c])
            sums[8] = fma(factor, u, sums[8])
            sums[9] = fma(factor, v, sums[9])
            factor = vector(six[c])
            sums[10] = fma(factor, u, sums[10])
            sums[11] = fma(factor, v, sums[11])
            source = source + 2 * lanes
    for r in unroll(6):
        line = out + spots[minimum(r, rows - 1)] * width
        store(line, 0, sums[2 * r])
        store(line, lanes, sums[2 * r + 1])


@inline
def six_channels(
    out: Reals, width: int, a: Reals, origins: Wholes, rows: int, depth: int, b: Reals, count: int
) -> None:
    """Six channels of pixels times two registers of channels of cotangents, added to what is there. What is read beyond
    ``rows`` is not used."""
    sums = registers(12)
    for k in unroll(12):
        sums[k] = vector(0.0)
    source = b + 0
    for p in range(count):
        u = load(source, 0)
        v = load(source, lanes)
        at = a + origins[p] * depth
        for r in unroll(6):
            factor = vector(at[r])
            sums[2 * r] = fma(factor, u, sums[2 * r])
            sums[2 * r + 1] = fma(factor, v, sums[2 * r + 1])
        source = source + width
    for r in unroll(6):
        if r < rows:
            line = out + r * width
            store(line, 0, load(line, 0) + sums[2 * r])
            store(line, lanes, load(line, lanes) + sums[2 * r + 1])


@native
def pixel_sums(
    y: Reals, x: Reals, factors: Reals, bias: Reals, scratch: Reals, doubt: Reals,
    pixels: Wholes, origins: Wholes, spots: Wholes, bounds: Wholes, taps: Wholes, whole: Wholes,
    batch: int, channels: int, outs: int, size: int, plane: int, out_size: int, phases: int, depth: int, panels: int,
    room: int, *, biased: bool,
):  # fmt: skip
    width = panels * 2 * lanes
    planes = scratch + worker * room
    results = planes + plane * depth
    each = (batch + workers - 1) // workers
    for i in range(plane * depth):
        planes[i] = 0.0
    for n in range(each * worker, minimum(batch, each * worker + each)):
        turn_in(planes, x + n * channels * size, pixels, channels, size, depth)
        for phase in range(phases):
            first = bounds[phase * 4]
            last = bounds[phase * 4 + 1]
            begin = bounds[phase * 4 + 2]
            end = bounds[phase * 4 + 3]
            for panel in range(panels):
                weights = factors + (begin * panels + panel * (end - begin)) * channels * 2 * lanes
                for row in range(first, last, ROWS):
                    six_results(
                        results + panel * 2 * lanes, width, planes, origins + row, spots + row,
                        minimum(ROWS, last - row), depth, weights, taps, begin, end, channels,
                    )  # fmt: skip
        turn_out(y + n * outs * out_size, results, whole, bias, outs, out_size, width, doubt, biased)


@native
def pixel_products(
    sums: Reals, x: Reals, ct: Reals, scratch: Reals, pixels: Wholes, origins: Wholes, taps: Wholes, whole: Wholes,
    batch: int, channels: int, outs: int, size: int, plane: int, out_size: int, tap_count: int, depth: int, panels: int,
    room: int,
):  # fmt: skip
    """``sums[worker]`` is (taps, channels, outs): products of pixels and cotangents of the worker's images."""
    width = panels * 2 * lanes
    planes = scratch + worker * room
    slopes = planes + plane * depth
    found = sums + worker * tap_count * channels * width
    each = (batch + workers - 1) // workers
    for i in range(tap_count * channels * width):
        found[i] = 0.0
    for i in range(plane * depth + out_size * width):
        planes[i] = 0.0
    for n in range(each * worker, minimum(batch, each * worker + each)):
        turn_in(planes, x + n * channels * size, pixels, channels, size, depth)
        turn_in(slopes, ct + n * outs * out_size, whole, outs, out_size, width)
        for first in range(0, out_size, NEAR):
            count = minimum(NEAR, out_size - first)
            for tap in range(tap_count):
                for row in range(0, channels, ROWS):
                    source = planes + (taps[tap] * depth + row)
                    for panel in range(panels):
                        six_channels(
                            found + (tap * channels + row) * width + panel * 2 * lanes, width, source, origins + first,
                            minimum(ROWS, channels - row), depth, slopes + first * width + panel * 2 * lanes, count,
                        )  # fmt: skip


def fits(channels: int, outs: int, groups: int) -> bool:
    return min(channels, outs) >= FEWEST and groups == 1


def _sizes(channels: int, outs: int, lanes: int) -> tuple[int, int]:
    """Numbers of a pixel, and pairs of registers of a result."""
    return -(-channels // lanes) * lanes, -(-outs // (2 * lanes))


def _factors(weight: Any, plan: Pixels, panels: int, lanes: int) -> Any:
    """(outs, channels, taps) as one piece for each phase: (panels, taps, channels, two registers)."""
    outs, channels, _ = weight.shape
    padded = numpy.zeros((panels * 2 * lanes, channels, len(plan.chosen)), weight.dtype)
    padded[:outs] = weight[:, :, plan.chosen]
    cut = padded.reshape(panels, 2 * lanes, channels, -1).transpose(0, 3, 2, 1)
    pieces = [cut[:, first:last].reshape(-1) for first, last in plan.bounds.reshape(-1, 4)[:, 2:]]
    return numpy.concatenate(pieces)


def _sum(x: Any, weight: Any, bias: Any, plan: Pixels | None) -> Any:
    """``weight`` is (outs, channels, taps); NotImplemented where another has to compute it."""
    run = pixel_sums(x.dtype, biased=bias is not None)
    if plan is None or run is None or min(len(plan.pixels), len(plan.spots)) < run.lanes:
        return NotImplemented
    batch, channels, outs, size = x.shape[0], x.shape[1], weight.shape[0], x.shape[2] * x.shape[3]
    depth, panels = _sizes(channels, outs, run.lanes)
    out_size = len(plan.spots)
    room = plan.plane * depth + out_size * panels * 2 * run.lanes
    work = batch * len(plan.taps) * out_size * channels * outs // plan.phases
    scratch, doubt = numpy.empty(run.parts(work) * room, x.dtype), numpy.zeros(run.parts(work), x.dtype)
    y = numpy.empty((batch, outs, *plan.size), x.dtype)
    run.shared(
        work, y, in_one_piece(x), _factors(weight, plan, panels, run.lanes), bias, scratch, doubt, plan.pixels,
        plan.origins, plan.spots, plan.bounds, plan.taps, numpy.arange(out_size), batch, channels, outs, size,
        plan.plane, out_size, plan.phases, depth, panels, room,
    )  # fmt: skip
    return y


def forward(x: Any, weight: Any, bias: Any, **attrs: Any) -> Any:
    plan = forward_pixels(x.shape[2:], weight.shape[2:], **attrs)
    return _sum(x, weight.reshape(*weight.shape[:2], -1), bias, plan)


def by_input(ct: Any, weight: Any, size: Any, **attrs: Any) -> Any:
    plan = backward_pixels(size, ct.shape[2:], weight.shape[2:], **attrs)
    return _sum(ct, weight.reshape(*weight.shape[:2], -1).swapaxes(0, 1), None, plan)


def by_weight(x: Any, ct: Any, kernel: Any, **attrs: Any) -> Any:
    plan, run = forward_pixels(x.shape[2:], kernel, **attrs), pixel_products(x.dtype)
    if plan is None or run is None or min(len(plan.pixels), len(plan.spots)) < run.lanes:
        return NotImplemented
    batch, channels, outs, size = x.shape[0], x.shape[1], ct.shape[1], x.shape[2] * x.shape[3]
    depth, panels = _sizes(channels, outs, run.lanes)
    out_size, width, taps = len(plan.spots), panels * 2 * run.lanes, len(plan.taps)
    room = plan.plane * depth + out_size * width
    work = batch * taps * out_size * channels * outs
    parts = run.parts(work)
    scratch, sums = numpy.empty(parts * room, x.dtype), numpy.empty((parts, taps, channels, width), x.dtype)
    run.shared(
        work, sums, in_one_piece(x), in_one_piece(ct), scratch, plan.pixels, plan.origins, plan.taps,
        numpy.arange(out_size), batch, channels, outs, size, plan.plane, out_size, taps, depth, panels, room,
    )  # fmt: skip
    found = numpy.ascontiguousarray(sums.sum(axis=0)[:, :, :outs].transpose(2, 1, 0))
    return found.reshape(outs, channels, *kernel)
