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
