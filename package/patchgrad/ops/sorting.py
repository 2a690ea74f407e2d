"""Sorting: the order is an op of its own, the values are gathered by it."""

from __future__ import annotations

from typing import Any, NamedTuple

from patchgrad.autograd.op import Sample, define
from patchgrad.errors import ArgumentError
from patchgrad.ops import elementwise, reduce, shapes
from patchgrad.ops.gather import gather
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed
from patchgrad.typing import Shape

__all__ = ["argsort", "kthvalue", "max", "median", "min", "sort", "topk"]
METHODS = "argsort kthvalue max median min sort topk"


class Extremes(NamedTuple):
    """Values along an axis, and where they stood."""

    values: Tensor
    indices: Tensor


def _argsort(xp: Any, x: Any, axis: int, descending: bool) -> Any:
    if not descending:
        return xp.argsort(x, axis=axis, stable=True)
    order = xp.argsort(xp.flip(x, axis=axis), axis=axis, stable=True)
    return xp.flip(x.shape[axis] - 1 - order, axis=axis)


def _axis_exists(x: Shape, *, axis: int, **_: Any) -> Shape:
    shapes.axis_in(axis, len(x))
    return tuple(x)


ARGSORT = define(
    "argsort",
    inputs=("x",),
    forward=_argsort,
    shape=_axis_exists,
    dtype="int64",
    formula=r"x_{y_0} \leq x_{y_1} \leq \dots",
    samples=lambda draw: [
        Sample((draw(3, 4),), {"axis": 1, "descending": False}),
        Sample((draw(3, 4),), {"axis": 0, "descending": True}, "descending"),
    ],
    errors=lambda draw: [Sample((draw(3, 4),), {"axis": 2, "descending": False})],
)


def argsort(input: Tensor, dim: int = -1, descending: bool = False, stable: bool = False) -> Tensor:
    """Indices (int64) that sort ``dim``; equal elements keep their order."""
    return apply(ARGSORT, input, axis=dim, descending=descending)


def sort(input: Tensor, dim: int = -1, descending: bool = False, stable: bool = False) -> Extremes:
    """(values, indices) in order along ``dim``; equal elements keep their order."""
    order = argsort(input, dim, descending)
    return Extremes(gather(input, dim, order), order)


def topk(input: Tensor, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> Extremes:
    """The ``k`` largest (or smallest) along ``dim``, in order: (values, indices)."""
    axis = shapes.axis_in(dim, input.ndim)
    if not 0 <= k <= (input.shape[axis] if input.ndim else 1):
        raise placed(ArgumentError("topk cannot give so many", got=f"k={k}", want=f"0 to {input.shape[axis]}"))
    order: Any = argsort(input, axis, descending=largest)
    order = order[(slice(None),) * axis + (slice(0, k),)]
    return Extremes(gather(input, axis, order), order)


def kthvalue(input: Tensor, k: int, dim: int = -1, keepdim: bool = False) -> Extremes:
    """The ``k``-th smallest (from 1) along ``dim``: (values, indices)."""
    axis = shapes.axis_in(dim, input.ndim)
    if not 1 <= k <= input.shape[axis]:
        raise placed(ArgumentError("there is no such place", got=f"k={k}", want=f"1 to {input.shape[axis]}"))
    order: Any = argsort(input, axis)[(slice(None),) * axis + (slice(k - 1, k),)]
    values: Any = gather(input, axis, order)
    return Extremes(values, order) if keepdim else Extremes(values.squeeze(axis), order.squeeze(axis))


def median(input: Any, dim: int | None = None, keepdim: bool = False) -> Any:
    """The middle value (the lower of two): of all elements, or along ``dim`` as (values, indices)."""
    if dim is None:
        flat = input.reshape(-1)
        return kthvalue(flat, (flat.shape[0] + 1) // 2, 0).values
    return kthvalue(input, (input.shape[dim] + 1) // 2, dim, keepdim)


def max(input: Tensor, dim: Any = None, keepdim: bool = False) -> Any:
    """The largest element; along ``dim`` as (values, indices); with a tensor instead of ``dim`` the larger of two."""
    if isinstance(dim, Tensor):
        return elementwise.maximum(input, dim)
    values = reduce.amax(input, dim, keepdim)
    return values if dim is None else Extremes(values, reduce.argmax(input, dim, keepdim))


def min(input: Tensor, dim: Any = None, keepdim: bool = False) -> Any:
    """The smallest element; along ``dim`` as (values, indices); with a tensor instead of ``dim`` the smaller of two."""
    if isinstance(dim, Tensor):
        return elementwise.minimum(input, dim)
    values = reduce.amin(input, dim, keepdim)
    return values if dim is None else Extremes(values, reduce.argmin(input, dim, keepdim))
