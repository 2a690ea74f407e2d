"""Offers, copies and pastes as the page asks for them."""

from __future__ import annotations

import sys

import pytest

from patchgrad import nn
from patchgrad.layergraph import blocks
from patchgrad.widgets import cells

from ..session import models
from .pages import Page


@pytest.fixture
def page():
    session = models.session()
    session.run(3, progress=False)
    made = Page(session)
    made.opened = made.open()
    yield made
    session.close()


def test_an_offer_is_an_edit_that_can_be_sent_as_it_came(page):
    graph = page.graph()
    relu = next(node for node in graph["nodes"] if node["kind"] == "ReLU")
    for ask in (
        lambda at: page.ask("ask-takers", revision=at, source={"node": relu["uid"], "port": "y"}, position=[5, 6]),
        lambda at: page.ask("ask-takers", revision=at, source={"node": relu["uid"], "port": "x"}, reverse=True),
        lambda at: page.ask("ask-swaps", revision=at, node=relu["uid"]),
    ):
        now = page.graph()["revision"]
        offer = next(one for one in ask(now)["offers"] if one["kind"] == "Tanh")
        assert page.ask("run-command", revision=now, command=offer["command"])["type"] == "command-done"
    assert sum(node["kind"] == "Tanh" for node in page.graph()["nodes"]) == 3


def test_layers_are_copied_and_put_in_as_one_edit_and_rubbish_changes_nothing(page):
    before = page.graph()
    text = page.ask("ask-copy", revision=0, nodes=[node["uid"] for node in before["nodes"]])["text"]
    assert page.ask("put-in", revision=0, text=text, position=[40, 50])["type"] == "command-done"
    after = page.graph()
    assert len(after["nodes"]) == 2 * len(before["nodes"]) - 2
    assert after["undoLabel"].startswith("paste")
    refused = page.ask("put-in", revision=1, text="rm -rf")
    assert (refused["type"], page.graph()["revision"]) == ("failed", 1)
    assert refused["hint"]
    assert page.ask("undo")["type"] == "command-done"
    assert page.graph()["nodes"] == before["nodes"]


def test_a_picture_of_an_older_revision_is_judged_by_what_it_showed(page):
    text = page.ask("ask-copy", revision=0, nodes=[page.graph()["nodes"][1]["uid"]])["text"]
    assert page.ask("put-in", revision=0, text=text)["type"] == "command-done"
    assert page.ask("put-in", revision=0, text=text)["type"] == "failed"


def test_a_saved_layer_and_a_new_class_are_in_the_palette_of_every_open_studio(page, monkeypatch):
    monkeypatch.setitem(blocks.BLOCKS, "Pair", None)  # forgotten afterwards
    del blocks.BLOCKS["Pair"]
    other = Page(page.studio.session)
    other.open()
    told = other.count("palette-view")
    layers = [node["uid"] for node in page.graph()["nodes"] if node["kind"] in ("Linear", "ReLU")][:2]
    taken = page.ask("save-layer", revision=0, nodes=layers, name="Linear")
    assert (taken["type"], other.count("palette-view")) == ("failed", told)
    assert page.ask("save-layer", revision=0, nodes=layers, name="Pair")["type"] == "done"
    for one in (page, other):
        one.studio._lane15._deliver()
        assert [entry["name"] for entry in one.last("palette-view")["templates"] if entry["own"]] == ["Pair"]
    text = page.last("palette-view")["templates"][0]["text"]
    assert page.ask("put-in", revision=0, text=text)["type"] == "command-done"

    gate = type("Gate", (nn.Module,), {"__module__": "__main__", "forward": lambda self, x: x})
    monkeypatch.setattr(sys.modules["__main__"], "Gate", gate, raising=False)
    cells.look_again()
    other.studio._lane15._deliver()
    assert "Gate" in [kind["kind"] for kind in other.last("palette-view")["catalogue"]]
