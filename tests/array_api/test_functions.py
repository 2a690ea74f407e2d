"""The other functions: creation, shapes, picking, order, sets, sums, products. One way to draw a call for each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

import patchgrad as pg
from patchgrad import array_api as xp
from patchgrad.backend import host

from . import oracle
from .oracle import ALL, BOOL, COMPLEX, FLOAT, FLOATING, INTEGER, NUMERIC, REAL, SIGNED, Named, drawn

Draw = Callable[[Any], Any]
Call = tuple[tuple[Any, ...], dict[str, Any]]
CALLS: dict[str, Callable[[Draw], Call]] = {}


def call(*names: str) -> Callable[[Any], Any]:
    """Enter a way to draw arguments for these functions."""

    def enter(function: Callable[[Draw], Call]) -> Callable[[Draw], Call]:
        CALLS.update(dict.fromkeys(names, function))
        return function

    return enter


def some(draw: Draw, dtypes: tuple[str, ...] = ALL, plain: bool = True, unique: bool = False, **limits: Any) -> Any:
    return draw(oracle.array(draw(st.sampled_from(dtypes)), oracle.shapes(**limits), plain, unique))


def axis_of(draw: Draw, x: Any, off: int = 1) -> int:
    """An axis; now and then one that is not there. Without axes NumPy takes 0 here and not there, so 1 is asked for."""
    return 1 if not x.ndim else draw(st.integers(-x.ndim - off, x.ndim - 1 + off))


def axes_of(draw: Draw, x: Any) -> Any:
    """None, an axis, or several."""
    places = st.lists(st.integers(-x.ndim, x.ndim - 1), unique_by=lambda i: i % x.ndim) if x.ndim else st.just([])
    return draw(st.none() | st.just(axis_of(draw, x)) | places.map(tuple))


def chosen(draw: Draw, *values: Any) -> Any:
    return draw(st.sampled_from(values))


def optional(draw: Draw, **values: Any) -> dict[str, Any]:
    """Some of these keyword arguments."""
    return {name: value for name, value in values.items() if draw(st.booleans())}


@call("sum", "prod")
def _sum(draw: Draw) -> Call:
    x = some(draw, NUMERIC)
    dtypes = {"i": SIGNED, "u": INTEGER[4:], "f": FLOAT, "c": COMPLEX}[x.dtype.kind]
    return (x,), optional(draw, axis=axes_of(draw, x), keepdims=True, dtype=Named(chosen(draw, *dtypes)))


@call("cumulative_sum", "cumulative_prod")
def _running(draw: Draw) -> Call:
    x = some(draw, NUMERIC, min_dims=1)
    dtypes = {"i": SIGNED, "u": INTEGER[4:], "f": FLOAT, "c": COMPLEX}[x.dtype.kind]
    wanted = optional(draw, include_initial=True, dtype=Named(chosen(draw, *dtypes)))
    return (x,), wanted | ({} if x.ndim == 1 and draw(st.booleans()) else {"axis": axis_of(draw, x)})


@call("mean")
def _mean(draw: Draw) -> Call:
    x = some(draw, FLOATING)
    return (x,), optional(draw, axis=axes_of(draw, x), keepdims=True)


@call("std", "var")
def _spread(draw: Draw) -> Call:
    x = some(draw, FLOAT, min_side=2)
    return (x,), optional(
        draw, axis=axes_of(draw, x) if x.ndim else None, keepdims=True, correction=chosen(draw, 0, 1, 0.5)
    )


@call("max", "min")
def _extreme(draw: Draw) -> Call:
    x = some(draw, REAL, plain=draw(st.booleans()), min_side=1)
    return (host.where(x == 0, 1, x).astype(x.dtype),), optional(draw, axis=axes_of(draw, x), keepdims=True)


@call("all", "any", "count_nonzero")
def _truths(draw: Draw) -> Call:
    x = some(draw, ALL, plain=draw(st.booleans()))
    return (x,), optional(draw, axis=axes_of(draw, x), keepdims=True)


@call("argmax", "argmin")
def _place(draw: Draw) -> Call:
    x = some(draw, REAL, min_side=1)
    return (x,), optional(draw, axis=axis_of(draw, x), keepdims=True)


@call("diff")
def _diff(draw: Draw) -> Call:
    x = some(draw, NUMERIC, min_dims=1)
    axis = draw(st.integers(-x.ndim, x.ndim - 1))
    edge = tuple(draw(st.integers(0, 2)) if i == axis % x.ndim else size for i, size in enumerate(x.shape))
    wanted = optional(draw, n=draw(st.integers(1, 3)))
    for name in ("prepend", "append"):
        wanted |= optional(draw, **{name: draw(oracle.array(str(x.dtype), edge))})
    return (x,), {"axis": axis, **wanted}


@call("sort", "argsort")
def _sort(draw: Draw) -> Call:
    x = some(draw, REAL, min_dims=1)
    return (x,), optional(draw, axis=axis_of(draw, x), descending=True, stable=True)


@call("searchsorted")
def _searchsorted(draw: Draw) -> Call:
    dtype = chosen(draw, *REAL)
    x = draw(oracle.array(dtype, draw(st.integers(0, 5))))
    values = draw(oracle.array(dtype, oracle.shapes(min_dims=1)))
    if draw(st.booleans()):
        return (x, values), {"sorter": host.argsort(x, kind="stable"), **optional(draw, side="right")}
    return (host.sort(x), values), optional(draw, side=chosen(draw, "left", "right", "middle"))


@call("nonzero", "unique_all", "unique_counts", "unique_inverse", "unique_values")
def _alone(draw: Draw) -> Call:
    return (some(draw, ALL),), {}


@call("isin")
def _isin(draw: Draw) -> Call:
    dtype = chosen(draw, *INTEGER)
    return tuple(draw(oracle.array(dtype, oracle.shapes())) for _ in range(2)), {}


@call("where")
def _where(draw: Draw) -> Call:
    shapes = draw(
        arrays_of.mutually_broadcastable_shapes(num_shapes=3, max_dims=3, min_side=0, max_side=3)
    ).input_shapes
    family = chosen(draw, BOOL, SIGNED, INTEGER[4:], FLOATING)
    one, other = (draw(oracle.array(chosen(draw, *family), shape)) for shape in shapes[1:])
    return (draw(oracle.array("bool", shapes[0])), one, other), {}


@call("take")
def _take(draw: Draw) -> Call:
    x = some(draw, min_dims=1, min_side=1)
    axis = draw(st.integers(-x.ndim, x.ndim - 1))
    indices = draw(st.lists(st.integers(-x.shape[axis], x.shape[axis] - 1), max_size=4))
    wanted = {} if x.ndim == 1 and draw(st.booleans()) else {"axis": axis}
    return (x, host.asarray(indices, dtype=chosen(draw, *SIGNED))), wanted


@call("take_along_axis")
def _take_along_axis(draw: Draw) -> Call:
    x = some(draw, min_dims=1, min_side=1)
    axis = draw(st.integers(-x.ndim, x.ndim - 1))
    shape = list(x.shape)
    shape[axis] = draw(st.integers(0, 4))
    indices = arrays_of.arrays("int64", tuple(shape), elements=st.integers(-x.shape[axis], x.shape[axis] - 1))
    return (x, draw(indices)), {"axis": axis}


@call("clip")
def _clip(draw: Draw) -> Call:
    dtype = chosen(draw, *REAL)
    shapes = draw(arrays_of.mutually_broadcastable_shapes(num_shapes=3, max_dims=3, min_side=1, max_side=3))
    x = draw(oracle.array(dtype, shapes.result_shape))
    low, high = (draw(oracle.array(dtype, shape)) for shape in shapes.input_shapes[1:])
    if draw(st.booleans()):
        low, high = (entry.reshape(-1)[0].item() if entry.size else 0 for entry in (low, high))
    return (x,), optional(
        draw, min=low, max=host.asarray(host.maximum(low, high)) if hasattr(low, "shape") else max(low, high)
    )


@call("broadcast_to")
def _broadcast_to(draw: Draw) -> Call:
    shapes = draw(arrays_of.mutually_broadcastable_shapes(num_shapes=1, max_dims=3, min_side=0, max_side=3))
    target = shapes.result_shape if draw(st.integers(0, 4)) else draw(oracle.shapes())
    return (draw(oracle.array(chosen(draw, *ALL), shapes.input_shapes[0])), target), {}


@call("broadcast_arrays", "broadcast_shapes")
def _broadcast(draw: Draw) -> Call:
    shapes = draw(
        arrays_of.mutually_broadcastable_shapes(num_shapes=3, max_dims=3, min_side=0, max_side=3)
    ).input_shapes
    shapes = shapes if draw(st.integers(0, 4)) else tuple(draw(oracle.shapes()) for _ in range(2))
    return shapes, {}


@call("concat")
def _concat(draw: Draw) -> Call:
    family = chosen(draw, BOOL, SIGNED, INTEGER[4:], FLOATING)
    shape = draw(oracle.shapes(min_dims=1))
    axis = draw(st.integers(-len(shape), len(shape) - 1))
    parts: list[Any] = []
    for _ in range(draw(st.integers(1, 3))):
        own = tuple(draw(st.integers(0, 3)) if i == axis % len(shape) else size for i, size in enumerate(shape))
        parts.append(draw(oracle.array(chosen(draw, *family), own)))
    return (chosen(draw, parts, tuple(parts)),), optional(draw, axis=chosen(draw, axis, None, len(shape)))


@call("stack")
def _stack(draw: Draw) -> Call:
    x = some(draw)
    other = draw(oracle.array(str(x.dtype), x.shape if draw(st.integers(0, 4)) else oracle.shapes()))
    return ([x, other],), optional(draw, axis=draw(st.integers(-x.ndim - 2, x.ndim + 1)))


@call("unstack")
def _unstack(draw: Draw) -> Call:
    x = some(draw, min_dims=1)
    return (x,), optional(draw, axis=axis_of(draw, x))


@call("expand_dims")
def _expand_dims(draw: Draw) -> Call:
    x = some(draw)
    several = st.lists(st.integers(0, x.ndim + 1), min_size=2, max_size=2, unique=True).map(tuple)
    return (x, draw(st.integers(-x.ndim - 2, x.ndim + 1) | several)), {}


@call("squeeze")
def _squeeze(draw: Draw) -> Call:
    x = some(draw, min_dims=1, max_side=2)
    return (x, axes_of(draw, x) if draw(st.integers(0, 4)) else axis_of(draw, x)), {}


@call("reshape")
def _reshape(draw: Draw) -> Call:
    x = some(draw, min_side=1)
    target = chosen(draw, (-1,), (1, -1), (x.size,), x.shape[::-1], (x.size, 1, 1), (2, -1), (-1, -1))
    return (x, target), optional(draw, copy=True)


@call("permute_dims")
def _permute_dims(draw: Draw) -> Call:
    x = some(draw)
    return (x, tuple(i - x.ndim if draw(st.booleans()) else i for i in draw(st.permutations(range(x.ndim))))), {}


@call("moveaxis")
def _moveaxis(draw: Draw) -> Call:
    x = some(draw, min_dims=1)
    count = draw(st.integers(1, x.ndim))
    pairs = [tuple(draw(st.permutations(range(-x.ndim, 0)))[:count]) for _ in range(2)]
    return (x, *((entry[0] for entry in pairs) if count == 1 else pairs)), {}


@call("flip")
def _flip(draw: Draw) -> Call:
    x = some(draw)
    return (x,), optional(draw, axis=axes_of(draw, x))


@call("roll")
def _roll(draw: Draw) -> Call:
    x = some(draw, min_dims=1)
    axes = tuple(draw(st.lists(st.integers(-x.ndim, x.ndim - 1), min_size=1, max_size=2)))
    shifts = tuple(draw(st.integers(-7, 7)) for _ in axes)
    return chosen(draw, ((x, shifts), {"axis": axes}), ((x, shifts[0]), {"axis": axes}), ((x, shifts[0]), {}))


@call("tile")
def _tile(draw: Draw) -> Call:
    return (some(draw), tuple(draw(st.lists(st.integers(0, 3), max_size=4)))), {}


@call("repeat")
def _repeat(draw: Draw) -> Call:
    x = some(draw, min_dims=1, min_side=1)
    axis = draw(st.none() | st.integers(-x.ndim, x.ndim - 1))
    size = x.size if axis is None else x.shape[axis]
    counts = arrays_of.arrays(chosen(draw, *INTEGER[:-1]), (size,), elements=st.integers(0, 3))
    return (x, draw(st.integers(0, 3) | counts)), {} if axis is None else {"axis": axis}


@call("tril", "triu")
def _triangle(draw: Draw) -> Call:
    return (some(draw, min_dims=draw(st.integers(0, 2))),), optional(draw, k=draw(st.integers(-4, 4)))


@call("meshgrid")
def _meshgrid(draw: Draw) -> Call:
    dtype = chosen(draw, *NUMERIC)
    vectors = tuple(draw(oracle.array(dtype, draw(st.integers(0, 3)))) for _ in range(draw(st.integers(1, 3))))
    return vectors, optional(draw, indexing=chosen(draw, "ij", "xy", "ab"))


@call("zeros", "ones")
def _constant(draw: Draw) -> Call:
    return (draw(st.integers(0, 3) | oracle.shapes()),), {"dtype": Named(chosen(draw, *ALL))}


@call("zeros_like", "ones_like")
def _constant_like(draw: Draw) -> Call:
    return (some(draw),), optional(draw, dtype=Named(chosen(draw, *ALL)))


@call("full")
def _full(draw: Draw) -> Call:
    dtype = chosen(draw, *ALL)
    value = draw(oracle.array(dtype, (), plain=False)).item()
    return (draw(st.integers(0, 3) | oracle.shapes()), value), {"dtype": Named(dtype)}


@call("full_like")
def _full_like(draw: Draw) -> Call:
    x = some(draw)
    return (x, draw(oracle.array(str(x.dtype), ())).item()), {}


@call("arange")
def _arange(draw: Draw) -> Call:
    numbers = st.integers(-20, 20)
    given = chosen(
        draw, (draw(numbers),), (draw(numbers), draw(numbers)), (draw(numbers), draw(numbers), chosen(draw, -3, 2))
    )
    return given, optional(draw, dtype=Named(chosen(draw, *SIGNED, *FLOAT)))


@call("linspace")
def _linspace(draw: Draw) -> Call:
    ends = [draw(st.integers(-20, 20).map(float)) for _ in range(2)]
    return (*ends, draw(st.integers(0, 7))), {"dtype": Named(chosen(draw, *FLOATING)), **optional(draw, endpoint=False)}


@call("eye")
def _eye(draw: Draw) -> Call:
    sizes = (draw(st.integers(0, 4)), draw(st.none() | st.integers(0, 4)))
    return sizes, {"dtype": Named(chosen(draw, *NUMERIC)), **optional(draw, k=draw(st.integers(-5, 5)))}


@call("asarray")
def _asarray(draw: Draw) -> Call:
    x = some(draw, plain=False)
    return chosen(draw, ((x,), optional(draw, copy=True)), ((x.tolist(),), {"dtype": Named(str(x.dtype))}))


@call("astype")
def _astype(draw: Draw) -> Call:
    x = some(draw, ALL)
    return (x, Named(chosen(draw, *ALL))), optional(draw, copy=False)


@call("matmul", "linalg.matmul")
def _matmul(draw: Draw) -> Call:
    shapes = draw(arrays_of.mutually_broadcastable_shapes(signature=host.matmul.signature, max_dims=2, min_side=1))
    family = chosen(draw, SIGNED, INTEGER[4:], FLOATING)
    return tuple(draw(oracle.array(chosen(draw, *family), shape)) for shape in shapes.input_shapes), {}


@call("matrix_transpose", "linalg.matrix_transpose")
def _matrix_transpose(draw: Draw) -> Call:
    return (some(draw, min_dims=draw(st.integers(0, 2))),), {}


@call("vecdot", "linalg.vecdot")
def _vecdot(draw: Draw) -> Call:
    family = chosen(draw, SIGNED, INTEGER[4:], FLOATING)
    shapes = draw(arrays_of.mutually_broadcastable_shapes(signature="(n),(n)->()", max_dims=2, max_side=3)).input_shapes
    return tuple(draw(oracle.array(chosen(draw, *family), shape)) for shape in shapes), {}


@call("tensordot", "linalg.tensordot")
def _tensordot(draw: Draw) -> Call:
    dtype = chosen(draw, *NUMERIC)
    inner = draw(oracle.shapes(max_dims=2, min_side=1))
    left, right = draw(oracle.shapes(max_dims=2, min_side=1)), draw(oracle.shapes(max_dims=2, min_side=1))
    one, other = draw(oracle.array(dtype, left + inner)), draw(oracle.array(dtype, inner + right))
    pairs = (tuple(range(-len(inner), 0)), tuple(range(len(inner))))
    return (one, other), {"axes": chosen(draw, len(inner), pairs) if inner else 0}


@pytest.mark.parametrize("name", sorted(CALLS))
@drawn
@given(data=st.data())
def test_a_function_gives_what_the_oracle_gives(name, data):
    args, kwargs = CALLS[name](data.draw)
    oracle.check(name, args, kwargs)


def test_values_that_are_not_in_a_set():
    x, values = pg.tensor([[1, 2], [3, 4]]), pg.tensor([2, 4, 5])
    assert xp.isin(x, values, invert=True).tolist() == [[True, False], [True, False]]
    assert xp.isin(2, values).tolist() is True


def test_a_number_beyond_its_dtype_is_infinite_without_a_warning():
    beyond = 1e300
    found = [
        xp.asarray(beyond),
        xp.asarray([beyond], dtype=xp.float32),
        xp.full((2,), beyond),
        xp.full_like(xp.ones(1), beyond),
    ]
    assert all(bool(xp.all(xp.isinf(tensor))) and tensor.dtype is xp.float32 for tensor in found)
    assert xp.linspace(0.0, beyond, 3).tolist() == [0.0, float("inf"), float("inf")]
