"""Walking through a recorded step: the values are those of the run, forwards, backwards and in the gradients."""

from __future__ import annotations

from typing import Any

import pytest

import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.autograd.op import OpSpec
from patchgrad.autograd.state import observing
from patchgrad.recorder import Trace, Travel
from patchgrad.tensor.tensor import apply


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.drop, self.last = nn.Linear(3, 4), nn.Dropout(0.5), nn.Linear(4, 2)

    def forward(self, x: Any) -> Any:
        hidden = self.drop(self.first(x)).tanh()
        hidden += 1.0
        hidden[0] = hidden[1] * 2.0
        return self.last(hidden)


def kept() -> tuple[Any, Any, Travel]:
    """A watched model, its loss, and the way through the step."""
    pg.manual_seed(1)
    model = Net()
    with pg.watch(model) as view:
        optimizer = optim.SGD(model.parameters(), lr=0.1)
        for keep in (False, True):
            if keep:
                view.keep_step()
            optimizer.zero_grad()
            loss = (model(pg.randn(2, 3)) ** 2).mean()
            loss.backward()
            optimizer.step()
        return model, loss, view.travel()


def test_every_op_can_be_reached_from_both_sides_and_shows_the_same_bits() -> None:
    _, loss, travel = kept()
    there: list[dict[str, bytes]] = []
    while travel.forward() and travel.position < len(travel.snapshot.ops):
        there.append({name: array.tobytes() for name, array in (travel.inputs | travel.outputs).items()})
    assert travel.outputs["y"].tobytes() == loss.data.tobytes()
    for seen in reversed(there):
        travel.back()
        assert {name: array.tobytes() for name, array in (travel.inputs | travel.outputs).items()} == seen
    assert travel.back(99) is None


def test_an_input_is_shown_as_it_was_before_a_write_over_it() -> None:
    _, _, travel = kept()
    writes = [op for op in travel.snapshot.ops if op.op == "write"]
    travel.to(writes[0].id)
    assert (travel.outputs["y"] == travel.inputs["x"] + 1).all()


def test_the_gradients_on_the_way_are_those_of_the_step() -> None:
    model, _, travel = kept()
    for name in ("first", "last"):
        cotangents, gradients = travel.gradients(f"{name}/0/0:linear")
        assert gradients["weight"].tobytes() == getattr(model, name).weight.grad.data.tobytes()
        assert set(cotangents) == {"y"}
    assert travel.gradients(travel.snapshot.ops[-1].id)[0]["y"] == 1.0


def test_several_backward_passes_and_cotangents_are_run_again() -> None:
    x = pg.tensor([1.0, 2.0], requires_grad=True)
    trace = Trace(keep_values=True)
    with observing(trace):
        y = x * x
        z = x.exp()
        y.backward(pg.tensor([10.0, 20.0]))
        z.sum().backward()
    travel = Travel(trace)
    assert travel.gradients("/0/0:mul")[0]["y"].tolist() == [10.0, 20.0]
    assert travel.gradients("/0/1:exp")[0]["y"].tolist() == [1.0, 1.0]


def test_any_op_can_be_checked_against_finite_differences() -> None:
    _, _, travel = kept()
    results = {op.op: travel.check(op.id) for op in travel.snapshot.ops}
    assert {results[name].passed for name in ("linear", "tanh", "mean")} == {True}
    assert results["write"].passed is None


def test_a_wrong_rule_is_found() -> None:
    wrong = OpSpec(
        "wrong",
        inputs=("x",),
        forward=lambda xp, x: x * x,
        shape=lambda x: x,
        saves=("x",),
        vjps={"x": lambda xp, ct, s: ct * s.x},
    )
    trace = Trace(keep_values=True)
    with observing(trace):
        apply(wrong, pg.tensor([1.0, 2.0]))
    found = Travel(trace).check("/0/0:wrong")
    assert found.passed is False
    assert "input 0 is wrong" in found.text


def test_a_card_has_the_formula_with_the_numbers_in_it() -> None:
    trace = Trace(keep_values=True)
    with observing(trace):
        pg.tensor([-0.5, 2.0]).tanh()
    made = Travel(trace).card("/0/0:tanh")
    assert made.formula == r"\tanh x"
    assert made.example == r"y = \tanh (-0.5) = (-0.4621)"
    assert made.inputs["x"].first == (-0.5, 2.0)
    assert (made.inputs["x"].low, made.inputs["x"].high, made.inputs["x"].mean) == (-0.5, 2.0, 0.75)


def test_without_a_kept_step_it_says_how_to_keep_one() -> None:
    with pg.watch(Net()) as view, pytest.raises(pg.errors.ArgumentError, match="no step was kept") as error:
        view.travel()
    assert "keep_step()" in error.value.hint
