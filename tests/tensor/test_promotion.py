"""Dtypes of results, against PyTorch: tensors of every kind beside each other and beside Python numbers."""

from __future__ import annotations

import itertools
import operator

import pytest

import patchgrad as pg

torch = pytest.importorskip("torch", reason="PyTorch is the reference")

DTYPES = ["float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint8", "bool"]
SCALARS = [2, 2.5, True]
OPERATORS = {
    "add": operator.add,
    "mul": operator.mul,
    "truediv": operator.truediv,
    "gt": operator.gt,
}
DIFFERENT = {
    ("any", "uint8"): "PyTorch gives uint8 for historical reasons; a truth is a bool here",
    ("sign", "bool"): "a truth has no sign",
}


def values(library, dtype):
    return library.ones(3, dtype=getattr(library, dtype))


@pytest.mark.parametrize(("a", "b"), list(itertools.product(DTYPES, DTYPES)))
@pytest.mark.parametrize("name", OPERATORS)
def test_two_tensors(name, a, b):
    mine = OPERATORS[name](values(pg, a), values(pg, b))
    theirs = OPERATORS[name](values(torch, a), values(torch, b))
    assert mine.dtype.name == str(theirs.dtype).removeprefix("torch.")


@pytest.mark.parametrize("scalar", SCALARS)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", OPERATORS)
def test_a_tensor_and_a_python_number(name, dtype, scalar):
    mine = OPERATORS[name](values(pg, dtype), scalar)
    theirs = OPERATORS[name](values(torch, dtype), scalar)
    assert mine.dtype.name == str(theirs.dtype).removeprefix("torch.")
    swapped = OPERATORS[name](scalar, values(pg, dtype))
    assert swapped.dtype is mine.dtype


@pytest.mark.parametrize(
    "name", ["sum", "mean", "prod", "cumsum", "exp", "abs", "sqrt", "neg", "argmax", "any", "sign"]
)
@pytest.mark.parametrize("dtype", DTYPES)
def test_functions_of_one_tensor(name, dtype):
    args = (0,) if name == "cumsum" else ()
    if (name, dtype) in DIFFERENT:
        pytest.skip(DIFFERENT[name, dtype])
    try:
        theirs = getattr(torch, name)(values(torch, dtype), *args)
    except (RuntimeError, NotImplementedError):
        pytest.skip("PyTorch does not take this dtype")
    mine = getattr(pg, name)(values(pg, dtype), *args)
    assert mine.dtype.name == str(theirs.dtype).removeprefix("torch.")


def test_a_gradient_has_the_dtype_of_what_it_belongs_to():
    x = pg.ones(2, dtype=pg.float32, requires_grad=True)
    y = pg.ones(2, dtype=pg.float64, requires_grad=True)
    (x * y * pg.tensor([2, 3])).sum().backward()
    assert (x.grad.dtype, y.grad.dtype) == (pg.float32, pg.float64)


def test_new_tensors_take_the_default_dtype():
    assert pg.tensor([1.0]).dtype is pg.tensor(1.5).dtype is pg.zeros(2).dtype is pg.float32
    assert pg.tensor([1]).dtype is pg.arange(3).dtype is pg.int64
    assert pg.tensor([True]).dtype is pg.bool
    pg.set_default_dtype(pg.float64)
    try:
        assert pg.tensor([1.0]).dtype is pg.float64
        assert (pg.tensor([1]) / 2).dtype is pg.float64
    finally:
        pg.set_default_dtype(pg.float32)
