"""Give a layer another name."""

from __future__ import annotations

from patchgrad.layergraph.commands.command import Command, name_of
from patchgrad.layergraph.graph import LayerGraph
from patchgrad.layergraph.names import require_name


class Rename(Command, frozen=True, tag="rename"):
    """Rename a layer: the attribute in the built module, the key in ``state_dict``, the name in the source."""

    node: str
    name: str

    def apply(self, graph: LayerGraph) -> LayerGraph:
        node = graph.node(self.node)
        taken = {name for name in graph.names if name != node.name}
        return graph.changed(node.uid, name=require_name(self.name, taken))

    def label(self, graph: LayerGraph | None = None) -> str:
        return f"rename {name_of(graph, self.node)} to {self.name}"

    def python(self, graph: LayerGraph | None = None) -> str:
        return f'pg.edit.rename("{name_of(graph, self.node)}", "{self.name}")'
