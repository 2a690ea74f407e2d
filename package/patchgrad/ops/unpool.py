"""The way back from maxima: each value to the place that its window took it from. Compositions of other ops."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from patchgrad.backend import MetaArray
from patchgrad.errors import ArgumentError, ShapeError
from patchgrad.ops import filled, shapes
from patchgrad.ops.conv import pair, single
from patchgrad.ops.conv3d import triple
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed
from patchgrad.tensor.precision import under_autocast

Sizes = tuple[int, ...]


def max_unpool1d(
    input: Any,
    indices: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    output_size: Sequence[int] | None = None,
) -> Tensor:
    """The way back from `max_pool1d`: (*, l) and its indices -> (*, length); see `max_unpool2d`."""
    step = single(kernel_size if stride is None else stride)
    return _unpool(input, indices, (single(kernel_size),), (step,), (single(padding),), output_size)


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
    Errors
        ShapeError     if input and indices have not the same shape.
        ArgumentError  if ``output_size`` is further than a stride from the least image.
    """
    kernel, around = pair(kernel_size, "kernel_size"), pair(padding, "padding", 0)
    return _unpool(input, indices, kernel, kernel if stride is None else pair(stride, "stride"), around, output_size)


@under_autocast
def max_unpool3d(
    input: Any,
    indices: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    output_size: Sequence[int] | None = None,
) -> Tensor:
    """The way back from `max_pool3d`: (*, d, h, w) and its indices -> (*, depth, height, width)."""
    kernel, around = triple(kernel_size, "kernel_size"), triple(padding, "padding", 0)
    return _unpool(input, indices, kernel, kernel if stride is None else triple(stride, "stride"), around, output_size)


def _unpool(x: Any, indices: Any, kernel: Sizes, stride: Sizes, around: Sizes, output_size: Any) -> Any:
    axes = len(kernel)
    if x.shape != indices.shape or x.ndim < axes + 1:
        raise placed(
            ShapeError(
                "max_unpool needs one index per value",
                got=f"input {tuple(x.shape)}, indices {tuple(indices.shape)}",
                want=f"equal shapes: (batch, channels, *) with {axes} axes of places",
            )
        )
    least = tuple((x.shape[i - axes] - 1) * stride[i] - 2 * around[i] + kernel[i] for i in range(axes))
    size = least if output_size is None else _asked(tuple(output_size)[-axes:], least, stride)
    values, places = x.flatten(-axes), indices.flatten(-axes)
    shape = (*values.shape[:-1], shapes.count(size))
    if isinstance(x.data, MetaArray):
        return Tensor(MetaArray((*values.shape[:-1], *size), x.data.dtype))
    zeros: Any = filled.zeros(*shape, dtype=x.dtype, device=str(x.device))
    return zeros.scatter(values.ndim - 1, places, values).unflatten(-1, size)


def _asked(size: Sizes, least: Sizes, stride: Sizes) -> Sizes:
    if len(size) != len(least) or any(abs(a - b) >= step for a, b, step in zip(size, least, stride, strict=True)):
        raise placed(
            ArgumentError(
                "max_unpool cannot give this size",
                got=f"output_size={size}",
                want=f"{least}, or less than a stride off",
            )
        )
    return size
