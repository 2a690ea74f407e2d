"""First values of parameters: their spread, and that they repeat with the seed."""

import math

import numpy as np
import pytest

import patchgrad as pg
from patchgrad import nn
from patchgrad.errors import PatchgradError
from patchgrad.nn import init

FAN_IN, FAN_OUT = 40 * 9, 60 * 9
GAIN = math.sqrt(2 / (1 + 0.2**2))
SPREADS = [
    (lambda w: init.uniform_(w, -1, 3), 4 / math.sqrt(12), 1.0),
    (lambda w: init.normal_(w, 2.0, 0.5), 0.5, 2.0),
    (lambda w: init.xavier_uniform_(w, 2.0), 2 * math.sqrt(2 / (FAN_IN + FAN_OUT)), 0.0),
    (lambda w: init.xavier_normal_(w), math.sqrt(2 / (FAN_IN + FAN_OUT)), 0.0),
    (lambda w: init.kaiming_uniform_(w, 0.2), GAIN / math.sqrt(FAN_IN), 0.0),
    (lambda w: init.kaiming_normal_(w, mode="fan_out", nonlinearity="relu"), math.sqrt(2 / FAN_OUT), 0.0),
    (lambda w: init.trunc_normal_(w, 0.0, 1.0, -1.0, 1.0), 0.5396, 0.0),
]


DRAWN = ["uniform_", "normal_", "trunc_normal_", "xavier_uniform_", "xavier_normal_", "kaiming_uniform_",
         "kaiming_normal_", "orthogonal_", "sparse_"]  # fmt: skip


@pytest.mark.parametrize("name", DRAWN)
def test_values_may_come_from_a_generator_and_leave_the_global_numbers_alone(name):
    before = pg.get_rng_state()
    settings = {"sparsity": 0.3} if name == "sparse_" else {}
    first, second, third = (
        getattr(init, name)(pg.zeros(5, 4), **settings, generator=pg.Generator().manual_seed(seed)).tolist()
        for seed in (1, 1, 2)
    )
    assert first == second != third
    assert pg.get_rng_state() == before


@pytest.mark.parametrize(("fill", "std", "mean"), SPREADS)
def test_values_have_the_stated_spread_and_repeat_with_the_seed(fill, std, mean):
    weight = nn.Parameter(pg.zeros(60, 40, 3, 3))
    pg.manual_seed(4)
    assert fill(weight) is weight
    assert weight.data.std() == pytest.approx(std, rel=0.02)
    assert weight.data.mean() == pytest.approx(mean, abs=0.03 * std + 0.02 * abs(mean))
    first = weight.data.copy()
    pg.manual_seed(4)
    fill(weight)
    np.testing.assert_array_equal(weight.data, first)
    assert weight.node is None


def test_truncated_values_stay_inside():
    values = init.trunc_normal_(pg.zeros(5000), 0.0, 2.0, -1.0, 3.0).data
    assert values.min() >= -1
    assert values.max() <= 3


@pytest.mark.parametrize("shape", [(5, 8), (8, 5), (6, 2, 3)])
def test_orthogonal_rows_or_columns_have_length_gain(shape):
    matrix = init.orthogonal_(pg.zeros(*shape, dtype=pg.float64), gain=3.0).data.reshape(shape[0], -1)
    product = matrix @ matrix.T if matrix.shape[0] <= matrix.shape[1] else matrix.T @ matrix
    np.testing.assert_allclose(product, 9 * np.eye(len(product)), atol=1e-10)


def test_constants_identity_and_dirac():
    assert init.constant_(pg.zeros(2), 3.0).tolist() == [3, 3]
    assert init.ones_(pg.zeros(2)).tolist() == [1, 1]
    assert init.zeros_(pg.ones(2)).tolist() == [0, 0]
    assert init.eye_(pg.ones(2, 3)).tolist() == [[1, 0, 0], [0, 1, 0]]
    torch = pytest.importorskip("torch")
    for groups in (1, 2):
        want = torch.nn.init.dirac_(torch.ones(4, 2, 3, 3), groups).numpy()
        np.testing.assert_array_equal(init.dirac_(pg.ones(4, 2, 3, 3), groups).data, want)


def test_a_sparse_matrix_has_as_many_zeros_in_each_column():
    pg.manual_seed(2)
    weight = init.sparse_(pg.zeros(10, 500), 0.25, 0.5).data
    assert ((weight == 0).sum(0) == 3).all()
    assert weight[weight != 0].std() == pytest.approx(0.5, rel=0.05)
    assert (weight == 0).mean(1).max() < 0.4


@pytest.mark.parametrize("name", ["conv_transpose2d", "relu", "tanh", "sigmoid", "linear", "selu", "conv2d"])
def test_gains_are_those_of_pytorch(name):
    torch = pytest.importorskip("torch")
    assert init.calculate_gain(name) == torch.nn.init.calculate_gain(name)
    assert init.calculate_gain("leaky_relu", 0.3) == torch.nn.init.calculate_gain("leaky_relu", 0.3)


MISTAKES = [
    lambda: init.xavier_uniform_(pg.zeros(3)),
    lambda: init.kaiming_uniform_(pg.zeros(3, 3), mode="fan_between"),
    lambda: init.kaiming_normal_(pg.zeros(3, 3), nonlinearity="sine"),
    lambda: init.eye_(pg.zeros(2, 2, 2)),
    lambda: init.sparse_(pg.zeros(2, 2), 1.5),
    lambda: init.sparse_(pg.zeros(2), 0.5),
    lambda: init.dirac_(pg.zeros(3, 2, 3), groups=2),
    lambda: init.trunc_normal_(pg.zeros(3), 0, 1, 50, 51),
    lambda: init.trunc_normal_(pg.zeros(3), 0, 1, 1, -1),
]


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told(mistake):
    with pytest.raises(PatchgradError) as error:
        mistake()
    assert error.value.want or error.value.got


def test_a_meta_tensor_is_left_alone():
    state = pg.get_rng_state()
    assert init.orthogonal_(init.normal_(pg.zeros(3, 3, device="meta"))).shape == (3, 3)
    assert pg.get_rng_state() == state
