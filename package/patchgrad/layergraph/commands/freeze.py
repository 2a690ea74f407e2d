"""Stop a layer from learning, and let it learn again."""

from __future__ import annotations

from patchgrad.layergraph.commands.command import Command, name_of
from patchgrad.layergraph.graph import LayerGraph


class Freeze(Command, frozen=True, tag="freeze"):
    """A frozen layer computes as before; its parameters get no gradient and stay as they are."""

    node: str
    frozen: bool = True

    def apply(self, graph: LayerGraph) -> LayerGraph:
        return graph.changed(graph.owner(self.node), frozen=self.frozen)

    def label(self, graph: LayerGraph | None = None) -> str:
        return f"{'freeze' if self.frozen else 'unfreeze'} {name_of(graph, self.node)}"

    def python(self, graph: LayerGraph | None = None) -> str:
        return f'pg.edit.freeze("{name_of(graph, self.node)}"{"" if self.frozen else ", False"})'
