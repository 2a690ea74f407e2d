"""Other forms of pooling: adaptive maxima, p-norms, and the way back from maxima. Compositions of other ops."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from patchgrad.errors import ShapeError
from patchgrad.ops import creation, movement
from patchgrad.ops.activation import relu
from patchgrad.ops.arrange import pad
from patchgrad.ops.conv import pair, single
from patchgrad.ops.pool import avg_pool1d, avg_pool2d
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed
from patchgrad.tensor.precision import under_autocast


def adaptive_max_pool2d(input: Any, output_size: Any) -> Tensor:
    """The largest value of each of ``output_size`` bins that cover the image, and may overlap; None keeps a size.

    Shapes
        input (*, height, width)  ->  (*, *output_size)
    """
    wanted = (output_size, output_size) if output_size is None or isinstance(output_size, int) else tuple(output_size)
    for axis, count in ((-2, wanted[0]), (-1, wanted[1])):
        input = input if count is None else _largest(input, axis, count)
    return input


def adaptive_max_pool1d(input: Any, output_size: int) -> Tensor:
    """`adaptive_max_pool2d` along the last axis: (*, length) -> (*, output_size)."""
    return _largest(input, -1, single(output_size))


def _largest(x: Any, axis: int, count: int) -> Any:
    size = x.shape[axis]
    if size == 0:
        raise placed(ShapeError("adaptive_max_pool cannot pool nothing", got=f"input {tuple(x.shape)}"))
    moved = x.movedim(axis, -1)
    bins = [moved[..., i * size // count : -(-(i + 1) * size // count)].amax(-1) for i in range(count)]
    return movement.stack(bins, -1).movedim(-1, axis)  # type: ignore[attr-defined]


def lp_pool2d(input: Any, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False) -> Tensor:
    """The p-norm of each window: ``(sum x^p)^(1/p)``; (*, height, width) -> (*, h, w)."""
    height, width = pair(kernel_size, "kernel_size")
    return _root(avg_pool2d(input**norm_type, kernel_size, stride, 0, ceil_mode), height * width, norm_type)


def lp_pool1d(
    input: Any, norm_type: float, kernel_size: int, stride: int | None = None, ceil_mode: bool = False
) -> Tensor:
    """The p-norm of each window: ``(sum x^p)^(1/p)``; (*, length) -> (*, l)."""
    return _root(avg_pool1d(input**norm_type, kernel_size, stride, 0, ceil_mode), single(kernel_size), norm_type)


def _root(mean: Any, count: int, p: float) -> Any:
    """From the mean of the powers; a negative mean (odd powers) counts as 0."""
    return (mean.sign() * relu(mean.abs()) * count) ** (1 / p)


@under_autocast
def max_unpool2d(
    input: Any,
    indices: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    output_size: Sequence[int] | None = None,
) -> Tensor:
    """The way back from `max_pool2d`: each value at the place that ``indices`` says, 0 elsewhere.

    Shapes
        input, indices (*, h, w)  ->  (*, height, width), by default the least image that gives such windows
    """
    kernel, around = pair(kernel_size, "kernel_size"), pair(padding, "padding", 0)
    step = kernel if stride is None else pair(stride, "stride")
    least = [(input.shape[i - 2] - 1) * step[i] - 2 * around[i] + kernel[i] for i in (0, 1)]
    height, width = tuple(output_size)[-2:] if output_size is not None else least
    values, places = input.flatten(-2), indices.flatten(-2)
    zeros: Any = creation.zeros(*values.shape[:-1], height * width, dtype=input.dtype, device=str(input.device))
    return zeros.scatter(values.ndim - 1, places, values).unflatten(-1, (height, width))


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
