"""Layers as text: what was copied comes back the same, templates fit, and rubbish is refused in words."""

from __future__ import annotations

import json

import pytest

import patchgrad as pg
from patchgrad import nn
from patchgrad.layergraph.fragments import copied, put_in
from patchgrad.layergraph.graph import Edge, LayerGraph, LayerNode, PortRef
from patchgrad.layergraph.templates import TEMPLATES
from patchgrad.layergraph.walk import topological


def passing_on(*shape: int) -> LayerGraph:
    """A network that gives what it gets."""
    ends = (
        LayerNode("n1", "Input", "x", {"shape": shape, "dtype": "float32"}),
        LayerNode("n2", "Output", "output", {"shape": None}),
    )
    return LayerGraph().with_node(ends[0]).with_node(ends[1]).with_edge(Edge(PortRef("n1", "y"), PortRef("n2", "x")))


@pytest.fixture(scope="module")
def graph() -> LayerGraph:
    class Shortcut(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.second = nn.Linear(6, 6), nn.Linear(6, 6)

        def forward(self, x):
            y = self.first(x)
            return y + self.second(y.relu())

    return LayerGraph.from_module(Shortcut(), pg.zeros(2, 6))


def drawn(graph: LayerGraph) -> list:
    """Kinds, settings, and who feeds whom, whatever the names."""
    place = {
        uid: at for at, uid in enumerate(uid for uid, n in graph.nodes.items() if n.kind not in ("Input", "Output"))
    }
    nodes = [(graph.nodes[uid].kind, dict(graph.nodes[uid].settings)) for uid in place]
    edges = {
        (place[e.source.node], place[e.target.node], e.target.port)
        for e in graph.edges
        if {e.source.node, e.target.node} <= {*place}
    }
    return [nodes, edges]


def test_what_is_copied_comes_back_the_same_in_another_graph_and_beside_itself(graph):
    text = copied(graph, graph.nodes)
    other = passing_on(6)
    there = put_in(other, text, target=PortRef("n2", "x")).apply(other)
    assert there.check().ok
    assert drawn(there) == drawn(_in_order(graph))
    beside = put_in(graph, text, at=(1.0, 2.0)).apply(graph)
    assert beside.check().ok
    assert len(beside.nodes) == 2 * len(graph.nodes) - 2
    assert len(set(beside.names)) == len(beside.nodes)


def _in_order(graph: LayerGraph) -> LayerGraph:
    return LayerGraph({uid: graph.nodes[uid] for uid in topological(graph)}, graph.edges)


SHAPES = {
    "MLP": (1, 8, 8),
    "CNN": (1, 8, 8),
    "ResNet block": (3, 8, 8),
    "Transformer block": (5, 16),
    "Two towers": (16,),
}


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_fits_on_the_edge_of_an_empty_network_and_its_twin_in_python_does_the_same(name):
    graph = passing_on(*SHAPES[name])
    command = put_in(graph, TEMPLATES[name][1].text, target=PortRef("n2", "x"), words=name)
    made = command.apply(graph)
    assert made.check().ok
    assert made.build()(pg.zeros(2, *SHAPES[name])).shape[0] == 2
    twin = eval(command.python(graph), {"pg": pg, "nn": nn})
    assert twin.resolve(graph).apply(graph) == made


RELU = {"kind": "ReLU"}
RUBBISH = [
    "", "hello", "{}", "[1]", "null", "\ud800", "[" * 5000,
    {"layers": []},
    {"layers": [RELU] * 501},
    {"layers": [{"kind": "os.system"}]},
    {"layers": [{"kind": "Closed"}]},
    {"layers": [RELU], "edges": [{"source": 0, "target": 7}]},
    {"layers": [RELU], "edges": [{"source": -1, "target": 0}]},
    {"layers": [RELU], "edges": [{"source": 0, "target": 0}]},
    {"layers": [RELU, RELU], "edges": [{"source": 0, "target": 1, "input": "q"}]},
    {"layers": [{"kind": "Linear", "settings": {"out_features": -4}}]},
    {"layers": [{"kind": "Linear", "settings": {"wide": 4}}]},
    {"layers": [{"kind": "ReLU", "name": "a b"}]},
    {"layers": [RELU], "version": 2},
    {"layers": [RELU], "code": "x"},
]  # fmt: skip


@pytest.mark.parametrize("rubbish", RUBBISH, ids=lambda rubbish: str(rubbish)[:30].encode("ascii", "replace").decode())
def test_rubbish_is_refused_in_words(graph, rubbish):
    text = rubbish if isinstance(rubbish, str) else json.dumps({"patchgrad": "layers", **rubbish})
    with pytest.raises(pg.errors.GraphError) as refused:
        put_in(graph, text).apply(graph)
    assert len(refused.value.title) > 15


def test_only_what_has_one_end_goes_onto_an_edge_and_ends_alone_are_nothing_to_copy(graph):
    with pytest.raises(pg.errors.GraphError, match="2 loose ends"):
        put_in(graph, json.dumps({"patchgrad": "layers", "layers": [RELU, RELU]}), target=graph.edges[0].target)
    with pytest.raises(pg.errors.GraphError, match="nothing to copy"):
        copied(graph, [graph.names["output"]])
