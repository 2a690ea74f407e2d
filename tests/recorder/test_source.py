"""Lines of code and nodes of the graph point at each other."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.recorder.snapshot import Snapshot
from patchgrad.recorder.source import ops_at, story


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(3, 3)
        self.scale = nn.Parameter(pg.ones(3))

    def forward(self, x: Any) -> Any:
        x = self.first(x).tanh()
        return (
            x * self.scale
            + x
        )  # fmt: skip


def seen() -> Snapshot:
    model: Any = Net()
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    with pg.watch(model, every=1) as view:
        out = model(pg.ones(2, 3))
        out.sum().backward()
        with pg.no_grad():
            model.scale[0] = 2.0
            model.scale *= 0.5
        optimizer.step()
        assert view.snapshot is not None
        return view.snapshot


def line_of(text: str) -> int:
    lines, _ = inspect.getsourcelines(inspect.getmodule(seen))  # type: ignore[arg-type]
    return next(number for number, line in enumerate(lines, 1) if line.strip() == text)


def test_a_line_lights_up_its_ops() -> None:
    found = seen()
    assert [op.op for op in ops_at(found, line_of("x = self.first(x).tanh()"))] == ["linear", "tanh"]
    assert [op.op for op in ops_at(found, line_of("+ x"), "test_source.py")] == ["add"]
    assert [op.op for op in ops_at(found, line_of("x * self.scale"))] == ["mul", "add"]
    assert ops_at(found, line_of("+ x"), "other.py") == ()
    assert ops_at(found, 1) == ()


def test_an_op_lights_up_its_expression() -> None:
    (added,) = ops_at(seen(), line_of("+ x"))
    assert added.position.line == line_of("x * self.scale")
    assert added.position.end_line == line_of("+ x")
    assert added.position.text.split() == ["x", "*", "self.scale", "+", "x"]


def test_a_parameter_tells_where_it_was_made_changed_and_updated() -> None:
    found = seen()
    scale, weight = story(found, "scale"), story(found, "first.weight")
    assert scale.made.text == "nn.Parameter(pg.ones(3))"
    assert weight.made.text == "nn.Linear(3, 3)"
    assert [op.position.text for op in scale.writes] == ["model.scale[0]", "model.scale *= 0.5"]
    assert scale.reads[0].op == "mul"
    assert [(name, where.text) for name, where in scale.updates] == [("SGD", "optimizer.step()")]
    assert weight.writes == ()


def test_a_name_that_is_not_there_says_so() -> None:
    with pytest.raises(pg.errors.ArgumentError, match="no leaf"):
        story(seen(), "second.weight")
