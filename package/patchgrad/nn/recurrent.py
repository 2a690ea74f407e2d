"""Networks that read a sequence step by step and keep a memory: RNN, LSTM, GRU. Single steps: ``cells.py``."""

from __future__ import annotations

from typing import Any

from patchgrad.nn import functional
from patchgrad.nn.arguments import choice
from patchgrad.nn.recurrent_base import RNNBase, State
from patchgrad.nn.steps import gru_step, lstm_step
from patchgrad.ops.movement import stack
from patchgrad.ops.recurrent import lstm_layer
from patchgrad.tensor import Tensor


class LSTM(RNNBase):
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
        weight_hr_l{k} (proj_size, hidden_size) with ``proj_size``: h is this times what it was, of that size everywhere
    Settings
        dropout  between the layers, in training
    Source
        Hochreiter and Schmidhuber 1997; Sak et al. 2014 for the projection; Gers et al. 2000 for the forget gate.
    """

    gates = 4
    states = ("h", "c")

    def __init__(
        self,
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
        settings = (num_layers, bias, batch_first, dropout, bidirectional, proj_size)
        super().__init__("LSTM", input_size, hidden_size, *settings, device=device, dtype=dtype)

    def _read(self, gates: Tensor, state: State, suffix: str, reverse: bool) -> State:
        weight, bias = getattr(self, f"weight_hh{suffix}"), getattr(self, f"bias_hh{suffix}", None)
        if not self.proj_size:
            return lstm_layer(gates, state[0], state[1], weight, bias, reverse=reverse)
        (h, c), projection = state, getattr(self, f"weight_hr{suffix}")
        states: list[State] = [state] * gates.shape[0]
        for time in reversed(range(gates.shape[0])) if reverse else range(gates.shape[0]):
            h, c = lstm_step(gates[time] + functional.linear(h, weight, bias), c)  # type: ignore[operator]
            h = functional.linear(h, projection)
            states[time] = h, c
        return tuple(stack(list(each), 0) for each in zip(*states, strict=True))


class GRU(RNNBase):
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
        settings = (num_layers, bias, batch_first, dropout, bidirectional)
        super().__init__("GRU", input_size, hidden_size, *settings, device=device, dtype=dtype)

    def _step(self, gates: Tensor, h: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        return gru_step(gates, functional.linear(h, weight, bias), h)


class RNN(RNNBase):
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
        settings = (num_layers, bias, batch_first, dropout, bidirectional)
        mode = f"RNN_{nonlinearity.upper()}"
        super().__init__(mode, input_size, hidden_size, *settings, device=device, dtype=dtype)
        self.nonlinearity = nonlinearity

    def _step(self, gates: Tensor, h: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        total = gates + functional.linear(h, weight, bias)
        return functional.relu(total) if self.nonlinearity == "relu" else functional.tanh(total)
