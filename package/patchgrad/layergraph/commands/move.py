"""Put the box of a layer somewhere."""

from __future__ import annotations

import math

from patchgrad.errors import GraphError
from patchgrad.layergraph.commands.command import Command, name_of
from patchgrad.layergraph.graph import LayerGraph


class Move(Command, frozen=True, tag="move"):
    """Pin a box to a position, in pixels of the canvas; None lets the layout place it again."""

    node: str
    position: tuple[float, float] | None

    def apply(self, graph: LayerGraph) -> LayerGraph:
        if self.position is not None and not all(math.isfinite(p) and abs(p) < 1e7 for p in self.position):
            raise GraphError("a box cannot be moved there", got=str(self.position), want="two numbers, in pixels")
        return graph.changed(self.node, position=self.position)

    def label(self, graph: LayerGraph | None = None) -> str:
        return f"move {name_of(graph, self.node)}"

    def python(self, graph: LayerGraph | None = None) -> str:
        return f'pg.edit.move("{name_of(graph, self.node)}", {self.position})'
