"""Values by rank: medians, quantiles, and the value that occurs most often."""

from __future__ import annotations

from typing import Any

from patchgrad.autograd.op import Sample, define
from patchgrad.backend import MetaArray
from patchgrad.errors import ArgumentError, DtypeError, ShapeError
from patchgrad.ops import elementwise, movement, scan, shapes, sorting
from patchgrad.ops.gather import gather
from patchgrad.ops.out import takes_out
from patchgrad.ops.reduce import share_among_equal
from patchgrad.ops.sorting import Extremes, one_of_axis, ordered
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed

__all__ = ["median", "mode", "nanmedian", "nanquantile", "quantile"]
METHODS = "median mode nanmedian nanquantile quantile"


def _floating(x: Any) -> bool:
    return "float" in str(x.dtype)


def _middle(xp: Any, x: Any, skip: bool) -> Any:
    """The lower of the two middle values of all elements; with ``skip`` of those that are not NaN."""
    flat = xp.sort(xp.reshape(x, (-1,)))
    if not _floating(x):
        return flat[(flat.shape[0] - 1) // 2]
    if not flat.shape[0]:
        return xp.sum(flat) * xp.nan
    known = flat.shape[0] - int(xp.sum(xp.astype(xp.isnan(flat), xp.int64)))
    count = known if skip or known == flat.shape[0] else 2 * flat.shape[0] + 1
    return flat[max(0, (min(count, 2 * flat.shape[0]) - 1) // 2)]


def _median_op(name: str, skip: bool) -> Any:
    return define(
        name,
        inputs=("x",),
        forward=lambda xp, x, axis=None, keepdims=False: _middle(xp, x, skip),
        shape=lambda x, **_: (),
        dtype="same",
        saves=("x", "y"),
        vjps={"x": share_among_equal},
        formula=r"x_{(\lfloor (n - 1) / 2 \rfloor)}",
        samples=lambda draw: [
            Sample((draw(3, 4),), {"axis": None, "keepdims": False}),
            Sample((draw(5),), {"axis": None, "keepdims": False}, "odd"),
        ],
    )


MEDIAN, NANMEDIAN = _median_op("median", False), _median_op("nanmedian", True)


@takes_out
def median(input: Any, dim: int | None = None, keepdim: bool = False) -> Any:
    """The middle value (the lower of two): of all elements, or along ``dim`` as (values, indices). NaN wins."""
    return _median(MEDIAN, input, dim, keepdim, False)


@takes_out
def nanmedian(input: Any, dim: int | None = None, keepdim: bool = False) -> Any:
    """`median` of the values that are not NaN."""
    return _median(NANMEDIAN, input, dim, keepdim, True)


def _median(op: Any, input: Any, dim: int | None, keepdim: bool, skip: bool) -> Any:
    ordered(input)
    if dim is None:
        if not input.data.size and input.dtype.kind != "f":
            raise placed(ShapeError("nothing has no median", got=f"shape {input.shape}, {input.dtype.name}"))
        return apply(op, input, axis=None, keepdims=False)
    axis = shapes.axis_in(dim, input.ndim)
    size = input.shape[axis] if input.ndim else 1
    if not size:
        raise placed(ShapeError("an empty axis has no median", got=f"shape {input.shape}, dim={dim}"))
    order: Any = sorting.argsort(input, axis)
    if not input.ndim or isinstance(input.data, MetaArray):
        return one_of_axis(input, order if not input.ndim else order.narrow(axis, 0, 1), axis, keepdim)
    missing: Any = elementwise.isnan(input.detach()).sum(axis, keepdim=True)
    place = (size - missing - 1).clamp(min=0) // 2
    if not skip:
        place = elementwise.where(missing > 0, size - missing, place)
    return one_of_axis(input, gather(order, axis, place), axis, keepdim)


@takes_out
def mode(input: Any, dim: int = -1, keepdim: bool = False) -> Extremes:
    """The value that occurs most often along ``dim`` (the smallest of those), and where it stands last."""
    ordered(input)
    axis = shapes.axis_in(dim, input.ndim)
    order: Any = sorting.argsort(input, axis)
    if not input.ndim:
        return Extremes(gather(input, 0, order), order)
    if not input.shape[axis]:
        raise placed(ShapeError("an empty axis has no mode", got=f"shape {input.shape}, dim={dim}"))
    last = apply(LAST_OF_LONGEST_RUN, gather(input.detach(), axis, order), axis=axis)
    return one_of_axis(input, gather(order, axis, last), axis, keepdim)


def _last_of_longest_run(xp: Any, x: Any, axis: int) -> Any:
    size, head = x.shape[axis], (slice(None),) * axis
    changes = x[(*head, slice(1, None), ...)] != x[(*head, slice(None, -1), ...)]
    changes = xp.concat(
        (xp.ones_like(changes[(*head, slice(0, 1), ...)]) if size > 1 else xp.ones(x.shape, dtype=xp.bool), changes),
        axis=axis,
    )
    places = xp.reshape(xp.arange(size, dtype=xp.int64), (-1,) + (1,) * (len(x.shape) - axis - 1))
    starts = scan.running(xp, lambda one, two: (xp.maximum(one[0], two[0]),), (xp.where(changes, places, 0),), axis)[0]
    return xp.argmax(places - starts, axis=axis, keepdims=True)


LAST_OF_LONGEST_RUN = define(
    "last_of_longest_run",
    inputs=("x",),
    forward=_last_of_longest_run,
    shape=lambda x, axis: (*x[:axis], 1, *x[axis + 1 :]),
    dtype="int64",
    formula=r"\arg\max_i \, (i - \min \{ j : x_j = \dots = x_i \})",
    samples=lambda draw: [Sample((draw(3, 5) // 1,), {"axis": 1})],
)
INTERPOLATIONS = ("linear", "lower", "higher", "nearest", "midpoint")


@takes_out
def quantile(
    input: Any, q: Any, dim: int | None = None, keepdim: bool = False, *, interpolation: str = "linear"
) -> Tensor:
    """The value below which a part ``q`` lies along ``dim`` (None: of all); a vector ``q`` gives a first axis.

    Parameters
        interpolation  between two neighbours: linear, lower, higher, nearest or midpoint
    """
    return _quantile("quantile", input, q, dim, keepdim, interpolation, False)


@takes_out
def nanquantile(
    input: Any, q: Any, dim: int | None = None, keepdim: bool = False, *, interpolation: str = "linear"
) -> Tensor:
    """`quantile` of the values that are not NaN."""
    return _quantile("nanquantile", input, q, dim, keepdim, interpolation, True)


def _parts(name: str, input: Any, q: Any, interpolation: str) -> Any:
    """``q`` as a tensor, checked."""
    if input.dtype.kind != "f":
        raise placed(DtypeError(f"{name} needs floats", got=input.dtype.name, hint=".float()"))
    if interpolation not in INTERPOLATIONS:
        raise placed(ArgumentError(f"{name} has no such interpolation", got=interpolation, want=str(INTERPOLATIONS)))
    if isinstance(q, Tensor):
        if q.ndim > 1 or q.dtype is not input.dtype:
            raise placed(DtypeError("q is a number or a vector of the input's dtype", got=f"{q.shape} {q.dtype.name}"))
    else:
        q = Tensor(input.backend.xp.asarray(q, dtype=input.data.dtype))
    if q.data.size and not isinstance(q.data, MetaArray) and not 0 <= float(q.data.min()) <= float(q.data.max()) <= 1:
        raise placed(ArgumentError("a part lies between 0 and 1", got=f"q={q.tolist()}"))
    return q


def _quantile(name: str, input: Any, q: Any, dim: int | None, keepdim: bool, interpolation: str, skip: bool) -> Tensor:
    q = _parts(name, input, q, interpolation)
    if not input.data.size:
        raise placed(ShapeError(f"{name} needs values", got=f"shape {input.shape}"))
    ndim = input.ndim
    axis = 0 if dim is None else shapes.axis_in(dim, ndim)
    x: Any = input.reshape(-1) if dim is None or not ndim else movement.movedim(input, axis, 0)
    found: Any = _at_ranks(x, q.reshape(-1), interpolation, skip)
    rest = input.shape[:axis] + input.shape[axis + 1 :] if dim is not None else ()
    if keepdim:
        rest = (1,) * ndim if dim is None else (*input.shape[:axis], 1, *input.shape[axis + 1 :]) if ndim else ()
    return found.reshape((*q.shape, *rest))


def _at_ranks(x: Any, q: Any, interpolation: str, skip: bool) -> Any:
    """(parts, ...) values of ``x`` (n, ...) in order, at the ranks ``q (n - 1)``."""
    size = x.shape[0]
    order: Any = sorting.sort(x, 0).values
    missing: Any = elementwise.isnan(x.detach()).sum(0, keepdim=True)
    last = (size - 1 - missing).clamp(min=0).to(dtype=x.dtype)
    rank = q.reshape((-1,) + (1,) * (x.ndim - 1)) * last
    if not skip:
        rank = elementwise.where(missing > 0, float(size - 1), rank)
    if interpolation in ("lower", "higher", "nearest"):
        rounded = {"lower": elementwise.floor, "higher": elementwise.ceil, "nearest": elementwise.round}
        return gather(order, 0, rounded[interpolation](rank).to(dtype="int64"))
    below: Any = rank.detach().floor()
    low, high = gather(order, 0, below.to(dtype="int64")), gather(order, 0, rank.detach().ceil().to(dtype="int64"))
    weight = elementwise.where(rank.detach() == below, 0.0, 0.5) if interpolation == "midpoint" else rank - below
    return low.lerp(high, weight.to(dtype=x.dtype))  # type: ignore[attr-defined]
