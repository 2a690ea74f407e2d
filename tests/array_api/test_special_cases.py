"""Signed zeros, infinities and NaN give what the standard says, in both precisions, also from shapes without axes."""

from __future__ import annotations

import itertools
from math import inf, nan

import pytest

from patchgrad import array_api as xp
from patchgrad.backend import host

from . import special_cases as cases

# PyTorch rounds the quotient of a finite number and an infinity down; the function does as the standard says.
OPERATORS = {
    "add": "__add__", "subtract": "__sub__", "multiply": "__mul__", "divide": "__truediv__", "pow": "__pow__",
    "remainder": "__mod__",
}  # fmt: skip


def check(call, text: str, dtype) -> None:
    """All rows at once, and the first without axes."""
    found = list(cases.rows(text))
    operands = [host.asarray(column) for column in zip(*(values for values, _ in found), strict=True)]
    expected = host.asarray([cases.result(word, values) for values, word in found])
    zero = host.asarray([word == "zero" for _, word in found])
    tensors = [xp.asarray(column, dtype=dtype) for column in operands]
    mine = call(*tensors)
    assert mine.dtype is dtype
    got, wanted = mine.numpy(), host.where(zero, 0.0, expected).astype(str(mine.numpy().dtype))
    host.testing.assert_allclose(got, wanted, rtol=1e-6)
    signed = ~zero & ~host.isnan(wanted)
    host.testing.assert_array_equal(host.signbit(got)[signed], host.signbit(wanted)[signed])
    single = call(*(tensor[0] for tensor in tensors))
    host.testing.assert_allclose(single.numpy(), wanted[0], rtol=1e-6)


@pytest.mark.parametrize("dtype", [xp.float32, xp.float64], ids=str)
@pytest.mark.parametrize("name", [*cases.UNARY, *cases.BINARY])
def test_a_function_keeps_the_special_cases_of_the_standard(name, dtype):
    check(getattr(xp, name), {**cases.UNARY, **cases.BINARY}[name], dtype)


@pytest.mark.parametrize("name", OPERATORS)
def test_an_operator_keeps_the_special_cases_too(name):
    check(lambda a, b: getattr(a, OPERATORS[name])(b), cases.BINARY[name], xp.float32)


def test_a_sign_can_be_seen_of_everything_that_has_one():
    values = [0.0, -0.0, float("inf"), float("-inf"), 2.0, -2.0]
    assert xp.signbit(xp.asarray(values)).tolist() == list(itertools.islice(itertools.cycle([False, True]), 6))


def test_nothing_has_a_mean_and_too_few_numbers_have_a_variance_of_nan():
    assert host.isnan(xp.mean(xp.ones((0,))).item())
    assert host.isnan(xp.var(xp.asarray([1.0, 2.0]), correction=2).item())
    assert host.isnan(xp.std(xp.asarray([1.0, 2.0]), correction=3.5).item())


@pytest.mark.parametrize(
    "name", ["sum", "prod", "mean", "max", "min", "var", "std", "cumulative_sum", "cumulative_prod"]
)
def test_nan_goes_through(name):
    found = getattr(xp, name)(xp.asarray([1.0, float("nan"), 0.0]))
    assert host.isnan(found.numpy().reshape(-1)[-1])


def test_nan_differs_from_nan_and_zeros_are_one():
    values, indices, inverse, counts = xp.unique_all(xp.asarray([float("nan"), 0.0, -0.0, float("nan")]))
    assert (values.shape, counts.tolist(), inverse.shape, indices.shape) == ((3,), [2, 1, 1], (4,), (3,))


@pytest.mark.parametrize("dtype", [xp.complex64, xp.complex128], ids=str)
@pytest.mark.parametrize(
    ("x", "real", "imaginary"),
    [
        ((-0.0, 0.0), 0.0, 0.0),
        ((inf, 0.0), inf, 0.0),
        ((-inf, inf), -1.0, None),
        ((-inf, nan), -1.0, None),
        ((inf, inf), inf, nan),
        ((inf, nan), inf, nan),
        ((nan, 0.0), nan, 0.0),
        ((nan, 1.0), nan, nan),
        ((1.0, inf), nan, nan),
    ],
)
def test_a_complex_expm1_keeps_the_special_cases_and_mirrors_them(dtype, x, real, imaginary):
    """An imaginary part of None is a zero of either sign."""
    for sign in (1.0, -1.0):
        found = xp.expm1(xp.asarray([complex(x[0], sign * x[1])], dtype=dtype)).numpy()[0]
        host.testing.assert_equal(float(found.real), real)
        if imaginary is None:
            assert found.imag == 0
        else:
            host.testing.assert_equal(float(found.imag), sign * imaginary)


def test_a_complex_expm1_of_finite_numbers_is_exact_near_zero_and_has_its_gradient():
    x = xp.asarray([1e-12 + 1e-12j, -0.5 + 2.0j], dtype=xp.complex128).requires_grad_()
    y = xp.expm1(x)
    host.testing.assert_allclose(y.detach().numpy(), host.expm1(x.detach().numpy()), rtol=1e-15)
    y.backward(xp.ones_like(y))
    host.testing.assert_allclose(x.grad.numpy(), host.exp(x.detach().numpy()).conj(), rtol=1e-12)
