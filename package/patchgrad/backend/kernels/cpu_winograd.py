"""Convolutions of 3 x 3 with 16 products where the plain sum has 36, for many channels.

A tile of 4 x 4 numbers is transformed by sums and differences, multiplied with the transformed weights place by place
(16 products of matrices, tiles by channels), and transformed back into 2 x 2 outputs. Inside, channels lie beside each
other, so that all transforms are arithmetic of registers; images are turned when they are packed and given out.
The gradient by the input is such a convolution again; that by the weights multiplies the transformed tiles of both.

Infinity and NaN spread over a tile here, and not in the plain sum: who finds one in a result has it computed plainly.

Source: Lavin and Gray 2016, Fast algorithms for convolutional neural networks, F(2 x 2, 3 x 3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy

from patchgrad.backend.kernels.cpu_arrays import in_one_piece
from patchgrad.backend.kernels.six_rows import ROWS, six_rows
from patchgrad.backend.kernels.winograd_plans import Tiles, tiles_of
from patchgrad.backend.kernels.winograd_tiles import tile_back, tile_in, tile_out, turn_in, turn_out
from patchgrad.backend.native import native

if TYPE_CHECKING:
    from patchgrad.backend.native.language import Reals, Wholes, lanes, minimum, reals, unroll, worker, workers

FEWEST = 8
"""Channels, of both kinds, from which on the transforms are worth their time."""
SLACK = 64
"""Numbers between the 16 parts of transformed tiles, so that they do not meet in one line of the cache."""


@native
def winograd_factors(out: Reals, w: Reals, outs: int, ins: int, depth: int, panels: int, *, back: bool):
    """Weights (outs, ins, 3, 3) as (16, panels, depth, two registers); ``back`` for the gradient by the input."""
    wide = 2 * lanes
    for i in range(16 * panels * depth * wide):
        out[i] = 0.0
    one = panels * depth * wide
    t = reals(12)
    for o in range(outs):
        for c in range(ins):
            a = w + (o * ins + c) * 9
            row = o if back else c
            column = c if back else o
            at = out + ((column // wide * depth + row) * wide + column % wide)
            for j in unroll(3):
                first = a[8 - j] if back else a[j]
                second = a[5 - j] if back else a[3 + j]
                third = a[2 - j] if back else a[6 + j]
                t[j] = first
                t[3 + j] = 0.5 * (first + second + third)
                t[6 + j] = 0.5 * (first - second + third)
                t[9 + j] = third
            for i in unroll(4):
                at[4 * i * one] = t[3 * i]
                at[(4 * i + 1) * one] = 0.5 * (t[3 * i] + t[3 * i + 1] + t[3 * i + 2])
                at[(4 * i + 2) * one] = 0.5 * (t[3 * i] - t[3 * i + 1] + t[3 * i + 2])
                at[(4 * i + 3) * one] = t[3 * i + 2]


@native
def winograd_sums(
    y: Reals, x: Reals, factors: Reals, bias: Reals, scratch: Reals, doubt: Reals,
    pixels: Wholes, spots: Wholes, origins: Wholes, corners: Wholes,
    batch: int, channels: int, outs: int, size: int, plane: int, pitch: int, out_size: int, wide: int, patch: int,
    tiles: int, depth: int, panels: int, images: int, chunk: int, room: int, *, biased: bool,
):  # fmt: skip
    width = panels * 2 * lanes
    planes = scratch + worker * room
    results = planes + images * plane * depth
    apart_in = chunk * depth + SLACK
    apart_out = (chunk + ROWS) * width + SLACK
    turned = results + images * patch * width
    products = turned + 16 * apart_in
    each = (batch + workers - 1) // workers
    last = minimum(batch, each * worker + each)
    for i in range(images * plane * depth):
        planes[i] = 0.0
    doubt[worker] = 0.0
    for start in range(each * worker, last, images):
        near = minimum(images, last - start)
        for n in range(near):
            turn_in(planes + n * plane * depth, x + (start + n) * channels * size, pixels, channels, size, depth)
        for first in range(0, near * tiles, chunk):
            count = minimum(chunk, near * tiles - first)
            for i in range(count):
                tile = first + i
                source = planes + (tile // tiles * plane + origins[tile % tiles]) * depth
                for c in range(0, depth, lanes):
                    tile_in(turned + i * depth + c, apart_in, source + c, pitch * depth, depth)
            for part_of in range(16):
                for panel in range(panels):
                    for row in range(0, count, ROWS):
                        six_rows(
                            products + part_of * apart_out + row * width + panel * 2 * lanes, width,
                            turned + part_of * apart_in + row * depth, depth, 1, minimum(ROWS, count - row),
                            factors + (part_of * panels + panel) * depth * 2 * lanes, 2 * lanes, channels, False,
                        )  # fmt: skip
            for i in range(count):
                tile = first + i
                target = results + (tile // tiles * patch + corners[tile % tiles]) * width
                for c in range(0, width, lanes):
                    tile_out(target + c, wide * width, width, products + i * width + c, apart_out)
        for n in range(near):
            turn_out(
                y + (start + n) * outs * out_size, results + n * patch * width, spots, bias, outs, out_size, width,
                doubt, biased,
            )  # fmt: skip


@native
def winograd_products(
    sums: Reals, x: Reals, ct: Reals, scratch: Reals,
    pixels: Wholes, spots: Wholes, origins: Wholes, corners: Wholes,
    batch: int, channels: int, outs: int, size: int, plane: int, pitch: int, out_size: int, wide: int, patch: int,
    tiles: int, depth: int, panels: int, images: int, chunk: int, room: int,
):  # fmt: skip
    """``sums[worker]`` is (16, channels, outs): products of transformed cotangents and tiles of the worker's images."""
    width = panels * 2 * lanes
    planes = scratch + worker * room
    slopes = planes + images * plane * depth
    apart_in = chunk * depth + SLACK
    apart_out = chunk * width + SLACK
    turned = slopes + images * patch * width
    other = turned + 16 * apart_in
    found = sums + worker * 16 * depth * width
    each = (batch + workers - 1) // workers
    last = minimum(batch, each * worker + each)
    for i in range(16 * depth * width):
        found[i] = 0.0
    for i in range(images * (plane * depth + patch * width)):
        planes[i] = 0.0
    for start in range(each * worker, last, images):
        near = minimum(images, last - start)
        for n in range(near):
            turn_in(planes + n * plane * depth, x + (start + n) * channels * size, pixels, channels, size, depth)
            turn_in(slopes + n * patch * width, ct + (start + n) * outs * out_size, spots, outs, out_size, width)
        for first in range(0, near * tiles, chunk):
            count = minimum(chunk, near * tiles - first)
            for i in range(count):
                tile = first + i
                source = planes + (tile // tiles * plane + origins[tile % tiles]) * depth
                for c in range(0, depth, lanes):
                    tile_in(turned + i * depth + c, apart_in, source + c, pitch * depth, depth)
                back = slopes + (tile // tiles * patch + corners[tile % tiles]) * width
                for c in range(0, width, lanes):
                    tile_back(other + i * width + c, apart_out, back + c, wide * width, width)
            for part_of in range(16):
                for row in range(0, channels, ROWS):
                    for panel in range(panels):
                        six_rows(
                            found + (part_of * depth + row) * width + panel * 2 * lanes, width,
                            turned + part_of * apart_in + row, 1, depth, minimum(ROWS, channels - row),
                            other + part_of * apart_out + panel * 2 * lanes, width, count, True,
                        )  # fmt: skip


@native
def winograd_slopes(out: Reals, sums: Reals, parts: int, outs: int, ins: int, depth: int, width: int):
    """The gradient by the weights from the sums of all workers."""
    one = depth * width
    m = reals(16)
    t = reals(12)
    for o in range(outs):
        for c in range(ins):
            for k in unroll(16):
                level = sums[k * one + c * width + o]
                for p in range(1, parts):
                    level = level + sums[(p * 16 + k) * one + c * width + o]
                m[k] = level
            for j in unroll(4):
                half = 0.5 * (m[4 + j] + m[8 + j])
                t[j] = m[j] + half
                t[4 + j] = 0.5 * (m[4 + j] - m[8 + j])
                t[8 + j] = m[12 + j] + half
            line = out + (o * ins + c) * 9
            for i in unroll(3):
                half = 0.5 * (t[4 * i + 1] + t[4 * i + 2])
                m[3 * i] = t[4 * i] + half
                m[3 * i + 1] = 0.5 * (t[4 * i + 1] - t[4 * i + 2])
                m[3 * i + 2] = t[4 * i + 3] + half
            for tap in unroll(9):
                line[tap] = m[tap]


def fits(channels: int, outs: int, kernel: Any, stride: Any, dilation: Any, groups: int) -> bool:
    """Is it a convolution of this kind, with so many channels that the transforms are worth their time?"""
    return min(channels, outs) >= FEWEST and kernel == (3, 3) and stride == dilation == (1, 1) and groups == 1


def turned(padding: Any) -> Any:
    """The padding with which the gradient by the input is such a convolution again."""
    return tuple((2 - before, 2 - after) for before, after in padding)


def _padded(channels: int, multiple: int) -> int:
    return -(-channels // multiple) * multiple


def _layout(tiles: Tiles, batch: int, channels: int, outs: int, lanes: int, itemsize: int) -> tuple[int, ...]:
    """(depth, panels, images together, tiles together) for a kernel."""
    depth, panels = _padded(channels, lanes), _padded(outs, 2 * lanes) // (2 * lanes)
    images = tiles.together(batch)
    return depth, panels, images, tiles.chunk(images, (depth + panels * 2 * lanes) * itemsize // 4)


def _tables(tiles: Tiles) -> tuple[Any, ...]:
    return tiles.pixels, tiles.spots, tiles.origins, tiles.corners


def sums(x: Any, weight: Any, bias: Any, padding: Any, back: bool = False) -> Any:
    """The convolution, or with ``back`` the gradient by the input; NotImplemented where another has to compute it."""
    outs, channels = weight.shape[:2][:: -1 if back else 1]
    tiles = tiles_of(x.shape[2:], padding)
    run, pack = winograd_sums(x.dtype, biased=bias is not None), winograd_factors(x.dtype, back=back)
    if tiles is None or run is None or pack is None or min(x.shape[2] * x.shape[3], tiles.spots.size) < run.lanes:
        return NotImplemented
    batch, lanes = x.shape[0], run.lanes
    depth, panels, images, chunk = _layout(tiles, batch, channels, outs, lanes, x.itemsize)
    width = panels * 2 * lanes
    factors = numpy.empty(16 * depth * width, x.dtype)
    pack(factors, in_one_piece(weight), *weight.shape[:2], depth, panels)
    room = images * (tiles.plane * depth + tiles.patch * width)
    room += 16 * (chunk * depth + (chunk + ROWS) * width + 2 * SLACK)
    work = 4 * batch * tiles.count * channels * outs
    parts = run.parts(work)
    scratch, doubt = numpy.empty(parts * room, x.dtype), numpy.zeros(parts, x.dtype)
    y = numpy.empty((batch, outs, *tiles.size), x.dtype)
    run.shared(
        work, y, in_one_piece(x), factors, bias, scratch, doubt, *_tables(tiles), batch, channels, outs,
        x.shape[2] * x.shape[3], tiles.plane, tiles.pitch, tiles.spots.size, tiles.wide, tiles.patch, tiles.count,
        depth, panels, images, chunk, room,
    )  # fmt: skip
    return y if not doubt.any() else NotImplemented


def products(x: Any, ct: Any, padding: Any) -> Any:
    """The gradient by the weights, likewise."""
    batch, channels, outs = x.shape[0], x.shape[1], ct.shape[1]
    tiles = tiles_of(x.shape[2:], padding)
    run, finish = winograd_products(x.dtype), winograd_slopes(x.dtype)
    if tiles is None or run is None or finish is None or min(x.shape[2] * x.shape[3], tiles.spots.size) < run.lanes:
        return NotImplemented
    lanes = run.lanes
    depth, panels, images, chunk = _layout(tiles, batch, channels, outs, lanes, x.itemsize)
    width = panels * 2 * lanes
    room = images * (tiles.plane * depth + tiles.patch * width) + 16 * (chunk * (depth + width) + 2 * SLACK)
    work = 4 * batch * tiles.count * channels * outs
    parts = run.parts(work)
    scratch, found = numpy.empty(parts * room, x.dtype), numpy.empty(parts * 16 * depth * width, x.dtype)
    run.shared(
        work, found, in_one_piece(x), in_one_piece(ct), scratch, *_tables(tiles), batch, channels, outs,
        x.shape[2] * x.shape[3], tiles.plane, tiles.pitch, tiles.spots.size, tiles.wide, tiles.patch, tiles.count,
        depth, panels, images, chunk, room,
    )  # fmt: skip
    out = numpy.empty((outs, channels, 3, 3), x.dtype)
    finish(out, found, parts, outs, channels, depth, width)
    return out if numpy.isfinite(out).all() else NotImplemented
