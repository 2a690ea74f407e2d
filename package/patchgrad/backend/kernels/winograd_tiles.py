"""The parts of a convolution by Winograd's way: images turned so that channels lie beside each other, tiles transformed
there and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patchgrad.backend.native import inline

if TYPE_CHECKING:
    from patchgrad.backend.native.language import (
        Reals,
        Wholes,
        lanes,
        load,
        minimum,
        registers,
        store,
        total,
        transpose,
        unroll,
        vector,
        worker,
    )  # fmt: skip


@inline
def turn_in(planes: Reals, image: Reals, places: Wholes, channels: int, pixels: int, depth: int) -> None:
    """An image (channels, pixels) as (padded pixels, channels); there is a border of zeros already."""
    block = registers(lanes)
    for c in range(0, channels, lanes):
        for p in range(0, pixels, lanes):
            first = minimum(p, pixels - lanes)
            for k in unroll(lanes):
                block[k] = load(image, minimum(c + k, channels - 1) * pixels + first)
            transpose(block)
            for k in unroll(lanes):
                store(planes, places[first + k] * depth + c, block[k])


@inline
def turn_out(
    image: Reals, results: Reals, spots: Wholes, bias: Reals, channels: int, pixels: int, depth: int, doubt: Reals,
    biased: bool,
) -> None:  # fmt: skip
    """Results (pixels, channels) as an image; ``doubt`` becomes NaN where one is not finite."""
    block = registers(lanes)
    found = vector(0.0)
    for c in range(0, channels, lanes):
        for p in range(0, pixels, lanes):
            first = minimum(p, pixels - lanes)
            for k in unroll(lanes):
                block[k] = load(results, spots[first + k] * depth + c)
            transpose(block)
            for k in unroll(lanes):
                if c + k < channels:
                    if biased:
                        block[k] = block[k] + vector(bias[c + k])
                    store(image, (c + k) * pixels + first, block[k])
                    found = found + (block[k] - block[k])
    doubt[worker] = doubt[worker] + total(found)


@inline
def spread(out: Reals, apart: int, t: Any) -> None:
    """The columns of a half-transformed tile; its 16 parts lie ``apart``."""
    for i in unroll(4):
        store(out, 4 * i * apart, t[4 * i] - t[4 * i + 2])
        store(out, (4 * i + 1) * apart, t[4 * i + 1] + t[4 * i + 2])
        store(out, (4 * i + 2) * apart, t[4 * i + 2] - t[4 * i + 1])
        store(out, (4 * i + 3) * apart, t[4 * i + 1] - t[4 * i + 3])


@inline
def tile_in(out: Reals, apart: int, a: Reals, row: int, depth: int) -> None:
    """A register of channels of 4 x 4 pixels, transformed."""
    t = registers(16)
    for j in unroll(4):
        first = load(a, j * depth)
        second = load(a, row + j * depth)
        third = load(a, 2 * row + j * depth)
        fourth = load(a, 3 * row + j * depth)
        t[j] = first - third
        t[4 + j] = second + third
        t[8 + j] = third - second
        t[12 + j] = second - fourth
    spread(out, apart, t)


@inline
def tile_out(out: Reals, row: int, depth: int, a: Reals, apart: int) -> None:
    """The 2 x 2 outputs of a register of channels."""
    t = registers(8)
    for j in unroll(4):
        first = load(a, j * apart)
        second = load(a, (4 + j) * apart)
        third = load(a, (8 + j) * apart)
        t[j] = first + second + third
        t[4 + j] = second - third - load(a, (12 + j) * apart)
    for i in unroll(2):
        store(out, i * row, t[4 * i] + t[4 * i + 1] + t[4 * i + 2])
        store(out, i * row + depth, t[4 * i + 1] - t[4 * i + 2] - t[4 * i + 3])


@inline
def tile_back(out: Reals, apart: int, a: Reals, row: int, depth: int) -> None:
    """2 x 2 cotangents as the 16 cotangents of the products: `tile_out` turned round."""
    t = registers(8)
    for j in unroll(2):
        upper = load(a, j * depth)
        lower = load(a, row + j * depth)
        t[j] = upper
        t[2 + j] = upper + lower
        t[4 + j] = upper - lower
        t[6 + j] = -lower
    for i in unroll(4):
        store(out, 4 * i * apart, t[2 * i])
        store(out, (4 * i + 1) * apart, t[2 * i] + t[2 * i + 1])
        store(out, (4 * i + 2) * apart, t[2 * i] - t[2 * i + 1])
        store(out, (4 * i + 3) * apart, -t[2 * i + 1])
