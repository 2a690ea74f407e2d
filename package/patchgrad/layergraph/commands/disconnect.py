"""Take the edge out of an input port."""

from __future__ import annotations

from patchgrad.errors import GraphError
from patchgrad.layergraph.commands.command import Command, name_of, port_text, require_input
from patchgrad.layergraph.graph import LayerGraph, PortRef


class Disconnect(Command, frozen=True, tag="disconnect"):
    """Remove the edge that leads into an input port."""

    target: PortRef

    def apply(self, graph: LayerGraph) -> LayerGraph:
        require_input(graph, self.target)
        if graph.edge_into(self.target) is None:
            raise GraphError(
                f"{graph.say(self.target)} is already open", got="no edge leads into it", ports=(self.target,)
            )
        return graph.without_edge_into(self.target)

    def label(self, graph: LayerGraph | None = None) -> str:
        return f"disconnect {name_of(graph, self.target.node)}"

    def python(self, graph: LayerGraph | None = None) -> str:
        return f'pg.edit.disconnect("{port_text(graph, self.target)}")'
