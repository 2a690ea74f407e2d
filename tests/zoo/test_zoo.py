"""Each network of the zoo goes in, is built, exported and traced again, and gives the same bits each time."""

from __future__ import annotations

from typing import Any

import pytest

import patchgrad as pg
from patchgrad.layergraph import LayerGraph
from patchgrad.layergraph.measure import evaluated
from tests.laws.test_diagram_and_code_are_one import as_written

from .models import ZOO

every_model = pytest.mark.parametrize("name", ZOO)


def made(name: str) -> tuple[Any, tuple[Any, ...], LayerGraph]:
    pg.manual_seed(3)
    cls, example, _ = ZOO[name]
    model, batch = cls(), example()
    return model, batch, LayerGraph.from_module(model, *batch)


def bits(found: Any) -> list[bytes]:
    return [entry.numpy(force=True).tobytes() for entry in (found if isinstance(found, tuple) else (found,))]


def closed(graph: LayerGraph) -> list[str]:
    return [graph.origin[graph.owner(node.uid)].reason for node in graph.of_kind("Closed")]


@every_model
def test_a_network_opens_but_for_what_decides_by_values_or_mode(name: str) -> None:
    _, _, graph = made(name)
    assert len(closed(graph)) == ZOO[name][2], closed(graph)
    assert graph.check().ok, graph.check().problems


@every_model
def test_what_is_built_holds_the_same_parameters_and_gives_the_same_bits(name: str) -> None:
    model, batch, graph = made(name)
    built = graph.build()
    assert bits(evaluated(built, batch)) == bits(evaluated(model, batch))
    assert {id(p) for p in built.parameters()} <= {id(p) for p in model.parameters()}
    unused = {id(p) for p in model.parameters()} - {id(p) for p in built.parameters()}
    assert unused == set()


@every_model
def test_another_number_of_samples_goes_through_too(name: str) -> None:
    model, batch, graph = made(name)
    other = tuple(pg.cat((x, x), 0) for x in batch)
    assert bits(evaluated(graph.build(), other)) == bits(evaluated(model, other))


@every_model
def test_the_exported_class_is_the_same_network(name: str) -> None:
    _, batch, graph = made(name)
    built, names = graph.build(), {}
    exec(graph.to_source("Exported"), names)
    own = {node.name: built.layer(node.uid) for node in graph.of_kind("Closed")}
    exported = names["Exported"](**own)
    exported.load_state_dict(built.source_state())
    assert bits(evaluated(exported, batch)) == bits(evaluated(built, batch))
    again = LayerGraph.from_module(exported, *batch)
    written = as_written(graph)
    assert {node.name: (node.kind, dict(node.settings)) for node in again.nodes.values()} == {
        node.name: (node.kind, dict(node.settings)) for node in written.nodes.values()
    }
    assert _wires(again) == _wires(written)


def _wires(graph: LayerGraph) -> set[tuple[str, str]]:
    return {(graph.say(edge.source), graph.say(edge.target)) for edge in graph.edges}
