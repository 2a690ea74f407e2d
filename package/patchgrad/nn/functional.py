"""Functions of tensors, with PyTorch's names and arguments: what the layers compute. They stand in ``ops/``."""

from __future__ import annotations

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
from patchgrad.ops.adaptive_pool import (
    adaptive_avg_pool1d,
    adaptive_avg_pool2d,
    adaptive_avg_pool3d,
    adaptive_max_pool1d,
    adaptive_max_pool2d,
    adaptive_max_pool3d,
)
from patchgrad.ops.arrange import pad
from patchgrad.ops.attention import scaled_dot_product_attention
from patchgrad.ops.class_loss import cross_entropy, nll_loss
from patchgrad.ops.conv3d import conv3d, conv_transpose1d, conv_transpose3d
from patchgrad.ops.conv_forms import conv1d, conv2d, conv_transpose2d
from patchgrad.ops.ctc_loss import ctc_loss
from patchgrad.ops.distance import bilinear, cosine_similarity, normalize, pairwise_distance, pdist
from patchgrad.ops.dropout import alpha_dropout, dropout, dropout1d, dropout2d, dropout3d, feature_alpha_dropout
from patchgrad.ops.elementwise import tanh
from patchgrad.ops.embedding import embedding, one_hot
from patchgrad.ops.embedding_bag import embedding_bag
from patchgrad.ops.fold import fold, unfold
from patchgrad.ops.fractional_pool import fractional_max_pool2d, fractional_max_pool3d
from patchgrad.ops.grid import affine_grid, grid_sample
from patchgrad.ops.instance_norm import instance_norm
from patchgrad.ops.interpolate import interpolate
from patchgrad.ops.likelihood_loss import gaussian_nll_loss, kl_div, poisson_nll_loss
from patchgrad.ops.linalg import linear
from patchgrad.ops.loss import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    huber_loss,
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
from patchgrad.ops.multihead import multi_head_attention_forward
from patchgrad.ops.noise import gumbel_softmax, rrelu
from patchgrad.ops.norm import batch_norm, group_norm, layer_norm, rms_norm
from patchgrad.ops.pool3d import avg_pool3d, max_pool3d
from patchgrad.ops.pool_forms import local_response_norm, lp_pool1d, lp_pool2d, lp_pool3d
from patchgrad.ops.pool_images import avg_pool1d, avg_pool2d, max_pool1d, max_pool2d
from patchgrad.ops.shuffle import channel_shuffle, pixel_shuffle, pixel_unshuffle
from patchgrad.ops.unpool import max_unpool1d, max_unpool2d, max_unpool3d

__all__ = [
    "adaptive_avg_pool1d",
    "adaptive_avg_pool2d",
    "adaptive_avg_pool3d",
    "adaptive_max_pool1d",
    "adaptive_max_pool2d",
    "adaptive_max_pool3d",
    "affine_grid",
    "alpha_dropout",
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool3d",
    "batch_norm",
    "bilinear",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "celu",
    "channel_shuffle",
    "conv1d",
    "conv2d",
    "conv3d",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
    "cosine_embedding_loss",
    "cosine_similarity",
    "cross_entropy",
    "ctc_loss",
    "dropout",
    "dropout1d",
    "dropout2d",
    "dropout3d",
    "elu",
    "embedding",
    "embedding_bag",
    "feature_alpha_dropout",
    "fold",
    "fractional_max_pool2d",
    "fractional_max_pool3d",
    "gaussian_nll_loss",
    "gelu",
    "glu",
    "grid_sample",
    "group_norm",
    "gumbel_softmax",
    "hardshrink",
    "hardsigmoid",
    "hardswish",
    "hardtanh",
    "hinge_embedding_loss",
    "huber_loss",
    "instance_norm",
    "interpolate",
    "kl_div",
    "l1_loss",
    "layer_norm",
    "leaky_relu",
    "linear",
    "local_response_norm",
    "log_softmax",
    "logsigmoid",
    "lp_pool1d",
    "lp_pool2d",
    "lp_pool3d",
    "margin_ranking_loss",
    "max_pool1d",
    "max_pool2d",
    "max_pool3d",
    "max_unpool1d",
    "max_unpool2d",
    "max_unpool3d",
    "mish",
    "mse_loss",
    "multi_head_attention_forward",
    "multi_margin_loss",
    "multilabel_margin_loss",
    "multilabel_soft_margin_loss",
    "nll_loss",
    "normalize",
    "one_hot",
    "pad",
    "pairwise_distance",
    "pdist",
    "pixel_shuffle",
    "pixel_unshuffle",
    "poisson_nll_loss",
    "prelu",
    "relu",
    "relu6",
    "rms_norm",
    "rrelu",
    "scaled_dot_product_attention",
    "selu",
    "sigmoid",
    "silu",
    "smooth_l1_loss",
    "soft_margin_loss",
    "softmax",
    "softmin",
    "softplus",
    "softshrink",
    "softsign",
    "tanh",
    "tanhshrink",
    "threshold",
    "triplet_margin_loss",
    "triplet_margin_with_distance_loss",
    "unfold",
]
