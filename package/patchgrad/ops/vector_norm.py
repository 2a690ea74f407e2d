"""Lengths and distances: p-norms, and the sum of exponentials as a soft maximum."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from patchgrad.autograd.op import Sample, define
from patchgrad.errors import ArgumentError
from patchgrad.ops import elementwise, shapes
from patchgrad.ops.out import takes_out
from patchgrad.ops.pointwise import conj
from patchgrad.ops.reduce import axis_of, no_axis, spread
from patchgrad.ops.reduce import samples as _samples
from patchgrad.ops.statistics import real_dtype
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed
from patchgrad.typing import Axis

__all__ = ["dist", "logsumexp", "norm", "renorm"]
METHODS = "dist logsumexp norm renorm"
IN_PLACE = "renorm"


def _norm(xp: Any, x: Any, axis: Axis, keepdims: bool, p: float = 2.0) -> Any:
    size = xp.abs(x)
    if p == 2:
        return xp.sqrt(xp.sum(size * size, axis=axis, keepdims=keepdims))
    if math.isinf(p):
        return (xp.max if p > 0 else xp.min)(size, axis=axis, keepdims=keepdims)
    if p == 0:
        return xp.sum(xp.astype(size != 0, size.dtype), axis=axis, keepdims=keepdims)
    if p == 1:
        return xp.sum(size, axis=axis, keepdims=keepdims)
    return xp.sum(size**p, axis=axis, keepdims=keepdims) ** (1 / p)


def _norm_rule(xp: Any, ct: Any, s: Any) -> Any:
    """``x |x|^(p-2) (ct / y^(p-1))``, and 0 where that is undefined: the subgradient of least length."""
    p, shape = s.p, s.shape_of("x")
    wide, y = (spread(xp, value, shape, s.axis, s.keepdims) for value in (ct, s.y))
    if p == 0:
        return xp.zeros_like(s.x)
    if p == 1:
        return xp.sign(s.x) * wide
    if p == 2:
        return s.x * xp.where(y == 0, 0.0, wide / xp.where(y == 0, 1.0, y))
    if math.isinf(p):
        hit = xp.astype(xp.abs(s.x) == y, ct.dtype)
        return xp.sign(s.x) * (hit * wide / xp.sum(hit, axis=s.axis, keepdims=True))
    size = xp.abs(s.x)
    safe = xp.where(size == 0, 1.0, size)
    slope = xp.where(size == 0, 0.0, safe ** (p - 1))
    return xp.sign(s.x) * slope * xp.where(y == 0, 0.0, wide * xp.where(y == 0, 1.0, y) ** (1 - p))


def _norm_samples(draw: Callable[..., Any]) -> list[Sample]:
    powers = (2.0, 0.0, 1.0, 0.5, 1.5, 3.0, math.inf, -math.inf, -2.0)
    attrs = {"axis": 1, "keepdims": False}
    return [
        *(Sample(sample.inputs, {**sample.attrs, "p": 2.0}, sample.label) for sample in _samples(draw)),
        *(Sample((draw(3, 4),), {**attrs, "p": p}, f"p={p}") for p in powers[1:]),
    ]


NORM = define(
    "norm",
    inputs=("x",),
    forward=_norm,
    shape=shapes.reduced,
    dtype=real_dtype,
    saves=("x", "y"),
    vjps={"x": _norm_rule},
    cost=lambda x, **_: 2 * shapes.count(x),
    formula=r"\left(\sum |x|^p\right)^{1/p}",
    samples=_norm_samples,
    errors=lambda draw: [Sample((draw(3, 4),), {"axis": 2, "keepdims": False, "p": 2.0}, "no such axis")],
)


def _logsumexp(xp: Any, x: Any, axis: Axis, keepdims: bool) -> Any:
    if not x.size:
        return xp.log(xp.sum(x, axis=axis, keepdims=keepdims))
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
            * conj(xp, xp.exp(s.x - spread(xp, s.y, s.shape_of("x"), s.axis, s.keepdims)))
        )
    },
    cost=lambda x, **_: 4 * shapes.count(x),
    formula=r"\ln \sum e^x",
    samples=_samples,
    errors=no_axis,
)


@takes_out
def logsumexp(input: Tensor, dim: Axis, keepdim: bool = False) -> Tensor:
    """``log(sum(exp(x)))`` over ``dim``, without overflow."""
    return apply(LOGSUMEXP, input, axis=axis_of(input, dim), keepdims=keepdim)


@takes_out
def norm(input: Tensor, p: Any = "fro", dim: Axis = None, keepdim: bool = False, dtype: Any = None) -> Tensor:
    """p-norm over ``dim`` (all axes if left out): ``(sum |x|^p)^(1/p)``; also 0, inf, -inf and "fro" (p = 2).

    The gradient of the norm of zeros is 0.
    """
    if dtype is not None:
        input = input.to(dtype=dtype)
    if isinstance(p, str) and p != "fro":
        raise placed(ArgumentError("there is no such norm", got=f"p={p!r}", want="a number, inf, -inf or 'fro'"))
    power = 2.0 if p is None or p == "fro" else float(p)
    return apply(NORM, input, axis=axis_of(input, dim), keepdims=keepdim, p=power)


@takes_out
def dist(input: Any, other: Any, p: float = 2) -> Tensor:
    """The p-norm of ``input - other``, which broadcast."""
    return norm(input - other, p)


@takes_out
def renorm(input: Any, p: float, dim: int, maxnorm: float) -> Tensor:
    """The slices of ``dim`` whose p-norm is larger than ``maxnorm`` scaled down to it."""
    axis = shapes.axis_in(dim, input.ndim)
    if input.ndim < 2 or p <= 0 or maxnorm < 0:
        raise placed(
            ArgumentError(
                "renorm cannot take these",
                got=f"shape {input.shape}, p={p}, maxnorm={maxnorm}",
                want="at least two axes, p > 0, maxnorm >= 0",
            )
        )
    sizes: Any = norm(input, p, tuple(i for i in range(input.ndim) if i != axis), True)
    return input * elementwise.where(sizes > maxnorm, maxnorm / (sizes + 1e-7), 1.0)
