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


def _halved(xp: Any, gates: int, kind: Any) -> tuple[Any, Any]:
    """(factor, offset) that make the tanh of i, f, o a sigmoid, ``sigmoid(x) = tanh(x / 2) / 2 + 1 / 2``; g stays."""
    place = xp.arange(gates) // (gates // 4)
    offset = xp.where(place == 2, xp.asarray(0.0, dtype=kind), xp.asarray(0.5, dtype=kind))
    return 1 - offset, offset


def _lstm(xp: Any, projected: Any, h: Any, c: Any, weight: Any, bias: Any, reverse: bool) -> tuple[Any, Any, Any]:
    _shape(projected.shape, h.shape, c.shape, weight.shape, None if bias is None else bias.shape)
    y = xp.empty((projected.shape[0], *h.shape), dtype=projected.dtype)
    cells, gates = xp.empty_like(y), xp.empty_like(projected)
    factor, offset = _halved(xp, projected.shape[-1], projected.dtype)
    transposed = xp.matrix_transpose(weight * factor[:, None])
    inputs = (projected if bias is None else projected + bias) * factor
    for time in _order(projected.shape[0], reverse):
        raw = xp.matmul(h, transposed)
        raw += inputs[time, ...]
        raw = xp.tanh(raw)
        raw *= factor
        raw += offset
        gates[time, ...] = raw
        i, f, g, o = _parts(raw)
        c = f * c
        c += i * g
        h = o * xp.tanh(c)
        cells[time, ...] = c
        y[time, ...] = h
    return y, cells, gates


def _rule(xp: Any, cts: Any, s: Any, wanted: list[bool]) -> tuple[Any, ...]:
    """Backwards through the steps; all that does not depend on later steps is computed for all of them at once."""
    ct_y, ct_cells, ct_gates = cts
    order = _order(s.shape_of("projected")[0], s.reverse)
    through, factors, direct = _slopes(xp, s, ct_gates)
    forget = _parts(s.gates)[1]
    raw: list[Any] = [None] * len(order)
    dh, dc = xp.zeros_like(s.h), xp.zeros_like(s.c)
    for time in order[::-1]:
        dh = dh if ct_y is None else dh + ct_y[time, ...]
        dc = dh * through[time, ...] + (dc if ct_cells is None else dc + ct_cells[time, ...])
        raw[time] = xp.concat((dc, dc, dc, dh), axis=-1) * factors[time, ...]
        if direct is not None:
            raw[time] = raw[time] + direct[time, ...]
        dc = dc * forget[time, ...]
        dh = xp.matmul(raw[time], s.weight)
    d_gates = xp.stack(raw, axis=0)
    flat = xp.reshape(d_gates, (-1, d_gates.shape[-1]))
    dweight = _weight_ct(xp, flat, s) if wanted[3] else None
    return d_gates, dh, dc, dweight, xp.sum(flat, axis=0) if wanted[4] else None


def _slopes(xp: Any, s: Any, ct_gates: Any) -> tuple[Any, Any, Any]:
    """For all steps: the slope of h by c; those of c, c, c and h by i, f, g and o before their activation; and the
    cotangents that come to the gates themselves, taken there.

    The slope of a sigmoid is s (1 - s), that of tanh 1 - g².
    """
    i, f, g, o = _parts(s.gates)
    squashed = xp.tanh(s.cells)
    slopes = i * (1 - i), f * (1 - f), 1 - g * g, o * (1 - o)
    inner = g, _before(xp, s.c, s.cells, s.reverse), i, squashed
    factors = xp.concat([a * b for a, b in zip(inner, slopes, strict=True)], axis=-1)
    direct = None if ct_gates is None else ct_gates * xp.concat(slopes, axis=-1)
    return o * (1 - squashed * squashed), factors, direct


def _before(xp: Any, first: Any, states: Any, reverse: bool) -> Any:
    """The state before each step."""
    rest, first = states[1:, ...] if reverse else states[:-1, ...], xp.expand_dims(first, axis=0)
    return xp.concat((rest, first) if reverse else (first, rest), axis=0)


def _weight_ct(xp: Any, flat: Any, s: Any) -> Any:
    """All steps in one product: cotangents of the gates with the hidden state before each step."""
    before = _before(xp, s.h, s.y, s.reverse)
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
