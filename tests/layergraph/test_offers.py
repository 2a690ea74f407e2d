"""What is offered at a place can be done there: at the open end of an edge, on an edge, in the place of a layer."""

from __future__ import annotations

import pytest

import patchgrad as pg
from patchgrad import nn
from patchgrad.layergraph.graph import LayerGraph, PortRef
from patchgrad.layergraph.offers import adapters, givers, swaps, takers
from patchgrad.layergraph.plan import planned


@pytest.fixture(scope="module")
def graph() -> LayerGraph:
    layers = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(512, 10))
    return LayerGraph.from_module(layers, pg.zeros(2, 1, 8, 8))


def kinds(offers):
    return [offer.kind for offer in offers]


def test_every_layer_offered_behind_a_port_takes_what_it_gives(graph):
    offers = takers(graph, PortRef(graph.names["relu1"], "y"), (10.0, 20.0))
    assert {"Conv2d", "Flatten", "BatchNorm2d", "Add"} <= set(kinds(offers))
    assert {"Conv1d", "LSTM", "MultiheadAttention", "Bilinear"}.isdisjoint(kinds(offers))
    for offer in offers:
        made = offer.command.apply(graph)
        new = next(node for uid, node in made.nodes.items() if uid not in graph.nodes)
        assert (new.kind, new.position) == (offer.kind, (10.0, 20.0))
        assert made.check().ok
        assert made.check().of_node(new.uid) == ()
        assert made.check().parameters.get(new.uid, 0) == offer.parameters


def test_layers_offered_in_front_of_a_port_go_onto_its_edge_or_feed_it_where_it_is_open(graph):
    target = PortRef(graph.names["linear1"], "x")
    offers = givers(graph, target)
    assert {"ReLU", "Dropout", "Linear"} <= set(kinds(offers))
    assert {"Conv2d", "Unflatten"}.isdisjoint(kinds(offers))
    assert all(offer.command.apply(graph).check().ok for offer in offers)
    cut = graph.without_edge_into(target)
    assert "Input" in kinds(givers(cut, target))
    for offer in givers(cut, target):
        edge = offer.command.apply(cut).edge_into(target)
        assert edge is not None
        assert edge.source.node not in cut.nodes


@pytest.mark.parametrize(
    ("name", "fits", "not_fits"), [("relu1", "GELU", "Flatten"), ("conv1", "ConvTranspose2d", "ReLU")]
)
def test_a_layer_offered_in_the_place_of_another_gives_the_same(graph, name, fits, not_fits):
    offers = swaps(graph, graph.names[name])
    assert fits in kinds(offers)
    assert not_fits not in kinds(offers)
    end = PortRef(graph.names["output"], "x")
    assert all(o.command.apply(graph).check().specs[end] == graph.check().specs[end] for o in offers)


def test_what_is_offered_in_between_makes_an_edge_fit_and_costs_what_is_said(graph):
    source, target = PortRef(graph.names["relu1"], "y"), PortRef(graph.names["linear1"], "x")
    offers = adapters(graph, source, target)
    costs = [("Flatten", 0), ("Flatten, Linear", 512 * 512 + 512)]
    assert [(offer.kind, offer.parameters) for offer in offers if "Pool" not in offer.kind] == costs
    for offer in offers:
        report = offer.command.apply(graph).check()
        assert sum(report.parameters.values()) - sum(graph.check().parameters.values()) == offer.parameters
        assert planned(graph, offer.command).flops == offer.flops
        assert report.ok
    with pytest.raises(pg.errors.GraphError, match="loop"):
        adapters(graph, PortRef(graph.names["linear1"], "y"), PortRef(graph.names["conv1"], "x"))


def test_a_port_or_layer_that_is_not_there_is_refused(graph):
    for ask in (lambda: takers(graph, PortRef("n99", "y")), lambda: givers(graph, PortRef(graph.names["relu1"], "z"))):
        with pytest.raises(pg.errors.GraphError):
            ask()
    with pytest.raises(pg.errors.GraphError, match="n99"):
        swaps(graph, "n99")
