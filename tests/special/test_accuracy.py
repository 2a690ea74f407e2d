"""Special functions are exact to a few units in the last place, over their whole range: SciPy is the reference.

Where a function crosses zero, or falls beyond all measure, the unit is that of its size or of its exponent.
"""

from __future__ import annotations

from typing import Any

import numpy
import pytest

import patchgrad as pg
from patchgrad import special

scipy = pytest.importorskip("scipy.special", reason="SciPy is the reference")
rng = numpy.random.default_rng(3)
ULP = 2.0**-52


def spread(low: float, high: float) -> Any:
    """Places between two numbers, and ones that come near to 0."""
    small = 10.0 ** rng.uniform(-6, 0, 40) * (rng.choice([-1, 1], 40) if low < 0 else 1)
    return numpy.concatenate([rng.uniform(low, high, 300), small[(small > low) & (small < high)]])


ONE: dict[str, tuple[Any, Any, float, float]] = {
    # name: places, reference, units in the last place, absolute error where the function crosses zero
    "gammaln": (spread(-30.5, 200.0), scipy.gammaln, 8, 2e-14),
    "psi": (spread(-9.5, 200.0), scipy.psi, 16, 2e-14),
    "erfinv": (spread(-1.0, 1.0), scipy.erfinv, 8, 0),
    "erf": (spread(-6.0, 6.0), scipy.erf, 4, 0),
    "erfc": (spread(-6.0, 26.0), scipy.erfc, 500, 0),
    "erfcx": (spread(-5.0, 100.0), scipy.erfcx, 32, 0),
    "ndtr": (spread(-20.0, 8.0), scipy.ndtr, 300, 0),
    "ndtri": (spread(0.0, 1.0), scipy.ndtri, 64, 1e-15),
    "log_ndtr": (spread(-60.0, 5.0), scipy.log_ndtr, 300, 0),
    "i0": (spread(-90.0, 90.0), scipy.i0, 64, 0),
    "i1": (spread(-90.0, 90.0), scipy.i1, 64, 0),
    "i0e": (spread(-900.0, 900.0), scipy.i0e, 16, 0),
    "i1e": (spread(-900.0, 900.0), scipy.i1e, 16, 0),
    "modified_bessel_k0": (spread(0.0, 90.0), scipy.k0, 64, 0),
    "modified_bessel_k1": (spread(0.0, 90.0), scipy.k1, 64, 0),
    "scaled_modified_bessel_k0": (spread(0.0, 900.0), scipy.k0e, 16, 0),
    "scaled_modified_bessel_k1": (spread(0.0, 900.0), scipy.k1e, 16, 0),
    "bessel_j0": (spread(-90.0, 90.0), scipy.j0, 8, 1e-15),
    "bessel_j1": (spread(-90.0, 90.0), scipy.j1, 8, 1e-15),
    "bessel_y0": (spread(0.0, 90.0), scipy.y0, 8, 1e-15),
    "bessel_y1": (spread(0.0, 90.0), scipy.y1, 8, 1e-15),
    "spherical_bessel_j0": (spread(-90.0, 90.0), lambda x: scipy.spherical_jn(0, x), 8, 1e-16),
    "airy_ai": (spread(-20.0, 20.0), lambda x: scipy.airy(x)[0], 256, 1e-14),
}


@pytest.mark.parametrize("name", ONE)
def test_a_function_of_one_number_is_exact_to_the_last_places(name):
    places, reference, units, absolute = ONE[name]
    found = getattr(special, name)(pg.tensor(places))
    numpy.testing.assert_allclose(found.numpy(), reference(places), rtol=units * ULP, atol=absolute)


@pytest.mark.parametrize("name", ONE)
def test_lower_dtypes_are_rounded_once(name):
    places = ONE[name][0]
    for dtype in (pg.float32, pg.float16, pg.bfloat16):
        x = pg.tensor(places).to(dtype)
        found = getattr(special, name)(x)
        assert found.dtype is dtype
        expected = getattr(special, name)(x.double()).to(pg.float32).to(dtype)
        if not (name == "erf" and dtype is pg.float32):  # its own polynomial
            assert numpy.array_equal(found.float().numpy(), expected.float().numpy(), equal_nan=True)


@pytest.mark.parametrize(("name", "reference"), [("gammainc", scipy.gammainc), ("gammaincc", scipy.gammaincc)])
@pytest.mark.parametrize(("low", "rtol"), [(1e-6, 1e-13), (0.1, 1e-13), (10.0, 2e-12), (500.0, 1e-10)])
def test_the_incomplete_gamma_functions_are_exact_from_the_smallest_to_the_largest_order(name, reference, low, rtol):
    # SciPy itself has 11 digits of numbers near 1e-200: the tolerance is its own
    a = low * 10.0 ** rng.uniform(0, 1, 200)
    x = a * (1 + rng.uniform(-0.6, 0.6, 200))
    found = getattr(special, name)(pg.tensor(a), pg.tensor(x)).numpy()
    numpy.testing.assert_allclose(found, reference(a, x), rtol=rtol, atol=1e-290)


@pytest.mark.parametrize("order", [1, 2, 5])
def test_derivatives_of_digamma_are_exact(order):
    x = spread(0.0, 60.0)
    numpy.testing.assert_allclose(
        special.polygamma(order, pg.tensor(x)).numpy(), scipy.polygamma(order, x), rtol=32 * ULP
    )


def test_the_zeta_function_is_exact():
    s, q = rng.uniform(1.01, 40.0, 300), rng.uniform(0.01, 60.0, 300)
    found = special.zeta(pg.tensor(s), pg.tensor(q)).numpy()
    numpy.testing.assert_allclose(found, scipy.zeta(s, q), rtol=32 * ULP)


def test_derivatives_of_digamma_left_of_zero_obey_the_reflection():
    x = pg.tensor(rng.uniform(-6.9, -0.1, 100))
    total = special.polygamma(1, x) + special.polygamma(1, 1 - x)
    numpy.testing.assert_allclose(total.numpy(), (numpy.pi / numpy.sin(numpy.pi * x.numpy())) ** 2, rtol=1e-11)


INF, NAN = numpy.inf, numpy.nan
EDGES = {
    "gammaln": {INF: INF, -INF: INF, 0.0: INF, -3.0: INF, 1.0: 0.0, 2.0: 0.0},
    "psi": {INF: INF, -INF: NAN, -0.0: INF, -3.0: NAN},
    "erfinv": {1.0: INF, -1.0: -INF, 1.5: NAN, 0.0: 0.0},
    "erfcx": {INF: 0.0, -INF: INF, -30.0: INF},
    "erfc": {INF: 0.0, -INF: 2.0, 30.0: 0.0},
    "ndtr": {INF: 1.0, -INF: 0.0},
    "ndtri": {0.0: -INF, 1.0: INF, 2.0: NAN, -1.0: NAN, 0.5: 0.0},
    "log_ndtr": {INF: 0.0, -INF: -INF},
    "i0": {INF: INF, -INF: INF, 0.0: 1.0, 800.0: INF},
    "i1": {INF: INF, -INF: -INF, 0.0: 0.0, -800.0: -INF},
    "i0e": {INF: 0.0, 0.0: 1.0},
    "i1e": {INF: 0.0, -INF: 0.0},
    "modified_bessel_k0": {INF: 0.0, 0.0: INF, -1.0: NAN},
    "modified_bessel_k1": {INF: 0.0, 0.0: INF, -1.0: NAN},
    "bessel_j0": {INF: 0.0, 0.0: 1.0},
    "bessel_j1": {INF: 0.0, 0.0: 0.0},
    "bessel_y0": {INF: 0.0, 0.0: -INF, -1.0: NAN},
    "bessel_y1": {INF: 0.0, 0.0: -INF, -1.0: NAN},
    "spherical_bessel_j0": {INF: 0.0, 0.0: 1.0},
    "airy_ai": {INF: 0.0, -INF: 0.0},
}


@pytest.mark.parametrize("name", EDGES)
def test_at_the_ends_and_the_poles_a_function_has_its_limit(name):
    x = numpy.array([*EDGES[name], NAN])
    numpy.testing.assert_array_equal(getattr(special, name)(pg.tensor(x)).numpy(), [*EDGES[name].values(), NAN])


def test_polynomials_have_their_derivatives_of_any_order():
    x = pg.tensor([-0.5, 0.25, 2.0], dtype=pg.float64, requires_grad=True)
    found = special.legendre_polynomial_p(x, 4)
    for order in range(1, 5):
        (found,) = pg.grad(found.sum(), [x], create_graph=order < 4)
        expected = numpy.polynomial.Legendre.basis(4).deriv(order)(x.detach().numpy())
        numpy.testing.assert_allclose(found.detach().numpy(), expected, rtol=1e-12, atol=1e-12)


def test_large_arrays_are_computed_in_pieces_with_the_same_result():
    x = numpy.linspace(0.1, 30.0, 50_000)
    whole = special.gammaln(pg.tensor(x)).numpy()
    parts = numpy.concatenate([special.gammaln(pg.tensor(part)).numpy() for part in numpy.split(x, 50)])
    numpy.testing.assert_array_equal(whole, parts)


def test_complex_numbers_are_refused_by_an_error_that_says_what_to_do():
    with pytest.raises(pg.errors.DtypeError, match="real numbers") as error:
        pg.lgamma(pg.tensor([1 + 2j]))
    assert error.value.where


def test_every_function_of_torch_special_is_here_and_a_method_where_pytorch_has_one():
    torch = pytest.importorskip("torch", reason="PyTorch has the list")
    names = [name for name in dir(torch.special) if callable(getattr(torch.special, name)) and name[0].islower()]
    assert [name for name in names if not hasattr(special, name)] == []
    top = ["lgamma", "digamma", "polygamma", "mvlgamma", "igamma", "igammac", "erfinv", "i0"]
    assert [name for name in top if not (hasattr(pg, name) and hasattr(pg.Tensor, f"{name}_"))] == []


def test_polygamma_is_a_method_of_the_tensor_and_writes_in_place():
    x = pg.tensor([1.5, 2.5], dtype=pg.float64)
    expected = scipy.polygamma(2, x.numpy())
    numpy.testing.assert_allclose(x.polygamma(2).numpy(), expected, rtol=1e-13)
    assert x.polygamma_(2) is x
    numpy.testing.assert_allclose(x.numpy(), expected, rtol=1e-13)
