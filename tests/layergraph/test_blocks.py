"""A group saved as a layer of the palette, and put in again: with weights of its own, or those it was saved from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.errors import GraphError
from patchgrad.layergraph import LayerGraph, edit
from patchgrad.layergraph.blocks import BLOCKS
from patchgrad.layergraph.fragments import copied, put_in

from .sample import MLP, port, wires


@pytest.fixture(autouse=True)
def palette_as_it_was() -> Iterator[None]:
    yield
    BLOCKS.clear()


def a_session() -> pg.Session:
    pg.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 2))
    session = pg.Session(
        model, [(pg.randn(5, 4), pg.randn(5, 2))] * 3, loss=nn.MSELoss(), optimizer=lambda p: optim.Adam(p, lr=1e-2)
    )
    session.apply(edit.group("linear1", "tanh1", name="Step"))
    session.apply(edit.note("Step", "One step.\nSays more."))
    session.step(2)
    return session


def test_a_saved_group_goes_in_by_name_with_fresh_weights_in_a_group_of_its_name() -> None:
    session = a_session()
    assert pg.save_layer(session, "Step", name="Turn") == "Turn"
    assert BLOCKS["Turn"][0] == "One step."
    session.apply(edit.insert("tanh1 -> linear2", "Turn"))
    assert {"tanh1.y -> linear3.x", "linear3.y -> tanh2.x", "tanh2.y -> linear2.x"} <= wires(session.graph)
    assert [group.name for group in session.graph.groups.values()] == ["Step", "Turn"]
    assert session.model.linear3.weight.tolist() != session.model.linear1.weight.tolist()
    session.step(2)
    assert session.script().count("pg.edit.") > 2


def test_shared_it_calls_the_layers_it_was_saved_from() -> None:
    session = a_session()
    pg.save_layer(session, "Step")
    before = sum(p.data.size for p in session.model.parameters())
    session.apply(edit.insert("tanh1 -> linear2", "Step", shared=True, name="again"))
    assert sum(p.data.size for p in session.model.parameters()) == before
    node = session.graph.by_name("linear3")
    assert session.graph.owner(node.uid) == session.graph.names["linear1"]
    session.step(2)
    session.undo()
    assert "linear3" not in session.graph.names


def test_sharing_where_the_layers_are_not_is_refused_and_leaves_no_trace() -> None:
    pg.save_layer(a_session(), "Step")
    other = pg.Session(nn.Sequential(nn.Tanh(), nn.Linear(4, 2)), [(pg.randn(5, 4), pg.randn(5, 2))], loss=nn.MSELoss(),
                       optimizer=lambda p: optim.Adam(p, lr=1e-2))  # fmt: skip
    other.step(1)
    before = other.fingerprint()
    with pytest.raises(GraphError, match="cannot share its weights here"):
        other.apply(edit.insert("x -> tanh1", "Step", shared=True))
    assert other.fingerprint() == before


def test_layers_that_share_inside_a_block_share_in_its_copies() -> None:
    graph = edit.add("Linear", in_features=6, out_features=6, name="a").apply(MLP)
    graph = edit.add("Linear", in_features=6, out_features=6, name="b").apply(graph)
    graph = edit.share("b", "a").apply(edit.connect("a", "b").apply(graph))
    graph = put_in(graph, copied(graph, [graph.names["a"], graph.names["b"]]), target=port(graph, "relu1.x")).apply(
        graph
    )
    made = [node for node in graph.nodes.values() if node.name not in ("a", "b") and node.kind == "Linear"][-2:]
    assert made[1].shares == made[0].uid


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda graph: pg.save_layer(graph, "nothing"), "no group named"),
        (lambda graph: pg.save_layer(graph, "Step", name="Linear"), "name of a layer of the palette"),
        (lambda graph: pg.save_layer(graph, "Step", name=" "), "cannot be named"),
        (lambda graph: edit.insert("relu1 -> fc2", "MLP", width=3), "no settings of its own"),
    ],
)
def test_what_cannot_be_saved_or_set_is_refused(ask: Any, words: str) -> None:
    with pytest.raises(GraphError, match=words):
        ask(edit.group("fc1", "relu1", name="Step").apply(MLP))


def test_a_closed_module_is_not_saved() -> None:
    class Odd(nn.Module):
        def forward(self, x: Any) -> Any:
            return x * 2 if x.sum() > 0 else x

    class Both(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.odd, self.fc = Odd(), nn.Linear(4, 2)

        def forward(self, x: Any) -> Any:
            return self.fc(self.odd(x))

    graph = LayerGraph.from_module(Both(), pg.ones(2, 4))
    graph = edit.group("odd", "fc", name="g").apply(graph)
    with pytest.raises(GraphError, match="cannot be saved") as error:
        pg.save_layer(graph, "g")
    assert "@pg.layer" in error.value.hint


def test_templates_go_in_by_name_too() -> None:
    graph = edit.insert("relu1 -> fc2", "MLP").apply(MLP)
    assert graph.check().ok
    assert graph.by_name("fc2").settings["in_features"] == 10
