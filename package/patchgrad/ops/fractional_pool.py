"""Pooling with windows at random places, so that sizes shrink by any fraction. Compositions of other ops."""

from __future__ import annotations

from typing import Any

from patchgrad.backend import MetaArray, host
from patchgrad.backend.random import Stream, default_stream
from patchgrad.errors import ArgumentError, ShapeError
from patchgrad.ops.conv import pair
from patchgrad.ops.conv3d import triple
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed
from patchgrad.tensor.precision import under_autocast

Sizes = tuple[int, ...]


@under_autocast
def fractional_max_pool2d(
    input: Any,
    kernel_size: Any,
    output_size: Any = None,
    output_ratio: Any = None,
    return_indices: bool = False,
    _random_samples: Any = None,
    *,
    stream: Stream | None = None,
) -> Any:
    """The largest element of windows at random places, ``output_size`` of them along each axis.

    Shapes
        input (batch, channels, height, width) or (channels, height, width)  ->  (*, *output_size)
    Parameters
        output_ratio     instead of output_size: the part of each size that is left, between 0 and 1
        return_indices   also give the place of each maximum, counted along the flattened image (int64)
        _random_samples  (batch, channels, 2) numbers from 0 to 1 that place the windows; drawn if left out
    Source
        Graham 2014, Fractional max-pooling.
    """
    kernel = pair(kernel_size, "kernel_size")
    return _fractional(input, kernel, output_size, output_ratio, return_indices, _random_samples, stream)


@under_autocast
def fractional_max_pool3d(
    input: Any,
    kernel_size: Any,
    output_size: Any = None,
    output_ratio: Any = None,
    return_indices: bool = False,
    _random_samples: Any = None,
    *,
    stream: Stream | None = None,
) -> Any:
    """`fractional_max_pool2d` of volumes: (batch, channels, depth, height, width) -> (*, *output_size)."""
    kernel = triple(kernel_size, "kernel_size")
    return _fractional(input, kernel, output_size, output_ratio, return_indices, _random_samples, stream)


def _fractional(
    x: Any, kernel: Sizes, output_size: Any, ratio: Any, return_indices: bool, samples: Any, stream: Stream | None
) -> Any:
    axes = len(kernel)
    if x.ndim == axes + 1:
        drawn = samples if samples is None or samples.ndim == 3 else samples.unsqueeze(0)
        found = _fractional(x.unsqueeze(0), kernel, output_size, ratio, return_indices, drawn, stream)
        return tuple(entry.squeeze(0) for entry in found) if return_indices else found.squeeze(0)
    if x.ndim != axes + 2:
        raise placed(ShapeError("fractional pooling wants channels and places", got=f"{tuple(x.shape)}"))
    size = _size(x, kernel, output_size, ratio)
    if isinstance(x.data, MetaArray):
        shape = (*x.shape[:2], *size)
        y = Tensor(MetaArray(shape, x.data.dtype))
        return (y, Tensor(MetaArray(shape, "int64"))) if return_indices else y
    if samples is None:
        drawn = (stream or default_stream()).uniform((*x.shape[:2], axes), None, x.backend)
    else:
        drawn = samples.data
    flat = _windows(x.shape[-axes:], kernel, size, x.backend.to_host(drawn))
    index = Tensor(x.backend.asarray(flat.reshape(*x.shape[:2], -1)))
    values = x.flatten(2).gather(2, index).unflatten(2, (*size, -1))
    place = values.argmax(-1).unsqueeze(-1)
    y = values.gather(-1, place).squeeze(-1)
    if not return_indices:
        return y
    return y, index.unflatten(2, (*size, -1)).gather(-1, place).squeeze(-1)


def _size(x: Any, kernel: Sizes, output_size: Any, ratio: Any) -> Sizes:
    axes = len(kernel)
    if (output_size is None) == (ratio is None):
        raise placed(
            ArgumentError("fractional pooling wants output_size or output_ratio", got=f"{output_size!r}, {ratio!r}")
        )
    name = "output_ratio" if output_size is None else "output_size"
    given = ratio if output_size is None else output_size
    each = (given,) * axes if isinstance(given, (int, float)) else tuple(given)
    if len(each) != axes:
        raise placed(ArgumentError(f"fractional pooling cannot use {name}={given!r}", want=f"one or {axes} numbers"))
    places = x.shape[-axes:]
    parts: Any = each if output_size is None else (1,) * axes
    shrunk = tuple(int(n * part) for n, part in zip(places, parts, strict=True))
    size: Any = shrunk if output_size is None else each
    if any(count < 1 or count + width - 1 > n for count, width, n in zip(size, kernel, places, strict=True)):
        raise placed(
            ShapeError(
                "the windows do not fit the input", got=f"places {tuple(places)}, kernel {kernel}, output_size {size}"
            )
        )
    return size


def _windows(places: Sizes, kernel: Sizes, size: Sizes, samples: Any) -> Any:
    """Flat indices of the elements of every window: (batch, channels, *size, kernel elements)."""
    axes = len(kernel)
    total: Any = 0
    for axis, (length, width, count) in enumerate(zip(places, kernel, size, strict=True)):
        # The last number drawn is for the first axis of an image, the first for that of a volume, as in PyTorch.
        drawn = samples[..., axes - 1 - axis if axes == 2 else axis]
        begins = _begins(length, width, count, drawn)
        index = begins[..., :, None] + host.arange(width)
        spread = [1] * (2 * axes)
        spread[axis], spread[axes + axis] = count, width
        total = total * length + index.reshape(*drawn.shape, *spread)
    return total.reshape(*samples.shape[:2], *size, -1)


def _begins(length: int, width: int, count: int, drawn: Any) -> Any:
    """Where windows begin: ``int((i + u) a) - int(u a)`` with a = (length - width) / (count - 1); the last one ends."""
    step = (length - width) / (count - 1) if count > 1 else 0.0
    u = drawn.astype(host.float64)[..., None]
    found = ((host.arange(count) + u) * step).astype(host.int64) - (u * step).astype(host.int64)
    found[..., -1] = length - width
    return found
