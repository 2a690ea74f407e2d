"""Functions and operators of one and two numbers: every dtype that the standard allows, any numbers, any shapes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from patchgrad.backend import host

from . import oracle
from .oracle import ALL, BOOL, COMPLEX, FAMILIES, FLOAT, FLOATING, INTEGER, NUMERIC, REAL, SIGNED, drawn


def by_name(table: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {name: dtypes for names, dtypes in table.items() for name in names.split()}


UNARY = by_name(
    {
        "abs conj isfinite isinf isnan negative positive round sign square": NUMERIC,
        "real imag": COMPLEX,
        "ceil floor trunc": REAL,
        "acos acosh asin asinh atan atanh cos cosh exp expm1 log log10 log1p log2 reciprocal": FLOATING,
        "sin sinh sqrt tan tanh": FLOATING,
        "signbit": FLOAT,
        "logical_not": BOOL,
        "bitwise_invert": BOOL + INTEGER,
    }
)
BINARY = by_name(
    {
        "add multiply subtract pow": NUMERIC,
        "equal not_equal": ALL,
        "divide": FLOATING,
        "atan2 copysign hypot logaddexp nextafter": FLOAT,
        "greater greater_equal less less_equal maximum minimum floor_divide remainder": REAL,
        "logical_and logical_or logical_xor": BOOL,
        "bitwise_and bitwise_or bitwise_xor": BOOL + INTEGER,
        "bitwise_left_shift bitwise_right_shift": INTEGER,
    }
)


@st.composite
def two(draw: Any, allowed: tuple[str, ...], plain: bool = False, equal: bool = False) -> tuple[Any, Any]:
    """Two arrays that broadcast, in dtypes that promote, or in one."""
    family = draw(st.sampled_from([family for family in FAMILIES if set(family) & set(allowed)]))
    dtypes = [draw(st.sampled_from([dtype for dtype in family if dtype in allowed])) for _ in range(2)]
    if equal or ("uint64" in dtypes and set(dtypes) & set(SIGNED)):
        dtypes[1] = dtypes[0]
    found = draw(arrays_of.mutually_broadcastable_shapes(num_shapes=2, max_dims=2, min_side=0, max_side=3))
    one, other = (draw(oracle.array(d, s, plain)) for d, s in zip(dtypes, found.input_shapes, strict=True))
    return one, other


def tame(name: str, one: Any, other: Any) -> tuple[Any, Any]:
    """Operands for which the standard says what comes out."""
    if name in ("bitwise_left_shift", "bitwise_right_shift"):
        other = host.asarray(host.abs(other.astype("float64")) % 8).astype(other.dtype)
    if name == "pow" and other.dtype.kind in "iu":
        other = host.asarray(host.abs(other.astype("float64")) % 4).astype(other.dtype)
    if name in ("floor_divide", "remainder") and other.dtype.kind in "iu":
        other = host.where(other == 0, 1, other).astype(other.dtype)
    return one, other


@pytest.mark.parametrize("name", UNARY)
@drawn
@given(data=st.data())
def test_a_function_of_one_number(name, data):
    dtype = data.draw(st.sampled_from(UNARY[name]))
    # The standard leaves open what the sign of a complex infinity is.
    plain = (name == "sign" and dtype in COMPLEX) or data.draw(st.booleans())
    oracle.check(name, (data.draw(oracle.array(dtype, oracle.shapes(), plain)),), signs=True)


@pytest.mark.parametrize("name", BINARY)
@drawn
@given(data=st.data())
def test_a_function_of_two_numbers(name, data):
    one, other = tame(name, *data.draw(two(BINARY[name], plain=data.draw(st.booleans()))))
    if name in ("floor_divide",) and one.dtype.kind == "f":
        one, other = (host.where(host.isfinite(entry), entry, 1).astype(entry.dtype) for entry in (one, other))
    oracle.check(name, (one, other), signs=True)
