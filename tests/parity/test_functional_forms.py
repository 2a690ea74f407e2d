"""Functions of ``nn.functional`` that write into their input, and draw where they pool."""

from __future__ import annotations

import numpy
import pytest

import patchgrad as pg
from patchgrad.errors import PatchgradError
from patchgrad.nn import functional as F

torch = pytest.importorskip("torch")
T = torch.nn.functional

WRITING = [
    ("celu_", {"alpha": 0.5}),
    ("elu_", {"alpha": 0.7}),
    ("hardtanh_", {"min_val": -0.3, "max_val": 0.6}),
    ("leaky_relu_", {"negative_slope": 0.3}),
    ("relu_", {}),
    ("rrelu_", {"lower": 0.2, "upper": 0.2}),
    ("selu_", {}),
    ("threshold_", {"threshold": 0.2, "value": -1.0}),
]


@pytest.mark.parametrize(("name", "settings"), WRITING)
def test_a_function_that_writes_gives_its_input_with_pytorchs_values_and_gradient(name, settings):
    array = numpy.random.default_rng(0).normal(size=(3, 4))
    found = []
    for library, functions in ((pg, F), (torch, T)):
        x = library.tensor(array, requires_grad=True)
        y = x * 1
        assert getattr(functions, name)(y, **settings) is y
        (y * y).sum().backward()
        found.append((y.detach().numpy(), x.grad.numpy()))
    for mine, theirs in zip(*found, strict=True):
        numpy.testing.assert_allclose(mine, theirs, rtol=1e-12)
    with pytest.raises(PatchgradError):
        getattr(F, name)(pg.tensor(array, requires_grad=True), **settings)


@pytest.mark.parametrize("axes", [2, 3])
def test_a_drawn_pool_tells_where_its_maxima_stood(axes):
    rng = numpy.random.default_rng(1)
    x, samples = rng.normal(size=(2, 3, *[9] * axes)), rng.uniform(size=(2, 3, axes))
    name = f"fractional_max_pool{axes}d_with_indices"
    mine = getattr(F, name)(pg.tensor(x), 2, 4, _random_samples=pg.tensor(samples))
    theirs = getattr(T, name)(torch.tensor(x), 2, 4, _random_samples=torch.tensor(samples))
    for own, their in zip(mine, theirs, strict=True):
        numpy.testing.assert_array_equal(own.numpy(), their.numpy())


def test_a_convolution_along_time_wants_three_axes():
    with pytest.raises(PatchgradError, match="length, batch, channels"):
        F.conv_tbc(pg.zeros(3, 4), pg.zeros(2, 4, 5), pg.zeros(5))
