"""The softmax family: positive numbers that add up to 1, and their logarithms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from patchgrad.autograd.op import Sample, define
from patchgrad.ops import shapes
from patchgrad.ops.out import takes_out
from patchgrad.tensor import Tensor, apply

__all__ = ["log_softmax", "softmax"]
METHODS = "log_softmax softmax"


def _softmax_samples(draw: Callable[..., Any]) -> list[Sample]:
    return [Sample((draw(3, 4),), {"axis": 1}), Sample((draw(2, 3, 4),), {"axis": -2}, "middle axis")]


def _axis_exists(x: Any, *, axis: int) -> Any:
    shapes.axis_in(axis, len(x))
    return tuple(x)


def _softmax(xp: Any, x: Any, axis: int) -> Any:
    if 0 in x.shape:
        return xp.exp(x)
    e = xp.exp(x - xp.max(x, axis=axis, keepdims=True))
    return e / xp.sum(e, axis=axis, keepdims=True)


def _log_softmax(xp: Any, x: Any, axis: int) -> Any:
    if 0 in x.shape:
        return xp.exp(x)
    x = x - xp.max(x, axis=axis, keepdims=True)
    return x - xp.log(xp.sum(xp.exp(x), axis=axis, keepdims=True))


SOFTMAX = define(
    "softmax",
    inputs=("x",),
    forward=_softmax,
    shape=_axis_exists,
    dtype="floating",
    saves=("y",),
    vjps={"x": lambda xp, ct, s: s.y * (ct - xp.sum(ct * s.y, axis=s.axis, keepdims=True))},
    cost=lambda x, **_: 5 * shapes.count(x),
    formula=r"\frac{e^{x_i}}{\sum_j e^{x_j}}",
    samples=_softmax_samples,
    errors=lambda draw: [Sample((draw(3, 4),), {"axis": 2})],
    real=True,
)
LOG_SOFTMAX = define(
    "log_softmax",
    inputs=("x",),
    forward=_log_softmax,
    shape=_axis_exists,
    dtype="floating",
    saves=("y",),
    vjps={"x": lambda xp, ct, s: ct - xp.exp(s.y) * xp.sum(ct, axis=s.axis, keepdims=True)},
    cost=lambda x, **_: 5 * shapes.count(x),
    formula=r"x_i - \ln \sum_j e^{x_j}",
    samples=_softmax_samples,
    errors=lambda draw: [Sample((draw(3, 4),), {"axis": -3})],
    real=True,
)


@takes_out
def softmax(input: Tensor, dim: int, *, dtype: Any = None) -> Tensor:
    """Positive numbers that add up to 1 along ``dim``; (*) -> (*)."""
    return apply(SOFTMAX, input if dtype is None else input.to(dtype=dtype), axis=dim)


def softmin(input: Tensor, dim: int, *, dtype: Any = None) -> Tensor:
    """`softmax` of ``-input``; (*) -> (*)."""
    return softmax(-input, dim, dtype=dtype)


@takes_out
def log_softmax(input: Tensor, dim: int, *, dtype: Any = None) -> Tensor:
    """``log(softmax(x))`` along ``dim``, without underflow; (*) -> (*)."""
    return apply(LOG_SOFTMAX, input if dtype is None else input.to(dtype=dtype), axis=dim)
