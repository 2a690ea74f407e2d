"""Products of matrices that are cut into parts for several threads are those of NumPy, from run to run the same."""

from __future__ import annotations

import threading
import warnings

import numpy as np
import pytest

from patchgrad.backend import products
from patchgrad.backend.native.team import Team

TWO = Team(2)


@pytest.fixture
def everything_is_shared(monkeypatch):
    """Small matrices are cut too, whatever the number of processors here."""
    monkeypatch.setattr(products, "ALONE", 0)
    monkeypatch.setattr(products, "SHARED", 0)
    monkeypatch.setattr(products, "_team", lambda: TWO)
    threads = products.single_thread()
    if threads is None:
        pytest.skip("NumPy is not built on OpenBLAS here")
    before = threads(2)
    yield
    threads(before)


SHAPES = [
    ((1, 3), (3, 1)),
    ((7, 5), (5, 30)),
    ((40, 5), (5, 3)),
    ((17, 64), (64, 17)),
    ((3, 4, 5), (3, 5, 6)),
    ((1, 4, 5), (1, 5, 6)),
    ((2, 3, 4, 5), (2, 3, 5, 4)),
    ((2, 4, 5), (5, 6)),
    ((5,), (5, 6)),
    ((0, 5), (5, 6)),
    ((4, 0), (0, 6)),
]


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64"])
@pytest.mark.parametrize(("a", "b"), SHAPES, ids=str)
def test_a_product_in_parts_equals_the_product(everything_is_shared, a, b, dtype):
    rng = np.random.default_rng(0)
    left, right = rng.standard_normal(a).astype(dtype), rng.standard_normal(b).astype(dtype)
    for x, y in ((left, right), (np.asfortranarray(left), right), (left, np.asfortranarray(right))):
        found = products.matmul(x, y)
        np.testing.assert_allclose(found, np.matmul(x, y), rtol=1e-5, atol=1e-5)
        assert found.dtype == dtype
        assert np.array_equal(found, products.matmul(x, y))


def test_shapes_that_do_not_fit_are_refused_as_ever(everything_is_shared):
    with pytest.raises(ValueError, match="matmul"):
        products.matmul(np.ones((3, 4)), np.ones((5, 6)))


def test_infinite_numbers_bring_no_warning_from_another_thread(everything_is_shared):
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("error")
        assert np.isnan(products.matmul(np.full((64, 8), np.inf), np.zeros((8, 64)))).all()


def test_two_threads_may_multiply_at_once(everything_is_shared):
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((64, 64)), rng.standard_normal((64, 64))
    wanted, wrong = products.matmul(a, b), []

    def many() -> None:
        wrong.extend(1 for _ in range(200) if not np.array_equal(products.matmul(a, b), wanted))

    threads = [threading.Thread(target=many) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
