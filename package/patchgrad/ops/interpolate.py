"""Making sequences, images and volumes larger or smaller. Along each axis in turn: repetition, or a matrix."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from patchgrad.backend import host
from patchgrad.errors import ArgumentError, ShapeError
from patchgrad.ops.adaptive_pool import adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d
from patchgrad.ops.arrange import repeat_interleave
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed
from patchgrad.tensor.precision import rounded_once, under_autocast

AXES = {"linear": 1, "bilinear": 2, "trilinear": 3, "bicubic": 2}
CUBIC = -0.75
"""The free number of the cubic kernel, as in PyTorch. Source: Keys 1981."""
SMOOTH = -0.5
"""The same where a picture is made smaller with antialias."""


@under_autocast
@rounded_once
def interpolate(
    input: Any,
    size: int | Sequence[int] | None = None,
    scale_factor: float | Sequence[float] | None = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Tensor:
    """The same picture with another number of points.

    Shapes
        input (batch, channels, *places)  ->  (batch, channels, *size), or every place times ``scale_factor``
    Parameters
        mode           "nearest", "nearest-exact", "linear" (1 axis), "bilinear", "bicubic" (2), "trilinear" (3), "area"
        align_corners  the first and last points stay where they are, instead of the outer edges of the points
        antialias      make smaller by means over all that a new point covers ("bilinear" and "bicubic" only)
    """
    axes = input.ndim - 2
    sizes, scales = _targets(input, axes, size, scale_factor)
    if recompute_scale_factor:
        scales = [None] * axes
    _check(mode, align_corners, antialias)
    if mode == "area":
        return (adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d)[axes - 1](input, sizes)
    if AXES.get(mode, axes) != axes or (mode not in AXES and mode not in ("nearest", "nearest-exact")):
        raise placed(
            ArgumentError(
                f"interpolate cannot use mode={mode!r}",
                got=f"input of {axes} axes of places",
                want="nearest, nearest-exact, area, linear (1 axis), bilinear, bicubic (2 axes), trilinear (3 axes)",
            )
        )
    for axis, (count, scale) in enumerate(zip(sizes, scales, strict=True)):
        input = _along(input, 2 + axis, count, scale, mode, bool(align_corners), antialias)
    return input


def _check(mode: str, align_corners: bool | None, antialias: bool) -> None:
    if align_corners is not None and mode not in AXES:
        raise placed(
            ArgumentError("align_corners means nothing here", got=f"mode={mode!r}", want=f"one of {', '.join(AXES)}")
        )
    if antialias and mode not in ("bilinear", "bicubic"):
        raise placed(ArgumentError("antialias means nothing here", got=f"mode={mode!r}", want="bilinear or bicubic"))


def _targets(input: Any, axes: int, size: Any, scale_factor: Any) -> tuple[list[int], list[float | None]]:
    """The size of each axis, and the scale that was asked for."""
    if axes < 1 or (size is None) == (scale_factor is None):
        raise placed(
            ArgumentError(
                "interpolate does not know the new size",
                got=f"input {tuple(input.shape)}, size={size}, scale_factor={scale_factor}",
                want="(batch, channels, *places), and either a size or a scale_factor",
            )
        )
    given = scale_factor if size is None else size
    each: list[Any] = [given] * axes if isinstance(given, (int, float)) else list(given)
    if len(each) != axes:
        raise placed(ShapeError("interpolate needs one number per axis", got=f"{given!r} for {axes} axes"))
    if size is not None:
        return each, [None] * axes
    return [math.floor(old * scale) for old, scale in zip(input.shape[2:], each, strict=True)], each


def _along(x: Any, axis: int, count: int, scale: float | None, mode: str, aligned: bool, smooth: bool) -> Any:
    old = x.shape[axis]
    if mode.startswith("nearest"):
        if count % old == 0 and scale in (None, count // old):
            return repeat_interleave(x, count // old, axis)
        return x[(slice(None),) * axis + (_nearest(old, count, scale, mode == "nearest-exact"),)]
    kernel = _cubic if mode == "bicubic" else _linear
    found = _smooth(mode, old, count, scale, aligned) if smooth else _matrix(kernel, old, count, scale, aligned)
    matrix = Tensor(x.backend.asarray(found.astype(x.data.dtype)))
    return (x.movedim(axis, -1) @ matrix).movedim(-1, axis)


def _nearest(old: int, count: int, scale: float | None, exact: bool) -> Any:
    step = old / count if scale is None else 1 / scale
    return host.minimum(host.floor((host.arange(count) + 0.5 * exact) * step), old - 1).astype(host.int64)


@lru_cache(maxsize=64)
def _matrix(kernel: Callable[[Any, int], Any], old: int, count: int, scale: float | None, aligned: bool) -> Any:
    """Column j holds the shares of the old points in the new point j: (old, count)."""
    if aligned:
        places = host.arange(count) * ((old - 1) / (count - 1) if count > 1 else 0.0)
    else:
        places = (host.arange(count) + 0.5) * (old / count if scale is None else 1 / scale) - 0.5
    matrix = host.zeros((old, count))
    for index, share in kernel(places, old):
        host.add.at(matrix, (host.clip(index, 0, old - 1), host.arange(count)), share)
    return matrix


@lru_cache(maxsize=64)
def _smooth(mode: str, old: int, count: int, scale: float | None, aligned: bool) -> Any:
    """As `_matrix`, with a kernel as wide as the step from one new point to the next."""
    step = old / count if scale is None else 1 / scale
    if aligned:
        step = (old - 1) / (count - 1) if count > 1 else 0.0
    width, reach = max(step, 1.0), 2 if mode == "bicubic" else 1
    matrix = host.zeros((old, count))
    for j in range(count):
        center = step * (j + 0.5)
        first = max(int(center - reach * width + 0.5), 0)
        index = host.arange(first, min(int(center + reach * width + 0.5), old))
        distance = host.abs((index - center + 0.5) / width)
        shares = _keys(distance, SMOOTH) if mode == "bicubic" else host.maximum(1 - distance, 0.0)
        matrix[index, j] = shares / shares.sum()
    return matrix


def _linear(places: Any, old: int) -> Any:
    inside = host.maximum(places, 0.0)
    first = host.minimum(host.floor(inside).astype(host.int64), old - 1)
    share = inside - first
    return [(first, 1 - share), (first + 1, share)]


def _cubic(places: Any, old: int) -> Any:
    first = host.floor(places).astype(host.int64)
    return [(first + step, _keys(host.abs(places - first - step))) for step in (-1, 0, 1, 2)]


def _keys(distance: Any, a: float = CUBIC) -> Any:
    """The cubic kernel with the free number ``a``."""
    near = ((a + 2) * distance - (a + 3)) * distance * distance + 1
    far = ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a
    return host.where(distance <= 1, near, host.where(distance < 2, far, 0.0))
