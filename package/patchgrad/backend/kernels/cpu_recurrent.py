"""One layer of an LSTM: the products by BLAS, all else of a time step in one pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy

from patchgrad.backend.kernels import kernel, rule
from patchgrad.backend.kernels.cpu_arrays import ARRAY, in_one_piece, large, whole
from patchgrad.backend.native import native
from patchgrad.backend.native.mathematics import sigmoid, tanh

if TYPE_CHECKING:
    from patchgrad.backend.native.language import Reals, part


@native
def lstm_step(
    y: Reals, cells: Reals, gates: Reals, inputs: Reals, product: Reals, bias: Reals, before: Reals, batch: int,
    hidden: int, *, biased: bool,
):  # fmt: skip
    """Gates in the order i, f, g, o."""
    for row in part(batch):
        raw = inputs + row * 4 * hidden
        more = product + row * 4 * hidden
        gate = gates + row * 4 * hidden
        for i in range(4 * hidden):
            level = raw[i] + more[i]
            if biased:
                level = level + bias[i]
            gate[i] = level
        for i in range(2 * hidden):
            gate[i] = sigmoid(gate[i])
        for i in range(2 * hidden, 3 * hidden):
            gate[i] = tanh(gate[i])
        for i in range(3 * hidden, 4 * hidden):
            gate[i] = sigmoid(gate[i])
        for i in range(hidden):
            c = gate[hidden + i] * before[row * hidden + i] + gate[i] * gate[2 * hidden + i]
            cells[row * hidden + i] = c
            y[row * hidden + i] = gate[3 * hidden + i] * tanh(c)


@native
def lstm_step_back(
    raw: Reals, dc: Reals, dh: Reals, gates: Reals, cells: Reals, before: Reals, ct_y: Reals, ct_cells: Reals,
    batch: int, hidden: int, *, from_y: bool, from_cells: bool,
):  # fmt: skip
    """``dc`` becomes the cotangent of the cells before; ``raw`` those of the gates before their activation."""
    for row in part(batch):
        gate = gates + row * 4 * hidden
        out = raw + row * 4 * hidden
        for i in range(hidden):
            at = row * hidden + i
            down = dh[at]
            if from_y:
                down = down + ct_y[at]
            cell = dc[at]
            if from_cells:
                cell = cell + ct_cells[at]
            squashed = tanh(cells[at])
            a = gate[i]
            f = gate[hidden + i]
            g = gate[2 * hidden + i]
            o = gate[3 * hidden + i]
            cell = cell + down * o * (1.0 - squashed * squashed)
            out[i] = cell * g * a * (1.0 - a)
            out[hidden + i] = cell * before[at] * f * (1.0 - f)
            out[2 * hidden + i] = cell * a * (1.0 - g * g)
            out[3 * hidden + i] = down * squashed * o * (1.0 - o)
            dc[at] = cell * f


def _fits(*arrays: Any) -> bool:
    return all(type(x) is ARRAY and x.dtype == arrays[0].dtype for x in arrays)


def _times(length: int, reverse: bool) -> list[int]:
    return list(range(length))[::-1] if reverse else list(range(length))


@kernel("cpu", "lstm_layer")
def lstm_layer(xp: Any, projected: Any, h: Any, c: Any, weight: Any, bias: Any, reverse: bool) -> Any:
    run = lstm_step(projected.dtype, biased=bias is not None)
    if run is None or not large(projected) or not _fits(projected, h, c) or not whole(projected):
        return NotImplemented
    if projected.shape[1:] != (h.shape[0], 4 * h.shape[1]) or h.shape != c.shape or weight.dtype != projected.dtype:
        return NotImplemented
    if weight.shape != (projected.shape[2], h.shape[1]) or (bias is not None and bias.shape != weight.shape[:1]):
        return NotImplemented
    y = numpy.empty((projected.shape[0], *h.shape), projected.dtype)
    cells, gates = numpy.empty_like(y), numpy.empty_like(projected)
    product, transposed = numpy.empty_like(projected[0]), numpy.ascontiguousarray(weight.T)
    bias = None if bias is None else in_one_piece(bias)
    projected, h, c = in_one_piece(projected), in_one_piece(h), in_one_piece(c)
    for time in _times(len(y), reverse):
        numpy.matmul(h, transposed, out=product)
        run(y[time], cells[time], gates[time], projected[time], product, bias, c, *h.shape)
        h, c = y[time], cells[time]
    return y, cells, gates


@rule("cpu", "lstm_layer")
def lstm_layer_gradients(xp: Any, cts: Any, s: Any, wanted: list[bool]) -> Any:
    ct_y, ct_cells, ct_gates = cts
    if ct_gates is not None or not large(s.gates) or not _fits(s.gates, s.h, s.c, s.y, s.cells):
        return NotImplemented
    run = lstm_step_back(s.y.dtype, from_y=ct_y is not None, from_cells=ct_cells is not None)
    if run is None:
        return NotImplemented
    ct_y, ct_cells = (None if ct is None else in_one_piece(ct) for ct in (ct_y, ct_cells))
    times = _times(len(s.y), s.reverse)
    raw = numpy.empty_like(s.gates)
    dh, dc, weight = numpy.zeros_like(s.h), numpy.zeros_like(s.c), in_one_piece(s.weight)
    for place in range(len(times) - 1, -1, -1):
        time = times[place]
        before = s.cells[times[place - 1]] if place else in_one_piece(s.c)
        now = (None if ct is None else ct[time] for ct in (ct_y, ct_cells))
        run(raw[time], dc, dh, s.gates[time], s.cells[time], before, *now, *s.h.shape)
        numpy.matmul(raw[time], weight, out=dh)
    flat = raw.reshape(-1, raw.shape[-1])
    states = (s.y[1:], s.h[None]) if s.reverse else (s.h[None], s.y[:-1])
    hidden = numpy.concatenate(states).reshape(-1, s.h.shape[1])
    return raw, dh, dc, flat.T @ hidden if wanted[3] else None, flat.sum(axis=0) if wanted[4] else None
