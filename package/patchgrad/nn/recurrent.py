"""LSTM: a network that reads a sequence step by step and keeps a memory."""

from __future__ import annotations

import math
from typing import Any

from patchgrad.backend.random import Stream, stream_for
from patchgrad.errors import ShapeError
from patchgrad.nn import functional, init
from patchgrad.nn.arguments import counts, probability
from patchgrad.nn.module import Module
from patchgrad.nn.parameter import Parameter
from patchgrad.tensor import Tensor

State = tuple[Tensor, Tensor]


class LSTM(Module):
    """Long short-term memory, ``num_layers`` deep, in one or both directions.

    With the gates i, f, g, o (in, forget, candidate, out), each from ``W_ih x + b_ih + W_hh h + b_hh``:
    ``c = sigmoid(f) * c + sigmoid(i) * tanh(g)``, ``h = sigmoid(o) * tanh(c)``.

    Shapes
        x (length, batch, input_size), or (batch, length, input_size) with ``batch_first``; without batch: 2 axes
        ->  output (length, batch, directions * hidden_size), likewise, and (h, c), each
        (num_layers * directions, batch, hidden_size)
    Parameters
        weight_ih_l{k} (4 * hidden_size, input_size or directions * hidden_size), gates in the order i, f, g, o
        weight_hh_l{k} (4 * hidden_size, hidden_size), bias_ih_l{k}, bias_hh_l{k} (4 * hidden_size,);
        with the suffix _reverse for the way back; all uniform in ±sqrt(1 / hidden_size)
    Settings
        dropout  between the layers, in training
    Source
        Hochreiter and Schmidhuber 1997; Gers et al. 2000 for the forget gate.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        *,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        counts("LSTM", input_size=input_size, hidden_size=hidden_size, num_layers=num_layers)
        probability("LSTM", dropout=dropout)
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bias = bias
        self.batch_first = batch_first
        self.dropout = dropout
        self.bidirectional = bidirectional
        self.stream_key: str | None = None
        self.stream: Stream | None = None
        for layer in range(num_layers):
            for suffix in self._suffixes(layer):
                self._add_parameters(layer, suffix, device=device, dtype=dtype)
        self.reset_parameters()

    def _suffixes(self, layer: int) -> list[str]:
        return [f"_l{layer}", f"_l{layer}_reverse"][: 1 + self.bidirectional]

    def _add_parameters(self, layer: int, suffix: str, **place: Any) -> None:
        gates, width = 4 * self.hidden_size, self.hidden_size * (1 + self.bidirectional)
        inputs = self.input_size if layer == 0 else width
        setattr(self, f"weight_ih{suffix}", Parameter.empty((gates, inputs), **place))
        setattr(self, f"weight_hh{suffix}", Parameter.empty((gates, self.hidden_size), **place))
        for name in (f"bias_ih{suffix}", f"bias_hh{suffix}") if self.bias else ():
            setattr(self, name, Parameter.empty((gates,), **place))

    def reset_parameters(self) -> None:
        """Draw fresh first values."""
        bound = 1 / math.sqrt(self.hidden_size)
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)

    def forward(self, x: Tensor, hx: State | None = None) -> tuple[Tensor, State]:
        self._check(x)
        batched = x.ndim == 3
        steps = x if batched else x.unsqueeze(1)
        if batched and self.batch_first:
            steps = steps.transpose(0, 1)
        output, h, c = self._layers(steps, self._start(steps, hx, batched))
        if not batched:
            return output.squeeze(1), (h.squeeze(1), c.squeeze(1))
        return (output.transpose(0, 1) if self.batch_first else output), (h, c)

    def _layers(self, steps: Tensor, start: State) -> tuple[Tensor, Tensor, Tensor]:
        """All layers over (length, batch, features); the last states of each direction of each."""
        ends: list[State] = []
        for layer in range(self.num_layers):
            if layer and self.dropout and self.training:
                steps = functional.dropout(steps, self.dropout, stream=self._own_stream())
            outputs: list[Tensor] = []
            for suffix in self._suffixes(layer):
                begin = (start[0][len(ends)], start[1][len(ends)])
                output, end = self._direction(steps, begin, suffix)
                outputs.append(output)
                ends.append(end)
            steps = functional.cat(outputs, 2) if len(outputs) > 1 else outputs[0]
        return steps, functional.stack([h for h, _ in ends], 0), functional.stack([c for _, c in ends], 0)

    def _direction(self, steps: Tensor, state: State, suffix: str) -> tuple[Tensor, State]:
        """One layer in one direction: (length, batch, features) -> (length, batch, hidden_size) and its last state."""
        weight: Parameter = getattr(self, f"weight_hh{suffix}")
        bias: Parameter | None = getattr(self, f"bias_hh{suffix}", None)
        gates = functional.linear(steps, getattr(self, f"weight_ih{suffix}"), getattr(self, f"bias_ih{suffix}", None))
        return functional.lstm_layer(gates, *state, weight, bias, reverse=suffix.endswith("_reverse"))

    def _start(self, steps: Tensor, hx: State | None, batched: bool) -> State:
        shape = (self.num_layers * (1 + self.bidirectional), steps.shape[1], self.hidden_size)
        if hx is None:
            zeros = functional.zeros_as(steps, shape)
            return zeros, zeros
        h, c = hx if batched else (hx[0].unsqueeze(1), hx[1].unsqueeze(1))
        if h.shape != shape or c.shape != shape:
            raise ShapeError(
                "LSTM cannot start from this state",
                where=self.path,
                got=f"h: {hx[0].shape}, c: {hx[1].shape}",
                want=f"h, c: {shape if batched else (shape[0], shape[2])}",
            )
        return h, c

    def _check(self, x: Tensor) -> None:
        if x.ndim not in (2, 3) or x.shape[-1] != self.input_size or 0 in x.shape[:-1]:
            order = "batch, length" if self.batch_first else "length, batch"
            raise ShapeError(
                f"LSTM cannot take x: {x.shape}",
                where=self.path,
                got=f"x: {x.shape}",
                want=f"x: ({order}, {self.input_size}) or (length, {self.input_size}), at least one step long",
            )

    def _own_stream(self) -> Stream:
        if self.stream is None:
            self.stream = stream_for(self.stream_key or self.path)
        return self.stream

    def extra_repr(self) -> str:
        defaults = {"num_layers": 1, "bias": True, "batch_first": False, "dropout": 0.0, "bidirectional": False}
        parts = [f"{name}={getattr(self, name)}" for name, value in defaults.items() if getattr(self, name) != value]
        return ", ".join([f"{self.input_size}, {self.hidden_size}", *parts])
