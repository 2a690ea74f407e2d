"""What RNN, LSTM and GRU share: layers, directions, first states, sequences of different lengths."""

from __future__ import annotations

import math
from typing import Any

from patchgrad.backend import host
from patchgrad.backend.random import Stream, stream_for
from patchgrad.errors import ArgumentError, ShapeError
from patchgrad.nn import functional, init
from patchgrad.nn.arguments import counts, probability
from patchgrad.nn.module import Module
from patchgrad.nn.packed import PackedSequence, padded, repacked
from patchgrad.nn.parameter import Parameter
from patchgrad.nn.steps import zeros_as
from patchgrad.ops.movement import cat, stack
from patchgrad.tensor import Tensor

State = tuple[Tensor, ...]


class RNNBase(Module):
    """Base of `RNN`, `LSTM` and `GRU`; a family writes one layer in one direction.

    ``gates`` is the number of rows of weights per hidden unit, ``states`` the names of what is kept from step to step.
    """

    gates: int
    states: tuple[str, ...]

    def __init__(
        self,
        mode: str,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        name = type(self).__name__
        counts(name, input_size=input_size, hidden_size=hidden_size, num_layers=num_layers)
        counts(name, 0, proj_size=proj_size)
        probability(name, dropout=dropout)
        if proj_size >= hidden_size or (proj_size and mode != "LSTM"):
            raise ArgumentError(f"{name} cannot use proj_size={proj_size}", want=f"0 to {hidden_size - 1}, in an LSTM")
        self.mode = mode
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bias = bias
        self.batch_first = batch_first
        self.dropout = dropout
        self.bidirectional = bidirectional
        self.proj_size = proj_size
        self.stream_key: str | None = None
        self.stream: Stream | None = None
        for layer in range(num_layers):
            for suffix in self._suffixes(layer):
                self._add_parameters(layer, suffix, device=device, dtype=dtype)
        self.reset_parameters()

    @property
    def output_size(self) -> int:
        """The size of what one direction gives: that of the state, or of its projection."""
        return self.proj_size or self.hidden_size

    @property
    def all_weights(self) -> list[list[Parameter]]:
        """The parameters of each layer in each direction."""
        suffixes = [suffix for layer in range(self.num_layers) for suffix in self._suffixes(layer)]
        names = list(self._parameters)
        return [[getattr(self, name) for name in names if name.endswith(suffix)] for suffix in suffixes]

    def flatten_parameters(self) -> None:
        """Nothing to be done: the parameters lie in memory as they should."""

    def _suffixes(self, layer: int) -> list[str]:
        return [f"_l{layer}", f"_l{layer}_reverse"][: 1 + self.bidirectional]

    def _add_parameters(self, layer: int, suffix: str, **place: Any) -> None:
        gates, width = self.gates * self.hidden_size, self.output_size * (1 + self.bidirectional)
        inputs = self.input_size if layer == 0 else width
        setattr(self, f"weight_ih{suffix}", Parameter.empty((gates, inputs), **place))
        setattr(self, f"weight_hh{suffix}", Parameter.empty((gates, self.output_size), **place))
        for name in (f"bias_ih{suffix}", f"bias_hh{suffix}") if self.bias else ():
            setattr(self, name, Parameter.empty((gates,), **place))
        if self.proj_size:
            setattr(self, f"weight_hr{suffix}", Parameter.empty((self.proj_size, self.hidden_size), **place))

    def reset_parameters(self) -> None:
        """Draw fresh first values."""
        bound = 1 / math.sqrt(self.hidden_size)
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)

    def forward(self, input: Tensor | PackedSequence, hx: Any = None) -> tuple[Any, Any]:
        given: State | None = None if hx is None else tuple(hx) if isinstance(hx, (tuple, list)) else (hx,)
        if isinstance(input, PackedSequence):
            output, ends = self._packed(input, given)
        else:
            output, ends = self._dense(input, given)
        return output, ends[0] if len(ends) == 1 else ends

    def _dense(self, x: Tensor, given: State | None) -> tuple[Tensor, State]:
        self._check(x)
        batched = x.ndim == 3
        steps = x if batched else x.unsqueeze(1)
        if batched and self.batch_first:
            steps = steps.transpose(0, 1)
        output, ends = self._layers(steps, self._start(steps, given, batched))
        if not batched:
            return output.squeeze(1), tuple(end.squeeze(1) for end in ends)
        return (output.transpose(0, 1) if self.batch_first else output), ends

    def _packed(self, x: PackedSequence, given: State | None) -> tuple[PackedSequence, State]:
        """The padded sequences, longest first; what the steps behind an end give is left out."""
        if x.data.ndim != 2 or x.data.shape[1] != self.input_size:
            raise self._unfit(x.data, f"packed sequences of {self.input_size} features")
        steps, lengths = padded(x)
        if given is not None and x.sorted_indices is not None:
            given = tuple(state[:, x.sorted_indices] for state in given)
        output, ends = self._layers(steps, self._start(steps, given, True), lengths)
        if x.unsorted_indices is not None:
            ends = tuple(end[:, x.unsorted_indices] for end in ends)
        return repacked(output, x), ends

    def _layers(self, steps: Tensor, start: State, lengths: Any = None) -> tuple[Tensor, State]:
        """All layers over (length, batch, features); the last states of each direction of each."""
        ends: list[State] = []
        for layer in range(self.num_layers):
            if layer and self.dropout and self.training:
                steps = functional.dropout(steps, self.dropout, stream=self._own_stream())
            outputs: list[Tensor] = []
            for suffix in self._suffixes(layer):
                begin = tuple(state[len(ends)] for state in start)
                output, end = self._direction(steps, begin, suffix, lengths)
                outputs.append(output)
                ends.append(end)
            steps = cat(outputs, 2) if len(outputs) > 1 else outputs[0]
        return steps, tuple(stack(list(each), 0) for each in zip(*ends, strict=True))

    def _direction(self, steps: Tensor, state: State, suffix: str, lengths: Any) -> tuple[Tensor, State]:
        """One layer in one direction: (length, batch, features) -> (length, batch, output_size) and its last state."""
        back = suffix.endswith("_reverse")
        if lengths is None:
            states = self._read(self._gates(steps, suffix), state, suffix, back)
            last = 0 if back else steps.shape[0] - 1
            return states[0], tuple(each[last] for each in states)
        turned = _turned(lengths, steps) if back else None
        states = self._read(self._gates(steps if turned is None else steps[turned], suffix), state, suffix, False)
        ends = tuple(each[_places(lengths - 1, steps)] for each in states)
        return (states[0] if turned is None else states[0][turned]), ends

    def _gates(self, steps: Tensor, suffix: str) -> Tensor:
        """The inputs' share of the gates: (length, batch, gates * hidden_size)."""
        return functional.linear(steps, getattr(self, f"weight_ih{suffix}"), getattr(self, f"bias_ih{suffix}", None))

    def _read(self, gates: Tensor, state: State, suffix: str, reverse: bool) -> State:
        """Step through the gates of one layer: each state at every step, (length, batch, size); the output first."""
        weight, bias = getattr(self, f"weight_hh{suffix}"), getattr(self, f"bias_hh{suffix}", None)
        h, outputs = state[0], [state[0]] * gates.shape[0]
        for time in reversed(range(gates.shape[0])) if reverse else range(gates.shape[0]):
            h = outputs[time] = self._step(gates[time], h, weight, bias)
        return (stack(outputs, 0),)

    def _step(self, gates: Tensor, h: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        raise NotImplementedError(f"{type(self).__name__} has no _step method")

    def _start(self, steps: Tensor, hx: State | None, batched: bool) -> State:
        """The first states, (num_layers * directions, batch, size) each: those given, or zeros."""
        rows = self.num_layers * (1 + self.bidirectional)
        shapes = [(rows, steps.shape[1], self.output_size), (rows, steps.shape[1], self.hidden_size)]
        shapes = shapes[: len(self.states)]
        if hx is None:
            return tuple(zeros_as(steps, shape) for shape in shapes)
        start = tuple(hx if batched else [state.unsqueeze(1) for state in hx])
        if [tuple(state.shape) for state in start] != shapes:
            wanted = [shape if batched else (shape[0], shape[2]) for shape in shapes]
            raise ShapeError(
                f"{type(self).__name__} cannot start from this state",
                where=self.path,
                got=", ".join(str(tuple(state.shape)) for state in hx),
                want=", ".join(f"{name}: {shape}" for name, shape in zip(self.states, wanted, strict=True)),
            )
        return start

    def _check(self, x: Tensor) -> None:
        if x.ndim not in (2, 3) or x.shape[-1] != self.input_size or 0 in x.shape[:-1]:
            order = "batch, length" if self.batch_first else "length, batch"
            raise self._unfit(x, f"({order}, {self.input_size}) or (length, {self.input_size}), at least one step long")

    def _unfit(self, x: Tensor, want: str) -> ShapeError:
        name = type(self).__name__
        return ShapeError(f"{name} cannot take x: {x.shape}", where=self.path, got=f"x: {x.shape}", want=f"x: {want}")

    def _own_stream(self) -> Stream:
        if self.stream is None:
            self.stream = stream_for(self.stream_key or self.path)
        return self.stream

    def extra_repr(self) -> str:
        defaults = {"proj_size": 0, "num_layers": 1, "bias": True, "batch_first": False, "dropout": 0.0}
        defaults["bidirectional"] = False
        parts = [f"{name}={getattr(self, name)}" for name, value in defaults.items() if getattr(self, name) != value]
        return ", ".join([f"{self.input_size}, {self.hidden_size}", *parts])


def _places(times: Any, like: Tensor) -> tuple[Tensor, Tensor]:
    """An index of (length, batch, *): for each sequence the step ``times``, (batch,) or (length, batch)."""
    return Tensor(like.backend.asarray(times)), Tensor(like.backend.asarray(host.arange(times.shape[-1])))


def _turned(lengths: Any, like: Tensor) -> tuple[Tensor, Tensor]:
    """An index that turns each sequence around within its length."""
    times = host.arange(like.shape[0])[:, None]
    return _places(host.where(times < lengths, lengths - 1 - times, times), like)
