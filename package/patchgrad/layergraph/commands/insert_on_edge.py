"""Put a new layer onto an edge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from patchgrad.errors import GraphError
from patchgrad.layergraph.check import output_shape, settle
from patchgrad.layergraph.commands.command import Command, layer_text, port_text, require_addable, require_input
from patchgrad.layergraph.graph import Edge, LayerGraph, LayerNode, PortRef
from patchgrad.layergraph.names import require_name


class InsertOnEdge(Command, frozen=True, tag="insert-on-edge"):
    """Put a layer onto the edge that leads into ``target``. Settings that follow from the shape on the edge are
    filled in; others not given are chosen so that the shape stays, where the kind can."""

    target: PortRef
    kind: str
    settings: Mapping[str, Any] = {}
    name: str | None = None

    def apply(self, graph: LayerGraph) -> LayerGraph:
        after, kind = require_input(graph, self.target), require_addable(self.kind)
        edge = graph.edge_into(self.target)
        if edge is None:
            raise GraphError(
                f"no edge leads into {graph.say(self.target)}", hint="connect it first", ports=(self.target,)
            )
        if not kind.inputs or not kind.outputs:
            raise GraphError(f"{kind.name} cannot stand on an edge", want="a layer with an input and an output")
        before = graph.node(edge.source.node)
        name = graph.fresh_name(kind.stem) if self.name is None else require_name(self.name, graph.names)
        shape = output_shape(graph, edge.source)
        settings = kind.fitting(self.settings, {kind.inputs[0]: shape} if shape else {})
        group = after.group if after.group == before.group else None
        node = LayerNode(graph.fresh_uid(), kind.name, name, settings, group=group)
        into = Edge(edge.source, PortRef(node.uid, kind.inputs[0]))
        out = Edge(PortRef(node.uid, kind.outputs[0]), self.target)
        return settle(graph.with_node(node).with_edges((into, out)))

    def label(self, graph: LayerGraph | None = None) -> str:
        return f"insert {self.kind}"

    def python(self, graph: LayerGraph | None = None) -> str:
        edge = graph.edge_into(self.target) if graph else None
        path = f"{port_text(graph, edge.source)} -> {port_text(graph, self.target)}" if edge else str(self.target)
        name = f', name="{self.name}"' if self.name is not None else ""
        return f'pg.edit.insert("{path}", {layer_text(self, graph, self.kind, self.settings)}{name})'
