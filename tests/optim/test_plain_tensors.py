"""Tensors that are no Parameters, optimizers that people write themselves, and settings that are tensors."""

import pytest

import patchgrad as pg
from patchgrad import nn, optim


@pytest.mark.parametrize("family", ["SGD", "Adam", "Rprop", "LBFGS"])
def test_a_leaf_is_trained_as_a_parameter_is(family):
    leaf, parameter = pg.tensor([3.0, -2.0], requires_grad=True), nn.Parameter(pg.tensor([3.0, -2.0]))
    for value in (leaf, parameter):
        optimizer = getattr(optim, family)([value], lr=0.1)

        def closure(value=value, optimizer=optimizer):
            optimizer.zero_grad()
            loss = (value**2).sum()
            loss.backward()
            return loss

        for _ in range(3):
            optimizer.step(closure)
    assert leaf.tolist() == parameter.tolist() != [3.0, -2.0]
    assert leaf.is_leaf
    assert leaf.requires_grad


class Momentum(optim.Optimizer):
    """As people write it from PyTorch's documentation."""

    def __init__(self, params, lr):
        super().__init__(params, {"lr": lr})

    @pg.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                state = self.state[p]
                if len(state) == 0:
                    state["step"] = 0
                    state["buffer"] = pg.zeros_like(p)
                state["step"] += 1
                state["buffer"].mul_(0.9).add_(p.grad)
                p.add_(state["buffer"], alpha=-group["lr"])


def test_an_optimizer_of_ones_own_keeps_its_state_by_parameter():
    own, known = nn.Parameter(pg.tensor([1.0, 2.0])), nn.Parameter(pg.tensor([1.0, 2.0]))
    mine, sgd = Momentum([own], lr=0.1), optim.SGD([known], lr=0.1, momentum=0.9)
    for _ in range(3):
        own.grad, known.grad = pg.tensor([1.0, -1.0]), pg.tensor([1.0, -1.0])
        mine.step()
        sgd.step()
    assert pg.allclose(own, known)
    assert pg.allclose(mine.state[own]["buffer"], sgd.state[known]["momentum_buffer"])
    assert own in mine.state
    other = Momentum([nn.Parameter([0.0, 0.0])], lr=0.1)
    other.load_state_dict(mine.state_dict())
    assert other.state[other.param_groups[0]["params"][0]]["step"] == 3


def test_a_rate_may_be_a_tensor():
    one, two = nn.Parameter([1.0]), nn.Parameter([1.0])
    one.grad, two.grad = pg.tensor([0.5]), pg.tensor([0.5])
    optim.Adam([one], lr=pg.tensor(0.25)).step()
    optim.Adam([two], lr=0.25).step()
    assert one.tolist() == two.tolist()
