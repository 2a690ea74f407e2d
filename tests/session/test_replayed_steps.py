"""A session replays its steps by itself: with the bits of one that does not, between any edits."""

from __future__ import annotations

from typing import Any

import pytest

import patchgrad as pg
from patchgrad import nn, optim


def a_session(**more: Any) -> Any:
    pg.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Dropout(0.2), nn.Linear(6, 3))
    batches = [(pg.randn(8, 4), pg.arange(8) % 3) for _ in range(5)]
    make = optim.Adam(model.parameters(), lr=1e-2)
    return pg.Session(model, batches, loss=nn.CrossEntropyLoss(), optimizer=make, seed=1, **more)


def story(session: Any) -> list[Any]:
    """Steps and edits; what is left of them."""
    session.step(6)
    relu = next(node.name for node in session.graph.nodes.values() if node.kind == "ReLU")
    edits = [pg.edit.replace(relu, nn.Tanh())]
    found = []
    for edit in edits:
        session.apply(edit)
        session.step(6)
        found.append((session.loss, session.fingerprint()))
    session.undo()
    session.step(6)
    return [*found, session.loss, session.fingerprint()]


def accuracy(output: Any, target: Any) -> Any:
    return (output.argmax(1) == target).float().mean()


@pytest.mark.parametrize("more", [{}, {"watch": False}, {"metrics": {"accuracy": accuracy}}])
def test_replayed_and_eager_sessions_are_bitwise_equal(more: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    found = story(a_session(**more))
    monkeypatch.setenv("PATCHGRAD_REPLAY", "0")
    assert story(a_session(**more)) == found


def test_an_edit_is_recorded_anew_within_two_steps() -> None:
    session = a_session(watch=False)
    session.step(6)
    assert session.eager_because == ""
    relu = next(node.name for node in session.graph.nodes.values() if node.kind == "ReLU")
    session.apply(pg.edit.replace(relu, nn.Tanh()))
    session.step()
    assert session.eager_because == "it is recorded"
    session.step(2)
    assert session.eager_because == ""


def test_a_model_that_looks_at_values_says_so() -> None:
    class Looks(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(4, 3)

        def forward(self, x: Any) -> Any:
            y = self.fc(x)
            return y * 2 if y.sum() > 0 else y

    model = Looks()
    batches = [(pg.randn(8, 4), pg.arange(8) % 3) for _ in range(3)]
    made = optim.Adam(model.parameters())
    session = pg.Session(model, batches, loss=nn.CrossEntropyLoss(), optimizer=made, watch=False)
    session.step(4)
    assert "looks at a value" in session.eager_because
    assert "looks at a value" in repr(session)
