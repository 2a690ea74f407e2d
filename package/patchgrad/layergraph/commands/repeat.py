"""The same layers several times, one after the other."""

from __future__ import annotations

import msgspec

from patchgrad.errors import GraphError
from patchgrad.layergraph.check import settle
from patchgrad.layergraph.commands.chain import ends_of, require_running
from patchgrad.layergraph.commands.command import Command, names_of, quoted
from patchgrad.layergraph.commands.duplicate import Duplicate
from patchgrad.layergraph.graph import Edge, LayerGraph, PortRef
from patchgrad.layergraph.repeats import around, inside, numbered

MOST = 64


class Repeat(Command, frozen=True, tag="repeat"):
    """Let a piece stand ``times`` times in a row; the copies have weights of their own.

    Linear layers and convolutions among them that keep the shape give back their input at first. Copies of all that
    a group holds are groups too, so that `LayerGraph.to_source` writes them as a loop.
    """

    nodes: tuple[str, ...]
    times: int = 2

    def apply(self, graph: LayerGraph) -> LayerGraph:
        if not 2 <= self.times <= MOST:
            raise GraphError("a piece cannot stand there so often", got=f"times={self.times}", want=f"from 2 to {MOST}")
        start, end = ends_of(graph, self.nodes)
        readers = [edge.target for edge in graph.edges_from(end.node, end.port) if edge.target.node not in self.nodes]
        nodes = tuple(dict.fromkeys(self.nodes))
        group = _box_of(graph, set(nodes))
        made, last = graph, end
        for _ in range(self.times - 1):
            before = made
            made = Duplicate(nodes).apply(made)
            twins = dict(zip(nodes, [uid for uid in made.nodes if uid not in before.nodes], strict=True))
            made = _boxed(made, group, twins)
            entries = [
                edge.target for edge in made.edges_from(start.node, start.port) if edge.target.node in twins.values()
            ]
            made = made.with_edges(Edge(last, entry) for entry in entries)
            last = PortRef(twins[end.node], end.port)
        made = settle(made.with_edges(Edge(last, target) for target in readers))
        require_running(graph, made, f"{names_of(graph, self.nodes)} cannot follow itself")
        return made

    def label(self, graph: LayerGraph | None = None) -> str:
        return f"repeat {names_of(graph, self.nodes)} × {self.times}"

    def python(self, graph: LayerGraph | None = None) -> str:
        return f"pg.edit.repeat({quoted(graph, self.nodes)}, times={self.times})"


def _box_of(graph: LayerGraph, nodes: set[str]) -> str | None:
    """The group that holds these nodes and no others; of several, the outermost."""
    boxes = [uid for uid in graph.groups if inside(graph, uid) == nodes]
    return next((uid for uid in boxes if graph.groups[uid].parent not in boxes), None)


def _boxed(graph: LayerGraph, group: str | None, twins: dict[str, str]) -> LayerGraph:
    """Copies of all that a group holds, in a group of their own, with the groups inside it."""
    if group is None:
        return graph
    homes: dict[str | None, str] = {}
    for uid in (group, *(uid for uid in graph.groups if uid != group and group in around(graph, uid))):
        old = graph.groups[uid]
        fresh = msgspec.structs.replace(old, uid=graph.fresh_uid("g"), parent=homes.get(old.parent, old.parent))
        if uid == group:
            fresh = msgspec.structs.replace(fresh, name=_next_name(graph, old.name))
        homes[uid], graph = fresh.uid, graph.with_group(fresh)
    for uid in twins.values():
        graph = graph.changed(uid, group=homes[graph.nodes[uid].group])
    return graph


def _next_name(graph: LayerGraph, name: str) -> str:
    """``Step.1`` after ``Step``, ``blocks.3`` where there are three."""
    base, _ = numbered(name)
    last = max((int(number or 0) for own, number in (numbered(g.name) for g in graph.groups.values()) if own == base))
    return f"{base}.{last + 1}"
