"""Why is it NaN, why is the gradient None or zero: each cause is made by hand, and only it is named."""

from __future__ import annotations

import pytest

import patchgrad as pg
from patchgrad import nn
from patchgrad.errors import GradError

from .twins import numbers, torch

X = numbers(4, 3, seed=1)


class Net(nn.Module):
    """Two layers, with something between them."""

    def __init__(self, between):
        super().__init__()
        self.first, self.second = nn.Linear(3, 5).double(), nn.Linear(5, 1).double()
        self.between = between

    def forward(self, x):
        return self.second(self.between(self.first(x))).sum()


def weight_and_loss(between, bias=None):
    pg.manual_seed(0)
    net = Net(between)
    if bias is not None:
        with pg.no_grad():
            net.first.bias.fill_(bias)
    return net, lambda: net(pg.tensor(X))


def unused(net):
    def loss():
        net.first(pg.tensor(X))
        return net.second(pg.tensor(numbers(4, 5))).sum()

    return loss


def under_no_grad(h):
    with pg.no_grad():
        return h.tanh()


CAUSES = {
    "fine": (lambda h: h.tanh(), None, ""),
    "detached": (lambda h: h.detach(), None, ""),
    "no_grad": (under_no_grad, None, "tanh"),
    "integer": (lambda h: (h > 0).double(), None, "gt"),
    "dead_units": (lambda h: h.relu(), -100.0, "relu"),
    "saturated": (lambda h: h.sigmoid(), 100.0, "sigmoid"),
    "multiplied_by_zero": (lambda h: h * 0.0, None, "mul"),
    "constant": (lambda h: h.floor(), None, "floor"),
    "not_selected": (lambda h: pg.where(pg.tensor(False), h, 1.0), None, "where"),
    "not_finite": (lambda h: (h * 0).sqrt(), None, ""),
}


@pytest.mark.parametrize("cause", CAUSES)
def test_each_cause_is_named_and_no_other(cause):
    between, bias, op = CAUSES[cause]
    net, loss = weight_and_loss(between, bias)
    loss()
    if cause == "fine":
        loss().backward()
    report = pg.explain_grad(net.first.weight, loss)
    assert report.cause == cause
    if op:
        assert report.op == op
        assert "test_why.py" in str(report)
    if cause != "fine":
        assert net.first.weight.grad is None
    others = {"dead_units": "multiplied_by_zero", "multiplied_by_zero": "multiplied_by_zero", "fine": "fine"}
    others["not_finite"] = "multiplied_by_zero"
    assert pg.explain_grad(net.second.weight, loss).cause == others.get(cause, "never_backward")


def test_causes_that_need_no_loss():
    x = pg.tensor(X, requires_grad=True)
    assert pg.explain_grad(pg.tensor(X)).cause == "requires_grad_false"
    assert pg.explain_grad(x * 2).cause == "not_a_leaf"
    assert pg.explain_grad(x).cause == "never_backward"
    (x * 0).sum().backward()
    assert pg.explain_grad(x).cause == "zero"
    (x * 2).sum().backward()
    assert (pg.explain_grad(x).cause, pg.explain_grad(x).size) == ("fine", 2.0)


def test_unused_and_never_backward_with_a_loss():
    net, loss = weight_and_loss(lambda h: h.tanh())
    report = pg.explain_grad(net.first.weight, unused(net))
    assert (report.cause, report.op) == ("unused", "linear")
    assert "does not reach the loss" in report.text
    assert pg.explain_grad(pg.tensor(X, requires_grad=True), loss).text.startswith("No op read")
    assert pg.explain_grad(net.first.weight, loss).cause == "never_backward"
    value = loss()
    assert pg.explain_grad(net.first.weight, value).cause == "never_backward"
    assert pg.explain_grad(pg.tensor(X, requires_grad=True), value).cause == "unused"
    value.backward()
    assert pg.explain_grad(net.first.weight, value).cause == "fine"


def test_the_first_op_that_makes_nan_is_named_with_layer_line_and_numbers():
    net, _ = weight_and_loss(lambda h: (h - 100).log())
    origin = pg.find_nan(net, pg.tensor(X))
    assert (origin.what, origin.phase, origin.op) == ("nan", "forward", "log")
    assert "(h - 100).log()" in origin.position.text
    (given,) = origin.inputs
    assert given.max < 0
    assert (given.nan, given.inf, given.shape) == (0, 0, (4, 5))
    assert "negative number" in str(origin)


def test_nan_in_a_layer_is_found_there():
    model = nn.Sequential(nn.Linear(3, 4).double(), nn.Tanh(), nn.Linear(4, 2).double())
    with pg.no_grad():
        model[2].weight.fill_(float("nan"))
    origin = pg.find_nan(model, pg.tensor(X))
    assert (origin.phase, origin.op, origin.output, origin.layer) == ("input", "linear", "weight", "2")


def test_nan_that_only_backward_makes():
    x = pg.tensor([0.0, 4.0], requires_grad=True)
    origin = pg.find_nan(lambda: (x.sqrt() * 0).sum())
    assert (origin.phase, origin.op, origin.output, origin.what) == ("backward", "sqrt", "x", "nan")
    assert x.grad is None


def test_an_infinity_is_the_origin_of_the_nan_that_it_becomes_and_a_mask_is_not():
    x = pg.tensor([1000.0, 1.0], requires_grad=True)
    origin = pg.find_nan(lambda: (x.exp() - x.exp()).sum())
    assert (origin.what, origin.op) == ("inf", "exp")
    mask = pg.tensor([True, False])
    assert pg.find_nan(lambda: x.masked_fill(mask, float("-inf")).softmax(0)[1]) is None
    assert pg.find_nan(lambda: x.sum()) is None


def test_anomalies_in_backward_stop_it_as_in_pytorch():
    def program(library, autograd):
        x = library.tensor([0.0, 4.0], requires_grad=True)
        with autograd.detect_anomaly():
            (x.sqrt() * 0).sum().backward()

    with pytest.raises(GradError, match="SqrtBackward0 gives NaN in the gradient of its input 'x'") as error:
        program(pg, pg.autograd)
    assert "x.sqrt()" in error.value.where
    with (
        pytest.raises(RuntimeError, match="SqrtBackward0"),
        pytest.warns(UserWarning, match="Anomaly Detection|Error detected"),
    ):
        program(torch, torch.autograd)
    assert not pg.is_anomaly_enabled()
    pg.autograd.set_detect_anomaly(True, check_nan=False)
    assert (pg.is_anomaly_enabled(), pg.is_anomaly_check_nan_enabled()) == (True, False)
    pg.autograd.set_detect_anomaly(False)
    assert not pg.is_anomaly_enabled()
