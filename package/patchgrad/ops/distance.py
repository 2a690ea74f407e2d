"""How far or how alike vectors are: compositions of other ops."""

from __future__ import annotations

import math
from typing import Any

from patchgrad.backend import host
from patchgrad.errors import ArgumentError, ShapeError
from patchgrad.ops import elementwise, linalg, linalg_norm
from patchgrad.ops.out import takes_out
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed
from patchgrad.tensor.precision import rounded_once, under_autocast

__all__ = ["bilinear", "cdist", "cosine_similarity", "pairwise_distance", "pdist"]


def p_norm(x: Any, p: float, dim: int, keepdim: bool = False) -> Tensor:
    """``(sum |x|^p)^(1/p)`` along ``dim``, the largest size for infinity; the gradient at 0 is 0, not NaN."""
    if math.isinf(p):
        return x.abs().amax(dim, keepdim)
    square = p == 2 and not x.dtype.is_complex
    total = (x * x if square else (x * x.conj()).real if p == 2 else x.abs() ** p).sum(dim, keepdim)
    root: Any = elementwise.where(total == 0, 1.0, total) ** (1 / p)
    return elementwise.where(total == 0, 0.0, root)


@under_autocast
@rounded_once
def cosine_similarity(x1: Any, x2: Any, dim: int = 1, eps: float = 1e-8) -> Tensor:
    """The cosine of the angle between vectors along ``dim``, from -1 to 1; shapes are broadcast.

    Parameters
        eps  the least length of a vector; the gradient is that of the length itself
    """
    return (x1 / _length(x1, dim, eps) * (x2 / _length(x2, dim, eps))).sum(dim)


def _length(x: Any, dim: int, eps: float) -> Any:
    length: Any = p_norm(x, 2, dim, keepdim=True)
    return length + (length.clamp(min=eps) - length).detach()


@under_autocast
def pairwise_distance(x1: Any, x2: Any, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> Tensor:
    """The p-norm of ``x1 - x2 + eps`` along the last axis: (*, n), (*, n) -> (*)."""
    return p_norm(x1 - x2 + eps, p, -1, keepdim)


@takes_out
def normalize(input: Any, p: float = 2.0, dim: int = 1, eps: float = 1e-12) -> Tensor:
    """Vectors along ``dim`` divided by their p-norm, or by ``eps`` if that is larger."""
    return input / p_norm(input, p, dim, keepdim=True).clamp(min=eps)


@under_autocast
def bilinear(input1: Any, input2: Any, weight: Any, bias: Any = None) -> Tensor:
    """``y_k = x1 W_k x2 + b_k`` over the last axes.

    Shapes
        input1 (*, n), input2 (*, m), weight (out, n, m), bias (out,)  ->  (*, out)
    """
    out, n, m = weight.shape
    left = linalg.matmul(input1, weight.permute(1, 0, 2).reshape(n, out * m)).unflatten(-1, (out, m))
    y: Any = (left * input2.unsqueeze(-2)).sum(-1)
    return y if bias is None else y + bias


@under_autocast
def cdist(x1: Any, x2: Any, p: float = 2.0, compute_mode: str = "use_mm_for_euclid_dist_if_necessary") -> Tensor:
    """The p-norm of the difference of every row of ``x1`` and every row of ``x2``.

    Shapes
        x1 (..., n, k), x2 (..., m, k)  ->  (..., n, m); leading axes broadcast
    Parameters
        compute_mode  taken for PyTorch's sake: differences are always taken, which keeps every digit
    """
    if x1.ndim < 2 or x2.ndim < 2 or x1.shape[-1] != x2.shape[-1]:
        raise placed(
            ShapeError(
                "cdist takes rows of one length", got=f"{x1.shape} and {x2.shape}", want="(..., n, k) and (..., m, k)"
            )
        )
    return _distance(x1.unsqueeze(-2) - x2.unsqueeze(-3), p)


@under_autocast
def pdist(input: Any, p: float = 2.0) -> Tensor:
    """The p-norm of the difference of every pair of rows: (n, k) -> (n (n - 1) / 2,), row by row."""
    if input.ndim != 2:
        raise placed(ShapeError("pdist takes rows", got=f"shape {input.shape}", want="shape (n, k)"))
    first, second = host.triu_indices(input.shape[0], 1)
    return _distance(input[first] - input[second], p)


def _distance(difference: Any, p: float) -> Tensor:
    if p < 0:
        raise placed(ArgumentError("a distance needs p of 0 or more", got=f"p={p}"))
    return linalg_norm.vector_norm(difference, p, -1)
