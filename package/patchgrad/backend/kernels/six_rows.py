"""Products of six rows and two registers of columns: twelve sums that stay in registers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patchgrad.backend.native import inline

if TYPE_CHECKING:
    from patchgrad.backend.native.language import Reals, fma, lanes, load, minimum, registers, store, unroll, vector

ROWS = 6


@inline
def six_rows(out: Reals, width: int, a: Reals, stride: int, step: int, rows: int, b: Reals, across: int, depth: int,
             added: bool) -> None:  # fmt: skip
    """Six rows of ``a @ b``, two registers wide. Numbers of a row of ``a`` are ``step`` apart, of ``b`` ``across``;
    beyond ``rows`` the last row is repeated. ``added`` to what is there."""
    sums = registers(12)
    for k in unroll(12):
        sums[k] = vector(0.0)
    one = a + 0
    two = a + minimum(1, rows - 1) * stride
    three = a + minimum(2, rows - 1) * stride
    four = a + minimum(3, rows - 1) * stride
    five = a + minimum(4, rows - 1) * stride
    six = a + minimum(5, rows - 1) * stride
    source = b + 0
    for k in range(depth):
        u = load(source, 0)
        v = load(source, lanes)
        at = k * step
        factor = vector(one[at])
        sums[0] = fma(factor, u, sums[0])
        sums[1] = fma(factor, v, sums[1])
        factor = vector(two[at])
        sums[2] = fma(factor, u, sums[2])
        sums[3] = fma(factor, v, sums[3])
        factor = vector(three[at])
        sums[4] = fma(factor, u, sums[4])
        sums[5] = fma(factor, v, sums[5])
        factor = vector(four[at])
        sums[6] = fma(factor, u, sums[6])
        sums[7] = fma(factor, v, sums[7])
        factor = vector(five[at])
        sums[8] = fma(factor, u, sums[8])
        sums[9] = fma(factor, v, sums[9])
        factor = vector(six[at])
        sums[10] = fma(factor, u, sums[10])
        sums[11] = fma(factor, v, sums[11])
        source = source + across
    for r in unroll(6):
        if added:
            if r < rows:
                line = out + r * width
                store(line, 0, load(line, 0) + sums[2 * r])
                store(line, lanes, load(line, lanes) + sums[2 * r + 1])
        else:
            store(out, r * width, sums[2 * r])
            store(out, r * width + lanes, sums[2 * r + 1])
