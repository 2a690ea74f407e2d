"""Sorting and extremes along an axis: the order is an op of its own, the values are gathered by it.

Read next: ``ranks.py`` (median, mode, quantiles), ``searching.py``.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from patchgrad.autograd.op import Sample, define
from patchgrad.errors import ArgumentError, DtypeError
from patchgrad.ops import elementwise, reduce, shapes
from patchgrad.ops.cumulative import axis_exists
from patchgrad.ops.gather import gather
from patchgrad.ops.out import takes_out
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed

__all__ = ["argsort", "kthvalue", "max", "min", "msort", "sort", "topk"]
METHODS = "argsort kthvalue max min msort sort topk"


class Extremes(NamedTuple):
    """Values along an axis, and where they stood."""

    values: Tensor
    indices: Tensor


def _argsort(xp: Any, x: Any, axis: int, descending: bool) -> Any:
    if not x.shape:
        return xp.zeros((), dtype=xp.int64)
    if not descending:
        return xp.argsort(x, axis=axis, stable=True)
    order = xp.argsort(xp.flip(x, axis=axis), axis=axis, stable=True)
    return xp.flip(x.shape[axis] - 1 - order, axis=axis)


ARGSORT = define(
    "argsort",
    inputs=("x",),
    forward=_argsort,
    shape=axis_exists,
    dtype="int64",
    formula=r"x_{y_0} \leq x_{y_1} \leq \dots",
    samples=lambda draw: [
        Sample((draw(3, 4),), {"axis": 1, "descending": False}),
        Sample((draw(3, 4),), {"axis": 0, "descending": True}, "descending"),
    ],
    errors=lambda draw: [Sample((draw(3, 4),), {"axis": 2, "descending": False})],
    real=True,
)


def ordered(input: Tensor) -> None:
    """Refuse what has no order."""
    if input.dtype.kind == "c":
        raise placed(DtypeError("complex numbers have no order", got=input.dtype.name, hint="sort .real or .abs()"))


@takes_out
def argsort(input: Tensor, dim: int = -1, descending: bool = False, stable: bool = False) -> Tensor:
    """Indices (int64) that sort ``dim``, NaN as the largest; equal elements keep their order."""
    ordered(input)
    return apply(ARGSORT, input, axis=dim, descending=descending)


@takes_out
def sort(input: Tensor, dim: int = -1, descending: bool = False, stable: bool = False) -> Extremes:
    """(values, indices) in order along ``dim``, NaN as the largest; equal elements keep their order."""
    order = argsort(input, dim, descending)
    return Extremes(gather(input, dim, order), order)


@takes_out
def msort(input: Tensor) -> Tensor:
    """The values in order along the first axis."""
    return sort(input, 0).values


@takes_out
def topk(input: Tensor, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> Extremes:
    """The ``k`` largest (or smallest) along ``dim``, in order: (values, indices)."""
    axis = shapes.axis_in(dim, input.ndim)
    if not 0 <= k <= (input.shape[axis] if input.ndim else 1):
        size = input.shape[axis] if input.ndim else 1
        raise placed(ArgumentError("topk cannot give so many", got=f"k={k}", want=f"0 to {size}"))
    order: Any = argsort(input, axis, descending=largest)
    if input.ndim:
        order = order[(slice(None),) * axis + (slice(0, k),)]
    return Extremes(gather(input, axis, order), order)


@takes_out
def kthvalue(input: Tensor, k: int, dim: int = -1, keepdim: bool = False) -> Extremes:
    """The ``k``-th smallest (from 1) along ``dim``: (values, indices)."""
    axis = shapes.axis_in(dim, input.ndim)
    size = input.shape[axis] if input.ndim else 1
    if not 1 <= k <= size:
        raise placed(ArgumentError("there is no such place", got=f"k={k}", want=f"1 to {size}"))
    order: Any = argsort(input, axis)
    if not input.ndim:
        return Extremes(gather(input, 0, order), order)
    order = order[(slice(None),) * axis + (slice(k - 1, k),)]
    return one_of_axis(input, order, axis, keepdim)


def one_of_axis(input: Any, place: Any, axis: int, keepdim: bool) -> Extremes:
    """The element at ``place``, which has size 1 along the axis."""
    values: Any = gather(input, axis, place)
    return Extremes(values, place) if keepdim or not input.ndim else Extremes(values.squeeze(axis), place.squeeze(axis))


@takes_out
def max(input: Tensor, dim: Any = None, keepdim: bool = False) -> Any:
    """The largest element; along ``dim`` as (values, indices); with a tensor instead of ``dim`` the larger of two.

    Of equal ones along ``dim`` the first is named, and gets the gradient; the largest of all share it.
    """
    if isinstance(dim, Tensor):
        return elementwise.maximum(input, dim)
    ordered(input)
    if dim is None:
        return reduce.amax(input)
    return _extreme(reduce.ARGMAX, input, dim, keepdim)


@takes_out
def min(input: Tensor, dim: Any = None, keepdim: bool = False) -> Any:
    """The smallest element; along ``dim`` as (values, indices); with a tensor instead of ``dim`` the smaller of two.

    Of equal ones along ``dim`` the first is named, and gets the gradient; the smallest of all share it.
    """
    if isinstance(dim, Tensor):
        return elementwise.minimum(input, dim)
    ordered(input)
    if dim is None:
        return reduce.amin(input)
    return _extreme(reduce.ARGMIN, input, dim, keepdim)


def _extreme(op: Any, input: Tensor, dim: int, keepdim: bool) -> Extremes:
    axis = shapes.axis_in(dim, input.ndim)
    place = apply(op, input, axis=axis if input.ndim else None, keepdims=True)
    return one_of_axis(input, place, axis, keepdim)
