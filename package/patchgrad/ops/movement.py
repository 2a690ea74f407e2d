"""Ops that move numbers without computing: shapes, orders of axes, joining, copying.

Reshape, permute and expand give views where the array library can; a write in place is then seen by all.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from patchgrad.autograd.op import Sample, define
from patchgrad.errors import ArgumentError, DtypeError, PatchgradError, ShapeError
from patchgrad.ops import shapes
from patchgrad.ops.out import numpys_names, takes_out
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed
from patchgrad.typing import Shape

__all__ = [
    "broadcast_to", "cat", "chunk", "clone", "concat", "concatenate", "flatten", "flip", "movedim", "permute",
    "reshape", "split", "squeeze", "stack", "t", "transpose", "unbind", "unflatten", "unsqueeze",
]  # fmt: skip
METHODS = (
    "broadcast_to chunk clone expand flatten flip movedim permute reshape squeeze t transpose "
    "unbind unflatten unsqueeze"
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
    forward=lambda xp, x, rows=False: xp.array(x, order="C") if rows else xp.asarray(x, copy=True),
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


def reshape(input: Tensor, *shape: Any) -> Tensor:
    """The same elements in another shape; one size may be -1. A view where possible."""
    return apply(RESHAPE, input, shape=shapes.sizes(shape))


def flatten(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """Axes ``start_dim`` to ``end_dim`` (inclusive) as one."""
    start, end = shapes.axis_in(start_dim, input.ndim), shapes.axis_in(end_dim, input.ndim)
    if start > end:
        raise placed(
            ShapeError(
                "flatten goes from an axis to a later one",
                got=f"start_dim={start_dim}, end_dim={end_dim}",
                want="start_dim before end_dim",
                hint=f"flatten({end_dim}, {start_dim})",
            )
        )
    merged = shapes.count(input.shape[start : end + 1])
    return apply(RESHAPE, input, shape=(*input.shape[:start], merged, *input.shape[end + 1 :]))


def unflatten(input: Tensor, dim: int, sizes: Sequence[int]) -> Tensor:
    """Axis ``dim`` split into ``sizes``."""
    axis = existing(input, dim)
    parts = shapes.reshape((input.shape[axis],), shape=tuple(sizes))
    return apply(RESHAPE, input, shape=(*input.shape[:axis], *parts, *input.shape[axis + 1 :]))


def permute(input: Tensor, *dims: Any) -> Tensor:
    """Axes in the order ``dims``; a view."""
    return apply(PERMUTE, input, axes=shapes.sizes(dims))


def transpose(input: Tensor, dim0: int, dim1: int) -> Tensor:
    """Axes ``dim0`` and ``dim1`` exchanged; a view."""
    order = list(range(input.ndim)) or [0]
    a, b = shapes.axis_in(dim0, input.ndim), shapes.axis_in(dim1, input.ndim)
    order[a], order[b] = b, a
    return apply(PERMUTE, input, axes=tuple(order[: input.ndim]))


def t(input: Tensor) -> Tensor:
    """The transpose of a matrix; vectors stay as they are."""
    if input.ndim > 2:
        raise placed(ShapeError("t() takes at most two axes", got=f"{input.shape}", hint=".mT"))
    return apply(PERMUTE, input, axes=tuple(range(input.ndim))[::-1])


def movedim(input: Tensor, source: int | Sequence[int], destination: int | Sequence[int]) -> Tensor:
    """The axes ``source`` at the places ``destination``, the others in their order; a view."""
    pairs = [shapes.axes_in(tuple(d) if isinstance(d, Sequence) else d, input.ndim) for d in (source, destination)]
    if len(pairs[0]) != len(pairs[1]):
        raise placed(ArgumentError("movedim needs one destination per source", got=f"{source} to {destination}"))
    order = [i for i in range(input.ndim) if i not in pairs[0]]
    for place, axis in sorted(zip(pairs[1], pairs[0], strict=True)):
        order.insert(place, axis)
    return apply(PERMUTE, input, axes=tuple(order[: input.ndim]))


@numpys_names
def squeeze(input: Tensor, dim: int | Sequence[int] | None = None) -> Tensor:
    """Without the axes of size 1 (all, or those named that have size 1)."""
    shape = input.data.shape
    axes = shapes.axes_in(tuple(dim) if isinstance(dim, Sequence) else dim, len(shape))
    return apply(RESHAPE, input, shape=tuple([size for i, size in enumerate(shape) if size != 1 or i not in axes]))


@numpys_names
def unsqueeze(input: Tensor, dim: int) -> Tensor:
    """With a new axis of size 1 at ``dim``."""
    shape = input.data.shape
    axis = shapes.axis_in(dim, len(shape) + 1)
    return apply(RESHAPE, input, shape=(*shape[:axis], 1, *shape[axis:]))


def expand(input: Tensor, *sizes: Any) -> Tensor:
    """Axes of size 1 repeated to ``sizes`` without copying; -1 keeps a size."""
    wanted, shape = shapes.sizes(sizes), input.data.shape
    if -1 in wanted:
        own = (-1,) * (len(wanted) - len(shape)) + tuple(shape)
        wanted = tuple(a if b == -1 else b for a, b in zip(own, wanted, strict=False))
    return apply(EXPAND, input, shape=wanted)


def broadcast_to(input: Tensor, *size: Any) -> Tensor:
    """`expand`."""
    return expand(input, *size)


@takes_out
def cat(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Tensors joined along an existing axis; vectors of no elements are left out."""
    if isinstance(tensors, Tensor) or isinstance(dim, Tensor):
        raise placed(
            DtypeError("cat takes its tensors in a list", got="tensors one by one", want="a list", hint="cat([a, b])")
        )
    if not tensors:
        raise placed(
            ArgumentError(
                "cat needs at least one tensor",
                got="an empty list",
                want="a list of tensors",
                hint="did the loop that fills the list run?",
            )
        )
    try:
        return apply(CAT, *tensors, axis=dim)
    except PatchgradError:
        kept = [tensor for tensor in tensors if getattr(tensor, "shape", None) != (0,)]
        if len(kept) in (0, len(tensors)):
            raise
        return apply(CAT, *kept, axis=dim)


@takes_out
def concat(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """`cat`."""
    return cat(tensors, dim)


@takes_out
def concatenate(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """`cat`."""
    return cat(tensors, dim)


@takes_out
def stack(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Tensors of one shape joined along a new axis."""
    return cat([unsqueeze(tensor, dim) for tensor in tensors], dim)


@numpys_names
def split(tensor: Tensor, split_size_or_sections: int | Sequence[int], dim: int = 0) -> tuple[Tensor, ...]:
    """Views of pieces of one size (the last may be smaller), or of the given sizes."""
    axis = existing(tensor, dim)
    total, size = tensor.shape[axis], split_size_or_sections
    if not isinstance(size, int):
        return pieces(tensor, axis, list(size))
    if size < 0 or (size == 0 and total):
        raise placed(ArgumentError("a piece has at least one place", got=f"split size {size}", want="1 or more"))
    return pieces(tensor, axis, [min(size, total - start) for start in range(0, total, size)] if total else [0])


def existing(x: Tensor, dim: int) -> int:
    """The axis, of a tensor that has one."""
    if not x.ndim:
        raise placed(ShapeError("a tensor without axes cannot be taken apart", got="shape ()", want="one axis or more"))
    return shapes.axis_in(dim, x.ndim)


def pieces(x: Tensor, axis: int, sizes: list[int]) -> tuple[Tensor, ...]:
    """Views of pieces of these sizes, which add up to the axis."""
    total = x.shape[axis]
    if sum(sizes) != total or min(sizes, default=0) < 0:
        raise placed(ArgumentError("the pieces must add up", got=f"{sizes}", want=f"a sum of {total}"))
    edges = [sum(sizes[:i]) for i in range(len(sizes) + 1)]
    head = (slice(None),) * axis
    return tuple([x[(*head, slice(a, b))] for a, b in pairwise(edges)])


@numpys_names
def chunk(input: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """At most ``chunks`` views of equal size (the last may be smaller)."""
    axis = existing(input, dim)
    if chunks < 1:
        raise placed(ArgumentError("chunk makes at least one piece", got=f"chunks={chunks}", want="1 or more"))
    total = input.shape[axis]
    return split(input, -(-total // chunks), dim) if total else pieces(input, axis, [0] * chunks)


@numpys_names
def unbind(input: Tensor, dim: int = 0) -> tuple[Tensor, ...]:
    """Views along ``dim``, without that axis."""
    axis = existing(input, dim)
    head = (slice(None),) * axis
    return tuple([input[(*head, i)] for i in range(input.shape[axis])])


@takes_out
def flip(input: Tensor, *dims: Any) -> Tensor:
    """The order along ``dims`` reversed; a copy."""
    axes = shapes.sizes(dims)
    return apply(FLIP, input, axis=shapes.axes_in(axes, input.ndim) if input.ndim else ())


def clone(input: Tensor, *, memory_format: Any = None) -> Tensor:
    """A copy in memory of its own, differentiable."""
    if memory_format is None:
        return apply(CLONE, input)
    from patchgrad.ops.layouts import arranged

    found = arranged(input, memory_format)
    return apply(CLONE, found) if found is input else found


def contiguous(input: Tensor) -> Tensor:
    """The tensor itself if its memory is in row order, else a copy."""
    flags = getattr(input.data, "flags", None)
    return input if flags is None or flags.c_contiguous else apply(CLONE, input, rows=True)
