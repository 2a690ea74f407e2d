"""Let two layers change places."""

from __future__ import annotations

from patchgrad.errors import GraphError
from patchgrad.layergraph import catalogue
from patchgrad.layergraph.check import settle
from patchgrad.layergraph.commands.chain import require_running
from patchgrad.layergraph.commands.command import Command, name_of, require_movable
from patchgrad.layergraph.graph import Edge, LayerGraph, LayerNode, PortRef
from patchgrad.layergraph.walk import topological


class Swap(Command, frozen=True, tag="swap"):
    """Let two layers change places, with their weights; also where one feeds the other: a norm before an activation."""

    node: str
    other: str

    def apply(self, graph: LayerGraph) -> LayerGraph:
        one, two = require_movable(graph, self.node), require_movable(graph, self.other)
        if one.uid == two.uid:
            raise GraphError(f"{one.name} cannot change places with itself", want="two layers")
        turned = {_entry(one): _entry(two), _entry(two): _entry(one), _exit(one): _exit(two), _exit(two): _exit(one)}
        edges = [Edge(turned.get(e.source, e.source), turned.get(e.target, e.target)) for e in graph.edges]
        made = graph._with(edges=tuple(sorted(edges)))
        if len(topological(made)) < len(topological(graph)):
            raise GraphError(f"{one.name} and {two.name} cannot change places", got="a loop", want="layers of one path")
        made = settle(made)
        require_running(graph, made, f"{one.name} and {two.name} cannot change places")
        return made

    def label(self, graph: LayerGraph | None = None) -> str:
        return f"swap {name_of(graph, self.node)} and {name_of(graph, self.other)}"

    def python(self, graph: LayerGraph | None = None) -> str:
        return f'pg.edit.swap("{name_of(graph, self.node)}", "{name_of(graph, self.other)}")'


def _entry(node: LayerNode) -> PortRef:
    return PortRef(node.uid, catalogue.inputs_of(node)[0])


def _exit(node: LayerNode) -> PortRef:
    return PortRef(node.uid, catalogue.outputs_of(node)[0])
