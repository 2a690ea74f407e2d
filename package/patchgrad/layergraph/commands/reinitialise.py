"""Let a layer begin anew."""

from __future__ import annotations

from patchgrad.errors import GraphError
from patchgrad.layergraph.commands.command import Command, name_of
from patchgrad.layergraph.graph import LayerGraph
from patchgrad.layergraph.probe import parameter_count


class Reinitialise(Command, frozen=True, tag="reinitialise"):
    """Draw the weights of a layer anew, and forget their optimizer slots; undo brings both back.

    Running statistics go on: they are of the data. A Delay forgets what came in, and begins with its first value.
    """

    node: str

    def apply(self, graph: LayerGraph) -> LayerGraph:
        node = graph.node(graph.owner(self.node))
        learns = node.kind == "Delay" or parameter_count(node.key)
        if node.kind in ("Input", "Output", "Closed") or not learns:
            raise GraphError(
                f"{node.name} has no weights to draw anew", got=f"a {node.kind}", want="a layer that learns"
            )
        return graph.changed(node.uid, drawn=node.drawn + 1)

    def label(self, graph: LayerGraph | None = None) -> str:
        return f"reinitialise {name_of(graph, self.node)}"

    def python(self, graph: LayerGraph | None = None) -> str:
        return f'pg.edit.reinitialise("{name_of(graph, self.node)}")'
