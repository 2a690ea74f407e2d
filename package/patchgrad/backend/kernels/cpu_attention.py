"""Attention without its map: blocks of queries, whose scores stay in the cache, meet all keys that they may look at.

The gradients compute the scores anew from the level (largest score and logarithm of the sum) that the forward keeps.
Source: Dao et al. 2022, FlashAttention, appendix B.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy

from patchgrad.backend.kernels import kernel, rule
from patchgrad.backend.kernels.cpu_arrays import ARRAY, large
from patchgrad.backend.kernels.six_rows import ROWS, six_rows
from patchgrad.backend.native import inline, native
from patchgrad.backend.native.mathematics import exp, largest, log

if TYPE_CHECKING:
    from patchgrad.backend.native.language import Reals, lanes, minimum, part, unroll, worker

BLOCK = 48
"""Queries whose weights are kept together for the gradients by keys and values; a multiple of `ROWS`."""


@inline
def turned_panels(out: Reals, x: Reals, stride: int, rows: int, depth: int) -> None:
    """Rows as panels of two registers of rows: (panels, depth, rows of a panel); beyond the last one it is repeated."""
    wide = 2 * lanes
    for first in range(0, rows, wide):
        for k in unroll(2 * lanes):
            row = x + minimum(first + k, rows - 1) * stride
            panel = out + (first * depth + k)
            for c in range(depth):
                panel[c * wide] = row[c]


@inline
def panels(out: Reals, x: Reals, stride: int, rows: int, depth: int) -> None:
    """Rows as panels of two registers of columns: (panels, rows, columns of a panel), filled up with zeros."""
    wide = 2 * lanes
    for first in range(0, depth, wide):
        count = minimum(wide, depth - first)
        for r in range(rows):
            line = out + (first * rows + r * wide)
            row = x + (r * stride + first)
            for c in range(count):
                line[c] = row[c]
            for c in range(count, wide):
                line[c] = 0.0


@inline
def times_panels(out: Reals, width: int, a: Reals, stride: int, step: int, rows: int, b: Reals, columns: int, tall: int,
                 depth: int, added: bool) -> None:  # fmt: skip
    """Six rows times ``columns`` columns in panels that are ``tall`` rows high, of which ``depth`` count."""
    for first in range(0, columns, 2 * lanes):
        six_rows(out + first, width, a, stride, step, rows, b + first * tall, 2 * lanes, depth, added)


@native
def attention_rows(
    y: Reals, level: Reals, query: Reals, key: Reals, value: Reals, scratch: Reals, heads: int, count: int,
    n: int, m: int, features: int, width: int, q_batch: int, q_head: int, q_row: int, k_batch: int, k_head: int,
    k_row: int, v_batch: int, v_head: int, v_row: int, y_batch: int, y_head: int, y_row: int, room: int, scale: float,
    *, causal: bool,
):  # fmt: skip
    wide = 2 * lanes
    across = (m + wide - 1) // wide * wide
    out_wide = (width + wide - 1) // wide * wide
    keys = scratch + worker * room
    values = keys + across * features
    scores = values + m * out_wide
    result = scores + ROWS * across
    for one in part(count):
        batch = one // heads
        head = one % heads
        q = query + (batch * q_batch + head * q_head)
        target = y + (batch * y_batch + head * y_head)
        turned_panels(keys, key + (batch * k_batch + head * k_head), k_row, m, features)
        panels(values, value + (batch * v_batch + head * v_head), v_row, m, width)
        for first in range(0, n, ROWS):
            rows = minimum(ROWS, n - first)
            most = minimum(m, first + rows) if causal else m
            times_panels(scores, across, q + first * q_row, q_row, 1, rows, keys, most, features, features, False)
            for r in range(rows):
                line = scores + r * across
                seen = minimum(m, first + r + 1) if causal else m
                for i in range(seen):
                    line[i] = line[i] * scale
                top = largest(line, seen)
                whole = 0.0
                for i in range(seen):
                    e = exp(line[i] - top)
                    line[i] = e
                    whole += e
                for i in range(seen):
                    line[i] = line[i] / whole
                for i in range(seen, most):
                    line[i] = 0.0
                level[one * n + first + r] = top + log(whole)
            times_panels(result, out_wide, scores, across, 1, rows, values, width, m, most, False)
            for r in range(rows):
                for c in range(width):
                    target[(first + r) * y_row + c] = result[r * out_wide + c]


@native
def attention_slopes(
    dquery: Reals, dkey: Reals, dvalue: Reals, ct: Reals, query: Reals, key: Reals, value: Reals, y: Reals,
    level: Reals, scratch: Reals, heads: int, count: int, n: int, m: int, features: int, width: int,
    q_batch: int, q_head: int, q_row: int, k_batch: int, k_head: int, k_row: int, v_batch: int, v_head: int, v_row: int,
    y_batch: int, y_head: int, y_row: int, c_batch: int, c_head: int, c_row: int, room: int, scale: float,
    *, causal: bool,
):  # fmt: skip
    wide = 2 * lanes
    across = (m + wide - 1) // wide * wide
    inner_wide = (features + wide - 1) // wide * wide
    out_wide = (width + wide - 1) // wide * wide
    turned_keys = scratch + worker * room
    turned_values = turned_keys + across * features
    keys = turned_values + across * width
    queries = keys + m * inner_wide
    cotangents = queries + BLOCK * inner_wide
    weights = cotangents + BLOCK * out_wide
    slopes = weights + BLOCK * across
    result = slopes + BLOCK * across
    key_sums = result + ROWS * inner_wide
    value_sums = key_sums + (m + ROWS) * inner_wide
    for one in part(count):
        batch = one // heads
        head = one % heads
        q = query + (batch * q_batch + head * q_head)
        k = key + (batch * k_batch + head * k_head)
        v = value + (batch * v_batch + head * v_head)
        given = y + (batch * y_batch + head * y_head)
        down = ct + (batch * c_batch + head * c_head)
        turned_panels(turned_keys, k, k_row, m, features)
        turned_panels(turned_values, v, v_row, m, width)
        panels(keys, k, k_row, m, features)
        for i in range((m + ROWS) * inner_wide):
            key_sums[i] = 0.0
        for i in range((m + ROWS) * out_wide):
            value_sums[i] = 0.0
        for start in range(0, n, BLOCK):
            near = minimum(BLOCK, n - start)
            reach = minimum(m, start + near) if causal else m
            panels(queries, q + start * q_row, q_row, near, features)
            panels(cotangents, down + start * c_row, c_row, near, width)
            for begin in range(0, near, ROWS):
                first = start + begin
                rows = minimum(ROWS, near - begin)
                most = minimum(m, first + rows) if causal else m
                p = weights + begin * across
                s = slopes + begin * across
                times_panels(p, across, q + first * q_row, q_row, 1, rows, turned_keys, most, features, features, False)
                times_panels(s, across, down + first * c_row, c_row, 1, rows, turned_values, most, width, width, False)
                for r in range(rows):
                    seen = minimum(m, first + r + 1) if causal else m
                    top = level[one * n + first + r]
                    along = 0.0
                    for c in range(width):
                        along += down[(first + r) * c_row + c] * given[(first + r) * y_row + c]
                    weight = p + r * across
                    slope = s + r * across
                    for i in range(seen):
                        weight[i] = exp(weight[i] * scale - top)
                        slope[i] = weight[i] * (slope[i] - along) * scale
                    for i in range(seen, reach):
                        weight[i] = 0.0
                        slope[i] = 0.0
                times_panels(result, inner_wide, s, across, 1, rows, keys, features, m, most, False)
                for r in range(rows):
                    for c in range(features):
                        dquery[(one * n + first + r) * features + c] = result[r * inner_wide + c]
            for j in range(0, reach, ROWS):
                rows = minimum(ROWS, reach - j)
                times_panels(
                    key_sums + j * inner_wide, inner_wide, slopes + j, 1, across, rows, queries, features, near, near,
                    True,
                )  # fmt: skip
                times_panels(
                    value_sums + j * out_wide, out_wide, weights + j, 1, across, rows, cotangents, width, near, near,
                    True,
                )  # fmt: skip
        for j in range(m):
            for c in range(features):
                dkey[(one * m + j) * features + c] = key_sums[j * inner_wide + c]
            for c in range(width):
                dvalue[(one * m + j) * width + c] = value_sums[j * out_wide + c]


def _fits(*arrays: Any) -> bool:
    return all(type(x) is ARRAY and x.ndim == 4 and x.size and x.dtype == arrays[0].dtype for x in arrays)


def _in_rows(x: Any) -> Any:
    """The array, the numbers of each row one after the other."""
    return x if x.strides[-1] == x.itemsize else numpy.ascontiguousarray(x)


def _steps(x: Any) -> tuple[int, ...]:
    return tuple(step // x.itemsize for step in x.strides[:3])


def _wide(size: int, lanes: int) -> int:
    return -(-size // (2 * lanes)) * 2 * lanes


@kernel("cpu", "fused_attention")
def fused_attention(xp: Any, query: Any, key: Any, value: Any, scale: float, causal: bool) -> Any:
    if not _fits(query, key, value) or not large(query) or not key.shape[:2] == value.shape[:2] == query.shape[:2]:
        return NotImplemented
    run = attention_rows(query.dtype, causal=causal)
    if run is None:
        return NotImplemented
    (batch, heads, n, features), m, width = query.shape, key.shape[2], value.shape[3]
    across, out_wide = _wide(m, run.lanes), _wide(width, run.lanes)
    room = across * features + m * out_wide + ROWS * (across + out_wide)
    work = 2 * batch * heads * n * m * (features + width + 20)
    query, key, value = map(_in_rows, (query, key, value))
    y = numpy.empty((batch, n, heads, width), query.dtype).swapaxes(1, 2)
    level = numpy.empty((batch, heads, n, 1), query.dtype)
    steps = [*_steps(query), *_steps(key), *_steps(value), *_steps(y)]
    scratch = numpy.empty(run.parts(work) * room, query.dtype)
    sizes = (heads, batch * heads, n, m, features, width)
    run.shared(work, y, level, query, key, value, scratch, *sizes, *steps, room, scale)
    return y, level


@rule("cpu", "fused_attention")
def gradients(xp: Any, cts: Any, s: Any, wanted: list[bool]) -> Any:
    ct, ct_level = cts
    if ct is None or ct_level is not None or not _fits(s.query, s.key, s.value, s.y, ct) or not large(s.query):
        return NotImplemented
    run = attention_slopes(ct.dtype, causal=s.causal)
    if run is None or not s.key.shape[:2] == s.value.shape[:2] == s.query.shape[:2]:
        return NotImplemented
    (batch, heads, n, features), m, width = s.query.shape, s.key.shape[2], s.value.shape[3]
    across, inner_wide, out_wide = (_wide(size, run.lanes) for size in (m, features, width))
    room = across * (features + width + 2 * BLOCK) + (m + BLOCK) * inner_wide + BLOCK * out_wide
    room += ROWS * inner_wide + (m + ROWS) * (inner_wide + out_wide)
    work = 5 * batch * heads * n * m * (features + width)
    given = [_in_rows(x) for x in (s.query, s.key, s.value, s.y, ct)]
    found = [numpy.empty(x.shape, x.dtype) for x in given[:3]]
    steps = [step for x in given for step in _steps(x)]
    scratch = numpy.empty(run.parts(work) * room, ct.dtype)
    sizes = (heads, batch * heads, n, m, features, width)
    level = numpy.ascontiguousarray(s.level)
    run.shared(work, *found, given[4], *given[:4], level, scratch, *sizes, *steps, room, s.scale)
    return tuple(found)
