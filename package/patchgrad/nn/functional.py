"""Functions of tensors, with PyTorch's names and arguments: what the layers compute.

Most are ops and stand in ``ops/``; here are their names in one place, and the few that need the random stream or the
buffers of a layer.
"""

from __future__ import annotations

from patchgrad.backend import MetaArray
from patchgrad.nn.parameter import allocate
from patchgrad.ops.activation import (
    celu,
    elu,
    gelu,
    glu,
    hardshrink,
    hardsigmoid,
    hardswish,
    hardtanh,
    leaky_relu,
    log_softmax,
    logsigmoid,
    mish,
    prelu,
    relu,
    relu6,
    selu,
    sigmoid,
    silu,
    softmax,
    softmin,
    softplus,
    softshrink,
    softsign,
    tanhshrink,
    threshold,
)
from patchgrad.ops.attention import scaled_dot_product_attention
from patchgrad.ops.class_loss import cross_entropy, nll_loss
from patchgrad.ops.conv import conv1d, conv2d, conv_transpose2d
from patchgrad.ops.dropout import dropout, dropout2d
from patchgrad.ops.elementwise import tanh
from patchgrad.ops.embedding import embedding, one_hot
from patchgrad.ops.linalg import linear
from patchgrad.ops.loss import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    huber_loss,
    kl_div,
    l1_loss,
    mse_loss,
    smooth_l1_loss,
)
from patchgrad.ops.movement import cat, stack
from patchgrad.ops.norm import batch_norm, group_norm, instance_norm, layer_norm, rms_norm
from patchgrad.ops.pool import adaptive_avg_pool1d, adaptive_avg_pool2d, avg_pool1d, avg_pool2d, max_pool1d, max_pool2d
from patchgrad.ops.recurrent import lstm_layer
from patchgrad.tensor import Tensor
from patchgrad.tensor.views import store

__all__ = [
    "adaptive_avg_pool1d",
    "adaptive_avg_pool2d",
    "additive_mask",
    "avg_pool1d",
    "avg_pool2d",
    "batch_norm",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cat",
    "celu",
    "conv1d",
    "conv2d",
    "conv_transpose2d",
    "count_up",
    "cross_entropy",
    "dropout",
    "dropout2d",
    "elu",
    "embedding",
    "gelu",
    "glu",
    "group_norm",
    "hardshrink",
    "hardsigmoid",
    "hardswish",
    "hardtanh",
    "huber_loss",
    "instance_norm",
    "kl_div",
    "l1_loss",
    "layer_norm",
    "leaky_relu",
    "linear",
    "log_softmax",
    "logsigmoid",
    "lstm_layer",
    "max_pool1d",
    "max_pool2d",
    "mish",
    "mse_loss",
    "nll_loss",
    "one_hot",
    "prelu",
    "relu",
    "relu6",
    "rms_norm",
    "scaled_dot_product_attention",
    "selu",
    "sigmoid",
    "silu",
    "smooth_l1_loss",
    "softmax",
    "softmin",
    "softplus",
    "softshrink",
    "softsign",
    "stack",
    "tanh",
    "tanhshrink",
    "threshold",
    "zeros_as",
]


def count_up(counter: Tensor) -> None:
    """Add 1 to a counter, without the tape."""
    if not isinstance(counter.data, MetaArray):
        store(counter, Tensor(counter.backend.asarray(counter.data + 1)))


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
