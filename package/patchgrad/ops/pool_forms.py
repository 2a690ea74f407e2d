"""Other forms of pooling: p-norms of windows, and means over neighbouring channels. Compositions of other ops."""

from __future__ import annotations

from typing import Any

from patchgrad.errors import ShapeError
from patchgrad.ops.activation import relu
from patchgrad.ops.arrange import pad
from patchgrad.ops.conv import pair, single
from patchgrad.ops.conv3d import triple
from patchgrad.ops.pool3d import avg_pool3d
from patchgrad.ops.pool_images import avg_pool1d, avg_pool2d
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed


def lp_pool2d(input: Any, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False) -> Tensor:
    """The p-norm of each window: ``(sum x^p)^(1/p)``; (*, height, width) -> (*, h, w)."""
    height, width = pair(kernel_size, "kernel_size")
    return _root(avg_pool2d(input**norm_type, kernel_size, stride, 0, ceil_mode), height * width, norm_type)


def lp_pool1d(
    input: Any, norm_type: float, kernel_size: int, stride: int | None = None, ceil_mode: bool = False
) -> Tensor:
    """The p-norm of each window: ``(sum x^p)^(1/p)``; (*, length) -> (*, l)."""
    return _root(avg_pool1d(input**norm_type, kernel_size, stride, 0, ceil_mode), single(kernel_size), norm_type)


def lp_pool3d(input: Any, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False) -> Tensor:
    """The p-norm of each window: ``(sum x^p)^(1/p)``; (*, depth, height, width) -> (*, d, h, w)."""
    depth, height, width = triple(kernel_size, "kernel_size")
    mean = avg_pool3d(input**norm_type, kernel_size, stride, 0, ceil_mode)
    return _root(mean, depth * height * width, norm_type)


def _root(mean: Any, count: int, p: float) -> Any:
    """From the mean of the powers; a negative mean (odd powers) counts as 0."""
    return (mean.sign() * relu(mean.abs()) * count) ** (1 / p)


def local_response_norm(input: Any, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> Tensor:
    """``x / (k + alpha * mean of x² over size neighbouring channels)^beta``.

    Shapes
        input (batch, channels, *)  ->  the same
    Source
        Krizhevsky et al. 2012, ImageNet classification with deep convolutional neural networks.
    """
    if input.ndim < 3:
        raise placed(
            ShapeError("local_response_norm wants places", got=f"{tuple(input.shape)}", want="(batch, channels, *)")
        )
    squares = (input * input).movedim(1, -1)
    zeros = (size // 2, (size - 1) // 2)
    means: Any = avg_pool1d(pad(squares, zeros), size, 1)
    return input / (means * alpha + k).movedim(-1, 1) ** beta
