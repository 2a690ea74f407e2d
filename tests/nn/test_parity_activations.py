"""Activations made of straight lines and smooth ones against PyTorch."""

import numpy as np
import pytest

import patchgrad as pg
from patchgrad import nn
from patchgrad.errors import ArgumentError, ShapeError

from .parity import assert_parity, normal, rows, texts, torch

ROW, IMAGE = normal(5, 6), normal(2, 4, 3, 5)

SINGLE = ("Hardsigmoid", "CELU(0.4)")
"""PyTorch rounds constants of these to float32, whatever the dtype."""
CASES = [
    ("nn.ReLU(inplace=True)", [ROW]),
    ("nn.LeakyReLU(0.2, inplace=False)", [ROW]),
    ("nn.SiLU()", [ROW]),
    ("nn.Hardtanh()", [ROW]),
    ("nn.Hardtanh(-0.3, 0.8)", [ROW]),
    ("nn.ReLU6()", [ROW]),
    ("nn.Hardsigmoid()", [ROW]),
    ("nn.Hardswish()", [ROW]),
    ("nn.Hardshrink()", [ROW]),
    ("nn.Hardshrink(0.9)", [ROW]),
    ("nn.Softshrink()", [ROW]),
    ("nn.Softshrink(0.1)", [ROW]),
    ("nn.Threshold(0.3, 20)", [ROW]),
    ("nn.PReLU()", [IMAGE]),
    ("nn.PReLU(4, init=0.6)", [IMAGE]),
    ("nn.PReLU(6)", [ROW]),
    ("nn.RReLU().eval()", [ROW]),
    ("nn.RReLU(0.1, 0.9).eval()", [ROW]),
    ("nn.ELU()", [ROW]),
    ("nn.ELU(1.7)", [ROW]),
    ("nn.CELU()", [ROW]),
    ("nn.CELU(0.4)", [ROW]),
    ("nn.SELU()", [ROW]),
    ("nn.Softplus()", [ROW]),
    ("nn.Softplus(beta=2.0, threshold=1.0)", [ROW]),
    ("nn.Mish()", [ROW]),
    ("nn.LogSigmoid()", [ROW]),
    ("nn.Softsign()", [ROW]),
    ("nn.Tanhshrink()", [ROW]),
    ("nn.GLU()", [ROW]),
    ("nn.GLU(dim=1)", [IMAGE]),
    ("nn.Softmin(dim=1)", [ROW]),
    ("nn.Softmax2d()", [IMAGE]),
    ("nn.Softmax2d()", [normal(4, 3, 5)]),
]


@rows(CASES)
def test_an_activation_gives_what_pytorch_gives(case):
    if "inplace=True" in case[0]:
        case = (case[0], [lambda rng: rng.integers(-3, 4, (5, 6))])
    assert_parity(case, rtol=1e-7 if any(name in case[0] for name in SINGLE) else 1e-9)


@texts([*CASES, ("nn.Mish(inplace=True)",), ("nn.Hardtanh(-1.0, 2.0, True)",), ("nn.Hardswish(True)",)])
def test_an_activation_prints_its_settings_as_pytorch_does(text):
    assert repr(eval(text, {"nn": nn})) == repr(eval(text, {"nn": torch.nn}))


def test_a_random_slope_lies_between_its_bounds_and_repeats_with_the_seed():
    layer = nn.RReLU(0.2, 0.7)
    x = pg.tensor(np.full((40, 50), -2.0), requires_grad=True)
    pg.manual_seed(3)
    y = layer(x)
    slopes = y.data / -2
    assert slopes.min() >= 0.2
    assert slopes.max() <= 0.7
    assert slopes.mean() == pytest.approx(0.45, abs=0.02)
    y.sum().backward()
    np.testing.assert_allclose(x.grad.data, slopes)
    pg.manual_seed(3)
    np.testing.assert_array_equal(layer(x).data, y.data)


MISTAKES = [
    (lambda: nn.Hardtanh(1.0, 1.0), ArgumentError, "min_val < max_val"),
    (lambda: nn.PReLU(0), ArgumentError, "num_parameters"),
    (lambda: nn.Softmax2d()(pg.zeros(3, 4)), ShapeError, "channels"),
]


@pytest.mark.parametrize(("mistake", "kind", "says"), MISTAKES)
def test_a_mistake_is_told(mistake, kind, says):
    with pytest.raises(kind, match=says):
        mistake()
