"""Reductions over axes: sums, means, extremes, cumulative sums.

Attributes are the array API's ``axis`` and ``keepdims``; the public functions have PyTorch's ``dim`` and ``keepdim``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from patchgrad.autograd.op import Sample, define
from patchgrad.ops import shapes
from patchgrad.tensor import Tensor, apply
from patchgrad.typing import Axis, Shape

__all__ = [
    "all", "amax", "amin", "any", "argmax", "argmin", "cumprod", "cumsum", "logsumexp", "mean", "norm", "prod",
    "std", "sum", "var",
]  # fmt: skip
METHODS = "all amax amin any argmax argmin cumprod cumsum logsumexp mean norm prod std sum var"


def _samples(draw: Callable[..., Any]) -> list[Sample]:
    return [
        Sample((draw(3, 4),), {"axis": None, "keepdims": False}, "all"),
        Sample((draw(2, 3, 4),), {"axis": (0, 2), "keepdims": False}, "two axes"),
        Sample((draw(3, 4),), {"axis": 1, "keepdims": True}, "kept"),
    ]


def spread(xp: Any, value: Any, shape: Shape, axis: Axis, keepdims: bool) -> Any:
    """A reduced value back in the shape before the reduction (broadcast)."""
    if not keepdims:
        value = xp.reshape(value, shapes.reduced(shape, axis=axis, keepdims=True))
    return xp.broadcast_to(value, shape)


def _total(xp: Any, x: Any) -> Any:
    """The dtype that whole numbers and bools add up in; None for floats: their own."""
    return xp.int64 if getattr(x.dtype, "kind", "f") in "biu" else None


def _sum_dtype(kinds: list[Any], attrs: dict[str, Any]) -> Any:
    from patchgrad.backend.dtype import int64

    return int64.numpy if kinds[0].kind in "biu" else kinds[0]


def _size(x: Shape, axis: Axis) -> int:
    return shapes.count(x[i] for i in shapes.axes_in(axis, len(x)))


SUM = define(
    "sum",
    inputs=("x",),
    forward=lambda xp, x, axis, keepdims: xp.sum(x, axis=axis, keepdims=keepdims, dtype=_total(xp, x)),
    shape=shapes.reduced,
    dtype=_sum_dtype,
    vjps={"x": lambda xp, ct, s: spread(xp, ct, s.shape_of("x"), s.axis, s.keepdims)},
    cost=lambda x, **_: shapes.count(x),
    formula=r"\sum x",
    samples=_samples,
)
MEAN = define(
    "mean",
    inputs=("x",),
    forward=lambda xp, x, axis, keepdims: xp.mean(x, axis=axis, keepdims=keepdims),
    shape=shapes.reduced,
    dtype="float",
    vjps={"x": lambda xp, ct, s: spread(xp, ct / _size(s.shape_of("x"), s.axis), s.shape_of("x"), s.axis, s.keepdims)},
    cost=lambda x, **_: shapes.count(x),
    formula=r"\frac{1}{n} \sum x",
    samples=_samples,
)
PROD = define(
    "prod",
    inputs=("x",),
    forward=lambda xp, x, axis, keepdims: xp.prod(x, axis=axis, keepdims=keepdims, dtype=_total(xp, x)),
    shape=shapes.reduced,
    dtype=_sum_dtype,
    saves=("x",),
    vjps={
        "x": lambda xp, ct, s: spread(xp, ct, s.shape_of("x"), s.axis, s.keepdims) * _product_of_others(xp, s.x, s.axis)
    },
    formula=r"\prod x",
    samples=lambda draw: [
        Sample((draw(3, 4, low=0.5),), {"axis": 1, "keepdims": False}),
        Sample((draw(2, 3, 2, low=0.5),), {"axis": None, "keepdims": False}, "all"),
    ],
)


def _product_of_others(xp: Any, x: Any, axis: Axis) -> Any:
    """For each element the product of all others, also where some are 0: of those before times those after."""
    shape = x.shape
    axes = shapes.axes_in(axis, len(shape))
    rest = tuple(i for i in range(len(shape)) if i not in axes)
    rows = xp.reshape(xp.permute_dims(x, rest + axes), (-1, shapes.count(shape[i] for i in axes)))
    ones = xp.ones((rows.shape[0], 1), dtype=x.dtype)
    before = xp.concat((ones, xp.ops.cumprod(rows[:, :-1], axis=1)), axis=1)
    after = xp.flip(xp.concat((ones, xp.ops.cumprod(xp.flip(rows[:, 1:], axis=1), axis=1)), axis=1), axis=1)
    moved = xp.reshape(before * after, tuple(shape[i] for i in rest + axes))
    order = rest + axes
    return xp.permute_dims(moved, tuple(order.index(i) for i in range(len(shape))))


def _extreme_rule(xp: Any, ct: Any, s: Any) -> Any:
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
    vjps={"x": _extreme_rule},
    formula=r"\max x",
    samples=_samples,
)
AMIN = define(
    "amin",
    inputs=("x",),
    forward=lambda xp, x, axis, keepdims: xp.min(x, axis=axis, keepdims=keepdims),
    shape=shapes.reduced,
    dtype="same",
    saves=("x", "y"),
    vjps={"x": _extreme_rule},
    formula=r"\min x",
    samples=_samples,
)
VAR = define(
    "var",
    inputs=("x",),
    forward=lambda xp, x, axis, keepdims, correction: xp.var(x, axis=axis, keepdims=keepdims, correction=correction),
    shape=shapes.reduced,
    dtype="float",
    saves=("x",),
    vjps={
        "x": lambda xp, ct, s: (
            spread(xp, ct * (2 / (_size(s.shape_of("x"), s.axis) - s.correction)), s.shape_of("x"), s.axis, s.keepdims)
            * (s.x - xp.mean(s.x, axis=s.axis, keepdims=True))
        )
    },
    cost=lambda x, **_: 3 * shapes.count(x),
    formula=r"\frac{1}{n - c} \sum (x - \bar x)^2",
    samples=lambda draw: [Sample((draw(3, 4),), {"axis": 1, "keepdims": False, "correction": 1})],
)
ARGMAX = define(
    "argmax",
    inputs=("x",),
    forward=lambda xp, x, axis, keepdims: xp.argmax(x, axis=axis, keepdims=keepdims),
    shape=shapes.reduced,
    dtype="int64",
    samples=lambda draw: [Sample((draw(3, 4),), {"axis": 1, "keepdims": False})],
)
ARGMIN = define(
    "argmin",
    inputs=("x",),
    forward=lambda xp, x, axis, keepdims: xp.argmin(x, axis=axis, keepdims=keepdims),
    shape=shapes.reduced,
    dtype="int64",
    samples=lambda draw: [Sample((draw(3, 4),), {"axis": 1, "keepdims": False})],
)
ALL = define(
    "all",
    inputs=("x",),
    forward=lambda xp, x, axis, keepdims: xp.all(x, axis=axis, keepdims=keepdims),
    shape=shapes.reduced,
    dtype="bool",
    samples=_samples,
)
ANY = define(
    "any",
    inputs=("x",),
    forward=lambda xp, x, axis, keepdims: xp.any(x, axis=axis, keepdims=keepdims),
    shape=shapes.reduced,
    dtype="bool",
    samples=_samples,
)
CUMSUM = define(
    "cumsum",
    inputs=("x",),
    forward=lambda xp, x, axis: xp.cumulative_sum(x, axis=axis, dtype=_total(xp, x)),
    shape=shapes.same,
    dtype=_sum_dtype,
    vjps={"x": lambda xp, ct, s: xp.flip(xp.ops.cumsum(xp.flip(ct, axis=s.axis), axis=s.axis), axis=s.axis)},
    formula=r"y_i = \sum_{j \leq i} x_j",
    samples=lambda draw: [Sample((draw(3, 4),), {"axis": 1})],
)
CUMPROD = define(
    "cumprod",
    inputs=("x",),
    forward=lambda xp, x, axis: xp.cumulative_prod(x, axis=axis, dtype=_total(xp, x)),
    shape=shapes.same,
    dtype=_sum_dtype,
    saves=("x", "y"),
    vjps={"x": lambda xp, ct, s: _running_back(xp, ct * s.y, s.axis) / s.x},
    formula=r"y_i = \prod_{j \leq i} x_j",
    samples=lambda draw: [Sample((draw(3, 4, low=0.5),), {"axis": 1})],
)


def _running_back(xp: Any, x: Any, axis: int) -> Any:
    """Running sums from the end."""
    return xp.flip(xp.ops.cumsum(xp.flip(x, axis=axis), axis=axis), axis=axis)


def _logsumexp(xp: Any, x: Any, axis: Axis, keepdims: bool) -> Any:
    top = xp.max(x, axis=axis, keepdims=True)
    top = xp.where(xp.isfinite(top), top, 0.0)
    total = xp.log(xp.sum(xp.exp(x - top), axis=axis, keepdims=True)) + top
    return total if keepdims else xp.reshape(total, shapes.reduced(x.shape, axis=axis))


LOGSUMEXP = define(
    "logsumexp",
    inputs=("x",),
    forward=_logsumexp,
    shape=shapes.reduced,
    dtype="float",
    saves=("x", "y"),
    vjps={
        "x": lambda xp, ct, s: (
            spread(xp, ct, s.shape_of("x"), s.axis, s.keepdims)
            * xp.exp(s.x - spread(xp, s.y, s.shape_of("x"), s.axis, s.keepdims))
        )
    },
    cost=lambda x, **_: 4 * shapes.count(x),
    formula=r"\ln \sum e^x",
    samples=_samples,
)
NORM = define(
    "norm",
    inputs=("x",),
    forward=lambda xp, x, axis, keepdims: xp.sqrt(xp.sum(x * x, axis=axis, keepdims=keepdims)),
    shape=shapes.reduced,
    dtype="float",
    saves=("x", "y"),
    vjps={"x": lambda xp, ct, s: _norm_rule(xp, ct, s)},
    cost=lambda x, **_: 2 * shapes.count(x),
    formula=r"\sqrt{\sum x^2}",
    samples=_samples,
)


def _norm_rule(xp: Any, ct: Any, s: Any) -> Any:
    """``x / norm``, and 0 where the norm is 0."""
    safe = xp.where(s.y == 0, 1.0, s.y)
    return s.x * spread(xp, ct / safe, s.shape_of("x"), s.axis, s.keepdims)


def _axis(dim: Any) -> Axis:
    return tuple(dim) if isinstance(dim, list) else dim


def sum(x: Tensor, dim: Axis = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """Sum over ``dim`` (None: all axes). Integers and bools add up in int64."""
    out = apply(SUM, x, axis=_axis(dim), keepdims=keepdim)
    return out if dtype is None else out.to(dtype)


def mean(x: Tensor, dim: Axis = None, keepdim: bool = False) -> Tensor:
    """Mean over ``dim`` (None: all axes)."""
    return apply(MEAN, x, axis=_axis(dim), keepdims=keepdim)


def prod(x: Tensor, dim: Axis = None, keepdim: bool = False) -> Tensor:
    """Product over ``dim``. The gradient is undefined where an element is 0."""
    return apply(PROD, x, axis=_axis(dim), keepdims=keepdim)


def amax(x: Tensor, dim: Axis = None, keepdim: bool = False) -> Tensor:
    """Largest value over ``dim``; equal ones share the gradient."""
    return apply(AMAX, x, axis=_axis(dim), keepdims=keepdim)


def amin(x: Tensor, dim: Axis = None, keepdim: bool = False) -> Tensor:
    """Smallest value over ``dim``; equal ones share the gradient."""
    return apply(AMIN, x, axis=_axis(dim), keepdims=keepdim)


def var(x: Tensor, dim: Axis = None, *, correction: float = 1, keepdim: bool = False) -> Tensor:
    """Variance over ``dim``, divided by n - ``correction``."""
    return apply(VAR, x, axis=_axis(dim), keepdims=keepdim, correction=correction)


def std(x: Tensor, dim: Axis = None, *, correction: float = 1, keepdim: bool = False) -> Tensor:
    """Standard deviation over ``dim``: the root of `var`."""
    return var(x, dim, correction=correction, keepdim=keepdim).sqrt()


def argmax(x: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """Index (int64) of the first largest value along ``dim``, or in the flattened tensor."""
    return apply(ARGMAX, x, axis=dim, keepdims=keepdim)


def argmin(x: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """Index (int64) of the first smallest value along ``dim``, or in the flattened tensor."""
    return apply(ARGMIN, x, axis=dim, keepdims=keepdim)


def all(x: Tensor, dim: Axis = None, keepdim: bool = False) -> Tensor:
    """Are all values true (non-zero) over ``dim``?"""
    return apply(ALL, x, axis=_axis(dim), keepdims=keepdim)


def any(x: Tensor, dim: Axis = None, keepdim: bool = False) -> Tensor:
    """Is some value true (non-zero) over ``dim``?"""
    return apply(ANY, x, axis=_axis(dim), keepdims=keepdim)


def cumsum(x: Tensor, dim: int) -> Tensor:
    """Running sum along ``dim``."""
    return apply(CUMSUM, x, axis=dim)


def cumprod(x: Tensor, dim: int) -> Tensor:
    """Running product along ``dim``. The gradient is undefined where an element is 0."""
    return apply(CUMPROD, x, axis=dim)


def logsumexp(x: Tensor, dim: Axis, keepdim: bool = False) -> Tensor:
    """``log(sum(exp(x)))`` over ``dim``, without overflow."""
    return apply(LOGSUMEXP, x, axis=_axis(dim), keepdims=keepdim)


def norm(x: Tensor, p: Any = 2, dim: Axis = None, keepdim: bool = False) -> Tensor:
    """p-norm over ``dim`` (all axes if left out): ``(sum |x|^p)^(1/p)``; also 0, inf, -inf and "fro".

    The gradient of the 2-norm of zeros is 0.
    """
    p = 2.0 if p == "fro" else float(p)
    if p == 2:
        return apply(NORM, x, axis=_axis(dim), keepdims=keepdim)
    size = x.abs()
    if p in (math.inf, -math.inf):
        return amax(size, dim, keepdim) if p > 0 else amin(size, dim, keepdim)
    if p in (0, 1):
        return (size if p == 1 else (x != 0).to(dtype=x.dtype)).sum(dim, keepdim)
    return (size**p).sum(dim, keepdim) ** (1 / p)
