"""Shapes, orders of axes, joining, repeating."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from patchgrad.array_api.calls import alike, record, tensor
from patchgrad.backend import host
from patchgrad.errors import ArgumentError, RangeError, ShapeError
from patchgrad.ops import movement, shapes
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed
from patchgrad.typing import Shape

__all__ = [
    "broadcast_arrays", "broadcast_shapes", "broadcast_to", "concat", "expand_dims", "flip", "moveaxis",
    "permute_dims", "repeat", "reshape", "roll", "squeeze", "stack", "tile", "unstack",
]  # fmt: skip

Axes = int | tuple[int, ...]
CAT, CLONE, EXPAND, FLIP = record("cat"), record("clone"), record("expand"), record("flip")
PERMUTE, RESHAPE, ROLL, TILE = record("permute"), record("reshape"), record("roll"), record("tile")


def axis_in(axis: int, ndim: int) -> int:
    """``axis`` counted from 0. Raises RangeError when there is no such axis; 0 and -1 are one also without axes."""
    limit = max(ndim, 1)
    if not isinstance(axis, int) or not -limit <= axis < limit:
        raise placed(RangeError(f"there is no axis {axis}", got=f"axis={axis} for {ndim} axes"))
    return axis % limit


def axes_in(axis: Any, ndim: int) -> tuple[int, ...]:
    """Axes counted from 0; None means all. Raises ShapeError for an axis that is not there or named twice."""
    if axis is None:
        return tuple(range(ndim))
    found = tuple(axis_in(entry, ndim) for entry in (axis if isinstance(axis, (tuple, list)) else (axis,)))
    if len(set(found)) < len(found):
        raise placed(ShapeError("an axis is named twice", got=f"axis={axis}", want="each axis once"))
    return found


def broadcast_shapes(*shapes: Shape) -> Shape:
    """The shape that these broadcast to. Raises ShapeError where they do not."""
    return _broadcast(*shapes)


_broadcast = shapes.broadcast


def broadcast_arrays(*arrays: Tensor) -> tuple[Tensor, ...]:
    """Every tensor in the shape that all broadcast to."""
    shape = broadcast_shapes(*(entry.shape for entry in arrays))
    return tuple(broadcast_to(entry, shape) for entry in arrays)


def broadcast_to(x: Tensor, /, shape: Shape) -> Tensor:
    """``x`` in a larger shape, without copying."""
    return apply(EXPAND, tensor(x, "broadcast_to"), shape=tuple(shape))


def concat(arrays: Sequence[Tensor], /, *, axis: int | None = 0) -> Tensor:
    """Tensors joined along an axis they have; flattened first where ``axis`` is None."""
    parts = alike(*arrays)
    if not parts:
        raise placed(ArgumentError("concat needs at least one tensor", got="none"))
    if axis is None:
        parts, axis = [reshape(part, (-1,)) for part in parts], 0
    return apply(CAT, *parts, axis=axis_in(axis, tensor(parts[0], "concat").ndim))


def stack(arrays: Sequence[Tensor], /, *, axis: int = 0) -> Tensor:
    """Tensors of one shape joined along a new axis."""
    shapes_found = {entry.shape for entry in arrays}
    if len(shapes_found) != 1:
        raise placed(ShapeError("stack takes tensors of one shape", got=f"{sorted(shapes_found)}"))
    place = axis_in(axis, len(next(iter(shapes_found))) + 1)
    return concat([expand_dims(entry, place) for entry in arrays], axis=place)


def unstack(x: Tensor, /, *, axis: int = 0) -> tuple[Tensor, ...]:
    """The slices along an axis, without it."""
    return movement.unbind(x, axis_in(axis, tensor(x, "unstack").ndim))


def expand_dims(x: Tensor, /, axis: Any) -> Tensor:
    """New axes of size 1 at these places of the result."""
    places = axis if isinstance(axis, tuple) else (axis,)
    ndim = tensor(x, "expand_dims").ndim + len(places)
    new = axes_in(places, ndim)
    old = iter(x.shape)
    return apply(RESHAPE, x, shape=tuple(1 if i in new else next(old) for i in range(ndim)))


def squeeze(x: Tensor, /, axis: Any) -> Tensor:
    """Without these axes of size 1. Raises ShapeError where one is larger."""
    gone = axes_in(axis if isinstance(axis, tuple) else (axis,), tensor(x, "squeeze").ndim)
    if any(x.shape[i] != 1 for i in gone):
        raise placed(ShapeError("only axes of size 1 can go", got=f"axis={axis} for shape {x.shape}"))
    return apply(RESHAPE, x, shape=tuple(size for i, size in enumerate(x.shape) if i not in gone))


def reshape(x: Tensor, /, shape: Shape, *, copy: bool | None = None) -> Tensor:
    """The same elements in another shape; one size may be -1.

    Parameters
        copy  True: in memory of its own. False: raises ArgumentError where the memory cannot be shared
    """
    found = apply(RESHAPE, tensor(x, "reshape"), shape=tuple(shape) if not isinstance(shape, int) else (shape,))
    shared = found.lineage is not None
    if copy is False and not shared:
        raise placed(
            ArgumentError(
                "this shape cannot be had without a copy", got=f"shape {x.shape} as {tuple(shape)}", hint="copy=None"
            )
        )
    return apply(CLONE, found) if copy and shared else found


def permute_dims(x: Tensor, /, axes: tuple[int, ...]) -> Tensor:
    """Axes in another order."""
    return apply(PERMUTE, tensor(x, "permute_dims"), axes=axes_in(tuple(axes), x.ndim))


def moveaxis(x: Tensor, source: Any, destination: Any, /) -> Tensor:
    """The axes ``source`` at the places ``destination``; the others keep their order."""
    taken, places = (axes_in(entry, tensor(x, "moveaxis").ndim) for entry in (source, destination))
    if len(taken) != len(places):
        raise placed(ArgumentError("each axis needs one place", got=f"{source} to {destination}"))
    rest = iter(i for i in range(x.ndim) if i not in taken)
    order = tuple(taken[places.index(i)] if i in places else next(rest) for i in range(x.ndim))
    return apply(PERMUTE, x, axes=order)


def flip(x: Tensor, /, *, axis: Any = None) -> Tensor:
    """The order along axes (all of them if not given) reversed."""
    return apply(FLIP, x, axis=axes_in(axis, tensor(x, "flip").ndim))


def roll(x: Tensor, /, shift: Any, *, axis: Any = None) -> Tensor:
    """Elements shifted along axes, coming in again at the other end; in the flattened tensor if no axis is given."""
    if axis is None:
        return apply(ROLL, tensor(x, "roll"), shift=shift, axis=None)
    axes = tuple(axis) if isinstance(axis, (tuple, list)) else (axis,)
    shifts = tuple(shift) if isinstance(shift, (tuple, list)) else (shift,) * len(axes)
    if len(shifts) != len(axes):
        raise placed(ArgumentError("each axis needs one shift", got=f"{shift} for {axis}"))
    places = tuple(axis_in(entry, tensor(x, "roll").ndim) for entry in axes)
    return apply(ROLL, x, shift=shifts, axis=places)


def tile(x: Tensor, repetitions: tuple[int, ...], /) -> Tensor:
    """The whole tensor repeated along each axis; missing axes are put in front."""
    times = (1,) * (tensor(x, "tile").ndim - len(repetitions)) + tuple(repetitions)
    return apply(TILE, x, repeats=times)


def repeat(x: Tensor, repeats: Any, /, *, axis: int | None = None) -> Tensor:
    """Each element so many times in a row, along an axis or in the flattened tensor."""
    if axis is None:
        x, axis = reshape(tensor(x, "repeat"), (-1,)), 0
    place = axis_in(axis, x.ndim)
    times = repeats.backend.to_host(repeats.data) if isinstance(repeats, Tensor) else repeats
    source = host.repeat(host.arange(x.shape[place]), times)
    return x[(slice(None),) * place + (Tensor(x.backend.asarray(source)),)]
