"""Take a layer out of its place and put it onto another edge."""

from __future__ import annotations

import msgspec

from patchgrad.errors import GraphError
from patchgrad.layergraph import catalogue
from patchgrad.layergraph.check import settle
from patchgrad.layergraph.commands.chain import require_no_loop, require_running
from patchgrad.layergraph.commands.command import Command, name_of, port_text, require_input, require_movable
from patchgrad.layergraph.graph import Edge, LayerGraph, LayerNode, PortRef


class Reorder(Command, frozen=True, tag="reorder"):
    """Move a layer, with its weights, onto the edge that leads into ``target``; the gap that it leaves is closed."""

    node: str
    target: PortRef

    def apply(self, graph: LayerGraph) -> LayerGraph:
        node, after = require_movable(graph, self.node), require_input(graph, self.target)
        edge = graph.edge_into(self.target)
        if edge is None:
            raise GraphError(
                f"no edge leads into {graph.say(self.target)}", hint="connect it first", ports=(self.target,)
            )
        if node.uid in (edge.source.node, after.uid):
            raise GraphError(
                f"{node.name} stands there already",
                got=f"the edge {graph.say(edge.source)} -> {graph.say(self.target)}",
                want=f"an edge that neither begins nor ends at {node.name}",
            )
        made = settle(_placed(graph, node, edge))
        title = f"{node.name} cannot move there"
        require_no_loop(graph, made, title)
        require_running(graph, made, title)
        return made

    def label(self, graph: LayerGraph | None = None) -> str:
        return f"move {name_of(graph, self.node)} in front of {name_of(graph, self.target.node)}"

    def python(self, graph: LayerGraph | None = None) -> str:
        edge = graph.edge_into(self.target) if graph else None
        path = f"{port_text(graph, edge.source)} -> {port_text(graph, self.target)}" if edge else str(self.target)
        return f'pg.edit.reorder("{name_of(graph, self.node)}", "{path}")'


def _placed(graph: LayerGraph, node: LayerNode, edge: Edge) -> LayerGraph:
    """The gap closed, and the layer on the edge: in the group in which the edge lies."""
    entry = PortRef(node.uid, catalogue.inputs_of(node)[0])
    end = PortRef(node.uid, catalogue.outputs_of(node)[0])
    before = graph.edge_into(entry)
    healed = [] if before is None else [Edge(before.source, read.target) for read in graph.edges_from(node.uid)]
    around = {graph.node(edge.source.node).group, graph.node(edge.target.node).group}
    moved = msgspec.structs.replace(node, position=None, group=around.pop() if len(around) == 1 else None)
    kept = (read for read in graph.edges if node.uid not in (read.source.node, read.target.node))
    loose = graph._with(edges=tuple(kept)).with_edges(healed)
    return loose.with_node(moved).with_edges((Edge(edge.source, entry), Edge(end, edge.target))).without_empty_groups()
