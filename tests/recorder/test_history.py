"""The union of a dynamic graph: which branch ran how often, and how two steps differ."""

from __future__ import annotations

from typing import Any

import pytest

import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.recorder import History
from patchgrad.recorder.snapshot import Snapshot


class Branching(nn.Module):
    """Takes another way every third step, and turns as often as it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.rare, self.last = nn.Linear(3, 3), nn.Linear(3, 3), nn.Linear(3, 1)
        self.calls = 0
        self.turns = 1

    def forward(self, x: Any) -> Any:
        self.calls += 1
        x = self.first(x)
        if self.calls % 3 == 0:
            x = self.rare(x) * 2.0
        for _ in range(self.turns):
            x = x.tanh()
        return self.last(x * 0.5)


def watched(steps: int, size: int = 2) -> tuple[Any, Any]:
    model = Branching()
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    view = pg.watch(model, every=1)
    for _ in range(steps):
        optimizer.zero_grad()
        model(pg.ones(size, 3)).sum().backward()
        optimizer.step()
    view.close()
    return model, view


def test_the_union_says_how_often_each_branch_ran_and_when_last() -> None:
    _, view = watched(10)
    seen = {entry.op.id.split(":")[1] + entry.op.path: entry for entry in view.history.union()}
    assert str(seen["linearrare"]) == "rare/0/0:linear: ran 3 of 10 steps looked at, last at 9"
    assert seen["linearfirst"].share == seen["linearlast"].share == 1.0
    assert [entry.op.op for entry in view.history.union()] == [
        "linear",
        "linear",
        "mul",
        "tanh",
        "mul",
        "linear",
        "sum",
    ]


def test_steps_of_one_graph_share_it() -> None:
    _, view = watched(30)
    looks = [view.history.at(step) for step in view.history.steps]
    assert len({id(look.ops) for look in looks}) == 2
    assert [look.step for look in looks] == list(range(1, 31))
    assert all(look.seconds == () for look in looks)


def test_two_steps_are_compared_op_by_op() -> None:
    _, view = watched(3)
    changes = view.history.difference(2, 3)
    assert [op.id for op in changes.added] == ["rare/0/0:linear", "/0/0:mul"]
    assert changes.removed == ()
    assert [(change.after.op, change.what) for change in changes.changed] == [("tanh", "x is read from /0/0:mul.y")]
    assert not view.history.difference(1, 2)
    assert str(view.history.difference(1, 2)) == "no difference"


def test_a_difference_sees_sizes_settings_and_what_is_frozen() -> None:
    def seen(size: int, factor: float, frozen: bool) -> Snapshot:
        model: Any = nn.Linear(3, 2)
        model.weight.requires_grad_(not frozen)
        model.bias.requires_grad_(not frozen)
        with pg.watch(model, every=1) as view:
            _ = model(pg.ones(size, 3)) * factor
            view.end()
            assert view.snapshot is not None
            return view.snapshot

    from patchgrad.recorder import difference

    found = difference(seen(2, 2.0, False), seen(5, 3.0, True))
    assert [change.what for change in found.changed] == [
        "float32 (2, 2) on cpu is now float32 (5, 2) on cpu, is no longer on the tape",
        "float32 (2, 2) on cpu is now float32 (5, 2) on cpu, b 2.0 is now 3.0, is no longer on the tape",
    ]


def test_a_step_can_be_gone_back_to() -> None:
    model, view = watched(4)
    assert len(view.history.at(3).ops) == len(view.history.at(2).ops) + 2
    assert view.history.at(99).step == 4
    with pytest.raises(pg.errors.ArgumentError, match="not looked at") as error:
        view.history.at(0)
    assert "from 1 to 4" in error.value.want
    assert model.calls == 4


def test_only_the_newest_looks_are_kept() -> None:
    _, view = watched(4)
    history = History(window=3)
    for step in range(1, 8):
        history.add(view.history.at(min(step, 4)).__class__(step, (), {}, ""))
    assert history.steps == (5, 6, 7)
    assert len(history) == 3
