"""The same layers several times, one after the other."""

from __future__ import annotations

from patchgrad.errors import GraphError
from patchgrad.layergraph.check import settle
from patchgrad.layergraph.commands.chain import ends_of, require_running
from patchgrad.layergraph.commands.command import Command, names_of, quoted
from patchgrad.layergraph.commands.duplicate import Duplicate
from patchgrad.layergraph.graph import Edge, LayerGraph, PortRef

MOST = 64


class Repeat(Command, frozen=True, tag="repeat"):
    """Let a piece stand ``times`` times in a row; the copies have weights of their own.

    Linear layers and convolutions among them that keep the shape give back their input at first.
    """

    nodes: tuple[str, ...]
    times: int = 2

    def apply(self, graph: LayerGraph) -> LayerGraph:
        if not 2 <= self.times <= MOST:
            raise GraphError("a piece cannot stand there so often", got=f"times={self.times}", want=f"from 2 to {MOST}")
        start, end = ends_of(graph, self.nodes)
        readers = [edge.target for edge in graph.edges_from(end.node, end.port) if edge.target.node not in self.nodes]
        nodes = tuple(dict.fromkeys(self.nodes))
        made, last = graph, end
        for _ in range(self.times - 1):
            before = made
            made = Duplicate(nodes).apply(made)
            twins = dict(zip(nodes, [uid for uid in made.nodes if uid not in before.nodes], strict=True))
            entries = [
                edge.target for edge in made.edges_from(start.node, start.port) if edge.target.node in twins.values()
            ]
            made = made.with_edges(Edge(last, entry) for entry in entries)
            last = PortRef(twins[end.node], end.port)
        made = settle(made.with_edges(Edge(last, target) for target in readers))
        require_running(graph, made, f"{names_of(graph, self.nodes)} cannot follow itself")
        return made

    def label(self, graph: LayerGraph | None = None) -> str:
        return f"repeat {names_of(graph, self.nodes)} × {self.times}"

    def python(self, graph: LayerGraph | None = None) -> str:
        return f"pg.edit.repeat({quoted(graph, self.nodes)}, times={self.times})"
