"""Functions of tensors, with PyTorch's names and arguments: what the layers compute.

Most are ops and stand in ``ops/``; here are their names in one place, and the few that need the random stream or the
buffers of a layer.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from patchgrad.backend import MetaArray
from patchgrad.backend.random import Stream, default_stream
from patchgrad.nn.arguments import probability
from patchgrad.nn.parameter import allocate
from patchgrad.ops.activation import gelu, leaky_relu, log_softmax, relu, sigmoid, silu, softmax
from patchgrad.ops.class_loss import cross_entropy
from patchgrad.ops.elementwise import tanh, where
from patchgrad.ops.linalg import linear
from patchgrad.ops.loss import binary_cross_entropy_with_logits, l1_loss, mse_loss
from patchgrad.ops.movement import cat, stack
from patchgrad.tensor import Tensor
from patchgrad.tensor.views import store

__all__ = [
    "additive_mask",
    "binary_cross_entropy_with_logits",
    "cat",
    "count_up",
    "cross_entropy",
    "dropout",
    "embedding",
    "gelu",
    "l1_loss",
    "leaky_relu",
    "linear",
    "log_softmax",
    "lstm_cell",
    "mse_loss",
    "relu",
    "sigmoid",
    "silu",
    "softmax",
    "stack",
    "tanh",
    "zeros_as",
]

_FAMILIES = {
    "attention": ("scaled_dot_product_attention",),
    "conv": ("conv2d",),
    "norm": ("batch_norm", "group_norm", "layer_norm"),
    "pool": ("adaptive_avg_pool2d", "avg_pool2d", "max_pool2d"),
}


def __getattr__(name: str) -> Any:
    for family, names in _FAMILIES.items():
        if name in names:
            return getattr(import_module(f"patchgrad.ops.{family}"), name)
    raise AttributeError(f"module 'patchgrad.nn.functional' has no attribute {name!r}")


def embedding(x: Tensor, weight: Tensor, padding_idx: int | None = None) -> Tensor:
    """Rows of a table by number; the row ``padding_idx`` gets no gradient.

    Shapes
        x (*) integers, weight (rows, size)  ->  y (*, size)
    """
    rows = weight[x]
    if padding_idx is None:
        return rows
    return where((x == padding_idx).unsqueeze(-1), rows.detach(), rows)


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
