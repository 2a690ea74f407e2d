"""Tensors as the standard's array: operators, writes in place, indices, conversion to Python numbers."""

from __future__ import annotations

import operator
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

import patchgrad as pg
from patchgrad import array_api as xp
from patchgrad.backend import host

from . import oracle
from .oracle import ALL, BOOL, COMPLEX, FLOATING, INTEGER, NUMERIC, REAL, drawn, strict
from .test_elementwise import tame, two

OPERATORS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "add": (operator.add, NUMERIC), "sub": (operator.sub, NUMERIC), "mul": (operator.mul, NUMERIC),
    "truediv": (operator.truediv, FLOATING), "pow": (operator.pow, NUMERIC), "floordiv": (operator.floordiv, REAL),
    "mod": (operator.mod, REAL), "and": (operator.and_, BOOL + INTEGER), "or": (operator.or_, BOOL + INTEGER),
    "xor": (operator.xor, BOOL + INTEGER), "lshift": (operator.lshift, INTEGER), "rshift": (operator.rshift, INTEGER),
    "eq": (operator.eq, ALL), "ne": (operator.ne, ALL), "lt": (operator.lt, REAL), "le": (operator.le, REAL),
    "gt": (operator.gt, REAL), "ge": (operator.ge, REAL),
}  # fmt: skip
"""Python's operators, and the dtypes that the standard has them for."""
FUNCTION = {
    "floordiv": "floor_divide", "mod": "remainder", "lshift": "bitwise_left_shift", "rshift": "bitwise_right_shift",
    "pow": "pow",
}  # fmt: skip
UNARY = {"neg": (operator.neg, NUMERIC), "pos": (operator.pos, NUMERIC), "invert": (operator.invert, BOOL + INTEGER),
         "abs": (operator.abs, NUMERIC)}  # fmt: skip


def alike(name: str, draw: Any) -> tuple[Any, Any]:
    """Two operands of one dtype: what PyTorch and the standard agree on."""
    return tame(FUNCTION.get(name, name), *draw(two(OPERATORS[name][1], plain=draw(st.booleans()), equal=True)))


@pytest.mark.parametrize("name", OPERATORS)
@drawn
@given(data=st.data())
def test_an_operator_gives_what_the_oracle_gives(name, data):
    one, other = alike(name, data.draw)
    function = OPERATORS[name][0]
    with host.errstate(all="ignore"):
        expected = function(oracle.theirs(one), oracle.theirs(other))
    oracle.same(function(oracle.ours(one), oracle.ours(other)), expected, signs=True)


@pytest.mark.parametrize("name", [name for name in OPERATORS if name not in ("eq", "ne", "lt", "le", "gt", "ge")])
@drawn
@given(data=st.data())
def test_an_operator_in_place_writes_what_the_plain_one_gives(name, data):
    one, other = alike(name, data.draw)
    assume(host.broadcast_shapes(one.shape, other.shape) == one.shape)
    x, function = oracle.ours(one), getattr(operator, f"i{name}")
    view = x[...]
    result = function(x, oracle.ours(other))
    assert result is x
    with host.errstate(all="ignore"):
        expected = OPERATORS[name][0](oracle.theirs(one), oracle.theirs(other))
    oracle.same(view, expected, signs=True)


@pytest.mark.parametrize("name", UNARY)
@drawn
@given(data=st.data())
def test_an_operator_of_one_tensor(name, data):
    function, dtypes = UNARY[name]
    x = data.draw(oracle.array(data.draw(st.sampled_from(dtypes)), oracle.shapes(), plain=False))
    with host.errstate(all="ignore"):
        expected = function(oracle.theirs(x))
    oracle.same(function(oracle.ours(x)), expected, signs=True)


@drawn
@given(data=st.data())
def test_an_index_of_numbers_slices_and_new_axes(data):
    x = data.draw(oracle.array(data.draw(st.sampled_from(ALL)), oracle.shapes(min_side=1)))
    index = data.draw(arrays_of.basic_indices(x.shape, allow_newaxis=True, allow_ellipsis=True))
    found = oracle.ours(x)[index]
    assert (found.shape, found.dtype.name) == (x[index].shape, str(x.dtype))
    host.testing.assert_array_equal(found.numpy(), x[index])


@drawn
@given(data=st.data())
def test_a_write_to_an_index_is_seen_where_it_was_made_and_nowhere_else(data):
    x = data.draw(oracle.array(data.draw(st.sampled_from(ALL)), oracle.shapes(min_side=1)))
    index = data.draw(arrays_of.basic_indices(x.shape, allow_newaxis=False, allow_ellipsis=True) | st.just(x != 0))
    value = data.draw(oracle.array(str(x.dtype), ()))
    mine, expected = oracle.ours(x), x.copy()
    mine[oracle.ours(index)] = data.draw(st.sampled_from([oracle.ours(value), value.item()]))
    expected[index] = value
    host.testing.assert_array_equal(mine.numpy(), expected)


@drawn
@given(data=st.data())
def test_a_mask_picks_the_elements_where_it_is_true(data):
    x = data.draw(oracle.array(data.draw(st.sampled_from(ALL)), oracle.shapes()))
    mask = data.draw(oracle.array("bool", x.shape[: data.draw(st.integers(0, x.ndim))]))
    oracle.same(oracle.ours(x)[oracle.ours(mask)], oracle.theirs(x)[oracle.theirs(mask)])


@drawn
@given(data=st.data())
def test_tensors_of_indices_pick_elements(data):
    x = data.draw(oracle.array(data.draw(st.sampled_from(ALL)), oracle.shapes(min_dims=1, min_side=1)))
    shape = data.draw(oracle.shapes(min_dims=1, max_dims=2))
    index = tuple(
        data.draw(arrays_of.arrays("int64", shape, elements=st.integers(-size, size - 1))) for size in x.shape
    )
    oracle.same(oracle.ours(x)[oracle.ours(index)], oracle.theirs(x)[oracle.theirs(index)])


@pytest.mark.parametrize("index", [3, -4, (0, 0, 0), (slice(None), 5)])
def test_an_index_outside_raises(index):
    with pytest.raises(IndexError):
        pg.ones(3, 2)[index]


@pytest.mark.parametrize("dtype", ALL)
def test_a_single_element_becomes_a_python_number(dtype):
    x = xp.asarray(1, dtype=getattr(xp, dtype))
    assert (bool(x), complex(x)) == (True, 1 + 0j)
    if dtype not in COMPLEX:
        assert (int(x), float(x)) == (1, 1.0)
        assert [type(int(x)), type(float(x)), type(bool(x))] == [int, float, bool]
    if dtype in BOOL + INTEGER:
        assert operator.index(x) == 1
    else:
        with pytest.raises(TypeError):
            operator.index(x)


def test_a_tensor_goes_to_the_device_it_is_on():
    x = xp.ones((2,))
    assert x.to_device(x.device) is x
    assert xp.from_dlpack(strict.asarray([1, 2])).tolist() == [1, 2]
    oracle.same(xp.asarray([1, 2]), strict.from_dlpack(xp.asarray([1, 2])))


def test_only_a_matrix_has_a_transpose():
    assert xp.ones((4, 2, 3)).mT.shape == (4, 3, 2)
    with pytest.raises(ValueError, match="transpose"):
        xp.ones((3,)).mT
