"""``differentiable=True``: gradients flow through steps of an optimizer, as in PyTorch."""

import numpy as np
import pytest

import patchgrad as pg
from patchgrad import optim
from patchgrad.errors import ArgumentError, PatchgradError
from patchgrad.testing import gradcheck

torch = pytest.importorskip("torch")

CASES = [
    ("SGD", {"lr": 0.1}, ("lr",)),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1}, ("lr", "weight_decay")),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.1, "maximize": True}, ()),
    ("Adam", {"lr": 0.1, "weight_decay": 0.1}, ("lr", "weight_decay")),
    ("Adam", {"lr": 0.1, "amsgrad": True}, ()),
    ("AdamW", {"lr": 0.1, "weight_decay": 0.1}, ("lr", "weight_decay")),
    ("Adamax", {"lr": 0.1}, ()),
    ("NAdam", {"lr": 0.1, "weight_decay": 0.1, "decoupled_weight_decay": True}, ("lr", "weight_decay")),
    ("RAdam", {"lr": 0.1, "betas": (0.9, 0.7)}, ("lr",)),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.1}, ()),
    ("Adadelta", {"lr": 0.7}, ()),
    ("RMSprop", {"lr": 0.1, "momentum": 0.5, "centered": True}, ()),
    ("Rprop", {"lr": 0.1}, ()),
    ("ASGD", {"lr": 0.1, "t0": 0}, ()),
]
START = np.random.default_rng(0).normal(size=(3, 4))
WEIGHTS = np.random.default_rng(1).normal(size=(3, 4))


def three_steps(library, family, settings, start, weights):
    """The parameter after three steps. PyTorch refuses to keep what it overwrites: there slots are copied between."""
    parameter = start.clone()
    optimizer = family([parameter], differentiable=True, **settings)
    if settings.get("momentum") and "SGD" in family.__name__:  # PyTorch cuts the gradient of a buffer that it begins
        optimizer.state[parameter]["momentum_buffer"] = library.zeros_like(weights)
    for _ in range(3):
        used = parameter.clone()
        loss = (used**3 * weights).sum() + used.sin().sum()
        (parameter.grad,) = library.autograd.grad(loss, [used], create_graph=True)
        optimizer.step()
        if library is torch:
            slots = optimizer.state[parameter]
            slots.update({name: value.clone() for name, value in slots.items() if isinstance(value, torch.Tensor)})
    return parameter


def gradients(library, family, settings, hyper, tensor):
    start, weights = tensor(START).requires_grad_(), tensor(WEIGHTS)
    numbers = {name: tensor(settings[name]).requires_grad_() for name in hyper}
    end = three_steps(library, family, {**settings, **numbers}, start, weights)
    found = library.autograd.grad((end**2).sum(), [start, *numbers.values()])
    return [value.detach().numpy() for value in (end, *found)]


@pytest.fixture(autouse=True)
def numbers_of_pytorch_in_float64():
    """PyTorch keeps step counts in its default dtype, and computes with them."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(before)


@pytest.mark.parametrize(("name", "settings", "hyper"), CASES, ids=str)
def test_gradients_through_three_steps_equal_those_of_pytorch(name, settings, hyper):
    own = gradients(pg, getattr(optim, name), settings, hyper, lambda value: pg.tensor(value, dtype=pg.float64))
    family = getattr(torch.optim, name)
    their = gradients(torch, family, settings, hyper, lambda value: torch.tensor(value, dtype=torch.float64))
    for mine, yours in zip(own, their, strict=True):
        np.testing.assert_allclose(mine, yours, rtol=1e-10, atol=1e-13)


def test_gradients_reach_through_a_momentum_that_a_step_begins():
    settings = {"lr": 0.1, "momentum": 0.9}

    def after_two_steps(start):
        parameter = start.clone()
        optimizer = optim.SGD([parameter], differentiable=True, **settings)
        for _ in range(2):
            parameter.grad = parameter.clone() ** 3
            optimizer.step()
        return parameter

    gradcheck(after_two_steps, (pg.tensor(START, requires_grad=True),))


def test_a_leaf_cannot_change_on_the_tape():
    leaf = pg.ones(2, requires_grad=True)
    leaf.grad = pg.ones(2)
    with pytest.raises(PatchgradError, match="leaf"):
        optim.SGD([leaf], lr=0.1, differentiable=True).step()


def test_a_family_without_the_setting_says_which_have_it():
    with pytest.raises(ArgumentError) as error:
        optim.Adafactor([pg.ones((2, 2), requires_grad=True)], differentiable=True)
    assert "RMSprop" in error.value.hint
