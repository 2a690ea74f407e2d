"""Ops that move numbers without computing: shapes, orders of axes, joining, copying.

Reshape, permute and expand give views where the array library can; a write in place is then seen by all.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from patchgrad.autograd.op import Sample, define
from patchgrad.errors import ArgumentError
from patchgrad.ops import shapes
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed
from patchgrad.typing import Shape

__all__ = [
    "broadcast_to", "cat", "chunk", "clone", "concat", "flatten", "flip", "movedim", "permute", "reshape", "split",
    "squeeze", "stack", "transpose", "unbind", "unflatten", "unsqueeze",
]  # fmt: skip
METHODS = (
    "broadcast_to chunk clone contiguous expand flatten flip movedim permute reshape split squeeze t transpose "
    "unbind unflatten unsqueeze view"
)

RESHAPE = define(
    "reshape",
    inputs=("x",),
    forward=lambda xp, x, shape: xp.reshape(x, shape),
    shape=shapes.reshape,
    dtype="same",
    view=True,
    vjps={"x": lambda xp, ct, s: xp.reshape(ct, s.shape_of("x"))},
    samples=lambda draw: [Sample((draw(3, 4),), {"shape": (2, 6)}), Sample((draw(3, 4),), {"shape": (-1,)})],
)
PERMUTE = define(
    "permute",
    inputs=("x",),
    forward=lambda xp, x, axes: xp.permute_dims(x, axes),
    shape=shapes.permuted,
    dtype="same",
    view=True,
    vjps={"x": lambda xp, ct, s: xp.permute_dims(ct, _inverse(s.axes))},
    samples=lambda draw: [Sample((draw(2, 3, 4),), {"axes": (2, 0, 1)})],
)
EXPAND = define(
    "expand",
    inputs=("x",),
    forward=lambda xp, x, shape: xp.broadcast_to(x, shape),
    shape=shapes.broadcast_to,
    dtype="same",
    view=True,
    vjps={"x": lambda xp, ct, s: ct},
    samples=lambda draw: [Sample((draw(3, 1),), {"shape": (2, 3, 4)})],
)
CLONE = define(
    "clone",
    inputs=("x",),
    elementwise=True,
    forward=lambda xp, x: xp.asarray(x, copy=True),
    shape=shapes.same,
    dtype="same",
    vjps={"x": lambda xp, ct, s: ct},
    samples=lambda draw: [Sample((draw(3, 4),))],
)
CAT = define(
    "cat",
    inputs=("tensors",),
    variadic=True,
    forward=lambda xp, *tensors, axis: xp.concat(tensors, axis=axis),
    shape=shapes.concat,
    vjps={"tensors": lambda xp, ct, s, i: _part(ct, s, i)},
    samples=lambda draw: [Sample((draw(2, 3), draw(2, 1), draw(2, 2)), {"axis": 1})],
)
FLIP = define(
    "flip",
    inputs=("x",),
    forward=lambda xp, x, axis: xp.asarray(xp.flip(x, axis=axis), copy=True),
    shape=shapes.same,
    dtype="same",
    vjps={"x": lambda xp, ct, s: xp.flip(ct, axis=s.axis)},
    samples=lambda draw: [Sample((draw(3, 4),), {"axis": (0,)})],
)


def _inverse(axes: Shape) -> Shape:
    return tuple(sorted(range(len(axes)), key=lambda i: axes[i] % len(axes)))


def _part(ct: Any, s: Any, i: int) -> Any:
    axis = s.axis % len(s.shape_of(i))
    start = sum(s.shape_of(j)[axis] for j in range(i))
    return ct[(slice(None),) * axis + (slice(start, start + s.shape_of(i)[axis]),)]


def _sizes(sizes: tuple[Any, ...]) -> Shape:
    return tuple(sizes[0]) if len(sizes) == 1 and not isinstance(sizes[0], int) else tuple(sizes)


def reshape(x: Tensor, *shape: Any) -> Tensor:
    """The same elements in another shape; one size may be -1. A view where possible."""
    return apply(RESHAPE, x, shape=_sizes(shape))


view = reshape


def flatten(x: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """Axes ``start_dim`` to ``end_dim`` (inclusive) as one."""
    start, end = shapes.axis_in(start_dim, x.ndim), shapes.axis_in(end_dim, x.ndim)
    merged = shapes.count(x.shape[start : end + 1])
    return apply(RESHAPE, x, shape=(*x.shape[:start], merged, *x.shape[end + 1 :]))


def unflatten(x: Tensor, dim: int, sizes: Sequence[int]) -> Tensor:
    """Axis ``dim`` split into ``sizes``."""
    axis = shapes.axis_in(dim, x.ndim)
    parts = shapes.reshape((x.shape[axis],), shape=tuple(sizes))
    return apply(RESHAPE, x, shape=(*x.shape[:axis], *parts, *x.shape[axis + 1 :]))


def permute(x: Tensor, *dims: Any) -> Tensor:
    """Axes in the order ``dims``; a view."""
    return apply(PERMUTE, x, axes=_sizes(dims))


def transpose(x: Tensor, dim0: int, dim1: int) -> Tensor:
    """Axes ``dim0`` and ``dim1`` exchanged; a view."""
    order = list(range(x.ndim))
    a, b = shapes.axis_in(dim0, x.ndim), shapes.axis_in(dim1, x.ndim)
    order[a], order[b] = b, a
    return apply(PERMUTE, x, axes=tuple(order))


def t(x: Tensor) -> Tensor:
    """The transpose of a matrix; vectors stay as they are."""
    return x if x.ndim < 2 else transpose(x, 0, 1)


def movedim(x: Tensor, source: int, destination: int) -> Tensor:
    """Axis ``source`` at place ``destination``; a view."""
    order = [i for i in range(x.ndim) if i != shapes.axis_in(source, x.ndim)]
    order.insert(shapes.axis_in(destination, x.ndim), shapes.axis_in(source, x.ndim))
    return apply(PERMUTE, x, axes=tuple(order))


def squeeze(x: Tensor, dim: int | Sequence[int] | None = None) -> Tensor:
    """Without the axes of size 1 (all, or those named that have size 1)."""
    axes = shapes.axes_in(list(dim) if isinstance(dim, Sequence) else dim, x.ndim)
    return apply(RESHAPE, x, shape=tuple(size for i, size in enumerate(x.shape) if i not in axes or size != 1))


def unsqueeze(x: Tensor, dim: int) -> Tensor:
    """With a new axis of size 1 at ``dim``."""
    axis = shapes.axis_in(dim, x.ndim + 1)
    return apply(RESHAPE, x, shape=(*x.shape[:axis], 1, *x.shape[axis:]))


def expand(x: Tensor, *sizes: Any) -> Tensor:
    """Axes of size 1 repeated to ``sizes`` without copying; -1 keeps a size."""
    wanted = _sizes(sizes)
    own = (1,) * (len(wanted) - x.ndim) + x.shape
    return apply(EXPAND, x, shape=tuple(a if b == -1 else b for a, b in zip(own, wanted, strict=True)))


broadcast_to = expand


def cat(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Tensors joined along an existing axis."""
    if not tensors:
        raise placed(ArgumentError("cat needs at least one tensor", got="an empty list"))
    return apply(CAT, *tensors, axis=dim)


concat = concatenate = cat


def stack(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Tensors of one shape joined along a new axis."""
    return cat([unsqueeze(tensor, dim) for tensor in tensors], dim)


def split(x: Tensor, size: int | Sequence[int], dim: int = 0) -> tuple[Tensor, ...]:
    """Views of pieces of ``size`` (the last may be smaller), or of the given sizes."""
    axis = shapes.axis_in(dim, x.ndim)
    total = x.shape[axis]
    sizes = [min(size, total - start) for start in range(0, total, size)] if isinstance(size, int) else list(size)
    if sum(sizes) != total:
        raise placed(ArgumentError("the pieces must add up", got=f"{sizes}", want=f"a sum of {total}"))
    edges = [sum(sizes[:i]) for i in range(len(sizes) + 1)]
    head = (slice(None),) * axis
    return tuple(x[(*head, slice(a, b))] for a, b in pairwise(edges))


def chunk(x: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """At most ``chunks`` views of equal size (the last may be smaller)."""
    return split(x, -(-x.shape[shapes.axis_in(dim, x.ndim)] // chunks), dim)


def unbind(x: Tensor, dim: int = 0) -> tuple[Tensor, ...]:
    """Views along ``dim``, without that axis."""
    head = (slice(None),) * shapes.axis_in(dim, x.ndim)
    return tuple(x[(*head, i)] for i in range(x.shape[dim]))


def flip(x: Tensor, dims: int | Sequence[int]) -> Tensor:
    """The order along ``dims`` reversed; a copy."""
    return apply(FLIP, x, axis=(dims,) if isinstance(dims, int) else tuple(dims))


def clone(x: Tensor) -> Tensor:
    """A copy in memory of its own, differentiable."""
    return apply(CLONE, x)


def contiguous(x: Tensor) -> Tensor:
    """The tensor itself if its memory is in row order, else a copy."""
    flags = getattr(x.data, "flags", None)
    return x if flags is None or flags.c_contiguous else clone(x)
