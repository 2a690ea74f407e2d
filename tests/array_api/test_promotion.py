"""The promotion table of the standard, whole: results, functions, and tensors without axes, which count like others."""

from __future__ import annotations

import itertools

import pytest

import patchgrad as pg
from patchgrad import array_api as xp
from patchgrad.errors import DtypeError

from .oracle import BOOL, COMPLEX, FLOATING, INTEGER, SIGNED, strict

PAIRS = [
    pair
    for family in (BOOL, INTEGER, FLOATING)
    for pair in itertools.product(family, repeat=2)
    if not ("uint64" in pair and set(pair) & set(SIGNED))
]
MIXED = [("uint64", "int8"), ("int64", "uint64")]
SCALARS = {3: INTEGER + FLOATING, 2.5: FLOATING, 1j: COMPLEX, True: BOOL}
"""Python numbers, and the dtypes beside which the standard says what comes out."""
BESIDE = [(number, name) for number, names in SCALARS.items() for name in names]


def expected(*names: str) -> str:
    return str(strict.result_type(*(getattr(strict, name) for name in names))).split(".")[-1]


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_two_dtypes_promote_as_the_table_says(a, b):
    one, other = getattr(xp, a), getattr(xp, b)
    assert xp.result_type(one, other).name == xp.result_type(pg.ones(1, dtype=one), other).name == expected(a, b)
    for shapes in itertools.product([(), (1,)], repeat=2):
        x, y = xp.ones(shapes[0], dtype=one), xp.ones(shapes[1], dtype=other)
        assert xp.where(xp.asarray(True), x, y).dtype.name == expected(a, b)
        assert xp.equal(x, y).dtype is xp.bool
        if a != "bool":
            assert xp.multiply(x, y).dtype.name == xp.subtract(x, y).dtype.name == expected(a, b)
    assert xp.concat((xp.ones(1, dtype=one), xp.ones(1, dtype=other))).dtype.name == expected(a, b)


@pytest.mark.parametrize(("a", "b"), MIXED)
def test_no_integer_dtype_holds_uint64_and_a_sign(a, b):
    with pytest.raises(DtypeError, match="no integer dtype holds both"):
        xp.result_type(getattr(xp, a), getattr(xp, b))


@pytest.mark.parametrize(("number", "name"), BESIDE)
def test_a_python_number_takes_the_dtype_of_what_stands_beside_it(number, name):
    x = xp.ones((2,), dtype=getattr(xp, name))
    assert xp.result_type(x, number) is x.dtype
    assert xp.equal(x, number).dtype is xp.bool
    if name != "bool":
        for result in (xp.add(x, number), xp.add(number, x), x * number, number - x):
            assert result.dtype is x.dtype


def test_a_complex_number_beside_real_ones_gives_complex_ones_of_the_same_precision():
    assert xp.result_type(xp.float32, 1j) is xp.add(xp.ones(1, dtype=xp.float32), 1j).dtype is xp.complex64
    assert xp.result_type(xp.float64, 1j) is xp.add(xp.ones(1, dtype=xp.float64), 1j).dtype is xp.complex128
