"""One layer of an LSTM over a whole sequence, as one op with one rule for all its inputs."""

from __future__ import annotations

from typing import Any

from patchgrad.autograd.op import Sample, define
from patchgrad.errors import ShapeError
from patchgrad.tensor import Tensor, apply
from patchgrad.typing import Shape


def _order(length: int, reverse: bool) -> list[int]:
    return list(range(length))[::-1] if reverse else list(range(length))


def _parts(gates: Any) -> list[Any]:
    """i, f, g, o."""
    hidden = gates.shape[-1] // 4
    return [gates[..., k * hidden : (k + 1) * hidden] for k in range(4)]


def _activated(xp: Any, raw: Any) -> Any:
    """Sigmoid of i, f and o, tanh of g, through a single tanh: ``sigmoid(x) = (1 + tanh(x / 2)) / 2``."""
    i, f, g, o = _parts(raw)
    out = xp.tanh(xp.concat((0.5 * i, 0.5 * f, g, 0.5 * o), axis=-1))
    i, f, g, o = _parts(out)
    return xp.concat((0.5 * (1 + i), 0.5 * (1 + f), g, 0.5 * (1 + o)), axis=-1)


def _lstm(xp: Any, projected: Any, h: Any, c: Any, weight: Any, bias: Any, reverse: bool) -> tuple[Any, Any, Any]:
    _shape(projected.shape, h.shape, c.shape, weight.shape, None if bias is None else bias.shape)
    y = xp.empty((projected.shape[0], *h.shape), dtype=projected.dtype)
    cells, gates = xp.empty_like(y), xp.empty_like(projected)
    transposed = xp.matrix_transpose(weight)
    inputs = projected if bias is None else projected + bias
    for time in _order(projected.shape[0], reverse):
        gates[time, ...] = _activated(xp, inputs[time, ...] + xp.matmul(h, transposed))
        i, f, g, o = _parts(gates[time, ...])
        c = f * c + i * g
        h = o * xp.tanh(c)
        cells[time, ...] = c
        y[time, ...] = h
    return y, cells, gates


def _rule(xp: Any, cts: Any, s: Any, wanted: list[bool]) -> tuple[Any, ...]:
    """Backwards through the steps; ``raw`` are the cotangents of the gates before their activation."""
    ct_y, ct_cells, ct_gates = cts
    length = s.shape_of("projected")[0]
    order = _order(length, s.reverse)
    raw: list[Any] = [None] * length
    dh: Any = None
    dc: Any = None
    for position in range(length - 1, -1, -1):
        time, before = order[position], order[position - 1] if position else None
        dh = _plus(dh, None if ct_y is None else ct_y[time, ...])
        dc = _plus(dc, None if ct_cells is None else ct_cells[time, ...])
        previous = s.c if before is None else s.cells[before, ...]
        parts, dc = _step(xp, dh, dc, _parts(s.gates[time, ...]), s.cells[time, ...], previous)
        raw[time] = _through_gates(xp, parts, s.gates[time, ...], None if ct_gates is None else ct_gates[time, ...])
        dh = xp.matmul(raw[time], s.weight)
    d_gates = xp.stack(raw, axis=0)
    flat = xp.reshape(d_gates, (-1, d_gates.shape[-1]))
    dweight = _weight_ct(xp, flat, s, order) if wanted[3] else None
    return d_gates, dh, dc, dweight, xp.sum(flat, axis=0) if wanted[4] else None


def _plus(a: Any, b: Any) -> Any:
    return b if a is None else a if b is None else a + b


def _step(xp: Any, dh: Any, dc: Any, gates: list[Any], cell: Any, previous: Any) -> tuple[list[Any], Any]:
    """Cotangents of the activated gates, and of the cell before."""
    i, f, g, o = gates
    d_out = None
    if dh is not None:
        squashed = xp.tanh(cell)
        d_out = dh * squashed
        dc = _plus(dc, dh * o * (1 - squashed * squashed))
    if dc is None:
        dc = xp.zeros_like(cell)
    return [dc * g, dc * previous, dc * i, xp.zeros_like(cell) if d_out is None else d_out], dc * f


def _through_gates(xp: Any, parts: list[Any], gates: Any, ct: Any) -> Any:
    """The cotangents before the activations: s (1 - s) for a sigmoid, 1 - g² for the tanh."""
    i, f, g, o = _parts(gates)
    slopes = xp.concat((i * (1 - i), f * (1 - f), 1 - g * g, o * (1 - o)), axis=-1)
    return _plus(xp.concat(parts, axis=-1), ct) * slopes


def _weight_ct(xp: Any, flat: Any, s: Any, order: list[int]) -> Any:
    """All steps in one product: cotangents of the gates with the hidden state before each step."""
    rest = s.y[1:, ...] if s.reverse else s.y[:-1, ...]
    first = xp.expand_dims(s.h, axis=0)
    before = xp.concat((rest, first) if s.reverse else (first, rest), axis=0)
    return xp.matmul(xp.matrix_transpose(flat), xp.reshape(before, (-1, before.shape[-1])))


def _shape(
    projected: Shape, h: Shape, c: Shape, weight: Shape, bias: Shape | None = None, **_: Any
) -> tuple[Shape, ...]:
    if len(projected) != 3 or len(h) != 2 or tuple(h) != (projected[1], projected[2] // 4) or tuple(c) != tuple(h):
        raise ShapeError(
            "an LSTM layer cannot take this state",
            got=f"projected {tuple(projected)}, h {tuple(h)}, c {tuple(c)}",
            want="projected (length, batch, 4 * hidden), h and c (batch, hidden)",
        )
    if tuple(weight) != (projected[2], h[1]) or (bias is not None and tuple(bias) != (projected[2],)):
        raise ShapeError(
            "an LSTM layer cannot take these weights",
            got=f"weight {tuple(weight)}, bias {bias}",
            want=f"weight {(projected[2], h[1])}, bias {(projected[2],)}",
        )
    y = (projected[0], *h)
    return y, y, tuple(projected)


LSTM_LAYER = define(
    "lstm_layer",
    inputs=("projected", "h", "c", "weight", "bias"),
    outputs=("y", "cells", "gates"),
    forward=_lstm,
    shape=_shape,
    saves=("h", "c", "weight", "y", "cells", "gates"),
    joint=_rule,
    cost=lambda projected, h, c, weight, bias=None, **_: 2 * projected[0] * projected[1] * weight[0] * weight[1],
    formula=r"c_t = \sigma(f) c_{t-1} + \sigma(i) \tanh(g), \quad h_t = \sigma(o) \tanh(c_t)",
    samples=lambda draw: [
        Sample((draw(3, 2, 8), draw(2, 2), draw(2, 2), draw(8, 2), draw(8)), {"reverse": False}),
        Sample((draw(2, 1, 4), draw(1, 1), draw(1, 1), draw(4, 1), None), {"reverse": True}, "reverse, no bias"),
    ],
    errors=lambda draw: [
        Sample((draw(3, 2, 8), draw(3, 2), draw(2, 2), draw(8, 2), draw(8)), {"reverse": False}, "state"),
        Sample((draw(3, 2, 8), draw(2, 2), draw(2, 2), draw(8, 3), None), {"reverse": False}, "weight"),
    ],
)


def lstm_layer(
    projected: Tensor, h: Tensor, c: Tensor, weight: Tensor, bias: Tensor | None = None, *, reverse: bool = False
) -> tuple[Tensor, Tensor]:
    """One layer of an LSTM in one direction: h and c at every step.

    Shapes
        projected (length, batch, 4 * hidden): the inputs' share of the gates i, f, g, o; h, c (batch, hidden);
        weight (4 * hidden, hidden), bias (4 * hidden,)  ->  h, c (length, batch, hidden)
    Source
        Hochreiter and Schmidhuber 1997; Gers et al. 2000 for the forget gate.
    """
    y, cells, _ = apply(LSTM_LAYER, projected, h, c, weight, bias, reverse=reverse)
    return y, cells
