"""Reductions over axes: sums, products, extremes, truth, places of extremes.

Attributes are the array API's ``axis`` and ``keepdims``; the public functions have PyTorch's ``dim`` and ``keepdim``.
Read next: ``statistics.py``, ``vector_norm.py``, ``cumulative.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from patchgrad.autograd.op import Sample, define
from patchgrad.ops import shapes
from patchgrad.ops.out import takes_out
from patchgrad.tensor import Tensor, apply
from patchgrad.typing import Axis, Shape

__all__ = [
    "all", "amax", "amin", "aminmax", "any", "argmax", "argmin", "mean", "prod", "sum",
]  # fmt: skip
METHODS = "all amax amin aminmax any argmax argmin mean prod sum"


def samples(draw: Callable[..., Any]) -> list[Sample]:
    return [
        Sample((draw(3, 4),), {"axis": None, "keepdims": False}, "all"),
        Sample((draw(2, 3, 4),), {"axis": (0, 2), "keepdims": False}, "two axes"),
        Sample((draw(3, 4),), {"axis": 1, "keepdims": True}, "kept"),
    ]


def no_axis(draw: Callable[..., Any]) -> list[Sample]:
    return [Sample((draw(3, 4),), {"axis": 2, "keepdims": False}, "no such axis")]


def along(draw: Callable[..., Any]) -> list[Sample]:
    return [
        Sample((draw(3, 4),), {"axis": 1, "keepdims": False}),
        Sample((draw(3, 4),), {"axis": None, "keepdims": False}, "all"),
    ]


def spread(xp: Any, value: Any, shape: Shape, axis: Axis, keepdims: bool) -> Any:
    """A reduced value back in the shape before the reduction (broadcast)."""
    if not keepdims:
        value = xp.reshape(value, shapes.reduced(shape, axis=axis, keepdims=True))
    return xp.broadcast_to(value, shape)


def total_kind(xp: Any, x: Any) -> Any:
    """The dtype that whole numbers and bools add up in; None for floats: their own."""
    return xp.int64 if getattr(x.dtype, "kind", "f") in "biu" else None


def total_dtype(kinds: list[Any], attrs: dict[str, Any]) -> Any:
    from patchgrad.backend.dtype import int64

    return int64.numpy if kinds[0].kind in "biu" else kinds[0]


def size_over(x: Shape, axis: Axis) -> int:
    """How many elements are reduced to one."""
    return shapes.count(x[i] for i in shapes.axes_in(axis, len(x)))


def _mean(xp: Any, x: Any, axis: Axis, keepdims: bool) -> Any:
    """NumPy warns of the mean of nothing, which is NaN."""
    if x.size:
        return xp.mean(x, axis=axis, keepdims=keepdims)
    return xp.sum(x, axis=axis, keepdims=keepdims) * xp.nan


SUM = define(
    "sum",
    inputs=("x",),
    forward=lambda xp, x, axis, keepdims: xp.sum(x, axis=axis, keepdims=keepdims, dtype=total_kind(xp, x)),
    shape=shapes.reduced,
    dtype=total_dtype,
    vjps={"x": lambda xp, ct, s: spread(xp, ct, s.shape_of("x"), s.axis, s.keepdims)},
    cost=lambda x, **_: shapes.count(x),
    formula=r"\sum x",
    samples=samples,
    errors=no_axis,
)
MEAN = define(
    "mean",
    inputs=("x",),
    forward=_mean,
    shape=shapes.reduced,
    dtype="floating",
    vjps={
        "x": lambda xp, ct, s: spread(xp, ct / size_over(s.shape_of("x"), s.axis), s.shape_of("x"), s.axis, s.keepdims)
    },
    cost=lambda x, **_: shapes.count(x),
    formula=r"\frac{1}{n} \sum x",
    samples=samples,
    errors=no_axis,
)
PROD = define(
    "prod",
    inputs=("x",),
    forward=lambda xp, x, axis, keepdims: xp.prod(x, axis=axis, keepdims=keepdims, dtype=total_kind(xp, x)),
    shape=shapes.reduced,
    dtype=total_dtype,
    saves=("x",),
    vjps={
        "x": lambda xp, ct, s: (
            spread(xp, ct, s.shape_of("x"), s.axis, s.keepdims)
            * shapes.conjugate(xp, _product_of_others(xp, s.x, s.axis))
        )
    },
    formula=r"\prod x",
    samples=lambda draw: [
        Sample((draw(3, 4, low=0.5),), {"axis": 1, "keepdims": False}),
        Sample((draw(2, 3, 2, low=0.5),), {"axis": None, "keepdims": False}, "all"),
    ],
    errors=no_axis,
)


def _product_of_others(xp: Any, x: Any, axis: Axis) -> Any:
    """For each element the product of all others, also where some are 0: of those before times those after."""
    shape = x.shape
    axes = shapes.axes_in(axis, len(shape)) if shape else ()
    rest = tuple(i for i in range(len(shape)) if i not in axes)
    parts = [tuple(shape[i] for i in group) for group in (rest, axes)]
    rows = xp.reshape(xp.permute_dims(x, rest + axes), tuple(shapes.count(part) for part in parts))
    if rows.shape[1]:
        ones = xp.ones((rows.shape[0], 1), dtype=x.dtype)
        before = xp.concat((ones, xp.ops.cumprod(rows[:, :-1], axis=1)), axis=1)
        after = xp.flip(xp.concat((ones, xp.ops.cumprod(xp.flip(rows[:, 1:], axis=1), axis=1)), axis=1), axis=1)
        rows = before * after
    order = rest + axes
    return xp.permute_dims(xp.reshape(rows, parts[0] + parts[1]), tuple(order.index(i) for i in range(len(shape))))


def share_among_equal(xp: Any, ct: Any, s: Any) -> Any:
    """Equal extremes share the cotangent evenly."""
    shape, axis, keepdims = s.shape_of("x"), s.axis, s.keepdims
    hit = xp.astype(s.x == spread(xp, s.y, shape, axis, keepdims), ct.dtype)
    share = hit / xp.sum(hit, axis=axis, keepdims=True)
    return share * spread(xp, ct, shape, axis, keepdims)


AMAX = define(
    "amax",
    inputs=("x",),
    forward=lambda xp, x, axis, keepdims: xp.max(x, axis=axis, keepdims=keepdims),
    shape=shapes.reduced,
    dtype="same",
    saves=("x", "y"),
    vjps={"x": share_among_equal},
    formula=r"\max x",
    samples=samples,
    errors=no_axis,
    real=True,
)
AMIN = define(
    "amin",
    inputs=("x",),
    forward=lambda xp, x, axis, keepdims: xp.min(x, axis=axis, keepdims=keepdims),
    shape=shapes.reduced,
    dtype="same",
    saves=("x", "y"),
    vjps={"x": share_among_equal},
    formula=r"\min x",
    samples=samples,
    errors=no_axis,
    real=True,
)
ARGMAX = define(
    "argmax",
    inputs=("x",),
    forward=lambda xp, x, axis, keepdims: xp.argmax(x, axis=axis, keepdims=keepdims),
    shape=shapes.reduced,
    dtype="int64",
    formula=r"\min \{ i : x_i = \max x \}",
    samples=along,
    errors=no_axis,
    real=True,
)
ARGMIN = define(
    "argmin",
    inputs=("x",),
    forward=lambda xp, x, axis, keepdims: xp.argmin(x, axis=axis, keepdims=keepdims),
    shape=shapes.reduced,
    dtype="int64",
    formula=r"\min \{ i : x_i = \min x \}",
    samples=along,
    errors=no_axis,
    real=True,
)
ALL = define(
    "all",
    inputs=("x",),
    forward=lambda xp, x, axis, keepdims: xp.all(x, axis=axis, keepdims=keepdims),
    shape=shapes.reduced,
    dtype="bool",
    formula=r"\bigwedge x",
    samples=samples,
    errors=no_axis,
)
ANY = define(
    "any",
    inputs=("x",),
    forward=lambda xp, x, axis, keepdims: xp.any(x, axis=axis, keepdims=keepdims),
    shape=shapes.reduced,
    dtype="bool",
    formula=r"\bigvee x",
    samples=samples,
    errors=no_axis,
)


class Range(NamedTuple):
    """The smallest and the largest values."""

    min: Tensor
    max: Tensor


def axis_of(x: Tensor, dim: Any) -> Axis:
    """PyTorch's ``dim`` as the array API's ``axis``: an empty list means all axes, and a number has axis 0."""
    if dim is None:
        return None
    if x.data.shape:
        return dim if type(dim) is int or not isinstance(dim, (tuple, list)) else tuple(dim) or None
    shapes.axes_in(dim, 0)
    return None


@takes_out
def sum(input: Tensor, dim: Axis = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """Sum over ``dim`` (None: all axes). Integers and bools add up in int64."""
    if dtype is not None:
        return apply(SUM, input.to(dtype=dtype), axis=axis_of(input, dim), keepdims=keepdim).to(dtype=dtype)
    return apply(SUM, input, axis=axis_of(input, dim), keepdims=keepdim)


@takes_out
def mean(input: Tensor, dim: Axis = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """Mean over ``dim`` (None: all axes); integers give the default float."""
    if dtype is not None:
        input = input.to(dtype=dtype)
    return apply(MEAN, input, axis=axis_of(input, dim), keepdims=keepdim)


@takes_out
def prod(input: Tensor, dim: Axis = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """Product over ``dim`` (None: all axes). Integers and bools multiply in int64."""
    if dtype is not None:
        return apply(PROD, input.to(dtype=dtype), axis=axis_of(input, dim), keepdims=keepdim).to(dtype=dtype)
    return apply(PROD, input, axis=axis_of(input, dim), keepdims=keepdim)


@takes_out
def amax(input: Tensor, dim: Axis = None, keepdim: bool = False) -> Tensor:
    """Largest value over ``dim``; equal ones share the gradient."""
    return apply(AMAX, input, axis=axis_of(input, dim), keepdims=keepdim)


@takes_out
def amin(input: Tensor, dim: Axis = None, keepdim: bool = False) -> Tensor:
    """Smallest value over ``dim``; equal ones share the gradient."""
    return apply(AMIN, input, axis=axis_of(input, dim), keepdims=keepdim)


@takes_out
def aminmax(input: Tensor, *, dim: int | None = None, keepdim: bool = False) -> Range:
    """(min, max) over ``dim`` (None: all axes)."""
    return Range(amin(input, dim, keepdim), amax(input, dim, keepdim))


@takes_out
def argmax(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """Index (int64) of the first largest value along ``dim``, or in the flattened tensor."""
    return apply(ARGMAX, input, axis=axis_of(input, dim), keepdims=keepdim)


@takes_out
def argmin(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """Index (int64) of the first smallest value along ``dim``, or in the flattened tensor."""
    return apply(ARGMIN, input, axis=axis_of(input, dim), keepdims=keepdim)


@takes_out
def all(input: Tensor, dim: Axis = None, keepdim: bool = False) -> Tensor:
    """Are all values true (non-zero) over ``dim``? bool, and uint8 for uint8."""
    return _as_asked(input, apply(ALL, input, axis=axis_of(input, dim), keepdims=keepdim))


@takes_out
def any(input: Tensor, dim: Axis = None, keepdim: bool = False) -> Tensor:
    """Is some value true (non-zero) over ``dim``? bool, and uint8 for uint8."""
    return _as_asked(input, apply(ANY, input, axis=axis_of(input, dim), keepdims=keepdim))


def _as_asked(input: Tensor, found: Tensor) -> Tensor:
    return found.to(dtype=input.dtype) if input.data.dtype == "uint8" else found
