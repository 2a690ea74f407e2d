"""Functions of tensors, with PyTorch's names and arguments: what the layers compute.

Most are ops and stand in ``ops/``; here are their names in one place, and the few that need the random stream or the
buffers of a layer.
"""

from __future__ import annotations

from patchgrad.backend import MetaArray
from patchgrad.nn.parameter import allocate
from patchgrad.ops.activation import gelu, leaky_relu, log_softmax, relu, sigmoid, silu, softmax
from patchgrad.ops.attention import scaled_dot_product_attention
from patchgrad.ops.class_loss import cross_entropy
from patchgrad.ops.conv import conv2d
from patchgrad.ops.dropout import dropout
from patchgrad.ops.elementwise import tanh
from patchgrad.ops.embedding import embedding
from patchgrad.ops.linalg import linear
from patchgrad.ops.loss import binary_cross_entropy_with_logits, l1_loss, mse_loss
from patchgrad.ops.movement import cat, stack
from patchgrad.ops.norm import batch_norm, group_norm, layer_norm
from patchgrad.ops.pool import adaptive_avg_pool2d, avg_pool2d, max_pool2d
from patchgrad.tensor import Tensor
from patchgrad.tensor.views import store

__all__ = [
    "adaptive_avg_pool2d",
    "additive_mask",
    "avg_pool2d",
    "batch_norm",
    "binary_cross_entropy_with_logits",
    "cat",
    "conv2d",
    "count_up",
    "cross_entropy",
    "dropout",
    "embedding",
    "gelu",
    "group_norm",
    "l1_loss",
    "layer_norm",
    "leaky_relu",
    "linear",
    "log_softmax",
    "lstm_cell",
    "max_pool2d",
    "mse_loss",
    "relu",
    "scaled_dot_product_attention",
    "sigmoid",
    "silu",
    "softmax",
    "stack",
    "tanh",
    "zeros_as",
]


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
    zeros = Tensor(allocate(shape, device=x.device, dtype=x.dtype))
    return zeros if isinstance(zeros.data, MetaArray) else zeros.fill_(0)


def additive_mask(mask: Tensor, like: Tensor) -> Tensor:
    """A mask to add to scores: minus infinity where a boolean mask is True; any other mask as it is."""
    if mask.dtype.name != "bool":
        return mask
    if isinstance(mask.data, MetaArray):
        return Tensor(MetaArray(mask.shape, like.data.dtype))
    xp = mask.backend.xp
    return Tensor(xp.where(mask.data, -xp.inf, 0.0).astype(like.data.dtype))
