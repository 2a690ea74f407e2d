"""Pooling of volumes: the pooling of images on each layer, then along the depth."""

from __future__ import annotations

from typing import Any

from patchgrad.backend import host
from patchgrad.errors import ArgumentError
from patchgrad.ops.conv3d import Triple, triple
from patchgrad.ops.pool import window_counts
from patchgrad.ops.pool_images import avg_pool2d, last_padding, max_pool2d, wants_places
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed
from patchgrad.tensor.precision import under_autocast


@under_autocast
def max_pool3d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The largest element of each window of a volume.

    Shapes
        input (*, depth, height, width)  ->  (*, d, h, w) with d = (depth + 2 padding - dilation (kernel - 1) - 1) /
        stride + 1
    Parameters
        stride          kernel_size if left out
        return_indices  also give the place of each maximum, counted along the flattened volume (int64)
    """
    wants_places(input, 3)
    kernel, step = _window(kernel_size, stride)
    around, apart = triple(padding, "padding", 0), triple(dilation, "dilation")
    height, width = input.shape[-2:]
    flat, inner = max_pool2d(input, kernel[1:], step[1:], around[1:], apart[1:], ceil_mode, True)
    size = flat.shape[-2:]
    deep, outer = max_pool2d(
        flat.flatten(-2), (kernel[0], 1), (step[0], 1), (around[0], 0), (apart[0], 1), ceil_mode, True
    )
    y = deep.unflatten(-1, size)
    if not return_indices:
        return y
    within = inner.flatten(-3).gather(-1, outer.flatten(-2)).unflatten(-1, outer.shape[-2:])
    depth = outer.floor_divide(size[0] * size[1])
    return y, (depth * (height * width) + within).unflatten(-1, size)


@under_autocast
def avg_pool3d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """The mean of each window of a volume: (*, depth, height, width) -> (*, d, h, w).

    Parameters
        count_include_pad  zeros of the padding count as elements
        divisor_override   divide the sums by this instead
    """
    if divisor_override == 0:
        raise placed(ArgumentError("avg_pool3d cannot divide by 0", got="divisor_override=0"))
    wants_places(input, 3)
    kernel, step = _window(kernel_size, stride)
    around = triple(padding, "padding", 0)
    flat: Any = avg_pool2d(input, kernel[1:], step[1:], around[1:], ceil_mode, True, 1)
    size = flat.shape[-2:]
    deep: Any = avg_pool2d(flat.flatten(-2), (kernel[0], 1), (step[0], 1), (around[0], 0), ceil_mode, True, 1)
    sums = deep.unflatten(-1, size)
    if divisor_override is not None:
        means = sums / divisor_override
    else:
        means = sums / _volumes(input, kernel, step, around, ceil_mode, count_include_pad)
    return means if means.dtype == sums.dtype else means.trunc().to(sums.dtype)


def _window(kernel_size: Any, stride: Any) -> tuple[Triple, Triple]:
    kernel = triple(kernel_size, "kernel_size")
    return kernel, kernel if stride is None else triple(stride, "stride")


def _volumes(x: Any, kernel: Triple, stride: Triple, around: Triple, ceil_mode: bool, count_padding: bool) -> Any:
    counts: list[Any] = []
    for i, size in enumerate(x.shape[-3:]):
        ends = (around[i], last_padding(size, kernel[i], stride[i], around[i], 1, ceil_mode))
        counts.append(window_counts(size, kernel[i], stride[i], ends, around[i] if count_padding else 0))
    volume = counts[0][:, None, None] * counts[1][:, None] * counts[2]
    return Tensor(x.backend.asarray(host.maximum(volume, 1).astype(x.data.dtype)))
