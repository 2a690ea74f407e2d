"""Functions of tensors, with PyTorch's names and arguments: what the layers compute.

Most are ops and stand in ``ops/``; here are their names in one place, and the few that need the random stream or the
buffers of a layer.
"""

from __future__ import annotations

from patchgrad.backend import MetaArray
from patchgrad.backend.random import Stream, default_stream
from patchgrad.nn.parameter import allocate
from patchgrad.ops.activation import (
    SELU_ALPHA,
    SELU_SCALE,
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
from patchgrad.ops.arrange import pad
from patchgrad.ops.attention import scaled_dot_product_attention
from patchgrad.ops.class_loss import cross_entropy, nll_loss
from patchgrad.ops.conv import conv1d, conv2d, conv_transpose2d
from patchgrad.ops.conv3d import conv3d, conv_transpose1d
from patchgrad.ops.distance import bilinear, cosine_similarity, normalize, pairwise_distance, pdist
from patchgrad.ops.dropout import dropout, dropout2d
from patchgrad.ops.elementwise import tanh, where
from patchgrad.ops.embedding import embedding, one_hot
from patchgrad.ops.embedding_bag import embedding_bag
from patchgrad.ops.instance_norm import instance_norm
from patchgrad.ops.interpolate import interpolate
from patchgrad.ops.likelihood_loss import gaussian_nll_loss, poisson_nll_loss
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
from patchgrad.ops.margin_loss import (
    cosine_embedding_loss,
    hinge_embedding_loss,
    margin_ranking_loss,
    multi_margin_loss,
    multilabel_margin_loss,
    multilabel_soft_margin_loss,
    soft_margin_loss,
    triplet_margin_loss,
    triplet_margin_with_distance_loss,
)
from patchgrad.ops.movement import cat, stack
from patchgrad.ops.norm import batch_norm, group_norm, layer_norm, rms_norm
from patchgrad.ops.pool import adaptive_avg_pool1d, adaptive_avg_pool2d, avg_pool1d, avg_pool2d, max_pool1d, max_pool2d
from patchgrad.ops.pool_forms import (
    adaptive_max_pool1d,
    adaptive_max_pool2d,
    local_response_norm,
    lp_pool1d,
    lp_pool2d,
    max_unpool2d,
)
from patchgrad.ops.recurrent import lstm_layer
from patchgrad.ops.shuffle import channel_shuffle, pixel_shuffle, pixel_unshuffle
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
    "bilinear",
    "cosine_similarity",
    "normalize",
    "pairwise_distance",
    "pdist",
    "channel_shuffle",
    "pixel_shuffle",
    "pixel_unshuffle",
    "gaussian_nll_loss",
    "poisson_nll_loss",
    "pad",
    "cosine_embedding_loss",
    "hinge_embedding_loss",
    "margin_ranking_loss",
    "multi_margin_loss",
    "multilabel_margin_loss",
    "multilabel_soft_margin_loss",
    "soft_margin_loss",
    "triplet_margin_loss",
    "triplet_margin_with_distance_loss",
    "rrelu",
    "conv3d",
    "conv_transpose1d",
    "interpolate",
    "adaptive_max_pool1d",
    "adaptive_max_pool2d",
    "local_response_norm",
    "lp_pool1d",
    "lp_pool2d",
    "max_unpool2d",
    "alpha_dropout",
    "gru_step",
    "lstm_step",
    "embedding_bag",
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


def rrelu(
    x: Tensor,
    lower: float = 1.0 / 8,
    upper: float = 1.0 / 3,
    training: bool = False,
    inplace: bool = False,
    *,
    stream: Stream | None = None,
) -> Tensor:
    """``x`` where positive, else ``a * x``: ``a`` uniform in [lower, upper] in training, else its mean; (*) -> (*)."""
    if not training:
        return leaky_relu(x, (lower + upper) / 2)
    drawn = Tensor((stream or default_stream()).uniform(x.shape, x.dtype, x.backend))
    return where(x > 0, x, x * (drawn * (upper - lower) + lower))  # type: ignore[operator]


def alpha_dropout(
    x: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False, *, stream: Stream | None = None
) -> Tensor:
    """SELU's lowest value with probability ``p``, then scaled and shifted so that mean 0 and variance 1 stay.

    Source
        Klambauer et al. 2017, Self-normalizing neural networks.
    """
    if not training or p == 0:
        return x
    if p == 1:
        return x * 0  # type: ignore[operator]
    low = -SELU_ALPHA * SELU_SCALE
    kept = Tensor((stream or default_stream()).uniform(x.shape, x.dtype, x.backend)) >= p
    scale = ((1 - p) * (1 + p * low**2)) ** -0.5
    return where(kept, x, low) * scale - scale * low * p  # type: ignore[operator]


def additive_mask(mask: Tensor, like: Tensor) -> Tensor:
    """A mask to add to scores: minus infinity where a boolean mask is True; any other mask as it is."""
    if mask.dtype.name != "bool":
        return mask
    if isinstance(mask.data, MetaArray):
        return Tensor(MetaArray(mask.shape, like.data.dtype))
    xp = mask.backend.xp
    return Tensor(xp.where(mask.data, -xp.inf, 0.0).astype(like.data.dtype))
