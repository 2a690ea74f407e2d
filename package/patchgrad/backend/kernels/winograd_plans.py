"""Where a convolution by Winograd's way finds its numbers: places of pixels and of tiles, and how many go together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy

from patchgrad.backend.kernels.six_rows import ROWS

Pair = tuple[int, int]
NEAR = 2**17
"""Numbers of 4 bytes that a worker's transformed tiles may take, so that they stay in the cache."""


@dataclass(frozen=True)
class Tiles:
    """An image in overlapping tiles of 4 x 4, each of which gives 2 x 2 outputs.

    Fields
        size          of the result, (height, width)
        pitch, plane  pixels of a padded row, of a padded image
        wide, patch   pixels of a row of results, and of all of them; there may be one more than wanted
        count         tiles
        pixels        where each pixel of the image goes in the padded one
        spots         where each pixel of the result lies
        origins, corners  where each tile begins in the padded image, and its outputs among the results
    """

    size: Pair
    pitch: int
    plane: int
    wide: int
    patch: int
    count: int
    pixels: Any
    spots: Any
    origins: Any
    corners: Any

    def together(self, batch: int) -> int:
        """Images whose tiles are cut into rows of ``ROWS`` as one: as few as leave little over."""
        few = range(1, min(batch, 6) + 1)
        return min(few, key=lambda images: (_whole(self.count * images) * 50 // (self.count * images), images))

    def chunk(self, images: int, channels: int) -> int:
        """Tiles that are transformed before their products, a multiple of ``ROWS``; all chunks are about as large."""
        tiles = images * self.count
        chunks = -(-tiles // max(ROWS, NEAR // (16 * channels)))
        return _whole(-(-tiles // chunks))


def _whole(tiles: int) -> int:
    return -(-tiles // ROWS) * ROWS


@lru_cache(maxsize=256)
def tiles_of(size: Pair, padding: tuple[Pair, Pair]) -> Tiles | None:
    """For a kernel of 3 x 3 on images of this size. None if there is no output."""
    out = tuple(size[i] + sum(padding[i]) - 2 for i in (0, 1))
    if min(out) < 1 or min(padding[0] + padding[1]) < 0:
        return None
    high, across = ((out[i] + 1) // 2 for i in (0, 1))
    pitch, wide = 2 * across + 2, 2 * across
    return Tiles(
        size=(out[0], out[1]),
        pitch=pitch,
        plane=(2 * high + 2) * pitch,
        wide=wide,
        patch=2 * high * wide,
        count=high * across,
        pixels=_places(size, (padding[0][0], padding[1][0]), pitch),
        spots=_places((out[0], out[1]), (0, 0), wide),
        origins=_places((high, across), (0, 0), pitch, 2),
        corners=_places((high, across), (0, 0), wide, 2),
    )


def _places(size: Pair, first: Pair, pitch: int, step: int = 1) -> Any:
    rows, columns = numpy.arange(size[0]) * step + first[0], numpy.arange(size[1]) * step + first[1]
    return (rows[:, None] * pitch + columns).reshape(-1).astype(numpy.int64)
