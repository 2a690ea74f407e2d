"""Lead the data past a layer, and back through it."""

from __future__ import annotations

from patchgrad.errors import GraphError
from patchgrad.layergraph import catalogue
from patchgrad.layergraph.commands.chain import require_no_loop
from patchgrad.layergraph.commands.command import Command, name_of
from patchgrad.layergraph.graph import LayerGraph


class Bypass(Command, frozen=True, tag="bypass"):
    """A bypassed layer gives its first input as its first output; it keeps its weights."""

    node: str
    bypassed: bool = True

    def apply(self, graph: LayerGraph) -> LayerGraph:
        node = graph.node(self.node)
        if not catalogue.inputs_of(node) or not catalogue.outputs_of(node):
            raise GraphError(f"{node.name} cannot be bypassed", got=f"it is an {node.kind}")
        changed = graph.changed(node.uid, bypassed=self.bypassed)
        if node.kind == "Delay":
            require_no_loop(graph, changed, f"{node.name} cannot be bypassed")
        return changed

    def label(self, graph: LayerGraph | None = None) -> str:
        return f"{'bypass' if self.bypassed else 'use'} {name_of(graph, self.node)}"

    def python(self, graph: LayerGraph | None = None) -> str:
        return f'pg.edit.bypass("{name_of(graph, self.node)}"{"" if self.bypassed else ", False"})'
