"""Picking and placing along one axis by a tensor of indices."""

from __future__ import annotations

from typing import Any

from patchgrad.autograd.op import Sample, define
from patchgrad.backend import MetaArray, host
from patchgrad.errors import ArgumentError, DeviceError, DtypeError, ShapeError
from patchgrad.ops import elementwise, movement, shapes
from patchgrad.ops import index as _index
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed
from patchgrad.typing import Shape

__all__ = [
    "gather", "index_add", "index_select", "masked_select", "nonzero", "scatter", "scatter_add", "take_along_dim",
    "unique",
]  # fmt: skip
METHODS = "gather index_add index_select masked_fill masked_select nonzero scatter scatter_add take_along_dim unique"
IN_PLACE = "index_add masked_fill scatter scatter_add"


def _corner(shape: Shape, axis: int) -> tuple[Any, ...]:
    """The part of a tensor that an index of this shape reaches."""
    axis %= max(len(shape), 1)
    return tuple(slice(None) if i == axis else slice(0, size) for i, size in enumerate(shape))


def _gather(xp: Any, x: Any, index: Any, axis: int) -> Any:
    _gather_shape(x.shape, index.shape, axis=axis)
    _check_range(xp, index, x.shape[axis])
    return xp.take_along_axis(x[_corner(index.shape, axis)], index, axis=axis)


def _check_range(xp: Any, index: Any, size: int) -> None:
    if index.size and (int(xp.min(index)) < 0 or int(xp.max(index)) >= size):
        raise ArgumentError(
            "an index lies outside the axis",
            got=f"indices from {int(xp.min(index))} to {int(xp.max(index))}",
            want=f"0 to {size - 1}",
        )


def _places(xp: Any, index: Any, axis: int) -> tuple[Any, ...]:
    """Full indices of the elements that an index along one axis means."""
    grid = [xp.reshape(xp.arange(size), (-1,) + (1,) * (index.ndim - 1 - i)) for i, size in enumerate(index.shape)]
    grid[axis] = index
    return tuple(grid)


def _scatter_add(xp: Any, x: Any, index: Any, src: Any, axis: int) -> Any:
    _scatter_shape(x.shape, index.shape, src.shape, axis=axis)
    _check_range(xp, index, x.shape[axis])
    out = xp.asarray(x, copy=True)
    xp.add.at(out, _places(xp, index, axis), src[tuple(slice(0, size) for size in index.shape)])
    return out


def _scatter(xp: Any, x: Any, index: Any, src: Any, axis: int) -> Any:
    _scatter_shape(x.shape, index.shape, src.shape, axis=axis)
    _check_range(xp, index, x.shape[axis])
    out = xp.asarray(x, copy=True)
    out[_places(xp, index, axis)] = src[tuple(slice(0, size) for size in index.shape)]
    return out


def _gather_shape(x: Shape, index: Shape, *, axis: int) -> Shape:
    axis = shapes.axis_in(axis, len(x))
    if len(x) != len(index) or any(i != axis and b > a for i, (a, b) in enumerate(zip(x, index, strict=True))):
        raise ShapeError(
            "the index does not fit the tensor",
            got=f"x {tuple(x)}, index {tuple(index)}, dim={axis}",
            want="as many axes as x, none but dim longer than x's",
        )
    return tuple(index)


def _scatter_shape(x: Shape, index: Shape, src: Shape, *, axis: int) -> Shape:
    _gather_shape(x, index, axis=axis)
    if len(src) != len(index) or any(a < b for a, b in zip(src, index, strict=True)):
        raise ShapeError("src is smaller than the index", got=f"src {tuple(src)}, index {tuple(index)}")
    return tuple(x)


def _zero_at(xp: Any, ct: Any, s: Any) -> Any:
    zeros = xp.zeros(s.shape_of("index"), dtype=ct.dtype)
    return xp.ops.scatter(ct, s.index, zeros, axis=s.axis)


def _to_source(xp: Any, ct: Any, s: Any) -> Any:
    """The cotangents that src gets; elements outside the index were not read."""
    found = xp.ops.gather(ct, s.index, axis=s.axis)
    widths = tuple((0, a - b) for a, b in zip(s.shape_of("src"), s.shape_of("index"), strict=True))
    return found if all(b == 0 for _, b in widths) else xp.ops.pad(found, widths=widths, value=0.0)


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
    vjps={"x": lambda xp, ct, s: ct, "src": _to_source},
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
    vjps={"x": _zero_at, "src": _to_source},
    formula=r"y_{index_{ij} j} = src_{ij}",
    samples=lambda draw: [Sample((draw(3, 4), host.asarray([[0, 2, 1], [1, 0, 2]]), draw(2, 3)), {"axis": 0})],
    errors=lambda draw: [Sample((draw(2, 4), _INDEX, draw(2, 3)), {"axis": 0}, "out of range")],
)


def gather(input: Tensor, dim: int, index: Tensor) -> Tensor:
    """Elements along ``dim`` by index: for ``dim=0`` ``y[i, j] = x[index[i, j], j]``; the index's shape."""
    _wants_integers("gather", index)
    return apply(GATHER, input, index, axis=dim)


def take_along_dim(input: Tensor, indices: Tensor, dim: int | None = None) -> Tensor:
    """`gather` after broadcasting input and indices against each other (except along ``dim``)."""
    if dim is None:
        return gather(movement.reshape(input, -1), 0, movement.reshape(indices, -1))
    axis = shapes.axis_in(dim, input.ndim)
    both = [tuple(1 if i == axis else size for i, size in enumerate(x.shape)) for x in (input, indices)]
    common = shapes.broadcast(*both)
    wide = [movement.expand(x, *common[:axis], x.shape[axis], *common[axis + 1 :]) for x in (input, indices)]
    return gather(wide[0], axis, wide[1])


def scatter(input: Tensor, dim: int, index: Tensor, src: Any) -> Tensor:
    """A copy of ``input`` in which the places that `gather` would read hold ``src`` (a tensor or a number)."""
    _wants_integers("scatter", index)
    return apply(SCATTER, input, index, _source(input, index, src), axis=dim)


def scatter_add(input: Tensor, dim: int, index: Tensor, src: Any) -> Tensor:
    """A copy of ``input`` with ``src`` added at the places that `gather` would read."""
    _wants_integers("scatter_add", index)
    return apply(SCATTER_ADD, input, index, _source(input, index, src), axis=dim)


def _source(input: Tensor, index: Tensor, src: Any) -> Tensor:
    if isinstance(src, Tensor):
        return src
    return Tensor(input.backend.xp.full(index.shape, src, dtype=input.data.dtype))


def _wants_integers(name: str, index: Tensor) -> None:
    if index.data.dtype.kind not in "iu":
        raise placed(DtypeError(f"{name} needs whole numbers", got=f"index {index.dtype.name}", hint="index.long()"))


def index_select(input: Tensor, dim: int, index: Tensor) -> Tensor:
    """Slices along ``dim`` by a vector of indices: (*, n, *), (k,) -> (*, k, *)."""
    _wants_integers("index_select", index)
    return input[(slice(None),) * shapes.axis_in(dim, input.ndim) + (index,)]


def index_add(input: Any, dim: int, index: Tensor, source: Tensor, *, alpha: float = 1) -> Tensor:
    """A copy of ``input`` with ``alpha * source`` added to the slices of ``dim`` that ``index`` names."""
    _wants_integers("index_add", index)
    place = (slice(None),) * shapes.axis_in(dim, input.ndim) + (index,)
    added = source if alpha == 1 else source * alpha
    return input + apply(_index.INDEX_ADD, added, shape=input.shape, index=_index.as_index(place))


def masked_select(input: Tensor, mask: Tensor) -> Tensor:
    """The elements where the mask is True, as a vector; both broadcast."""
    shape = shapes.broadcast(input.shape, mask.shape)
    return movement.expand(input, *shape)[movement.expand(mask, *shape)]


def masked_fill(input: Tensor, mask: Tensor, value: Any) -> Tensor:
    """``value`` where the mask is True, else ``input``; broadcast."""
    if mask.data.dtype.kind != "b":
        raise placed(DtypeError("a mask holds True and False", got=mask.dtype.name, hint="mask.bool()"))
    return elementwise.where(mask, value, input)


def nonzero(input: Tensor, *, as_tuple: bool = False) -> Any:
    """Indices of the elements that are not 0: (count, axes) int64, or one vector per axis with ``as_tuple``."""
    if isinstance(input.data, MetaArray):
        raise placed(
            DeviceError(
                "how many elements are not 0 is unknown on 'meta'", got=f"shape {input.shape}", hint="use a real tensor"
            )
        )
    found = tuple(Tensor(entry) for entry in input.backend.xp.nonzero(input.data))
    return found if as_tuple else movement.stack(found, 1)


def unique(input: Tensor, sorted: bool = True, return_inverse: bool = False, return_counts: bool = False) -> Any:
    """The distinct values in order; on request also where each went, and how often each occurs."""
    if isinstance(input.data, MetaArray):
        raise placed(
            DeviceError(
                "how many values are distinct is unknown on 'meta'",
                got=f"shape {input.shape}",
                hint="use a real tensor",
            )
        )
    found = input.backend.xp.unique_all(input.data)
    wanted = (found.values, found.inverse_indices if return_inverse else None, found.counts if return_counts else None)
    result = [Tensor(entry) for entry in wanted if entry is not None]
    return tuple(result) if len(result) > 1 else result[0]
