"""Networks that read a sequence step by step and keep a memory: RNN, LSTM, GRU. Single steps: ``cells.py``."""

from __future__ import annotations

import math
from typing import Any

from patchgrad.backend.random import Stream, stream_for
from patchgrad.errors import ShapeError
from patchgrad.nn import functional, init
from patchgrad.nn.arguments import choice, counts, probability
from patchgrad.nn.module import Module
from patchgrad.nn.parameter import Parameter
from patchgrad.nn.steps import gru_step, zeros_as
from patchgrad.ops.movement import cat, stack
from patchgrad.ops.recurrent import lstm_layer
from patchgrad.tensor import Tensor

State = tuple[Tensor, ...]


class Recurrent(Module):
    """What RNN, LSTM and GRU share: layers, directions, first states; a family writes one layer in one direction.

    ``gates`` is the number of rows of weights per hidden unit, ``states`` the names of what is kept from step to step.
    """

    gates: int
    states: tuple[str, ...]

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        layer = type(self).__name__
        counts(layer, input_size=input_size, hidden_size=hidden_size, num_layers=num_layers)
        probability(layer, dropout=dropout)
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
        gates, width = self.gates * self.hidden_size, self.hidden_size * (1 + self.bidirectional)
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

    def forward(self, x: Tensor, hx: Any = None) -> tuple[Tensor, Any]:
        self._check(x)
        batched = x.ndim == 3
        steps = x if batched else x.unsqueeze(1)
        if batched and self.batch_first:
            steps = steps.transpose(0, 1)
        given: State | None = None if hx is None else tuple(hx) if isinstance(hx, (tuple, list)) else (hx,)
        output, ends = self._layers(steps, self._start(steps, given, batched))
        if not batched:
            output, ends = output.squeeze(1), tuple(end.squeeze(1) for end in ends)
        elif self.batch_first:
            output = output.transpose(0, 1)
        return output, ends[0] if len(ends) == 1 else ends

    def _layers(self, steps: Tensor, start: State) -> tuple[Tensor, State]:
        """All layers over (length, batch, features); the last states of each direction of each."""
        ends: list[State] = []
        for layer in range(self.num_layers):
            if layer and self.dropout and self.training:
                steps = functional.dropout(steps, self.dropout, stream=self._own_stream())
            outputs: list[Tensor] = []
            for suffix in self._suffixes(layer):
                begin = tuple(state[len(ends)] for state in start)
                output, end = self._direction(steps, begin, suffix)
                outputs.append(output)
                ends.append(end)
            steps = cat(outputs, 2) if len(outputs) > 1 else outputs[0]
        return steps, tuple(stack(list(each), 0) for each in zip(*ends, strict=True))

    def _direction(self, steps: Tensor, state: State, suffix: str) -> tuple[Tensor, State]:
        """One layer in one direction: (length, batch, features) -> (length, batch, hidden_size) and its last state."""
        weight: Parameter = getattr(self, f"weight_hh{suffix}")
        bias: Parameter | None = getattr(self, f"bias_hh{suffix}", None)
        gates = functional.linear(steps, getattr(self, f"weight_ih{suffix}"), getattr(self, f"bias_ih{suffix}", None))
        return self._read(gates, state, weight, bias, suffix.endswith("_reverse"))

    def _read(
        self, gates: Tensor, state: State, weight: Tensor, bias: Tensor | None, reverse: bool
    ) -> tuple[Tensor, State]:
        """Step through the inputs' share of the gates, (length, batch, gates * hidden_size), with one state ``h``."""
        h, outputs = state[0], [state[0]] * gates.shape[0]
        for time in reversed(range(gates.shape[0])) if reverse else range(gates.shape[0]):
            h = outputs[time] = self._step(gates[time], h, weight, bias)
        return stack(outputs, 0), (h,)

    def _step(self, gates: Tensor, h: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        raise NotImplementedError(f"{type(self).__name__} has no _step method")

    def _start(self, steps: Tensor, hx: State | None, batched: bool) -> State:
        shape = (self.num_layers * (1 + self.bidirectional), steps.shape[1], self.hidden_size)
        if hx is None:
            return (zeros_as(steps, shape),) * len(self.states)
        start = tuple(hx if batched else [state.unsqueeze(1) for state in hx])
        if [tuple(state.shape) for state in start] != [shape] * len(self.states):
            raise ShapeError(
                f"{type(self).__name__} cannot start from this state",
                where=self.path,
                got=", ".join(str(tuple(state.shape)) for state in hx),
                want=f"{', '.join(self.states)}: {shape if batched else (shape[0], shape[2])}",
            )
        return start

    def _check(self, x: Tensor) -> None:
        if x.ndim not in (2, 3) or x.shape[-1] != self.input_size or 0 in x.shape[:-1]:
            order = "batch, length" if self.batch_first else "length, batch"
            raise ShapeError(
                f"{type(self).__name__} cannot take x: {x.shape}",
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


class LSTM(Recurrent):
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

    gates = 4
    states = ("h", "c")

    def _read(
        self, gates: Tensor, state: State, weight: Tensor, bias: Tensor | None, reverse: bool
    ) -> tuple[Tensor, State]:
        h, c = state
        return lstm_layer(gates, h, c, weight, bias, reverse=reverse)


class GRU(Recurrent):
    """Gated recurrent units, ``num_layers`` deep, in one or both directions.

    With the gates r, z (reset, update) from ``W_ih x + b_ih + W_hh h + b_hh`` and the candidate
    ``n = tanh(W_in x + b_in + r * (W_hn h + b_hn))``: ``h = (1 - z) * n + z * h``.

    Shapes
        x (length, batch, input_size), or (batch, length, input_size) with ``batch_first``; without batch: 2 axes
        ->  output (length, batch, directions * hidden_size), likewise, and h (num_layers * directions, batch,
        hidden_size)
    Parameters
        weight_ih_l{k} (3 * hidden_size, input_size or directions * hidden_size), gates in the order r, z, n
        weight_hh_l{k} (3 * hidden_size, hidden_size), bias_ih_l{k}, bias_hh_l{k} (3 * hidden_size,);
        with the suffix _reverse for the way back; all uniform in ±sqrt(1 / hidden_size)
    Settings
        dropout  between the layers, in training
    Source
        Cho et al. 2014, Learning phrase representations using RNN encoder-decoder.
    """

    gates = 3
    states = ("h",)

    def _step(self, gates: Tensor, h: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        return gru_step(gates, functional.linear(h, weight, bias), h)


class RNN(Recurrent):
    """The plain recurrent network ``h = tanh(W_ih x + b_ih + W_hh h + b_hh)``, ``num_layers`` deep.

    Shapes
        as for `GRU`
    Parameters
        weight_ih_l{k} (hidden_size, input_size or directions * hidden_size), weight_hh_l{k} (hidden_size, hidden_size),
        bias_ih_l{k}, bias_hh_l{k} (hidden_size,); with the suffix _reverse for the way back
    Settings
        nonlinearity  "tanh" or "relu"
        dropout       between the layers, in training
    Source
        Elman 1990, Finding structure in time.
    """

    gates = 1
    states = ("h",)

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        choice("RNN", ("tanh", "relu"), nonlinearity=nonlinearity)
        super().__init__(
            input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, device=device, dtype=dtype
        )
        self.nonlinearity = nonlinearity

    def _step(self, gates: Tensor, h: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        total = gates + functional.linear(h, weight, bias)
        return functional.relu(total) if self.nonlinearity == "relu" else functional.tanh(total)
