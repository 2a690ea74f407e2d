"""A small graph by hand: input -> fc1 -> relu1 -> fc2 -> output."""

from __future__ import annotations

from typing import Any

import patchgrad as pg
from patchgrad.layergraph import Edge, LayerGraph, LayerNode, PortRef, catalogue

LAYERS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("Input", "x", {"shape": (8,)}),
    ("Linear", "fc1", {"in_features": 8, "out_features": 6}),
    ("ReLU", "relu1", {}),
    ("Linear", "fc2", {"in_features": 6, "out_features": 3}),
    ("Output", "output", {}),
)


def chain(*layers: tuple[str, str, dict[str, Any]]) -> LayerGraph:
    """Layers in a row; uids n1, n2, ..."""
    graph = LayerGraph()
    for number, (kind, name, settings) in enumerate(layers, 1):
        graph = graph.with_node(LayerNode(f"n{number}", kind, name, catalogue.find(kind).settings(settings)))
    pairs = zip(graph.nodes, list(graph.nodes)[1:], strict=False)
    return graph.with_edges(Edge(PortRef(a, "y"), PortRef(b, catalogue.inputs_of(graph.nodes[b])[0])) for a, b in pairs)


MLP = chain(*LAYERS)
X = pg.tensor([[0.5, -1.0, 2.0, 0.1, 0.0, 1.0, -0.3, 0.7], [1.0, 0.2, -0.4, 0.3, 0.9, -1.0, 0.0, 0.1]])


def port(graph: LayerGraph, text: str) -> PortRef:
    """``fc1.x`` as a port."""
    name, _, end = text.partition(".")
    return PortRef(graph.names[name], end)


def wires(graph: LayerGraph) -> set[str]:
    return {f"{graph.say(edge.source)} -> {graph.say(edge.target)}" for edge in graph.edges}
