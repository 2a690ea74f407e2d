"""Pooling into as many bins as wanted, of sequences, images and volumes. Compositions of other ops.

Bins cover an axis and may overlap: bin i of n along an axis of m goes from floor(i m / n) to ceil((i + 1) m / n).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from patchgrad.backend import host
from patchgrad.errors import ArgumentError, ShapeError
from patchgrad.ops import movement
from patchgrad.ops.pool_images import avg_pool2d
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed
from patchgrad.tensor.precision import rounded_once, under_autocast


@rounded_once
def adaptive_avg_pool1d(input: Any, output_size: Any) -> Tensor:
    """`adaptive_avg_pool2d` along the last axis: (*, length) -> (*, output_size)."""
    (count,) = _wanted(input, output_size, 1)
    return _averaged(input, -1, count)


@rounded_once
def adaptive_avg_pool2d(input: Any, output_size: Any) -> Tensor:
    """The mean of ``output_size`` bins that cover the image; None keeps a size.

    Shapes
        input (*, height, width)  ->  (*, *output_size)
    """
    return _averaged_images(input, _wanted(input, output_size, 2))


def _averaged_images(input: Any, size: tuple[int, ...]) -> Tensor:
    height, width = input.shape[-2:]
    if size == (1, 1):
        return input.mean((-2, -1), keepdim=True)
    if 0 not in size and height % size[0] == 0 and width % size[1] == 0 and height and width:
        return avg_pool2d(input, (height // size[0], width // size[1]))
    return _averaged(_averaged(input, -2, size[0]), -1, size[1])


@under_autocast
@rounded_once
def adaptive_avg_pool3d(input: Any, output_size: Any) -> Tensor:
    """The mean of ``output_size`` bins that cover the volume: (*, depth, height, width) -> (*, *output_size)."""
    size = _wanted(input, output_size, 3)
    return _averaged(_averaged_images(input, size[1:]), -3, size[0])


def adaptive_max_pool1d(input: Any, output_size: Any, return_indices: bool = False) -> Any:
    """`adaptive_max_pool2d` along the last axis: (*, length) -> (*, output_size)."""
    return _largest(input, _wanted(input, output_size, 1), return_indices)


def adaptive_max_pool2d(input: Any, output_size: Any, return_indices: bool = False) -> Any:
    """The largest value of each of ``output_size`` bins that cover the image; None keeps a size.

    Shapes
        input (*, height, width)  ->  (*, *output_size)
    Parameters
        return_indices  also give the place of each maximum, counted along the flattened image (int64)
    """
    return _largest(input, _wanted(input, output_size, 2), return_indices)


@under_autocast
def adaptive_max_pool3d(input: Any, output_size: Any, return_indices: bool = False) -> Any:
    """The largest value of each of ``output_size`` bins that cover the volume, as `adaptive_max_pool2d`."""
    return _largest(input, _wanted(input, output_size, 3), return_indices)


def _wanted(input: Any, output_size: Any, axes: int) -> tuple[int, ...]:
    """The sizes that were asked for; None is the size that is there."""
    if input.ndim not in (axes + 1, axes + 2):
        raise placed(
            ShapeError(
                "adaptive pooling cannot take its input",
                got=f"{tuple(input.shape)}",
                want=f"a batch axis (which may be absent), channels, and {axes} axes of places",
            )
        )
    single = output_size is None or isinstance(output_size, int)
    given: tuple[Any, ...] = (output_size,) * axes if single else tuple(output_size)  # type: ignore[arg-type]
    given = given * axes if len(given) == 1 else given
    if len(given) != axes or any(count is not None and (not isinstance(count, int) or count < 0) for count in given):
        raise placed(
            ArgumentError(
                "adaptive pooling cannot use its size", got=f"output_size={output_size!r}", want=f"one or {axes}"
            )
        )
    return tuple(input.shape[i - axes] if count is None else count for i, count in enumerate(given))


@lru_cache(maxsize=64)
def _bins(size: int, count: int) -> Any:
    """The matrix (size, count) that averages ``size`` elements in ``count`` bins."""
    out = host.zeros((size, count))
    for i in range(count):
        start, end = _ends(i, size, count)
        out[start:end, i] = 1 / (end - start)
    return out


def _ends(i: int, size: int, count: int) -> tuple[int, int]:
    return i * size // count, -(-(i + 1) * size // count)


def _averaged(x: Any, axis: int, count: int) -> Any:
    if count == x.shape[axis]:
        return x
    bins = Tensor(x.backend.asarray(_bins(x.shape[axis], count).astype(x.data.dtype)))
    return x @ bins if axis == -1 else (x.movedim(axis, -1) @ bins).movedim(-1, axis)


def _largest(x: Any, size: tuple[int, ...], return_indices: bool) -> Any:
    """Axis by axis from the last: of equal values the first in memory wins, as in a scan of the whole bin."""
    axes = len(size)
    if any(x.shape[i - axes] == 0 for i in range(axes)):
        raise placed(ShapeError("adaptive pooling cannot pool nothing", got=f"input {tuple(x.shape)}"))
    index, stride = None, 1
    for axis in range(-1, -axes - 1, -1):
        length = x.shape[axis]
        x, place = _along(x, axis, size[axis])
        if return_indices:
            index = place * stride if index is None else _followed(index, place, axis) + place * stride
        stride *= length
    return (x, index) if return_indices else x


def _along(x: Any, axis: int, count: int) -> tuple[Any, Any]:
    moved, length = x.movedim(axis, -1), x.shape[axis]
    values: list[Any] = []
    chosen: list[Any] = []
    for i in range(count):
        start, end = _ends(i, length, count)
        place = moved[..., start:end].argmax(-1)
        values.append(moved[..., start:end].gather(-1, place.unsqueeze(-1)).squeeze(-1))
        chosen.append(place + start)
    if not values:
        none = moved[..., :0].movedim(-1, axis)
        return none, none.long()
    stacked: tuple[Any, Any] = (movement.stack(values, -1), movement.stack(chosen, -1))
    return stacked[0].movedim(-1, axis), stacked[1].movedim(-1, axis)


def _followed(index: Any, place: Any, axis: int) -> Any:
    return index.movedim(axis, -1).gather(-1, place.movedim(axis, -1)).movedim(-1, axis)
