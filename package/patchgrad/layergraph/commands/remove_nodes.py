"""Take layers away and close the gap."""

from __future__ import annotations

from patchgrad.layergraph import catalogue
from patchgrad.layergraph.check import fits, settle
from patchgrad.layergraph.commands.command import Command, names_of, quoted, require_nodes
from patchgrad.layergraph.graph import Edge, LayerGraph, PortRef
from patchgrad.layergraph.walk import reaches


class RemoveNodes(Command, frozen=True, tag="remove-nodes"):
    """Remove layers. What fed the first connected input of each then feeds what it fed, where shapes allow."""

    nodes: tuple[str, ...]

    def apply(self, graph: LayerGraph) -> LayerGraph:
        gone = {node.uid for node in require_nodes(graph, self.nodes)}
        bridges = [
            Edge(source, edge.target)
            for edge in graph.edges
            if edge.source.node in gone and edge.target.node not in gone
            if (source := _source_before(graph, edge.source, gone)) is not None
        ]
        rest = graph.without_nodes(gone)
        bridges = _without_loops(rest, bridges)
        healed = settle(rest.with_edges(bridges))
        poor = {edge.target for edge in bridges if not fits(healed, edge)}
        if not poor:
            return healed
        return settle(rest.with_edges(edge for edge in bridges if edge.target not in poor))

    def label(self, graph: LayerGraph | None = None) -> str:
        return f"remove {names_of(graph, self.nodes)}"

    def python(self, graph: LayerGraph | None = None) -> str:
        return f"pg.edit.remove({quoted(graph, self.nodes)})"


def _without_loops(rest: LayerGraph, bridges: list[Edge]) -> list[Edge]:
    """Those that close no loop: where a Delay goes, its loop is cut."""
    found: list[Edge] = []
    for edge in bridges:
        if not reaches(rest, edge.target.node, edge.source.node):
            found.append(edge)
            rest = rest.with_edge(edge)
    return found


def _source_before(graph: LayerGraph, source: PortRef, gone: set[str]) -> PortRef | None:
    """Walk up from an output port of a removed node to the first output port that stays."""
    seen: set[str] = set()
    while source.node in gone:
        if source.node in seen:
            return None
        seen.add(source.node)
        ports = (PortRef(source.node, port) for port in catalogue.inputs_of(graph.node(source.node)))
        edge = next((edge for port in ports if (edge := graph.edge_into(port))), None)
        if edge is None:
            return None
        source = edge.source
    return source
