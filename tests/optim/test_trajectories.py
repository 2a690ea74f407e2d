"""Optimizers and schedules against PyTorch: the same gradients give the same parameters for a hundred steps."""

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
    ("AdamW", {}),
    ("AdamW", {"lr": 0.03, "weight_decay": 0.2, "amsgrad": True}),
]


def pair(name, settings, seed=0):
    """The same two parameters in both libraries, each with an optimizer."""
    rng = np.random.default_rng(seed)
    values = [rng.normal(size=(4, 3)), rng.normal(size=(5,))]
    ours = [nn.Parameter(value.copy()) for value in values]
    theirs = [torch.nn.Parameter(torch.tensor(value)) for value in values]
    return ours, theirs, getattr(optim, name)(ours, **settings), getattr(torch.optim, name)(theirs, **settings)


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


def test_a_saved_optimizer_of_ours_goes_on_in_pytorch():
    ours, theirs, own, their = pair("Adam", {"lr": 0.02})
    rng = np.random.default_rng(3)
    for _ in range(5):
        give_gradients(ours, theirs, rng)
        own.step()
        their.step()
    saved = own.state_dict()
    theirs_saved = their.state_dict()
    assert saved["state"].keys() == theirs_saved["state"].keys()
    for position, slots in saved["state"].items():
        assert slots.keys() == theirs_saved["state"][position].keys()
        for name, value in slots.items():
            got = value if name == "step" else value.numpy()
            np.testing.assert_allclose(got, theirs_saved["state"][position][name].numpy(), rtol=1e-12)
    assert [group["params"] for group in saved["param_groups"]] == [[0, 1]]


SCHEDULES = [
    ("StepLR", {"step_size": 3}),
    ("StepLR", {"step_size": 1, "gamma": 0.9}),
    ("CosineAnnealingLR", {"T_max": 10}),
    ("CosineAnnealingLR", {"T_max": 7, "eta_min": 0.01}),
    ("CosineAnnealingLR", {"T_max": 1, "eta_min": 0.02}),
]


@pytest.mark.parametrize(("name", "settings"), SCHEDULES, ids=lambda value: str(value))
def test_the_rates_of_a_schedule_equal_those_of_pytorch_to_the_last_bit(name, settings):
    _, _, own, their = pair("SGD", {"lr": 0.3})
    mine = getattr(optim.lr_scheduler, name)(own, **settings)
    other = getattr(torch.optim.lr_scheduler, name)(their, **settings)
    for _ in range(40):
        own.step()
        their.step()
        mine.step()
        other.step()
        assert mine.get_last_lr() == other.get_last_lr()
        assert own.param_groups[0]["lr"] == their.param_groups[0]["lr"]


def test_a_saved_schedule_goes_on_where_it_was():
    _, _, own, _ = pair("SGD", {"lr": 0.3})
    schedule = optim.lr_scheduler.CosineAnnealingLR(own, 10)
    for _ in range(4):
        schedule.step()
    saved, saved_optimizer = schedule.state_dict(), own.state_dict()
    want = [schedule.step() or schedule.get_last_lr() for _ in range(5)]
    _, _, other, _ = pair("SGD", {"lr": 0.9})
    again = optim.lr_scheduler.CosineAnnealingLR(other, 3)
    other.load_state_dict(saved_optimizer)
    again.load_state_dict(saved)
    assert [again.step() or again.get_last_lr() for _ in range(5)] == want


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
