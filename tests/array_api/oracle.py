"""The oracle: array_api_strict. Hypothesis draws an input once, both libraries compute, the results must be one."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

import patchgrad as pg
from patchgrad import array_api as xp
from patchgrad.backend import host

strict = pytest.importorskip("array_api_strict")
strict.set_array_api_strict_flags(api_version="2025.12")

BOOL = ("bool",)
SIGNED = ("int8", "int16", "int32", "int64")
UNSIGNED = ("uint8", "uint16", "uint32", "uint64")
INTEGER = SIGNED + UNSIGNED
FLOAT = ("float32", "float64")
COMPLEX = ("complex64", "complex128")
REAL = INTEGER + FLOAT
FLOATING = FLOAT + COMPLEX
NUMERIC = REAL + COMPLEX
ALL = BOOL + NUMERIC
FAMILIES = (BOOL, INTEGER, FLOATING)

EXAMPLES = int(os.environ.get("PATCHGRAD_EXAMPLES", "8"))
"""How many calls are drawn for each function; a few hundred find what a few do not."""
drawn = settings(max_examples=EXAMPLES)
PRECISION = {"float32": 1e-4, "complex64": 1e-4, "float64": 1e-10, "complex128": 1e-10}


def shapes(**limits: Any) -> st.SearchStrategy[tuple[int, ...]]:
    return arrays_of.array_shapes(**({"min_dims": 0, "max_dims": 3, "min_side": 0, "max_side": 2} | limits))


def elements(dtype: str, plain: bool) -> Any:
    """Numbers of a dtype; ``plain`` ones are small, so that sums and products of them mean something."""
    kind = host.dtype(dtype)
    if plain and kind.kind in "iu":
        return st.integers(0 if kind.kind == "u" else -5, 5)
    if plain and kind.kind == "f":
        return st.integers(-20, 20).map(lambda n: n / 4)
    if plain and kind.kind == "c":
        return st.tuples(st.integers(-8, 8), st.integers(-8, 8)).map(lambda pair: complex(pair[0] / 4, pair[1] / 4))
    return arrays_of.from_dtype(kind, allow_subnormal=False)


def array(dtype: Any, shape: Any, plain: bool = True, unique: bool = False) -> Any:
    """A strategy for host arrays."""
    fill = st.nothing()
    return arrays_of.arrays(dtype, shape, elements=elements(dtype, plain), unique=unique, fill=fill)


def ours(value: Any) -> Any:
    """The value in patchgrad's terms: arrays as tensors, names of dtypes as dtypes."""
    return _told(value, lambda array: pg.from_numpy(array.copy()), lambda name: getattr(xp, name))


def theirs(value: Any) -> Any:
    """The value in the oracle's terms."""
    return _told(value, lambda array: strict.asarray(array.copy()), lambda name: getattr(strict, name))


class Named(str):
    """The name of a dtype, which each library has an object for."""


def _told(value: Any, array: Callable[[Any], Any], dtype: Callable[[str], Any]) -> Any:
    if isinstance(value, host.ndarray):
        return array(value)
    if isinstance(value, Named):
        return dtype(str(value))
    if isinstance(value, (tuple, list)):
        return type(value)(_told(entry, array, dtype) for entry in value)
    if isinstance(value, dict):
        return {key: _told(entry, array, dtype) for key, entry in value.items()}
    return value


def find(namespace: Any, name: str) -> Any:
    """``"linalg.inv"`` in a namespace."""
    for part in name.split("."):
        namespace = getattr(namespace, part)
    return namespace


def check(name: str, args: tuple[Any, ...], kwargs: dict[str, Any] | None = None, signs: bool = False) -> None:
    """Both libraries give the same, or both refuse. ``signs``: also the signs of zeros."""
    call = (theirs(args), theirs(kwargs or {}))
    with host.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # NumPy warns of the mean of nothing, which is NaN
        expected, refused = None, None
        try:
            expected = find(strict, name)(*call[0], **call[1])
        except Exception as error:
            refused = error
    mine = (ours(args), ours(kwargs or {}))
    if refused is not None:
        with pytest.raises(Exception):  # noqa: B017
            find(xp, name)(*mine[0], **mine[1])
        return
    same(find(xp, name)(*mine[0], **mine[1]), expected, signs)


def same(mine: Any, expected: Any, signs: bool = False) -> None:
    """The same kind of object, dtype, shape and numbers; NaN where NaN is."""
    if isinstance(expected, (tuple, list)):
        assert isinstance(mine, tuple)
        assert len(mine) == len(expected)
        assert getattr(mine, "_fields", None) == getattr(expected, "_fields", None)
        for one, other in zip(mine, expected, strict=True):
            same(one, other, signs)
        return
    if not isinstance(expected, type(strict.asarray(0))):
        assert str(mine).removeprefix("patchgrad.") == str(expected).removeprefix("array_api_strict.")
        return
    assert isinstance(mine, pg.Tensor)
    assert (mine.dtype.name, mine.shape) == (str(expected.dtype).removeprefix("array_api_strict."), expected.shape)
    numbers(mine.detach().numpy(), host.asarray(expected._array), signs)


def numbers(mine: Any, expected: Any, signs: bool) -> None:
    """Equal, or for floating numbers equal up to rounding."""
    tolerance = PRECISION.get(str(expected.dtype))
    if tolerance is None:
        host.testing.assert_array_equal(mine, expected)
        return
    finite = host.abs(expected[host.isfinite(expected)])
    scale = float(finite.max()) if finite.size else 0.0
    host.testing.assert_allclose(mine, expected, rtol=tolerance, atol=tolerance * min(scale, 1.0))
    if signs and expected.dtype.kind == "f":
        zero = (mine == 0) & (expected == 0)
        host.testing.assert_array_equal(host.signbit(mine[zero]), host.signbit(expected[zero]))
