"""Parametrized weights, by hand and ready ones, and their older form by hooks, against PyTorch."""

import copy
import pickle

import numpy as np
import pytest

import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.errors import PatchgradError
from patchgrad.nn.utils import parametrize

from .parity import close, compare_gradients, torch

pytestmark = pytest.mark.filterwarnings("ignore:.*weight_norm. is deprecated:FutureWarning")
NORMS = [
    ("u.parametrizations.weight_norm(nn.Linear(4, 3))", (2, 4)),
    ("u.parametrizations.weight_norm(nn.Conv2d(4, 3, 2), dim=None)", (2, 4, 3, 3)),
    ("u.parametrizations.weight_norm(nn.ConvTranspose1d(4, 3, 2), dim=1)", (2, 4, 3)),
    ("u.parametrizations.spectral_norm(nn.Linear(4, 3))", (2, 4)),
    ("u.parametrizations.spectral_norm(nn.ConvTranspose2d(4, 3, 2), n_power_iterations=3)", (2, 4, 3, 3)),
    ("u.parametrizations.spectral_norm(nn.Linear(4, 3), 'bias')", (2, 4)),
    ("u.weight_norm(nn.Linear(4, 3))", (2, 4)),
    ("u.weight_norm(nn.Conv1d(4, 3, 2), dim=None)", (2, 4, 3)),
    ("u.spectral_norm(nn.Linear(4, 3))", (2, 4)),
    ("u.spectral_norm(nn.ConvTranspose1d(4, 3, 2), n_power_iterations=2)", (2, 4, 3)),
    ("u.parametrizations.orthogonal(nn.Linear(4, 4))", (2, 4)),
    ("u.parametrizations.orthogonal(nn.Linear(4, 4), orthogonal_map='cayley')", (2, 4)),
    ("u.parametrizations.orthogonal(nn.Linear(4, 3))", (2, 4)),
    ("u.parametrizations.orthogonal(nn.Linear(4, 6), orthogonal_map='matrix_exp')", (2, 4)),
    ("u.parametrizations.orthogonal(nn.Linear(4, 4), use_trivialization=False)", (2, 4)),
]
every = pytest.mark.parametrize(("text", "shape"), NORMS, ids=[text for text, _ in NORMS])


def pair(text, seed=0):
    """The module in both libraries with the same state."""
    ours, theirs = (eval(text, {"nn": lib.nn, "u": lib.nn.utils}).double() for lib in (pg, torch))
    rng = np.random.default_rng(seed)
    for name, value in theirs.state_dict().items():
        if "base" not in name and "_u" not in name and "_v" not in name:
            noise = 0.3 * rng.normal(size=tuple(value.shape))
            if "orthogonal" in text and noise.ndim == 2:
                np.fill_diagonal(noise, 0)  # PyTorch cuts it off at the next whole number
            value.add_(torch.tensor(noise))
    ours.load_state_dict({name: value.numpy() for name, value in theirs.state_dict().items()})
    return ours, theirs


@every
def test_a_normed_layer_is_that_of_pytorch_through_three_steps(text, shape):
    ours, theirs = pair(text)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    assert repr(ours).replace(" Orthogonal", " _Orthogonal") == repr(theirs)
    rng = np.random.default_rng(1)
    own_steps, their_steps = optim.SGD(ours.parameters(), 0.05), torch.optim.SGD(theirs.parameters(), 0.05)
    for step in range(3):
        array = rng.normal(size=shape)
        own, their = pg.tensor(array, requires_grad=True), torch.tensor(array, requires_grad=True)
        ours.train(step < 2), theirs.train(step < 2)
        results = ours(own), theirs(their)
        close(*results, f"output {step}")
        own_steps.zero_grad(), their_steps.zero_grad()
        for result in results:
            (result**2).sum().backward()
        compare_gradients(own, their, "input", 1e-8)
        for (name, mine), other in zip(ours.named_parameters(), theirs.parameters(), strict=True):
            compare_gradients(mine, other, name, 1e-8)
        own_steps.step(), their_steps.step()
    for name, value in theirs.state_dict().items():
        close(ours.state_dict()[name], value, name, 1e-8)


@every
def test_a_norm_that_is_removed_leaves_the_same_weight(text, shape):
    ours, theirs = pair(text)
    name = "bias" if "bias" in text else "weight"
    for library, module in ((pg, ours), (torch, theirs)):
        module.eval()
        utils = library.nn.utils
        if "parametrizations" in text:
            utils.parametrize.remove_parametrizations(module, name)
        else:
            (utils.remove_weight_norm if "weight_norm" in text else utils.remove_spectral_norm)(module, name)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    assert type(ours).__name__ == type(theirs).__name__
    close(ours.weight, theirs.weight, "weight")
    assert isinstance(ours.weight, nn.Parameter)
    x = pg.ones(*shape, dtype=pg.float64)
    close(ours(x), theirs(torch.ones(shape, dtype=torch.float64)), "output")


def test_an_orthogonal_matrix_begins_at_the_present_one_and_stays_orthogonal():
    layer = nn.Linear(5, 5).double()
    nn.init.orthogonal_(layer.weight)
    before = layer.weight.detach().clone()
    nn.utils.parametrizations.orthogonal(layer)
    np.testing.assert_allclose(layer.weight.numpy(force=True), before.numpy(), atol=1e-12)
    steps = optim.SGD(layer.parameters(), 0.3)
    for _ in range(3):
        steps.zero_grad()
        layer(pg.randn(7, 5, dtype=pg.float64)).square().sum().backward()
        steps.step()
    weight = layer.weight.numpy(force=True)
    np.testing.assert_allclose(weight @ weight.T, np.eye(5), atol=1e-12)
    assert abs(weight - before.numpy()).max() > 0.01
    layer.weight = before
    np.testing.assert_allclose(layer.weight.numpy(force=True), before.numpy(), atol=1e-12)


class Symmetric(nn.Module):
    def __init__(self):
        super().__init__()
        self.calls = 0

    def forward(self, x):
        self.calls += 1
        return x.triu() + x.triu(1).mT

    def right_inverse(self, x):
        return x.triu()


class Positive(nn.Module):
    def forward(self, x):
        return x.exp()

    def right_inverse(self, x):
        return x.log()


class Rows(nn.Module):
    """Two originals, of another shape than the weight."""

    def forward(self, a, b):
        return pg.cat([a, b], 0)

    def right_inverse(self, x):
        return x[:1], x[1:]


def test_a_parametrization_of_ones_own_is_trained_assigned_copied_and_stacked():
    layer = nn.Linear(3, 3)
    original = layer.weight
    steps = optim.SGD(layer.parameters(), 0.1)
    parametrize.register_parametrization(layer, "weight", Symmetric())
    assert layer.parametrizations.weight.original is original
    assert isinstance(layer, nn.Linear)
    assert parametrize.type_before_parametrizations(layer) is nn.Linear
    assert parametrize.is_parametrized(layer)
    assert not parametrize.is_parametrized(layer, "bias")
    layer(pg.randn(4, 3)).sum().backward()
    steps.step()
    assert pg.equal(layer.weight, layer.weight.mT)
    layer.weight = pg.full((3, 3), 2.0)
    assert layer.weight.tolist() == [[2.0] * 3] * 3
    parametrize.register_parametrization(layer, "weight", Positive())
    assert pg.allclose(layer.weight, pg.full((3, 3), 2.0).exp())
    for twin in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        assert type(twin).__name__ == "ParametrizedLinear"
        layer.weight = pg.full((3, 3), 5.0)
        assert pg.allclose(twin.weight, pg.full((3, 3), 2.0).exp())
        assert pg.allclose(layer.weight, pg.full((3, 3), 5.0))
        layer.weight = pg.full((3, 3), 2.0).exp()
    other = parametrize.transfer_parametrizations_and_params(layer, nn.Linear(3, 3))
    assert pg.equal(other.weight, layer.weight)
    parametrize.remove_parametrizations(layer, "weight", leave_parametrized=False)
    assert type(layer) is nn.Linear
    assert layer.weight is original


def test_a_parametrization_may_have_several_originals_and_be_of_a_buffer():
    norm = nn.BatchNorm1d(3)
    parametrize.register_parametrization(norm, "running_var", Positive())
    assert "parametrizations.running_var.original" in dict(norm.named_buffers())
    layer = parametrize.register_parametrization(nn.Linear(2, 3), "weight", Rows())
    assert [name for name, _ in layer.named_parameters()][1:] == [
        f"parametrizations.weight.original{number}" for number in (0, 1)
    ]
    layer(pg.ones(1, 2)).sum().backward()
    assert layer.parametrizations.weight.original1.grad.shape == (2, 2)


def test_within_cached_a_weight_is_computed_once():
    layer = parametrize.register_parametrization(nn.Linear(3, 3), "weight", Symmetric())
    rule = layer.parametrizations.weight[0]
    rule.calls = 0
    with parametrize.cached():
        with parametrize.cached():
            assert layer.weight is layer.weight
        assert layer.weight is layer.weight
    assert rule.calls == 1
    assert layer.weight is not layer.weight


class Flat(nn.Module):
    def forward(self, x):
        return x.reshape(-1)


LAYER = parametrize.register_parametrization(nn.Linear(2, 2), "weight", Rows())
MISTAKES = [
    (lambda: parametrize.register_parametrization(nn.Linear(2, 2), "kernel", Symmetric()), "kernel"),
    (lambda: parametrize.register_parametrization(nn.Linear(2, 2), "weight", Flat()), "would change 'weight'"),
    (lambda: parametrize.remove_parametrizations(nn.Linear(2, 2), "weight"), "not parametrized"),
    (lambda: parametrize.remove_parametrizations(LAYER, "weight", False), "no single original"),
    (lambda: nn.utils.parametrizations.spectral_norm(nn.Linear(2, 2), n_power_iterations=0), "n_power_iterations"),
    (lambda: nn.utils.parametrizations.spectral_norm(nn.Linear(2, 2), dim=2), "dim=2"),
    (lambda: nn.utils.parametrizations.orthogonal(nn.Linear(2, 2), "bias"), "matrix"),
    (lambda: nn.utils.parametrizations.orthogonal(nn.Linear(2, 2), orthogonal_map="qr"), "cayley"),
    (lambda: nn.utils.weight_norm(nn.Linear(2, 2, bias=False), "bias"), "no parameter 'bias'"),
    (lambda: nn.utils.weight_norm(nn.utils.weight_norm(nn.Linear(2, 2))), "already"),
    (lambda: nn.utils.remove_spectral_norm(nn.Linear(2, 2)), "to remove"),
]


@pytest.mark.parametrize(("mistake", "says"), MISTAKES)
def test_a_mistake_is_told(mistake, says):
    with pytest.raises(PatchgradError, match=says):
        mistake()
    layer = parametrize.register_parametrization(nn.Linear(2, 2), "weight", Flat(), unsafe=True)
    with pytest.raises(PatchgradError, match="right_inverse"):
        layer.weight = pg.zeros(4)
