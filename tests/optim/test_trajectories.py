"""Optimizers against PyTorch: the same gradients give the same parameters for a hundred steps."""

import numpy as np
import pytest

from patchgrad import nn, optim

torch = pytest.importorskip("torch")

STEPS = 100
SETTINGS = [
    ("SGD", {"lr": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.9}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.01}),
    ("SGD", {"lr": 0.1, "momentum": 0.8, "nesterov": True, "weight_decay": 0.02}),
    ("SGD", {"lr": 0.01, "momentum": 0.5, "maximize": True}),
    ("Adam", {}),
    ("Adam", {"lr": 0.05, "betas": (0.7, 0.95), "eps": 1e-6, "weight_decay": 0.03}),
    ("Adam", {"lr": 0.02, "amsgrad": True}),
    ("Adam", {"lr": 0.02, "betas": (0.3, 0.6), "maximize": True}),
    ("Adam", {"lr": 0.02, "weight_decay": 0.1, "decoupled_weight_decay": True}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.2, "weight_decay": 0.1, "maximize": True, "foreach": False}),
    ("AdamW", {}),
    ("AdamW", {"lr": 0.03, "maximize": True, "foreach": True}),
    ("AdamW", {"lr": 0.03, "weight_decay": 0.2, "amsgrad": True}),
    ("Adamax", {}),
    ("Adamax", {"lr": 0.03, "betas": (0.6, 0.9), "eps": 1e-5, "weight_decay": 0.1, "maximize": True}),
    ("NAdam", {}),
    ("NAdam", {"lr": 0.03, "weight_decay": 0.1, "momentum_decay": 0.02}),
    ("NAdam", {"lr": 0.03, "weight_decay": 0.1, "decoupled_weight_decay": True, "maximize": True}),
    ("RAdam", {}),
    ("RAdam", {"lr": 0.03, "betas": (0.8, 0.9), "weight_decay": 0.1}),
    ("RAdam", {"lr": 0.03, "weight_decay": 0.1, "decoupled_weight_decay": True, "maximize": True}),
    ("Adagrad", {}),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.05, "weight_decay": 0.1, "initial_accumulator_value": 0.2, "maximize": True}),
    ("Adadelta", {}),
    ("Adadelta", {"lr": 0.5, "rho": 0.8, "eps": 1e-4, "weight_decay": 0.1, "maximize": True}),
    ("RMSprop", {}),
    ("RMSprop", {"lr": 0.02, "alpha": 0.9, "momentum": 0.8, "weight_decay": 0.1}),
    ("RMSprop", {"lr": 0.02, "momentum": 0.5, "centered": True, "maximize": True}),
    ("RMSprop", {"lr": 0.02, "alpha": 0.8, "eps": 1e-4, "centered": True, "weight_decay": 0.1}),
    ("Rprop", {}),
    ("NAdam", {"lr": 0.03, "betas": (0.7, 0.9), "eps": 1e-5, "momentum_decay": 0.1, "foreach": False}),
    ("RAdam", {"lr": 0.03, "eps": 1e-4, "maximize": True}),
    ("Adagrad", {"lr": 0.1, "eps": 1e-3, "weight_decay": 0.1}),
    ("Adafactor", {"lr": 0.02, "weight_decay": 0.0, "maximize": True, "foreach": False}),
    ("Rprop", {"lr": 0.05, "etas": (0.4, 1.5), "step_sizes": (1e-3, 0.2), "maximize": True}),
    ("ASGD", {}),
    ("ASGD", {"lr": 0.05, "lambd": 0.01, "alpha": 0.6, "t0": 20.0, "weight_decay": 0.1, "maximize": True}),
    ("Adafactor", {}),
    ("Adafactor", {"lr": 0.1, "beta2_decay": -0.5, "eps": (1e-6, 1e-2), "d": 1.5, "weight_decay": 0.1}),
    ("Adafactor", {"maximize": True}),
    ("Muon", {}),
    ("Muon", {"lr": 0.02, "weight_decay": 0.0, "ns_coefficients": (3.0, -4.0, 2.0), "eps": 1e-5}),
    ("Muon", {"lr": 0.05, "momentum": 0.8, "nesterov": False, "adjust_lr_fn": "match_rms_adamw", "ns_steps": 3}),
]
NAMES = sorted({name for name, _ in SETTINGS})


def pair(name, settings, seed=0):
    """The same two parameters in both libraries, each with an optimizer."""
    rng = np.random.default_rng(seed)
    values = [rng.normal(size=(4, 3)), rng.normal(size=(2, 5) if name == "Muon" else (5,))]
    ours = [nn.Parameter(value.copy()) for value in values]
    theirs = [torch.nn.Parameter(torch.tensor(value)) for value in values]
    return ours, theirs, getattr(optim, name)(ours, **settings), getattr(torch.optim, name)(theirs, **settings)


@pytest.fixture(autouse=True)
def numbers_of_pytorch_in_float64(monkeypatch):
    """PyTorch keeps numbers among the slots in its default dtype, and computes Muon's matrices in bfloat16."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    monkeypatch.setattr(torch.Tensor, "bfloat16", torch.Tensor.clone)
    yield
    torch.set_default_dtype(before)


def give_gradients(ours, theirs, rng, skip=None):
    for index, (own, their) in enumerate(zip(ours, theirs, strict=True)):
        gradient = rng.normal(size=own.shape) + 0.3 * own.data
        own.grad = None if index == skip else nn.Parameter(gradient.copy())
        their.grad = None if index == skip else torch.tensor(gradient)


def assert_equal(ours, theirs):
    for own, their in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(own.data, their.detach().numpy(), rtol=1e-10, atol=0)


@pytest.mark.parametrize(("name", "settings"), SETTINGS, ids=lambda value: str(value))
def test_a_hundred_steps_equal_those_of_pytorch(name, settings):
    ours, theirs, own, their = pair(name, settings)
    rng = np.random.default_rng(1)
    for step in range(STEPS):
        give_gradients(ours, theirs, rng, skip=1 if step % 7 == 3 else None)
        own.step()
        their.step()
        assert_equal(ours, theirs)


@pytest.mark.parametrize(("name", "settings"), SETTINGS, ids=lambda value: str(value))
def test_a_saved_optimizer_of_pytorch_goes_on_here(name, settings):
    ours, theirs, own, their = pair(name, settings)
    rng = np.random.default_rng(2)
    for _ in range(5):
        give_gradients(ours, theirs, rng)
        their.step()
    for parameter, value in zip(ours, theirs, strict=True):
        parameter.data[...] = value.detach().numpy()
    own.load_state_dict(their.state_dict())
    for _ in range(5):
        give_gradients(ours, theirs, rng)
        own.step()
        their.step()
        assert_equal(ours, theirs)


@pytest.mark.parametrize(("name", "settings"), SETTINGS, ids=lambda value: str(value))
def test_a_saved_optimizer_of_ours_goes_on_in_pytorch(name, settings):
    ours, theirs, own, their = pair(name, settings)
    rng = np.random.default_rng(3)
    for _ in range(5):
        give_gradients(ours, theirs, rng)
        own.step()
        their.step()
    saved = own.state_dict()
    assert_same_slots(saved["state"], their.state_dict()["state"])
    assert [group["params"] for group in saved["param_groups"]] == [[0, 1]]
    again = getattr(torch.optim, name)(theirs, **settings)
    again.load_state_dict(in_pytorch(saved))
    for _ in range(5):
        give_gradients(ours, theirs, rng)
        own.step()
        again.step()
        assert_equal(ours, theirs)


def assert_same_slots(ours, theirs):
    assert ours.keys() == theirs.keys()
    for position, slots in ours.items():
        assert slots.keys() == {name for name, value in theirs[position].items() if value is not None}
        for name, value in slots.items():
            got = value.numpy() if hasattr(value, "numpy") else value
            np.testing.assert_allclose(got, theirs[position][name].numpy(), rtol=1e-12, atol=1e-15, err_msg=name)


def in_pytorch(saved):
    state = {
        position: {
            name: torch.tensor(getattr(value, "data", value), dtype=torch.float64) for name, value in slots.items()
        }
        for position, slots in saved["state"].items()
    }
    return {**saved, "state": state}


@pytest.mark.parametrize("name", NAMES)
def test_edits_keep_the_slots_of_the_parameters_that_stay(name):
    ours, _, own, _ = pair(name, {"lr": 0.01})
    fresh = nn.Parameter(np.ones((3, 3)))
    for parameter in (*ours, fresh):
        parameter.grad = nn.Parameter(0.5 + parameter.data)
    own.step()
    before = {key: np.array(value) for key, value in own.slots(ours[1]).items()}
    taken = own.remove_parameter(ours[0])
    own.add_parameter(fresh)
    ours[1].grad = None
    own.step()
    assert before.keys() == own.slots(ours[1]).keys()
    assert all(np.array_equal(own.slots(ours[1])[key], value) for key, value in before.items())
    own.replace_parameters([fresh], [ours[0]])
    own.set_slots(ours[0], taken)
    assert own.slots(ours[0]) == taken
    assert own.parameters() == [ours[1], ours[0]]
    own.step()


@pytest.mark.parametrize("norm_type", [2.0, 1.0, 3.0, float("inf")])
@pytest.mark.parametrize("max_norm", [0.5, 1000.0])
def test_clipping_by_norm_equals_that_of_pytorch(norm_type, max_norm):
    ours, theirs, _, _ = pair("SGD", {})
    give_gradients(ours, theirs, np.random.default_rng(4))
    own = nn.utils.clip_grad_norm_(ours, max_norm, norm_type)
    their = torch.nn.utils.clip_grad_norm_(theirs, max_norm, norm_type)
    np.testing.assert_allclose(own.item(), their.item(), rtol=1e-12)
    for parameter, value in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(parameter.grad.data, value.grad.numpy(), rtol=1e-12)


def test_clipping_by_value_bounds_every_element():
    ours, theirs, _, _ = pair("SGD", {})
    give_gradients(ours, theirs, np.random.default_rng(5))
    nn.utils.clip_grad_value_(ours, 0.2)
    torch.nn.utils.clip_grad_value_(theirs, 0.2)
    for parameter, value in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(parameter.grad.data, value.grad.numpy())
