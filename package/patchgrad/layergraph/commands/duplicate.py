"""Make copies of layers."""

from __future__ import annotations

import re

import msgspec

from patchgrad.errors import GraphError
from patchgrad.layergraph.commands.command import Command, names_of, quoted, require_nodes
from patchgrad.layergraph.graph import Edge, LayerGraph, PortRef


class Duplicate(Command, frozen=True, tag="duplicate"):
    """Copy layers with fresh weights. Edges among them are copied; edges into them feed the copies too."""

    nodes: tuple[str, ...]

    def apply(self, graph: LayerGraph) -> LayerGraph:
        twins: dict[str, str] = {}
        for node in require_nodes(graph, self.nodes):
            if node.kind in ("Input", "Output", "Closed"):
                raise GraphError(f"{node.name} cannot be duplicated", got=f"it is of the kind {node.kind}")
            name = graph.fresh_name(re.sub(r"\d+$", "", node.name))
            shares = twins.get(node.shares) if node.shares else None
            twin = msgspec.structs.replace(node, uid=graph.fresh_uid(), name=name, position=None, shares=shares)
            twins[node.uid] = twin.uid
            graph = graph.with_node(twin)
        return graph.with_edges(_copied(edge, twins) for edge in graph.edges if edge.target.node in twins)

    def label(self, graph: LayerGraph | None = None) -> str:
        return f"duplicate {names_of(graph, self.nodes)}"

    def python(self, graph: LayerGraph | None = None) -> str:
        return f"pg.edit.duplicate({quoted(graph, self.nodes)})"


def _copied(edge: Edge, twins: dict[str, str]) -> Edge:
    source = PortRef(twins.get(edge.source.node, edge.source.node), edge.source.port)
    return Edge(source, PortRef(twins[edge.target.node], edge.target.port))
