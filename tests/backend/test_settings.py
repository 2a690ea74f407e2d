"""Switches of the whole process do what they say, and come back to what they were."""

from __future__ import annotations

import numpy
import pytest

import patchgrad as pg
from patchgrad.errors import ArgumentError


def test_the_number_of_threads_of_products_is_set_and_told():
    before = pg.get_num_threads()
    try:
        pg.set_num_threads(1)
        assert pg.get_num_threads() == 1
    finally:
        pg.set_num_threads(before)
    with pytest.raises(ArgumentError, match="one thread"):
        pg.set_num_threads(0)


def test_repeatable_results_are_asked_for_by_a_switch_a_number_or_a_word():
    try:
        for mode, number in (("warn", 1), (2, 2), ("default", 0)):
            pg.set_deterministic_debug_mode(mode)
            assert pg.get_deterministic_debug_mode() == number
            assert pg.are_deterministic_algorithms_enabled() == (number > 0)
            assert pg.is_deterministic_algorithms_warn_only_enabled() == (number == 1)
        with pytest.raises(ArgumentError):
            pg.set_deterministic_debug_mode("maybe")
    finally:
        pg.use_deterministic_algorithms(False)


def test_the_precision_of_products_is_one_of_three():
    try:
        pg.set_float32_matmul_precision("high")
        assert pg.get_float32_matmul_precision() == "high"
        with pytest.raises(ArgumentError):
            pg.set_float32_matmul_precision("low")
    finally:
        pg.set_float32_matmul_precision("highest")
    assert pg.set_flush_denormal(True) is False


def test_the_default_kind_of_tensor_is_the_default_dtype():
    try:
        pg.set_default_tensor_type("torch.DoubleTensor")
        assert pg.tensor(1.5).dtype == pg.float64
        with pytest.raises(ArgumentError):
            pg.set_default_tensor_type("Tensors")
    finally:
        pg.set_default_tensor_type(pg.FloatTensor)
    assert pg.tensor(1.5).dtype == pg.float32


def test_tensors_are_printed_as_asked():
    x = pg.tensor(numpy.arange(2000.0) / 3, dtype=pg.float32)
    try:
        pg.set_printoptions(precision=2)
        assert str(x[:2]) == "tensor([0.  , 0.33])"
        pg.set_printoptions(sci_mode=True)
        assert str(x[1]) == "tensor(3.33e-01)"
        pg.set_printoptions(edgeitems=1, threshold=10)
        assert str(x) == "tensor([  0.  , ..., 666.33])"
        pg.set_printoptions(profile="full")
        assert str(x).count(",") == 1999
        pg.set_printoptions(profile="default", linewidth=20)
        assert max(map(len, str(x[:6]).splitlines())) <= 20
        with pytest.raises(ArgumentError):
            pg.set_printoptions(profile="long")
    finally:
        pg.set_printoptions(profile="default")
    assert str(x[:2]) == "tensor([0.    , 0.3333])"
