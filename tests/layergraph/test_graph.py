"""The graph as a value: operations share structure, keep one edge per input, and never reuse a uid."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patchgrad.errors import GraphError
from patchgrad.layergraph import Edge, Group, LayerGraph, LayerNode, PortRef
from patchgrad.layergraph.difference import difference
from patchgrad.layergraph.walk import downstream, reaches, topological, upstream

from .sample import MLP, port


def dots(count: int) -> LayerGraph:
    return LayerGraph({f"n{i}": LayerNode(f"n{i}", "ReLU", f"relu{i}") for i in range(1, count + 1)}, issued=count)


pairs = st.lists(st.tuples(st.integers(1, 12), st.integers(1, 12)), max_size=40)


def wired(edges: list[tuple[int, int]]) -> LayerGraph:
    graph = dots(12)
    for a, b in edges:
        graph = graph.with_edge(Edge(PortRef(f"n{a}", "y"), PortRef(f"n{b}", f"x{a % 3}")))
    return graph


@given(pairs)
def test_one_edge_leads_into_a_port_and_edges_stay_sorted(edges: list[tuple[int, int]]) -> None:
    graph = wired(edges)
    assert list(graph.edges) == sorted(graph.edges)
    assert len({edge.target for edge in graph.edges}) == len(graph.edges)
    for edge in graph.edges:
        assert graph.edge_into(edge.target) is edge
        assert edge in graph.edges_from(edge.source.node)
        assert edge in graph.edges_into(edge.target.node)


@given(pairs)
def test_order_and_reach_agree(edges: list[tuple[int, int]]) -> None:
    graph = wired(edges)
    order = topological(graph)
    at = {uid: place for place, uid in enumerate(order)}
    for edge in graph.edges:
        if edge.target.node in at:
            assert at[edge.source.node] < at[edge.target.node]
    stuck = set(graph.nodes) - set(order)
    for uid in stuck:
        assert any(reaches(graph, other, other) and edge_back(graph, other) for other in upstream(graph, [uid]))
    for uid in graph.nodes:
        assert all(uid in upstream(graph, [other]) for other in downstream(graph, [uid]))


def edge_back(graph: LayerGraph, uid: str) -> bool:
    return any(reaches(graph, edge.target.node, uid) for edge in graph.edges_from(uid))


@given(pairs, st.permutations(range(5)))
def test_graphs_are_equal_however_they_were_made(edges: list[tuple[int, int]], order: list[int]) -> None:
    graph = wired(edges)
    nodes = dict(sorted(graph.nodes.items(), key=lambda entry: entry[0], reverse=True))
    other = LayerGraph(nodes, graph.edges, {}, issued=99)
    assert other == graph
    assert other.fingerprint == graph.fingerprint
    assert graph.without_node("n1") != graph


def test_a_graph_goes_over_the_wire_and_back() -> None:
    again = msgspec.json.decode(msgspec.json.encode(MLP), type=LayerGraph)
    assert [node.uid for node in again.nodes.values()] == list(MLP.nodes)
    assert again.fingerprint == MLP.fingerprint


def test_an_operation_leaves_the_graph_as_it_was_and_shares_the_rest() -> None:
    before = MLP.fingerprint
    after = MLP.changed("n2", name="other")
    assert after.nodes["n3"] is MLP.nodes["n3"]
    assert MLP.fingerprint == before


def test_uids_are_not_given_out_again_after_a_removal() -> None:
    graph = dots(3).without_node("n3")
    assert graph.fresh_uid() == "n4"
    assert graph.with_group(Group("g7", "box")).fresh_uid() == "n8"


def test_a_node_that_is_not_there_is_said() -> None:
    with pytest.raises(GraphError, match="no layer with the uid 'n77'"):
        MLP.node("n77")
    with pytest.raises(GraphError, match="no layer named 'nobody'") as error:
        MLP.by_name("nobody")
    assert "fc1" in error.value.want


def test_a_difference_names_what_changed_by_uid() -> None:
    after = MLP.changed("n2", name="first").changed("n4", frozen=True).without_node("n3")
    found = difference(MLP, after)
    assert (found.renamed, found.frozen, found.removed, found.added) == (("n2",), ("n4",), ("n3",), ())
    assert len(found.edges_removed) == 2
    assert not found.computes_the_same
    assert difference(MLP, MLP.changed("n2", name="first")).computes_the_same


def test_a_thousand_layers_are_checked_and_edited() -> None:
    graph = LayerGraph().with_node(LayerNode("n1", "Input", "x", {"shape": (4,), "dtype": "float32"}))
    for number in range(2, 1001):
        graph = graph.with_node(LayerNode(f"n{number}", "ReLU", f"relu{number}", {}))
        graph = graph.with_edge(Edge(PortRef(f"n{number - 1}", "y"), PortRef(f"n{number}", "x")))
    assert topological(graph)[-1] == "n1000"
    assert graph.check().shape(PortRef("n1000", "y")) == ("N", 4)
    assert [problem.title for problem in graph.check().problems] == ["the network has no Output"]


def test_ports_are_said_in_the_users_words() -> None:
    assert MLP.say(port(MLP, "fc1.x")) == "fc1.x"
