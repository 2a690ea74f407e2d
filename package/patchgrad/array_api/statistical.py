"""Sums, products, means, extremes, truths over axes, and differences along one."""

from __future__ import annotations

from math import nan
from typing import Any

from patchgrad.array_api.calls import alike, cast, record, tensor
from patchgrad.array_api.creation import full
from patchgrad.array_api.manipulation import axes_in, axis_in, concat
from patchgrad.backend.dtype import as_dtype, int64, uint64
from patchgrad.backend.dtype import dtype as Dtype
from patchgrad.errors import ArgumentError
from patchgrad.ops import shapes
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed

__all__ = [
    "all", "any", "cumulative_prod", "cumulative_sum", "diff", "max", "mean", "min", "prod", "std", "sum", "var",
]  # fmt: skip

ALL, AMAX, AMIN, ANY, MEAN = record("all"), record("amax"), record("amin"), record("any"), record("mean")
CUMPROD, CUMSUM, PROD, SQRT, SUM = record("cumprod"), record("cumsum"), record("prod"), record("sqrt"), record("sum")
VAR, NE = record("var"), record("ne")


def _over(op: Any, x: Tensor, axis: Any, keepdims: bool, **attrs: Any) -> Tensor:
    axes = None if axis is None else axes_in(axis, tensor(x, op.name).ndim)
    # Without axes there is only the reduction over all of them.
    return apply(op, tensor(x, op.name), axis=axes if x.ndim else None, keepdims=keepdims, **attrs)


def _total(x: Tensor, dtype: Any) -> Dtype:
    """The dtype of a sum: as given, else that of ``x``, with whole numbers widened to 64 bits."""
    if dtype is not None:
        return as_dtype(dtype)
    return {"i": int64, "b": int64, "u": uint64}.get(x.dtype.kind, x.dtype)


def _added_up(x: Tensor, target: Dtype) -> Tensor:
    """``x`` in the dtype to add up in: whole numbers in int64, whose bits are those of any narrower sum."""
    return cast(x, int64 if target.kind in "iu" and x.dtype.kind in "biu" else target)


def sum(x: Tensor, /, *, axis: Any = None, dtype: Any = None, keepdims: bool = False) -> Tensor:
    """The sum over axes (all of them if not given). Whole numbers add up in 64 bits, unsigned ones without a sign."""
    target = _total(tensor(x, "sum"), dtype)
    return cast(_over(SUM, _added_up(x, target), axis, keepdims), target)


def prod(x: Tensor, /, *, axis: Any = None, dtype: Any = None, keepdims: bool = False) -> Tensor:
    """The product over axes; dtypes as in `sum`."""
    target = _total(tensor(x, "prod"), dtype)
    return cast(_over(PROD, _added_up(x, target), axis, keepdims), target)


def mean(x: Tensor, /, *, axis: Any = None, keepdims: bool = False) -> Tensor:
    """The mean over axes; NaN of nothing."""
    if not _count(tensor(x, "mean"), axis):
        return sum(x, axis=axis, keepdims=keepdims) * nan
    return _over(MEAN, x, axis, keepdims)


def var(x: Tensor, /, *, axis: Any = None, correction: float = 0.0, keepdims: bool = False) -> Tensor:
    """The variance over axes, divided by n - ``correction``; NaN where that is not positive."""
    if _count(tensor(x, "var"), axis) <= correction:
        return sum(x, axis=axis, keepdims=keepdims) * nan
    return _over(VAR, x, axis, keepdims, correction=correction)


def _count(x: Tensor, axis: Any) -> int:
    """How many elements make one element of the result."""
    return shapes.count(x.shape[place] for place in axes_in(axis, x.ndim)) if x.ndim else 1


def std(x: Tensor, /, *, axis: Any = None, correction: float = 0.0, keepdims: bool = False) -> Tensor:
    """The standard deviation: the root of `var`."""
    return apply(SQRT, var(x, axis=axis, correction=correction, keepdims=keepdims))


def max(x: Tensor, /, *, axis: Any = None, keepdims: bool = False) -> Tensor:
    """The largest element over axes; NaN where one is NaN."""
    return _over(AMAX, x, axis, keepdims)


def min(x: Tensor, /, *, axis: Any = None, keepdims: bool = False) -> Tensor:
    """The smallest element over axes; NaN where one is NaN."""
    return _over(AMIN, x, axis, keepdims)


def all(x: Tensor, /, *, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Are all elements true (not zero)?"""
    return _over(ALL, x, axis, keepdims)


def any(x: Tensor, /, *, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Is an element true (not zero)?"""
    return _over(ANY, x, axis, keepdims)


def cumulative_sum(
    x: Tensor, /, *, axis: int | None = None, dtype: Any = None, include_initial: bool = False
) -> Tensor:
    """Running sums along an axis, which may be left out for a vector; dtypes as in `sum`.

    Parameters
        include_initial  put a 0 in front
    """
    return _running(CUMSUM, tensor(x, "cumulative_sum"), axis, dtype, 0 if include_initial else None)


def cumulative_prod(
    x: Tensor, /, *, axis: int | None = None, dtype: Any = None, include_initial: bool = False
) -> Tensor:
    """Running products along an axis, which may be left out for a vector; dtypes as in `sum`.

    Parameters
        include_initial  put a 1 in front
    """
    return _running(CUMPROD, tensor(x, "cumulative_prod"), axis, dtype, 1 if include_initial else None)


def _running(op: Any, x: Tensor, axis: int | None, dtype: Any, initial: int | None) -> Tensor:
    if axis is None and x.ndim != 1:
        raise placed(ArgumentError(f"{op.name} needs an axis", got=f"shape {x.shape}", want="axis=..., or a vector"))
    target, place = _total(x, dtype), axis_in(axis or 0, x.ndim)
    found = cast(apply(op, _added_up(x, target), axis=place), target)
    if initial is None:
        return found
    edge = (*x.shape[:place], 1, *x.shape[place + 1 :])
    return concat((full(edge, initial, dtype=target, device=x.device), found), axis=place)


def diff(
    x: Tensor, /, n: int = 1, *, axis: int = -1, prepend: Tensor | None = None, append: Tensor | None = None
) -> Tensor:
    """Differences of neighbours along an axis, ``n`` times over, of ``x`` with these put before and after it.

    ``n`` may be given by its place, as NumPy and PyTorch have it: scikit-learn does.
    """
    place = axis_in(axis, tensor(x, "diff").ndim)
    parts: Any = alike(*(entry for entry in (prepend, x, append) if entry is not None))
    found: Any = concat(parts, axis=place) if len(parts) > 1 else x
    head = (slice(None),) * place
    for _ in range(n):
        later, earlier = found[(*head, slice(1, None))], found[(*head, slice(None, -1))]
        found = apply(NE, later, earlier) if found.dtype.kind == "b" else later - earlier
    return found
