"""One layer of an LSTM: all its steps in one call, forwards and backwards.

Sequences do not meet, so each worker takes some of them through all steps; nobody waits for anybody between two steps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy

from patchgrad.backend.kernels import kernel, rule
from patchgrad.backend.kernels.cpu_arrays import ARRAY, in_one_piece, large, whole
from patchgrad.backend.kernels.cpu_tiles import ROWS, SPANS, panels_of, tile_of_rows
from patchgrad.backend.native import inline, native
from patchgrad.backend.native.mathematics import sigmoid, tanh
from patchgrad.backend.products import matmul

if TYPE_CHECKING:
    from patchgrad.backend.native.language import Reals, lanes, minimum, worker, workers


@inline
def step_products(
    out: Reals, width: int, a: Reals, stride: int, count: int, panels: Reals, depth: int, panel_count: int
) -> None:
    """``count`` rows of ``a`` times a packed matrix."""
    for panel in range(panel_count):
        for first in range(0, count, ROWS):
            tile_of_rows(
                out + (first * width + panel * SPANS * lanes), width, a + first * stride, stride,
                minimum(ROWS, count - first), panels + panel * depth * SPANS * lanes, depth,
            )  # fmt: skip


@native
def lstm_steps(
    y: Reals, cells: Reals, gates: Reals, inputs: Reals, panels: Reals, bias: Reals, h: Reals, c: Reals, scratch: Reals,
    length: int, batch: int, hidden: int, panel_count: int, room: int, reverse: int, *, biased: bool,
):  # fmt: skip
    """Gates in the order i, f, g, o."""
    width = panel_count * SPANS * lanes
    product = scratch + worker * room
    each = (batch + workers - 1) // workers
    begin = minimum(batch, worker * each)
    count = minimum(each, batch - begin)
    wide = 4 * hidden
    for step in range(length):
        time = length - 1 - step if reverse > 0 else step
        last = minimum(length - 1, time + 1) if reverse > 0 else (time - 1 if step > 0 else 0)
        state = h if step == 0 else y + last * batch * hidden
        before = c if step == 0 else cells + last * batch * hidden
        step_products(product, width, state + begin * hidden, hidden, count, panels, hidden, panel_count)
        for i in range(count):
            row = begin + i
            raw = inputs + (time * batch + row) * wide
            more = product + i * width
            gate = gates + (time * batch + row) * wide
            for k in range(wide):
                level = raw[k] + more[k]
                if biased:
                    level = level + bias[k]
                gate[k] = level
            for k in range(2 * hidden):
                gate[k] = sigmoid(gate[k])
            for k in range(2 * hidden, 3 * hidden):
                gate[k] = tanh(gate[k])
            for k in range(3 * hidden, wide):
                gate[k] = sigmoid(gate[k])
            old = before + row * hidden
            cell = cells + (time * batch + row) * hidden
            out = y + (time * batch + row) * hidden
            for k in range(hidden):
                found = gate[hidden + k] * old[k] + gate[k] * gate[2 * hidden + k]
                cell[k] = found
                out[k] = gate[3 * hidden + k] * tanh(found)


@native
def lstm_steps_back(
    raw: Reals, dh: Reals, dc: Reals, panels: Reals, gates: Reals, cells: Reals, c: Reals, ct_y: Reals, ct_cells: Reals,
    scratch: Reals, length: int, batch: int, hidden: int, panel_count: int, room: int, reverse: int,
    *, from_y: bool, from_cells: bool,
):  # fmt: skip
    """``dh`` and ``dc`` start at 0; ``raw`` becomes the cotangents of the gates before their activation."""
    width = panel_count * SPANS * lanes
    product = scratch + worker * room
    each = (batch + workers - 1) // workers
    begin = minimum(batch, worker * each)
    count = minimum(each, batch - begin)
    for step in range(length):
        time = step if reverse > 0 else length - 1 - step
        final = step == length - 1
        last = minimum(length - 1, time + 1) if reverse > 0 else (time - 1 if time > 0 else 0)
        before = c if final else cells + last * batch * hidden
        for i in range(count):
            row = begin + i
            at = (time * batch + row) * hidden
            gate = gates + at * 4
            out = raw + at * 4
            old = before + row * hidden
            down_row = dh + row * hidden
            cell_row = dc + row * hidden
            for k in range(hidden):
                down = down_row[k]
                if from_y:
                    down = down + ct_y[at + k]
                cell = cell_row[k]
                if from_cells:
                    cell = cell + ct_cells[at + k]
                squashed = tanh(cells[at + k])
                a = gate[k]
                f = gate[hidden + k]
                g = gate[2 * hidden + k]
                o = gate[3 * hidden + k]
                cell = cell + down * o * (1.0 - squashed * squashed)
                out[k] = cell * g * a * (1.0 - a)
                out[hidden + k] = cell * old[k] * f * (1.0 - f)
                out[2 * hidden + k] = cell * a * (1.0 - g * g)
                out[3 * hidden + k] = down * squashed * o * (1.0 - o)
                cell_row[k] = cell * f
        slopes = raw + (time * batch + begin) * 4 * hidden
        step_products(product, width, slopes, 4 * hidden, count, panels, 4 * hidden, panel_count)
        for i in range(count):
            down_row = dh + (begin + i) * hidden
            for k in range(hidden):
                down_row[k] = product[i * width + k]


def _fits(*arrays: Any) -> bool:
    return all(type(x) is ARRAY and x.dtype == arrays[0].dtype for x in arrays)


def _scratch(run: Any, work: int, batch: int, panels: Any) -> tuple[Any, int]:
    """Memory for the products of a step, and how much of it is each worker's."""
    parts = run.parts(work)
    each = (batch + parts - 1) // parts
    rows = (each + ROWS - 1) // ROWS * ROWS
    room = rows * panels.shape[0] * panels.shape[2]
    return numpy.empty(parts * room, panels.dtype), room


@kernel("cpu", "lstm_layer")
def lstm_layer(xp: Any, projected: Any, h: Any, c: Any, weight: Any, bias: Any, reverse: bool) -> Any:
    run = lstm_steps(projected.dtype, biased=bias is not None)
    if run is None or not large(projected) or not _fits(projected, h, c) or not whole(projected):
        return NotImplemented
    if projected.shape[1:] != (h.shape[0], 4 * h.shape[1]) or h.shape != c.shape or weight.dtype != projected.dtype:
        return NotImplemented
    if weight.shape != (projected.shape[2], h.shape[1]) or (bias is not None and bias.shape != weight.shape[:1]):
        return NotImplemented
    y = numpy.empty((projected.shape[0], *h.shape), projected.dtype)
    cells, gates = numpy.empty_like(y), numpy.empty(projected.shape, projected.dtype)
    panels = panels_of(weight.T, run.lanes)
    work = projected.size * (h.shape[1] + 40)
    scratch, room = _scratch(run, work, h.shape[0], panels)
    bias = None if bias is None else in_one_piece(bias)
    projected, h, c = in_one_piece(projected), in_one_piece(h), in_one_piece(c)
    sizes = (len(y), *h.shape, len(panels), room, int(reverse))
    run.shared(work, y, cells, gates, projected, panels, bias, h, c, scratch, *sizes)
    return y, cells, gates


@rule("cpu", "lstm_layer")
def lstm_layer_gradients(xp: Any, cts: Any, s: Any, wanted: list[bool]) -> Any:
    ct_y, ct_cells, ct_gates = cts
    if ct_gates is not None or not large(s.gates) or not _fits(s.gates, s.h, s.c, s.y, s.cells):
        return NotImplemented
    run = lstm_steps_back(s.y.dtype, from_y=ct_y is not None, from_cells=ct_cells is not None)
    if run is None:
        return NotImplemented
    ct_y, ct_cells = (None if ct is None else in_one_piece(ct) for ct in (ct_y, ct_cells))
    raw = numpy.empty(s.gates.shape, s.gates.dtype)
    dh, dc = numpy.zeros(s.h.shape, s.h.dtype), numpy.zeros(s.c.shape, s.c.dtype)
    panels = panels_of(s.weight, run.lanes)
    work = raw.size * (s.h.shape[1] + 30)
    scratch, room = _scratch(run, work, s.h.shape[0], panels)
    sizes = (len(s.y), *s.h.shape, len(panels), room, int(s.reverse))
    given = (s.gates, s.cells, s.c)
    run.shared(work, raw, dh, dc, panels, *map(in_one_piece, given), ct_y, ct_cells, scratch, *sizes)
    flat = raw.reshape(-1, raw.shape[-1])
    states = (s.y[1:], s.h[None]) if s.reverse else (s.h[None], s.y[:-1])
    hidden = numpy.concatenate(states).reshape(-1, s.h.shape[1])
    return raw, dh, dc, matmul(flat.T, hidden) if wanted[3] else None, flat.sum(axis=0) if wanted[4] else None
