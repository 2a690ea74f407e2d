"""Reducing values that fall on the same place: sums, products, means and extremes of groups."""

from __future__ import annotations

from typing import Any

from patchgrad.autograd.op import Sample, define
from patchgrad.backend import host
from patchgrad.backend.ranges import check_range
from patchgrad.errors import ArgumentError
from patchgrad.ops import gather, shapes
from patchgrad.ops.out import takes_out
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed

__all__ = ["index_reduce", "scatter_reduce"]
METHODS = "index_reduce scatter_reduce"
IN_PLACE = "index_reduce scatter_reduce"

WAYS = ("sum", "prod", "mean", "amax", "amin")


def _neutral(xp: Any, dtype: Any, reduce: str) -> Any:
    """What does not count in a reduction."""
    if reduce in ("sum", "mean"):
        return 0
    if reduce == "prod":
        return 1
    if dtype.kind == "b":
        return reduce == "amin"
    if dtype.kind == "f":
        return -xp.inf if reduce == "amax" else xp.inf
    limits = xp.iinfo(dtype)
    return limits.min if reduce == "amax" else limits.max


def _forward(xp: Any, x: Any, index: Any, src: Any, axis: int, reduce: str, include_self: bool) -> Any:
    gather._scatter_shape(x.shape, index.shape, src.shape, axis=axis)
    check_range(xp, index, x.shape[axis] if x.shape else 1)
    out = xp.asarray(x, copy=True)
    if not index.size:
        return out
    place, part = gather.places(xp, index, axis), gather.part_of(src, index)
    if not include_self:
        out[place] = _neutral(xp, out.dtype, reduce)
    combine = {"prod": xp.multiply, "amax": xp.maximum, "amin": xp.minimum}.get(reduce, xp.add)
    combine.at(out, place, part)
    if reduce == "mean":
        count = _counts(xp, x, index, axis, include_self)
        out = out / count if out.dtype.kind in "fc" else out // xp.astype(count, out.dtype)
    return out


def _counts(xp: Any, x: Any, index: Any, axis: int, include_self: bool) -> Any:
    """How many values meet at each place; at least 1."""
    kind = x.dtype if "float" in str(x.dtype) else xp.float64
    start = (xp.ones if include_self else xp.zeros)(x.shape, dtype=kind)
    found = xp.ops.scatter_add(start, index, xp.ones(index.shape, dtype=kind), axis=axis)
    return xp.where(found == 0, 1.0, found)


def _rule(xp: Any, ct: Any, s: Any, wanted: Any) -> tuple[Any, None, Any]:
    """Cotangents of x and src, by the way of reducing."""
    own, other = _RULES[s.reduce](xp, ct, s)
    if not s.include_self:
        own = xp.ops.scatter(own, s.index, xp.zeros(s.shape_of("index"), dtype=own.dtype), axis=s.axis)
    return own, None, gather.spread_to_source(xp, other, s)


def _read(xp: Any, value: Any, s: Any) -> Any:
    return xp.ops.gather(value, s.index, axis=s.axis)


def _sum_rule(xp: Any, ct: Any, s: Any) -> tuple[Any, Any]:
    return ct, _read(xp, ct, s)


def _mean_rule(xp: Any, ct: Any, s: Any) -> tuple[Any, Any]:
    shared = ct / _counts(xp, s.x, s.index, s.axis, s.include_self)
    return shared, _read(xp, shared, s)


def _prod_rule(xp: Any, ct: Any, s: Any) -> tuple[Any, Any]:
    """The product of all others, also where one of them is 0."""
    part = gather.part_of(s.src, s.index)
    again = {"axis": s.axis, "reduce": "prod", "include_self": s.include_self}
    own_safe = xp.where(s.x == 0, 1.0, s.x)
    own = ct * xp.ops.scatter_reduce(own_safe, s.index, part, **again) / own_safe
    missing = xp.astype(part == 0, ct.dtype)
    zeros = _read(xp, xp.ops.scatter_add(xp.zeros(s.shape_of("x"), dtype=ct.dtype), s.index, missing, axis=s.axis), s)
    single = xp.logical_and(part == 0, zeros == 1)
    without = xp.ops.scatter_reduce(s.x, s.index, xp.where(single, 1.0, part), **again)
    plain = xp.ops.scatter_reduce(s.x, s.index, part, **again)
    other = xp.where(single, _read(xp, ct * without, s), _read(xp, ct * plain, s) / xp.where(part == 0, 1.0, part))
    return own, other


def _extreme_rule(xp: Any, ct: Any, s: Any) -> tuple[Any, Any]:
    """Equal extremes share the cotangent evenly."""
    part = gather.part_of(s.src, s.index)
    hit = xp.astype(part == _read(xp, s.y, s), ct.dtype)
    own = xp.astype(s.x == s.y, ct.dtype)
    count = xp.ops.scatter_add(own, s.index, hit, axis=s.axis)
    shared = ct / xp.where(count == 0, 1.0, count)
    return own * shared, hit * _read(xp, shared, s)


_RULES = {"sum": _sum_rule, "mean": _mean_rule, "prod": _prod_rule, "amax": _extreme_rule, "amin": _extreme_rule}
_INDEX = host.asarray([[0, 2, 2], [1, 0, 1], [0, 0, 2]])

SCATTER_REDUCE = define(
    "scatter_reduce",
    beyond="combines at repeated places: maximum.at and its like",
    inputs=("x", "index", "src"),
    forward=_forward,
    shape=lambda x, index, src, axis, **_: gather._scatter_shape(x, index, src, axis=axis),
    dtype="same",
    saves=("x", "index", "src", "y"),
    joint=_rule,
    formula=r"y_{k j} = \mathrm{reduce} \{ src_{ij} : index_{ij} = k \}",
    samples=lambda draw: [
        Sample(
            (draw(3, 4), _INDEX, draw(3, 3)),
            {"axis": 0, "reduce": reduce, "include_self": include},
            f"{reduce} {include}",
        )
        for reduce in WAYS
        for include in (True, False)
    ],
    errors=lambda draw: [
        Sample((draw(2, 4), _INDEX, draw(3, 3)), {"axis": 0, "reduce": "sum", "include_self": True}, "out of range")
    ],
)


@takes_out
def scatter_reduce(
    input: Tensor, dim: int, index: Tensor, src: Tensor, reduce: str, *, include_self: bool = True
) -> Tensor:
    """``input`` with every place that `gather` would read reduced with what ``src`` has for it.

    Parameters
        reduce        sum, prod, mean, amax or amin
        include_self  the value that is there counts too
    """
    return _reduced("scatter_reduce", input, dim, index, src, reduce, include_self)


def _reduced(name: str, input: Tensor, dim: int, index: Tensor, src: Tensor, reduce: str, include_self: bool) -> Tensor:
    gather.wants_integers(name, index)
    if reduce not in WAYS:
        raise placed(ArgumentError(f"{name} has no such reduction", got=f"{reduce!r}", want=", ".join(WAYS)))
    source = gather.source_of(name, input, index, src)
    return apply(SCATTER_REDUCE, input, index, source, axis=dim, reduce=reduce, include_self=include_self)


@takes_out
def index_reduce(
    input: Tensor, dim: int, index: Tensor, source: Any, reduce: str, *, include_self: bool = True
) -> Tensor:
    """`scatter_reduce` of whole slices: those of ``source`` along ``dim`` fall on the slices that ``index`` names."""
    axis = shapes.axis_in(dim, input.ndim)
    wide: Any = index.reshape((-1,) + (1,) * (input.ndim - axis - 1)).expand(source.shape)  # type: ignore[attr-defined]
    return _reduced("index_reduce", input, axis, wide, source, reduce, include_self)
