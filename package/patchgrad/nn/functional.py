"""Functions of tensors, with PyTorch's names and arguments: what the layers compute.

Most are ops and stand in ``ops/``; here are their names in one place, and the few that need the random stream or the
buffers of a layer.
"""

from __future__ import annotations

from patchgrad.autograd.state import no_grad
from patchgrad.backend import MetaArray
from patchgrad.backend.random import Stream, default_stream
from patchgrad.errors import ArgumentError
from patchgrad.nn.arguments import probability
from patchgrad.ops import norm as _norm
from patchgrad.ops.activation import (
    gelu,
    leaky_relu,
    log_softmax,
    relu,
    sigmoid,
    silu,
    softmax,
    tanh,
)
from patchgrad.ops.attention import scaled_dot_product_attention
from patchgrad.ops.conv import conv2d
from patchgrad.ops.linalg import linear
from patchgrad.ops.loss import (
    binary_cross_entropy_with_logits,
    cross_entropy,
    l1_loss,
    mse_loss,
)
from patchgrad.ops.movement import cat, stack
from patchgrad.ops.norm import group_norm, layer_norm
from patchgrad.ops.pool import adaptive_avg_pool2d, avg_pool2d, max_pool2d
from patchgrad.tensor import Tensor
from patchgrad.tensor.views import store


def dropout(x: Tensor, p: float = 0.5, training: bool = True, *, stream: Stream | None = None) -> Tensor:
    """Each element 0 with probability ``p``, the others divided by ``1 - p``; ``x`` itself if not ``training``.

    Parameters
        stream  where the random numbers come from; by default the global stream
    """
    probability("dropout", p=p)
    if not training or p == 0:
        return x
    chances = (stream or default_stream()).uniform(x.shape, x.dtype, x.backend)
    if isinstance(chances, MetaArray):
        return x * Tensor(chances)
    kept = x.backend.xp.astype(chances >= p, x.data.dtype)
    return x * Tensor(kept / (1 - p) if p < 1 else kept)


def count_up(counter: Tensor) -> None:
    """Add 1 to a counter, without the tape."""
    if not isinstance(counter.data, MetaArray):
        store(counter, Tensor(counter.backend.asarray(counter.data + 1)))


def lstm_cell(
    projected: Tensor, state: tuple[Tensor, Tensor], weight: Tensor, bias: Tensor | None
) -> tuple[Tensor, Tensor]:
    """One step of an LSTM: the next (h, c).

    Shapes
        projected (batch, 4 * hidden), the input's share of the gates i, f, g, o; state h, c (batch, hidden);
        weight (4 * hidden, hidden), bias (4 * hidden,)
    """
    h, c = state
    i, f, g, o = (projected + linear(h, weight, bias)).chunk(4, 1)
    c = sigmoid(f) * c + sigmoid(i) * tanh(g)
    return sigmoid(o) * tanh(c), c


def zeros_as(x: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Zeros of this shape, with the dtype and device of ``x``."""
    return Tensor(allocate(shape, device=x.device, dtype=x.dtype, value=0))


def additive_mask(mask: Tensor, like: Tensor) -> Tensor:
    """A mask to add to scores: minus infinity where a boolean mask is True; any other mask as it is."""
    if mask.dtype.name != "bool":
        return mask
    if isinstance(mask.data, MetaArray):
        return Tensor(MetaArray(mask.shape, like.data.dtype))
    xp = mask.backend.xp
    return Tensor(xp.where(mask.data, -xp.inf, 0.0).astype(like.data.dtype))
