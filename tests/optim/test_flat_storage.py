"""Parameters that are updated together get what each would get by itself, whatever happens in between.

Bit for bit by the plain rules. Compiled kernels round a product and a sum at once, and serve only arrays that are worth
the call: what is small by itself and large with others may differ in the last bit.
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.backend.native.compiled import compiler
from patchgrad.errors import ShapeError

FAMILIES: list[tuple[Any, dict[str, Any]]] = [
    (optim.SGD, {"lr": 0.1}),
    (optim.SGD, {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1}),
    (optim.Adam, {"lr": 0.1, "weight_decay": 0.1, "amsgrad": True}),
    (optim.AdamW, {"lr": 0.1, "maximize": True}),
    (optim.Adamax, {"lr": 0.1}),
    (optim.NAdam, {"lr": 0.1}),
    (optim.RAdam, {"lr": 0.1, "weight_decay": 0.1, "decoupled_weight_decay": True}),
    (optim.RMSprop, {"lr": 0.1, "momentum": 0.5, "centered": True}),
    (optim.Adagrad, {"lr": 0.1, "initial_accumulator_value": 0.1}),
    (optim.Adadelta, {"lr": 0.1}),
    (optim.ASGD, {"lr": 0.1, "t0": 1}),
    (optim.Rprop, {"lr": 0.1}),
]
SHAPES = st.sampled_from([(), (1,), (3,), (5, 4), (2, 3, 2), (40, 30)])
EDITS = ("nothing", "add", "remove", "replace data", "hold", "load", "slots", "setting", "copy", "move")


class Twin:
    """One optimizer over its own copy of the parameters, together or one by one."""

    def __init__(self, family: Any, given: dict[str, Any], groups: list[list[Any]], together: bool) -> None:
        self.family, self.together = family, together
        self.made = [[nn.Parameter(array.copy()) for array in group] for group in groups]
        others = {**given, "lr": given["lr"] / 2}
        self.optimizer = family(
            [{"params": group, **(others if i else {})} for i, group in enumerate(self.made)], **given
        )
        self.optimizer.elementwise = together
        self.held: list[Any] = []

    def parameters(self) -> list[Any]:
        return self.optimizer.parameters()

    def step(self, gradients: list[Any]) -> None:
        for parameter, gradient in zip(self.parameters(), gradients, strict=True):
            parameter.grad = None if gradient is None else pg.tensor(gradient.copy())
        self.optimizer.step()

    def edit(self, name: str, at: int, array: Any) -> None:
        parameter = self.parameters()[at]
        if name == "add":
            self.optimizer.add_parameter(nn.Parameter(array.copy()), group=at % len(self.optimizer.param_groups))
        elif name == "remove" and len(self.parameters()) > 1:
            self.optimizer.remove_parameter(parameter)
        elif name == "replace data":
            parameter.data = np.asarray(parameter.data * 2)
            self.held = [entry for entry in self.held if entry[0] is not parameter]
        elif name == "hold":
            self.held.append((parameter, parameter.detach(), parameter.data.reshape(-1)[:1]))
        elif name == "load":
            self.optimizer.load_state_dict(copy.deepcopy(self.optimizer.state_dict()))
        elif name == "slots":
            slots = self.optimizer.slots(parameter)
            self.optimizer.set_slots(
                parameter, {k: np.asarray(v * 1.5) if hasattr(v, "shape") else v for k, v in slots.items()}
            )
        elif name == "setting":
            self.optimizer.param_groups[0]["lr"] *= 0.5
        elif name == "copy":
            self.optimizer = copy.deepcopy(self.optimizer)
            self.held = []
        elif name == "move" and len(self.optimizer.param_groups) > 1:
            first, second = (group["params"] for group in self.optimizer.param_groups[:2])
            if len(first) > 1:
                second.append(first.pop())

    def numbers(self) -> list[Any]:
        """Values and slots, in order."""
        found = []
        for parameter in self.parameters():
            slots = self.optimizer.slots(parameter)
            found += [parameter.data, *[slots[name] for name in sorted(slots)]]
        return found

    def check_held(self) -> None:
        """Who shared a parameter's memory sees it change."""
        for parameter, other, first in self.held:
            assert np.array_equal(parameter.data, other.data)
            assert np.array_equal(parameter.data.reshape(-1)[:1], first)


@pytest.mark.parametrize("compiled", [False, True])
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(FAMILIES), st.lists(st.lists(SHAPES, min_size=1, max_size=5), min_size=1, max_size=2), st.data())
def test_updates_of_parameters_that_lie_together_equal_their_own(
    compiled: bool, family: tuple[Any, dict[str, Any]], shapes: list[list[tuple[int, ...]]], data: st.DataObject
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        if not compiled:
            patch.setattr(compiler, "present", False)
        _train_twins(compiled, family, shapes, data)


def _train_twins(
    compiled: bool, family: tuple[Any, dict[str, Any]], shapes: list[list[tuple[int, ...]]], data: st.DataObject
) -> None:
    rng = np.random.default_rng(data.draw(st.integers(0, 1000)))
    kinds = [data.draw(st.sampled_from(["float32", "float64"])) for group in shapes for _ in group]
    draw = iter(kinds)
    groups = [[rng.standard_normal(shape).astype(next(draw)) for shape in group] for group in shapes]
    twins = [Twin(*family, groups, together) for together in (True, False)]
    for _ in range(data.draw(st.integers(2, 6))):
        name, at = data.draw(st.sampled_from(EDITS)), data.draw(st.integers(0, 9))
        array = rng.standard_normal((3, 2)).astype("float32")
        for twin in twins:
            twin.edit(name, at % len(twin.parameters()), array)
        missing = data.draw(st.integers(0, 3))
        gradients = [
            None if missing == 0 and rng.random() < 0.4 else rng.standard_normal(p.shape).astype(p.data.dtype)
            for p in twins[0].parameters()
        ]
        for twin in twins:
            twin.step(gradients)
            twin.check_held()
        for ours, theirs in zip(twins[0].numbers(), twins[1].numbers(), strict=True):
            if compiled:
                assert np.allclose(ours, theirs, rtol=1e-4, atol=1e-5)
            else:
                assert np.asarray(ours).tobytes() == np.asarray(theirs).tobytes()


def test_parameters_and_slots_lie_in_one_array_each() -> None:
    model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
    optimizer = optim.Adam(model.parameters())
    model(pg.ones(3, 4)).sum().backward()
    optimizer.step()
    owners = {id(parameter.data.base) for parameter in model.parameters()}
    slots = {id(optimizer.slots(parameter)["exp_avg"].base) for parameter in model.parameters()}
    assert len(owners) == 1
    assert len(slots) == 1


def test_an_old_gradient_that_somebody_keeps_does_not_change() -> None:
    model = nn.Linear(4, 2)
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    model(pg.ones(3, 4)).sum().backward()
    kept = model.weight.grad
    assert kept is not None
    before = kept.data.copy()
    optimizer.step()
    optimizer.zero_grad()
    model(pg.ones(3, 4) * 5).sum().backward()
    optimizer.step()
    assert np.array_equal(kept.data, before)


def test_a_gradient_of_the_wrong_shape_is_refused_by_its_shape() -> None:
    a, b = nn.Parameter([1.0, 2.0]), nn.Parameter([3.0])
    optimizer = optim.SGD([a, b], lr=0.1)
    a.grad, b.grad = pg.tensor([1.0]), pg.tensor([1.0])
    with pytest.raises(ShapeError, match="gradient"):
        optimizer.step()
