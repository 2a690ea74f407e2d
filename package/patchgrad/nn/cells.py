"""Single steps of recurrent networks, for loops of your own."""

from __future__ import annotations

import math
from typing import Any

from patchgrad.errors import ShapeError
from patchgrad.nn import functional, init, steps
from patchgrad.nn.arguments import choice, counts
from patchgrad.nn.module import Module
from patchgrad.nn.parameter import Parameter
from patchgrad.tensor import Tensor


class RNNCellBase(Module):
    """Base of `RNNCell`, `LSTMCell` and `GRUCell`: weights and checks of one step.

    Parameters
        weight_ih (num_chunks * hidden_size, input_size), weight_hh (num_chunks * hidden_size, hidden_size), bias_ih,
        bias_hh (num_chunks * hidden_size,); uniform in ±sqrt(1 / hidden_size)
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool,
        num_chunks: int,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        counts(type(self).__name__, input_size=input_size, hidden_size=hidden_size)
        self.input_size = input_size
        self.hidden_size = hidden_size
        rows, place = num_chunks * hidden_size, {"device": device, "dtype": dtype}
        self.weight_ih = Parameter.empty((rows, input_size), **place)
        self.weight_hh = Parameter.empty((rows, hidden_size), **place)
        self.bias_ih = Parameter.empty((rows,), **place) if bias else None
        self.bias_hh = Parameter.empty((rows,), **place) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw fresh first values."""
        bound = 1 / math.sqrt(self.hidden_size)
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)

    def _shares(self, x: Tensor, h: Tensor | None) -> tuple[Tensor, Tensor, Tensor]:
        """What input and hidden state give to the gates, and the hidden state (zeros if there is none)."""
        if x.ndim not in (1, 2) or x.shape[-1] != self.input_size:
            raise ShapeError(
                f"{type(self).__name__} cannot take x: {x.shape}",
                got=f"x: {x.shape}",
                want=f"x: (batch, {self.input_size}) or ({self.input_size},)",
                where=self.path,
            )
        shape = (*x.shape[:-1], self.hidden_size)
        state = steps.zeros_as(x, shape) if h is None else h
        if tuple(state.shape) != shape:
            raise ShapeError(
                f"{type(self).__name__} cannot go on from this state",
                got=str(state.shape),
                want=str(shape),
                where=self.path,
            )
        inputs = functional.linear(x, self.weight_ih, self.bias_ih)
        return inputs, functional.linear(state, self.weight_hh, self.bias_hh), state

    def extra_repr(self) -> str:
        return f"{self.input_size}, {self.hidden_size}" + (", bias=False" if self.bias_ih is None else "")


class RNNCell(RNNCellBase):
    """``h = tanh(W_ih x + b_ih + W_hh h + b_hh)``, or relu in the place of tanh.

    Shapes
        input (batch, input_size) or (input_size,), h (batch, hidden_size) or (hidden_size,)  ->  h
    Source
        Elman 1990, Finding structure in time.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        choice("RNNCell", ("tanh", "relu"), nonlinearity=nonlinearity)
        super().__init__(input_size, hidden_size, bias, 1, device=device, dtype=dtype)
        self.nonlinearity = nonlinearity

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        inputs, hidden, _ = self._shares(input, hx)
        return functional.relu(inputs + hidden) if self.nonlinearity == "relu" else functional.tanh(inputs + hidden)

    def extra_repr(self) -> str:
        return super().extra_repr() + ("" if self.nonlinearity == "tanh" else f", nonlinearity={self.nonlinearity}")


class GRUCell(RNNCellBase):
    """One step of gated recurrent units, see `GRU`.

    Shapes
        input (batch, input_size) or (input_size,), h (batch, hidden_size) or (hidden_size,)  ->  h
    """

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 3, device=device, dtype=dtype)

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        return steps.gru_step(*self._shares(input, hx))


class LSTMCell(RNNCellBase):
    """One step of long short-term memory, see `LSTM`.

    Shapes
        input (batch, input_size) or (input_size,), h and c (batch, hidden_size) or (hidden_size,)  ->  (h, c)
    """

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 4, device=device, dtype=dtype)

    def forward(self, input: Tensor, hx: tuple[Tensor, Tensor] | None = None) -> tuple[Tensor, Tensor]:
        inputs, hidden, state = self._shares(input, None if hx is None else hx[0])
        return steps.lstm_step(inputs + hidden, steps.zeros_as(input, state.shape) if hx is None else hx[1])
