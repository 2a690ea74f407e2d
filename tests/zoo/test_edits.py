"""Networks of the zoo are edited while they train: what is not named stays, undo brings all back."""

from __future__ import annotations

from typing import Any

import pytest

import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.data import DataLoader, TensorDataset

from .laws import Walk
from .models import ZOO

TRAINED = ("ResNet-18", "UNet", "GPT", "ViT", "LSTM classifier", "mixture of experts")
"""Those with one input and one output."""


def session_of(name: str) -> pg.Session:
    pg.manual_seed(3)
    cls, example, _ = ZOO[name]
    (batch,) = example()
    model = cls()
    data = TensorDataset(batch, pg.zeros_like(model(batch)).detach())
    loader = DataLoader(data, batch_size=len(batch))
    return pg.Session(model, loader, loss=nn.MSELoss(), optimizer=optim.Adam(model.parameters(), lr=1e-3))


@pytest.mark.parametrize("trains", [True, False], ids=["trained on", "taken back"])
@pytest.mark.parametrize("name", ZOO)
def test_random_edits_keep_the_laws(name: str, trains: bool) -> None:
    """A share of ``make laws``."""
    walk = Walk(name, seed=int(trains))
    walk.go(12, trains)
    assert {how for _, how in walk.done} == {"applied", "refused"}


@pytest.mark.parametrize("name", TRAINED)
def test_a_layer_inserted_while_it_trains_changes_nothing_at_first(name: str) -> None:
    session = session_of(name)
    session.step(2)
    edge = next(edge for edge in session.graph.edges if session.graph.nodes[edge.target.node].kind == "Output")
    target = session.graph.say(edge.target)
    receipt: Any = session.apply(pg.edit.insert(f"{session.graph.say(edge.source)} -> {target}", nn.Dropout(0.0)))
    assert receipt.receipt.max_difference == 0
    session.step(2)
    assert session.loss == session.loss
    session.close()
