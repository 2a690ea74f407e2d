"""Random tensors: the laws they follow, that a seed decides all bits, and that a generator keeps to itself."""

from __future__ import annotations

import math
from typing import Any

import numpy
import pytest

import patchgrad as pg
from patchgrad.errors import ArgumentError, DtypeError, GradError

N = 40_000
WIDE = pg.zeros(N, dtype=pg.float64)
LAWS: dict[str, tuple[Any, float, float]] = {
    # how it is drawn, its mean, its variance
    "rand": (lambda g: pg.rand(N, generator=g), 1 / 2, 1 / 12),
    "rand complex": (lambda g: pg.view_as_real(pg.rand(N // 2, generator=g, dtype=pg.complex64)), 1 / 2, 1 / 12),
    "randn": (lambda g: pg.randn(N, generator=g), 0, 1),
    "randn complex": (lambda g: pg.view_as_real(pg.randn(N // 2, generator=g, dtype=pg.complex128)), 0, 1 / 2),
    "rand_like": (lambda g: pg.rand_like(WIDE, generator=g), 1 / 2, 1 / 12),
    "randn_like": (lambda g: pg.randn_like(WIDE, generator=g), 0, 1),
    "randint": (lambda g: pg.randint(2, 8, (N,), generator=g), 4.5, 35 / 12),
    "randint_like": (lambda g: pg.randint_like(WIDE, 6, generator=g), 2.5, 35 / 12),
    "normal": (lambda g: pg.normal(3.0, 2.0, (N,), generator=g), 3, 4),
    "normal of tensors": (lambda g: pg.normal(WIDE + 1, WIDE[:1] + 3, generator=g), 1, 9),
    "bernoulli": (lambda g: pg.bernoulli(WIDE + 0.3, generator=g), 0.3, 0.21),
    "multinomial": (lambda g: pg.multinomial(pg.ones(6), N, True, generator=g), 2.5, 35 / 12),
    "uniform_": (lambda g: pg.empty(N).uniform_(-1, 3, generator=g), 1, 16 / 12),
    "normal_": (lambda g: pg.empty(N).normal_(2, 0.5, generator=g), 2, 0.25),
    "bernoulli_": (lambda g: pg.empty(N).bernoulli_(0.2, generator=g), 0.2, 0.16),
    "bernoulli_ of chances": (lambda g: pg.empty(N).bernoulli_(WIDE + 0.2, generator=g), 0.2, 0.16),
    "random_ below": (lambda g: pg.empty(N).random_(6, generator=g), 2.5, 35 / 12),
    "random_ between": (lambda g: pg.empty(N, dtype=pg.int16).random_(2, 8, generator=g), 4.5, 35 / 12),
    "exponential_": (lambda g: pg.empty(N).exponential_(2.0, generator=g), 0.5, 0.25),
    "geometric_": (lambda g: pg.empty(N, dtype=pg.int64).geometric_(0.4, generator=g), 2.5, 3.75),
    "log_normal_": (
        lambda g: pg.empty(N).log_normal_(0.2, 0.5, generator=g),
        math.exp(0.325),
        math.expm1(0.25) * math.exp(0.65),
    ),
}


@pytest.mark.parametrize("name", LAWS)
def test_what_is_drawn_has_its_mean_and_variance_and_follows_the_seed(name):
    draw, mean, variance = LAWS[name]
    found = numpy.asarray(draw(pg.Generator().manual_seed(7)).numpy(), dtype="float64")
    assert abs(found.mean() - mean) < 5 * math.sqrt(variance / N)
    assert abs(found.var() / variance - 1) < 0.12
    numpy.testing.assert_array_equal(draw(pg.Generator().manual_seed(7)).numpy(), found)
    assert (draw(pg.Generator().manual_seed(8)).numpy() != found).any()


@pytest.mark.parametrize("name", LAWS)
def test_a_generator_leaves_the_default_one_alone_which_draws_without_it(name):
    draw = LAWS[name][0]
    pg.manual_seed(3)
    draw(pg.Generator())
    first = draw(None).numpy()
    pg.manual_seed(3)
    numpy.testing.assert_array_equal(draw(None).numpy(), first)


def test_half_of_the_cauchy_numbers_lie_within_their_width():
    found = pg.empty(N).cauchy_(1.0, 2.0, generator=pg.Generator()).numpy()
    assert abs(numpy.median(found) - 1) < 0.05
    assert abs((abs(found - 1) < 2).mean() - 0.5) < 0.015


@pytest.mark.parametrize("dtype", ["uint8", "int8", "bool", "float16", "float32", "int64"])
def test_random_without_bounds_fills_with_all_that_the_dtype_holds(dtype):
    found = pg.zeros(2000, dtype=dtype).random_(generator=pg.Generator())
    top = {"uint8": 255, "int8": 127, "bool": 1, "float16": 2**11, "float32": 2**24, "int64": 2**63 - 1}[dtype]
    values = found.double().numpy()
    assert values.min() >= 0
    assert 0.9 * top <= values.max() <= top


def test_a_permutation_holds_every_number_once():
    found = pg.randperm(50, generator=pg.Generator(), dtype=pg.int32)
    assert found.dtype == pg.int32
    assert sorted(found.tolist()) == list(range(50))


def test_bounds_shapes_and_dtypes_are_those_asked_for():
    assert pg.randint(3, (2, 2), dtype=pg.float64).dtype == pg.float64
    assert pg.randint(high=3, low=1, size=(4,)).numpy().min() >= 1
    assert pg.rand(size=(2, 3), requires_grad=True).requires_grad
    assert pg.randn_like(pg.zeros(2, dtype=pg.int64), dtype=pg.float32).dtype == pg.float32
    exponentials = pg.empty(N).exponential_()
    assert exponentials.min().item() > 0
    out = pg.empty(3, dtype=pg.float64)
    assert pg.randn(3, out=out) is out


def test_what_has_no_law_is_refused():
    x = pg.zeros(2)
    for bad in (
        lambda: x.exponential_(0.0),
        lambda: x.geometric_(1.0),
        lambda: x.cauchy_(0.0, -1.0),
        lambda: x.log_normal_(0.0, 0.0),
        lambda: x.normal_(0.0, -1.0),
        lambda: x.uniform_(2, 1),
        lambda: x.bernoulli_(2.0),
        lambda: pg.randint(3, 3, (2,)),
        lambda: pg.normal(0.0, 1.0),
    ):
        with pytest.raises(ArgumentError):
            bad()
    with pytest.raises(DtypeError):
        pg.zeros(2, dtype=pg.int64).exponential_()
    with pytest.raises(GradError):
        pg.zeros(2, requires_grad=True).exponential_()
