"""Single steps of recurrent layers, and counters of layers: what modules share and PyTorch has no public name for."""

from __future__ import annotations

from patchgrad.backend import MetaArray
from patchgrad.nn.parameter import allocate
from patchgrad.ops.activation import sigmoid
from patchgrad.ops.elementwise import tanh
from patchgrad.tensor import Tensor
from patchgrad.tensor.views import store


def count_up(counter: Tensor) -> None:
    """Add 1 to a counter, without the tape."""
    if not isinstance(counter.data, MetaArray):
        store(counter, Tensor(counter.backend.asarray(counter.data + 1)))


def zeros_as(x: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Zeros of this shape, with the dtype and device of ``x``."""
    zeros = Tensor(allocate(shape, device=x.device, dtype=x.dtype))
    return zeros if isinstance(zeros.data, MetaArray) else zeros.fill_(0)


def gru_step(inputs: Tensor, hidden: Tensor, h: Tensor) -> Tensor:
    """One step of gated recurrent units, from the shares of input and hidden state: (batch, 3 n) each, h (batch, n).

    Source
        Cho et al. 2014, Learning phrase representations using RNN encoder-decoder.
    """
    (ri, zi, ni), (rh, zh, nh) = inputs.chunk(3, -1), hidden.chunk(3, -1)
    z, candidate = sigmoid(zi + zh), tanh(ni + sigmoid(ri + rh) * nh)  # type: ignore[operator]
    return candidate + z * (h - candidate)  # type: ignore[operator]


def lstm_step(gates: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
    """One step of long short-term memory: gates i, f, g, o (batch, 4 n) and memory c (batch, n) -> (h, c)."""
    i, f, g, o = gates.chunk(4, -1)
    c = sigmoid(f) * c + sigmoid(i) * tanh(g)  # type: ignore[operator]
    return sigmoid(o) * tanh(c), c  # type: ignore[operator]
