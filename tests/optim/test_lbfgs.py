"""L-BFGS against PyTorch, on Rosenbrock's valley and a small network."""

import copy

import numpy as np
import pytest

import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.errors import ArgumentError

torch = pytest.importorskip("torch")

SETTINGS = [
    {},
    {"lr": 0.3, "max_iter": 5},
    {"line_search_fn": "strong_wolfe"},
    {"line_search_fn": "strong_wolfe", "max_iter": 4, "history_size": 3, "lr": 0.7},
    {"line_search_fn": "strong_wolfe", "max_iter": 6, "max_eval": 7},
    {"tolerance_grad": 0.5, "line_search_fn": "strong_wolfe"},
]
STEPS = 6
X = np.random.default_rng(0).normal(size=(20, 3))
Y = np.sin(X.sum(1, keepdims=True))


def valley(a, b):
    return (1 - a[0]) ** 2 + 5 * ((b - a**2) ** 2).sum()


def network(weight, bias, library):
    return ((library.tanh(library.tensor(X) @ weight) @ bias - library.tensor(Y)) ** 2).mean()


LOSSES = {"valley": valley, "network": network}
VALUES = {
    "valley": [np.array([-1.0, 0.5]), np.array([0.3, 1.5])],
    "network": [np.random.default_rng(1).normal(size=(3, 4)), np.random.default_rng(2).normal(size=(4, 1))],
}


def closure_of(kind, values, optimizer, library):
    def closure():
        optimizer.zero_grad()
        loss = valley(*values) if kind == "valley" else network(*values, library)
        loss.backward()
        return loss

    return closure


def pair(kind, settings):
    ours = [nn.Parameter(value.copy()) for value in VALUES[kind]]
    theirs = [torch.nn.Parameter(torch.tensor(value)) for value in VALUES[kind]]
    own, their = optim.LBFGS(ours, **settings), torch.optim.LBFGS(theirs, **settings)
    return ours, theirs, own, their, closure_of(kind, ours, own, pg), closure_of(kind, theirs, their, torch)


def assert_same(ours, theirs, rtol):
    for own, their in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(own.data, their.detach().numpy(), rtol=rtol, atol=1e-9)


@pytest.mark.parametrize("kind", LOSSES)
@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_steps_equal_those_of_pytorch(kind, settings):
    if kind == "valley" and "line_search_fn" not in settings:
        settings = {**settings, "lr": 0.02}
    ours, theirs, own, their, mine, other = pair(kind, settings)
    for _ in range(STEPS):
        np.testing.assert_allclose(own.step(mine).item(), their.step(other).item(), rtol=1e-6, atol=1e-12)
        assert_same(ours, theirs, 1e-5)
        slots, others = own.slots(ours[0]), their.state_dict()["state"][0]
        assert (slots["n_iter"], slots["func_evals"]) == (others["n_iter"], others["func_evals"])


def test_the_valley_is_walked_down():
    ours, _, own, _, mine, _ = pair("valley", {"line_search_fn": "strong_wolfe"})
    for _ in range(12):
        own.step(mine)
    assert mine().item() < 1e-10
    assert ours[0].data[0] == pytest.approx(1, abs=1e-5)


def test_a_saved_state_goes_on_in_both_libraries():
    settings = {"max_iter": 4, "line_search_fn": "strong_wolfe"}
    ours, theirs, own, their, mine, other = pair("network", settings)
    for _ in range(2):
        own.step(mine)
        their.step(other)
    again = optim.LBFGS(ours, **settings)
    again.load_state_dict(copy.deepcopy(their.state_dict()))
    again.step(closure_of("network", ours, again, pg))
    own_theirs = [torch.nn.Parameter(torch.tensor(value.detach().numpy())) for value in theirs]
    fresh = torch.optim.LBFGS(own_theirs, **settings)
    fresh.load_state_dict(in_pytorch(own.state_dict()))
    fresh.step(closure_of("network", own_theirs, fresh, torch))
    their.step(other)
    assert_same(ours, theirs, 1e-6)
    assert_same(ours, own_theirs, 1e-6)


def in_pytorch(saved):
    def converted(value):
        if isinstance(value, list):
            return [converted(entry) for entry in value]
        return torch.tensor(value.data) if hasattr(value, "data") else value

    state = {
        place: {name: converted(value) for name, value in slots.items()} for place, slots in saved["state"].items()
    }
    return {**saved, "state": state}


def test_the_history_begins_anew_when_parameters_come_or_go():
    ours, _, own, _, mine, _ = pair("network", {"max_iter": 3, "line_search_fn": "strong_wolfe"})
    own.step(mine)
    kept = own.slots(ours[0])
    own.add_parameter(nn.Parameter(np.zeros(2)))
    own.step(mine)
    assert (own.slots(ours[0])["n_iter"], len(own.slots(ours[0])["d"])) == (kept["n_iter"], 18)
    own.remove_parameter(own.parameters()[-1])
    own.step(mine)
    assert len(own.slots(ours[0])["d"]) == 16
    own.remove_parameter(ours[0])
    own.remove_parameter(ours[1])
    own.add_parameter(ours[0])
    own.set_slots(ours[0], kept)
    own.add_parameter(ours[1])
    own.step(mine)
    assert own.slots(ours[0])["n_iter"] > kept["n_iter"]


MISTAKES = [
    (lambda p: optim.LBFGS([p]).step(), "closure"),
    (lambda p: optim.LBFGS([p], line_search_fn="wolfe"), "strong_wolfe"),
    (lambda p: optim.LBFGS([p], lr=-1.0), "lr"),
    (lambda p: optim.LBFGS([{"params": [p]}, {"params": [nn.Parameter(np.ones(2))]}]), "one group"),
]


@pytest.mark.parametrize(("mistake", "says"), MISTAKES)
def test_a_mistake_is_told(mistake, says):
    with pytest.raises(ArgumentError, match=says):
        mistake(nn.Parameter(np.ones(2)))
