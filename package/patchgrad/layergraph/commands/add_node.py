"""Put a new layer on the canvas, not yet connected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from patchgrad.layergraph.commands.command import Command, layer_text, require_addable
from patchgrad.layergraph.graph import LayerGraph, LayerNode
from patchgrad.layergraph.names import require_name


class AddNode(Command, frozen=True, tag="add-node"):
    """Add a layer of a kind; settings that are not given have the kind's defaults."""

    kind: str
    settings: Mapping[str, Any] = {}
    name: str | None = None
    position: tuple[float, float] | None = None
    group: str | None = None

    def apply(self, graph: LayerGraph) -> LayerGraph:
        kind = require_addable(self.kind)
        if self.group is not None:
            graph.group(self.group)
        name = graph.fresh_name(kind.stem) if self.name is None else require_name(self.name, graph.names)
        node = LayerNode(graph.fresh_uid(), kind.name, name, kind.settings(self.settings), self.position)
        return graph.with_node(node if self.group is None else _grouped(node, self.group))

    def label(self, graph: LayerGraph | None = None) -> str:
        return f"add {self.kind}"

    def python(self, graph: LayerGraph | None = None) -> str:
        name = f', name="{self.name}"' if self.name is not None else ""
        return f"pg.edit.add({layer_text(self, graph, self.kind, self.settings)}{name})"


def _grouped(node: LayerNode, group: str) -> LayerNode:
    return LayerNode(node.uid, node.kind, node.name, node.settings, node.position, group=group)
