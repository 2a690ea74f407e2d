"""Change one setting of a layer."""

from __future__ import annotations

from typing import Any

from patchgrad.errors import GraphError
from patchgrad.layergraph import catalogue
from patchgrad.layergraph.check import settle
from patchgrad.layergraph.commands.command import Command, name_of
from patchgrad.layergraph.graph import LayerGraph


class SetField(Command, frozen=True, tag="set-field"):
    """Set one field. What must follow from the new shape (``in_features`` of the next layer) follows."""

    node: str
    field: str
    value: Any

    def apply(self, graph: LayerGraph) -> LayerGraph:
        node = graph.node(graph.owner(self.node))
        if node.kind == "Closed":
            raise GraphError(f"{node.name} has no fields to set", got="it is a module of your own, kept as it is")
        kind = catalogue.find(node.kind)
        value = kind.field(self.field).parse(self.value, node.name)
        settings = kind.normalised({**node.settings, self.field: value})
        value = settings[self.field]
        changed = settle(graph.changed(node.uid, settings=settings))
        if changed.node(node.uid).settings[self.field] != value:
            raise GraphError(
                f"{self.field} of {node.name} follows from its input",
                got=repr(value),
                want=repr(changed.node(node.uid).settings[self.field]),
                hint="change the layer before it",
            )
        return changed

    def label(self, graph: LayerGraph | None = None) -> str:
        return f"set {name_of(graph, self.node)}.{self.field}"

    def python(self, graph: LayerGraph | None = None) -> str:
        value = self.value
        if graph and self.node in graph.nodes:
            fields = catalogue.find(graph.nodes[self.node].kind).field_names
            value = fields[self.field].parse(value) if self.field in fields else value
        return f'pg.edit.set("{name_of(graph, self.node)}", {self.field}={value!r})'
