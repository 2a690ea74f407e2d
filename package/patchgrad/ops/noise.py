"""Functions that draw random numbers on the way: activations and choices with noise. Compositions of other ops."""

from __future__ import annotations

from typing import Any

from patchgrad.backend import MetaArray
from patchgrad.backend.random import Stream, default_stream
from patchgrad.ops.activation import leaky_relu, softmax
from patchgrad.ops.elementwise import where
from patchgrad.tensor import Tensor


def rrelu(
    input: Any,
    lower: float = 1.0 / 8,
    upper: float = 1.0 / 3,
    training: bool = False,
    inplace: bool = False,
    *,
    stream: Stream | None = None,
) -> Tensor:
    """``x`` where positive, else ``a * x``: ``a`` uniform in [lower, upper] in training, else its mean; (*) -> (*)."""
    if training:
        drawn: Any = Tensor((stream or default_stream()).uniform(input.shape, input.dtype, input.backend))
        found = where(input > 0, input, input * (drawn * (upper - lower) + lower))
    else:
        found = leaky_relu(input, (lower + upper) / 2)
    return input.copy_(found) if inplace else found


def gumbel_softmax(
    logits: Any, tau: float = 1, hard: bool = False, eps: float = 1e-10, dim: int = -1, *, stream: Stream | None = None
) -> Tensor:
    """A draw from the classes along ``dim``, soft so that it has a gradient: (*) -> (*).

    Parameters
        tau   the temperature: near 0 the draw is nearly one-hot
        hard  one-hot forwards, with the gradient of the soft draw
        eps   has no effect, as in PyTorch
    Source
        Jang et al. 2017, Categorical reparameterization with Gumbel-softmax; Maddison et al. 2017.
    """
    soft: Any = softmax((logits + _gumbel(logits, stream)) / tau, dim)
    if not hard or isinstance(soft.data, MetaArray):
        return soft
    places = soft.detach().argmax(dim, True)
    xp = soft.backend.xp
    chosen = xp.zeros(soft.shape, dtype=soft.data.dtype)
    sharp: Any = Tensor(chosen).scatter(dim, places, 1.0)
    return sharp - soft.detach() + soft


def _gumbel(x: Any, stream: Stream | None) -> Any:
    """Numbers of the standard Gumbel distribution, ``-log(-log u)``, in the shape of ``x``."""
    drawn: Any = Tensor((stream or default_stream()).uniform(x.shape, x.dtype, x.backend))
    if isinstance(drawn.data, MetaArray):
        return drawn
    least = float(x.backend.xp.finfo(drawn.data.dtype).tiny)
    return -(-drawn.clamp(min=least).log()).clamp(min=least).log()
