"""Products with a matrix that is read many times: it is packed once, and then met by tiles of four rows.

A panel of the packed matrix is as many columns as three registers hold, one row behind the other. A tile of the result
stays in registers while the panel passes by; the sum over ``depth`` has one order, whatever rows stand beside a row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy

from patchgrad.backend.native import inline

if TYPE_CHECKING:
    from patchgrad.backend.native.language import Reals, fma, lanes, load, minimum, registers, store, unroll, vector

ROWS = 4
"""Rows of a tile."""
SPANS = 3
"""Registers in a row of a tile."""


@inline
def tile_of_rows(out: Reals, width: int, a: Reals, stride: int, rows: int, panel: Reals, depth: int) -> None:
    """``ROWS`` rows of ``a @ panel``; beyond ``rows`` the last one is repeated. Rows of ``out`` are ``width`` apart."""
    sums = registers(12)
    for k in unroll(12):
        sums[k] = vector(0.0)
    second = a + minimum(1, rows - 1) * stride
    third = a + minimum(2, rows - 1) * stride
    fourth = a + minimum(3, rows - 1) * stride
    source = panel + 0
    for k in range(depth):
        u = load(source, 0)
        v = load(source, lanes)
        w = load(source, 2 * lanes)
        factor = vector(a[k])
        sums[0] = fma(factor, u, sums[0])
        sums[1] = fma(factor, v, sums[1])
        sums[2] = fma(factor, w, sums[2])
        factor = vector(second[k])
        sums[3] = fma(factor, u, sums[3])
        sums[4] = fma(factor, v, sums[4])
        sums[5] = fma(factor, w, sums[5])
        factor = vector(third[k])
        sums[6] = fma(factor, u, sums[6])
        sums[7] = fma(factor, v, sums[7])
        sums[8] = fma(factor, w, sums[8])
        factor = vector(fourth[k])
        sums[9] = fma(factor, u, sums[9])
        sums[10] = fma(factor, v, sums[10])
        sums[11] = fma(factor, w, sums[11])
        source = source + 3 * lanes
    for r in unroll(4):
        for k in unroll(3):
            store(out, r * width + k * lanes, sums[r * 3 + k])


def panels_of(matrix: Any, lanes: int) -> Any:
    """A matrix (depth, columns) packed as (panels, depth, columns of a panel), filled up with zeros."""
    depth, columns = matrix.shape
    wide = SPANS * lanes
    count = -(-columns // wide)
    packed = numpy.zeros((count, depth, wide), matrix.dtype)
    whole = columns // wide
    packed[:whole] = matrix[:, : whole * wide].reshape(depth, whole, wide).swapaxes(0, 1)
    if whole < count:
        packed[whole, :, : columns - whole * wide] = matrix[:, whole * wide :]
    return packed
