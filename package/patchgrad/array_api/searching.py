"""Where elements are, picking them, order, and sets of values."""

from __future__ import annotations

from typing import Any, NamedTuple

from patchgrad.array_api.calls import alike, bare, cast, pair, record, tensor
from patchgrad.array_api.creation import asarray
from patchgrad.array_api.manipulation import axis_in, broadcast_to
from patchgrad.backend.dtype import int64
from patchgrad.errors import ArgumentError, ShapeError
from patchgrad.ops import gather
from patchgrad.ops.shapes import broadcast as _broadcast
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed

__all__ = [
    "argmax", "argmin", "argsort", "count_nonzero", "isin", "nonzero", "searchsorted", "sort", "take",
    "take_along_axis", "unique_all", "unique_counts", "unique_inverse", "unique_values", "where",
]  # fmt: skip

ARGMAX, ARGMIN, ARGSORT, NE, SUM = record("argmax"), record("argmin"), record("argsort"), record("ne"), record("sum")
WHERE = record("where")


class UniqueAll(NamedTuple):
    """The different values, where each comes first, which of them each element is, how often each comes."""

    values: Tensor
    indices: Tensor
    inverse_indices: Tensor
    counts: Tensor


class UniqueCounts(NamedTuple):
    """The different values, and how often each comes."""

    values: Tensor
    counts: Tensor


class UniqueInverse(NamedTuple):
    """The different values, and which of them each element is."""

    values: Tensor
    inverse_indices: Tensor


def argmax(x: Tensor, /, *, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """The place of the first largest element, along an axis or in the flattened tensor."""
    return _place(ARGMAX, tensor(x, "argmax"), axis, keepdims)


def argmin(x: Tensor, /, *, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """The place of the first smallest element, along an axis or in the flattened tensor."""
    return _place(ARGMIN, tensor(x, "argmin"), axis, keepdims)


def _place(op: Any, x: Tensor, axis: int | None, keepdims: bool) -> Tensor:
    return apply(op, x, axis=None if axis is None else axis_in(axis, x.ndim), keepdims=keepdims)


def count_nonzero(x: Tensor, /, *, axis: Any = None, keepdims: bool = False) -> Tensor:
    """How many elements are not zero."""
    return apply(SUM, apply(NE, tensor(x, "count_nonzero"), 0), axis=axis, keepdims=keepdims)


def nonzero(x: Tensor, /) -> tuple[Tensor, ...]:
    """The places of the elements that are not zero: one tensor of indices per axis."""
    if not tensor(x, "nonzero").ndim:
        raise placed(ShapeError("a tensor without axes has no places", got="shape ()"))
    return bare("nonzero", x)


def searchsorted(x1: Tensor, x2: Any, /, *, side: str = "left", sorter: Tensor | None = None) -> Tensor:
    """Where each element of ``x2`` would be put into ``x1``, a sorted vector (or one that ``sorter`` sorts)."""
    if side not in ("left", "right"):
        raise placed(ArgumentError("searchsorted has no such side", got=repr(side), want="'left' or 'right'"))
    vector, values = alike(tensor(x1, "searchsorted"), x2)
    return cast(bare("searchsorted", vector, values, side=side, sorter=None if sorter is None else sorter.data), int64)


def where(condition: Tensor, x1: Any = None, x2: Any = None, /) -> Any:
    """``x1`` where the condition holds, else ``x2``.

    Without both it is `nonzero`, which the standard leaves out: scikit-learn calls it so.
    """
    if x1 is None and x2 is None:
        return nonzero(condition)
    return apply(WHERE, tensor(condition, "where"), *_choices(x1, x2))


def _choices(x1: Any, x2: Any) -> list[Any]:
    return alike(x1, x2) if isinstance(x1, Tensor) or isinstance(x2, Tensor) else [x1, x2]


def isin(x1: Any, x2: Any, /, *, invert: bool = False) -> Tensor:
    """Is each element of ``x1`` one of those of ``x2``?"""
    one, two = pair(x1, x2, "isin")
    device = next(entry.device for entry in (one, two) if isinstance(entry, Tensor))
    return bare("isin", asarray(one, device=device), asarray(two, device=device), invert=invert)


def take(x: Tensor, indices: Tensor, /, *, axis: int | None = None) -> Tensor:
    """The slices at these indices along an axis, which may be left out for a vector."""
    if axis is None and tensor(x, "take").ndim != 1:
        raise placed(ArgumentError("take needs an axis", got=f"shape {x.shape}", want="axis=..., or a vector"))
    return x[(slice(None),) * axis_in(axis or 0, x.ndim) + (indices,)]


def take_along_axis(x: Tensor, indices: Tensor, /, *, axis: int = -1) -> Tensor:
    """For each row along an axis the elements at its own indices; other axes broadcast."""
    place = axis_in(axis, tensor(x, "take_along_axis").ndim)
    outer = [tuple(1 if i == place else size for i, size in enumerate(entry.shape)) for entry in (x, indices)]
    shape = list(_broadcast(*outer))
    sizes = [(*shape[:place], entry.shape[place], *shape[place + 1 :]) for entry in (x, indices)]
    found = apply(WHERE, indices < 0, indices + x.shape[place], indices)
    return gather.gather(broadcast_to(x, sizes[0]), place, broadcast_to(found, sizes[1]))


def argsort(x: Tensor, /, *, axis: int = -1, descending: bool = False, stable: bool = True) -> Tensor:
    """The places that put an axis in order; equal elements keep theirs."""
    return apply(ARGSORT, x, axis=axis_in(axis, tensor(x, "argsort").ndim), descending=descending)


def sort(x: Tensor, /, *, axis: int = -1, descending: bool = False, stable: bool = True) -> Tensor:
    """The elements in order along an axis."""
    return gather.gather(x, axis_in(axis, x.ndim), argsort(x, axis=axis, descending=descending, stable=stable))


def unique_all(x: Tensor, /) -> UniqueAll:
    """The different values, where each comes first, which of them each element is, how often each comes.

    NaN differs from NaN.
    """
    return UniqueAll(*bare("unique_all", tensor(x, "unique_all")))


def unique_counts(x: Tensor, /) -> UniqueCounts:
    """The different values, and how often each comes."""
    found = unique_all(x)
    return UniqueCounts(found.values, found.counts)


def unique_inverse(x: Tensor, /) -> UniqueInverse:
    """The different values, and which of them each element is."""
    found = unique_all(x)
    return UniqueInverse(found.values, found.inverse_indices)


def unique_values(x: Tensor, /) -> Tensor:
    """The different values."""
    return unique_all(x).values
