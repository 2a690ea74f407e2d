"""Picking and placing along one axis by a tensor of indices of the same number of axes.

Read next: ``scatter_reduce.py``, ``index_along.py`` (vectors of indices), ``index.py`` (``x[...]``).
"""

from __future__ import annotations

from typing import Any

from patchgrad.autograd.op import Sample, define
from patchgrad.backend import host
from patchgrad.backend.ranges import check_range
from patchgrad.errors import ArgumentError, DtypeError, ShapeError
from patchgrad.ops import movement, shapes
from patchgrad.ops.out import takes_out
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed
from patchgrad.tensor.precision import under_autocast
from patchgrad.typing import Shape

__all__ = ["gather", "scatter", "scatter_add", "take_along_dim"]
METHODS = "gather scatter scatter_add take_along_dim"
IN_PLACE = "scatter scatter_add"


def _corner(shape: Shape, axis: int) -> tuple[Any, ...]:
    """The part of a tensor that an index of this shape reaches."""
    axis %= max(len(shape), 1)
    return tuple(slice(None) if i == axis else slice(0, size) for i, size in enumerate(shape))


def _gather(xp: Any, x: Any, index: Any, axis: int) -> Any:
    _gather_shape(x.shape, index.shape, axis=axis)
    check_range(xp, index, x.shape[axis] if x.shape else 1)
    if not x.shape:
        return xp.asarray(x, copy=True)
    return xp.take_along_axis(x[_corner(index.shape, axis)], index, axis=axis)


def places(xp: Any, index: Any, axis: int) -> tuple[Any, ...]:
    """Full indices of the elements that an index along one axis means."""
    if not index.shape:
        return ()
    grid = [xp.reshape(xp.arange(size), (-1,) + (1,) * (index.ndim - 1 - i)) for i, size in enumerate(index.shape)]
    grid[axis] = index
    return tuple(grid)


def part_of(src: Any, index: Any) -> Any:
    """The corner of ``src`` that an index of this shape reads."""
    return src[tuple(slice(0, size) for size in index.shape)]


def _scatter_add(xp: Any, x: Any, index: Any, src: Any, axis: int) -> Any:
    _scatter_shape(x.shape, index.shape, src.shape, axis=axis)
    check_range(xp, index, x.shape[axis] if x.shape else 1)
    out = xp.asarray(x, copy=True)
    if index.size:
        xp.add.at(out, places(xp, index, axis), part_of(src, index))
    return out


def _scatter(xp: Any, x: Any, index: Any, src: Any, axis: int) -> Any:
    _scatter_shape(x.shape, index.shape, src.shape, axis=axis)
    check_range(xp, index, x.shape[axis] if x.shape else 1)
    out = xp.asarray(x, copy=True)
    if index.size:
        out[places(xp, index, axis)] = part_of(src, index)
    return out


def _gather_shape(x: Shape, index: Shape, *, axis: int) -> Shape:
    axis = shapes.axis_in(axis, len(x))
    if not shapes.count(index):
        return tuple(index)
    if len(x) != len(index) or any(i != axis and b > a for i, (a, b) in enumerate(zip(x, index, strict=True))):
        raise ShapeError(
            "the index does not fit the tensor",
            got=f"x {tuple(x)}, index {tuple(index)}, dim={axis}",
            want="as many axes as x, none but dim longer than x's",
        )
    return tuple(index)


def _scatter_shape(x: Shape, index: Shape, src: Shape, *, axis: int) -> Shape:
    _gather_shape(x, index, axis=axis)
    if shapes.count(index) and (len(src) != len(index) or any(a < b for a, b in zip(src, index, strict=True))):
        raise ShapeError("src is smaller than the index", got=f"src {tuple(src)}, index {tuple(index)}")
    return tuple(x)


def _zero_at(xp: Any, ct: Any, s: Any) -> Any:
    zeros = xp.zeros(s.shape_of("index"), dtype=ct.dtype)
    return xp.ops.scatter(ct, s.index, zeros, axis=s.axis)


def to_source(xp: Any, ct: Any, s: Any) -> Any:
    """The cotangents that src gets; elements outside the index were not read."""
    return spread_to_source(xp, xp.ops.gather(ct, s.index, axis=s.axis), s)


def spread_to_source(xp: Any, found: Any, s: Any) -> Any:
    """What was computed for the index, in the shape of src: zeros elsewhere."""
    source, index = s.shape_of("src"), s.shape_of("index")
    if tuple(source) == tuple(index):
        return found
    if len(source) != len(index):
        return xp.zeros(source, dtype=found.dtype)
    widths = tuple((0, a - b) for a, b in zip(source, index, strict=True))
    return xp.ops.pad(found, widths=widths, value=0.0)


_INDEX = host.asarray([[0, 2, 2], [1, 0, 1]])

GATHER = define(
    "gather",
    beyond_rules="its rule is scatter_add",
    inputs=("x", "index"),
    forward=_gather,
    shape=_gather_shape,
    dtype="same",
    saves=("index",),
    vjps={
        "x": lambda xp, ct, s: xp.ops.scatter_add(xp.zeros(s.shape_of("x"), dtype=ct.dtype), s.index, ct, axis=s.axis)
    },
    formula=r"y_{ij} = x_{index_{ij} j}",
    samples=lambda draw: [
        Sample((draw(2, 3), _INDEX), {"axis": 1}),
        Sample((draw(3, 4), _INDEX), {"axis": 0}, "smaller index"),
    ],
    errors=lambda draw: [
        Sample((draw(2, 2), _INDEX), {"axis": 1}, "out of range"),
        Sample((draw(1, 3), _INDEX), {"axis": 1}, "too long"),
    ],
)
SCATTER_ADD = define(
    "scatter_add",
    beyond="adds into repeated places: add.at",
    inputs=("x", "index", "src"),
    forward=_scatter_add,
    shape=_scatter_shape,
    dtype="same",
    saves=("index",),
    vjps={"x": lambda xp, ct, s: ct, "src": to_source},
    formula=r"y_{index_{ij} j} \mathrel{+}= src_{ij}",
    samples=lambda draw: [
        Sample((draw(3, 4), _INDEX, draw(2, 3)), {"axis": 0}),
        Sample((draw(3, 4), _INDEX, draw(2, 4)), {"axis": 1}, "larger src"),
    ],
    errors=lambda draw: [Sample((draw(3, 4), _INDEX, draw(1, 3)), {"axis": 0})],
)
SCATTER = define(
    "scatter",
    beyond="writes to places given by arrays",
    inputs=("x", "index", "src"),
    forward=_scatter,
    shape=_scatter_shape,
    dtype="same",
    saves=("index",),
    vjps={"x": _zero_at, "src": to_source},
    formula=r"y_{index_{ij} j} = src_{ij}",
    samples=lambda draw: [Sample((draw(3, 4), host.asarray([[0, 2, 1], [1, 0, 2]]), draw(2, 3)), {"axis": 0})],
    errors=lambda draw: [Sample((draw(2, 4), _INDEX, draw(2, 3)), {"axis": 0}, "out of range")],
)


@takes_out
def gather(input: Tensor, dim: int, index: Tensor, *, sparse_grad: bool = False) -> Tensor:
    """Elements along ``dim`` by index: for ``dim=0`` ``y[i, j] = x[index[i, j], j]``; the index's shape."""
    wants_integers("gather", index)
    return apply(GATHER, input, index, axis=dim)


@takes_out
def take_along_dim(input: Tensor, indices: Tensor, dim: int | None = None) -> Tensor:
    """`gather` after broadcasting input and indices against each other (except along ``dim``)."""
    if dim is None:
        return gather(movement.reshape(input, -1), 0, movement.reshape(indices, -1))
    axis = shapes.axis_in(dim, input.ndim)
    if input.ndim != indices.ndim:
        raise placed(
            ShapeError(
                "take_along_dim needs as many axes of indices as of input",
                got=f"indices {indices.shape}, input {input.shape}",
                want=f"{input.ndim} axes",
                hint="indices.unsqueeze(dim)",
            )
        )
    both = [tuple(1 if i == axis else size for i, size in enumerate(x.shape)) for x in (input, indices)]
    common = shapes.broadcast(*both)
    wide = [movement.expand(x, *common[:axis], x.shape[axis], *common[axis + 1 :]) for x in (input, indices)]
    return gather(wide[0], axis, wide[1])


@takes_out
def scatter(
    input: Tensor, dim: int, index: Tensor, src: Any = None, *, value: Any = None, reduce: str | None = None
) -> Tensor:
    """A copy of ``input`` in which the places that `gather` would read hold ``src`` (a tensor or a number).

    Parameters
        reduce  "add" or "multiply" with what is there, in place of replacing it
    """
    wants_integers("scatter", index)
    source = source_of("scatter", input, index, src if value is None else value)
    if reduce is None:
        return apply(SCATTER, input, index, source, axis=dim)
    if reduce not in ("add", "multiply"):
        raise placed(ArgumentError("scatter has no such reduction", got=f"{reduce!r}", want="'add' or 'multiply'"))
    from patchgrad.ops.scatter_reduce import SCATTER_REDUCE

    how = {"add": "sum", "multiply": "prod"}[reduce]
    return apply(SCATTER_REDUCE, input, index, source, axis=dim, reduce=how, include_self=True)


@takes_out
@under_autocast
def scatter_add(input: Tensor, dim: int, index: Tensor, src: Any) -> Tensor:
    """A copy of ``input`` with ``src`` added at the places that `gather` would read."""
    wants_integers("scatter_add", index)
    return apply(SCATTER_ADD, input, index, source_of("scatter_add", input, index, src), axis=dim)


def source_of(name: str, input: Tensor, index: Tensor, src: Any) -> Tensor:
    """``src`` as a tensor of the input's dtype."""
    if not isinstance(src, Tensor):
        return Tensor(input.backend.xp.full(index.shape, src, dtype=input.data.dtype))
    if src.data.dtype != input.data.dtype:
        raise placed(
            DtypeError(f"{name} needs one dtype", got=f"{src.dtype.name} into {input.dtype.name}", hint=".to(dtype)")
        )
    return src


def wants_integers(name: str, index: Tensor) -> None:
    if index.dtype.kind not in "iu":
        raise placed(DtypeError(f"{name} needs whole numbers", got=f"index {index.dtype.name}", hint="index.long()"))
