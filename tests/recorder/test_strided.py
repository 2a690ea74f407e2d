"""Strided samples meet every row and column, and take no pass over the array."""

from __future__ import annotations

from math import gcd

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patchgrad.backend import host
from patchgrad.recorder.strided import ELEMENTS, stride, strided


@given(st.integers(ELEMENTS + 1, 10**7))
def test_the_stride_shares_no_factor_with_the_size(size: int) -> None:
    step = stride(size, ELEMENTS)
    assert gcd(step, size) == 1
    assert -(-size // step) >= ELEMENTS


def test_every_channel_is_met() -> None:
    channels = host.broadcast_to(host.arange(64.0), (4096, 64)).copy()
    assert len(host.unique(strided(channels))) == 64


@pytest.mark.parametrize("array", [host.ones((3, 4)), host.ones((200, 300)).T, host.ones((100, 200))[:, ::2]])
def test_any_layout_gives_a_copy_of_one_axis(array: host.ndarray) -> None:
    sample = strided(array)
    assert sample.ndim == 1
    assert not host.shares_memory(sample, array)


def test_mean_and_deviation_are_those_of_the_whole_within_their_standard_errors() -> None:
    array = host.random.default_rng(0).normal(3.0, 2.0, (512, 784))
    sample = strided(array)
    error = 2.0 / ELEMENTS**0.5
    assert abs(sample.mean() - 3.0) < 5 * error
    assert abs(sample.std() - 2.0) < 5 * error
