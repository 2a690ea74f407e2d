"""Data of the notebook, chosen on the page: named, taken, refused, and taken back."""

from __future__ import annotations

import sys

import pytest

import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.backend import host

from .pages import Page


@pytest.fixture
def notebook(monkeypatch):
    """What the cells of a notebook left behind."""
    rng = host.random.default_rng(0)
    held = {
        "images": rng.standard_normal((40, 6)),
        "labels": pg.arange(40) % 3,
        "digits": pg.data.TensorDataset(pg.randn(20, 64), pg.arange(20) % 10),
        "batches": pg.data.DataLoader(pg.data.TensorDataset(pg.randn(20, 4), pg.arange(20) % 2), batch_size=5),
        "other": pg.data.DataLoader(pg.data.TensorDataset(pg.randn(12, 4), pg.arange(12) % 2), batch_size=3),
    }
    for name, value in held.items():
        monkeypatch.setattr(sys.modules["__main__"], name, value, raising=False)
    return held


def data_of(page):
    page.graph()
    return next(part for part in page.last("setup-view")["sections"] if part["name"] == "data")


def session_on(loader, graph=None):
    pg.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2)) if graph is None else graph
    return pg.Session(model, loader, loss=nn.CrossEntropyLoss(), optimizer=lambda made: optim.Adam(made, lr=1e-2))


@pytest.mark.parametrize("name", ["images, labels", "digits", "other"])
def test_an_empty_canvas_takes_the_form_of_the_data_that_are_chosen(notebook, name):
    session = session_on(notebook["batches"], pg.LayerGraph())
    page = Page(session)
    page.open()
    assert data_of(page)["kind"] == "batches"
    assert {"batches", "other", "digits", "images, labels"} <= set(data_of(page)["kinds"])
    assert page.ask("choose-data", revision=0, name=name)["type"] == "command-done"
    assert data_of(page)["kind"] == name
    width = session.live.setup.feed.peek()[0].shape[1]
    session.apply(pg.edit.insert("x -> output", nn.Linear(width, 10)))
    assert session.step(3).step_count == 3
    session.close()


def test_other_data_are_refused_where_they_do_not_fit_and_undo_goes_back_to_the_batch_that_was_next(notebook):
    session, plain = (
        session_on(notebook["batches"]),
        session_on(pg.data.DataLoader(notebook["batches"].dataset, batch_size=5)),
    )
    page = Page(session)
    page.open()
    session.step(2), plain.step(2)
    refused = page.ask("choose-data", revision=0, name="digits")
    assert (refused["type"], data_of(page)["kind"]) == ("failed", "batches")
    assert page.ask("choose-data", revision=0, name="gone")["type"] == "failed"
    assert page.ask("choose-data", revision=0, name="other")["python"] == "pg.edit.use_data(other)"
    assert (data_of(page)["kind"], len(session.live.setup.feed.peek()[1])) == ("other", 3)
    assert page.ask("undo")["type"] == "command-done"
    session.step(2), plain.step(2)
    assert session.fingerprint() == plain.fingerprint()
    session.close(), plain.close()
