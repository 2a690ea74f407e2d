"""Put layers into a named box, take the box away, fold and unfold it, say something of it."""

from __future__ import annotations

import msgspec

from patchgrad.errors import GraphError
from patchgrad.layergraph.commands.command import Command, names_of, quoted, require_nodes
from patchgrad.layergraph.graph import Group, LayerGraph
from patchgrad.layergraph.names import LONGEST

MOST_WORDS = 1000


class GroupNodes(Command, frozen=True, tag="group-nodes"):
    """Make a group of layers that lie in the same group now."""

    nodes: tuple[str, ...]
    name: str

    def apply(self, graph: LayerGraph) -> LayerGraph:
        nodes = require_nodes(graph, self.nodes)
        parents = {node.group for node in nodes}
        if len(parents) > 1:
            raise GraphError("layers of different groups cannot make one group", hint="ungroup them first")
        group = Group(graph.fresh_uid("g"), require_group_name(self.name), parents.pop())
        for node in nodes:
            graph = graph.changed(node.uid, group=group.uid)
        return graph.with_group(group).without_empty_groups()

    def label(self, graph: LayerGraph | None = None) -> str:
        return f"group {names_of(graph, self.nodes)}"

    def python(self, graph: LayerGraph | None = None) -> str:
        return f"pg.edit.group({quoted(graph, self.nodes)}, name={self.name!r})"


class Ungroup(Command, frozen=True, tag="ungroup"):
    """Take a group away; what lies in it moves to the group around it."""

    group: str

    def apply(self, graph: LayerGraph) -> LayerGraph:
        return graph.without_group(self.group)

    def label(self, graph: LayerGraph | None = None) -> str:
        return f"ungroup {group_name(graph, self.group)}"

    def python(self, graph: LayerGraph | None = None) -> str:
        return f"pg.edit.ungroup({group_name(graph, self.group)!r})"


class Note(Command, frozen=True, tag="note"):
    """Say something of a group; an empty text takes it away."""

    group: str
    text: str

    def apply(self, graph: LayerGraph) -> LayerGraph:
        if len(self.text) > MOST_WORDS:
            raise GraphError("a note cannot be as long", got=f"{len(self.text):,} characters", want="1,000 at most")
        return graph.with_group(msgspec.structs.replace(graph.group(self.group), note=self.text.strip()))

    def label(self, graph: LayerGraph | None = None) -> str:
        return f"note on {group_name(graph, self.group)}"

    def python(self, graph: LayerGraph | None = None) -> str:
        return f"pg.edit.note({group_name(graph, self.group)!r}, {self.text!r})"


class Fold(Command, frozen=True, tag="fold"):
    """Draw a group as one box, or open it again."""

    group: str
    folded: bool = True

    def apply(self, graph: LayerGraph) -> LayerGraph:
        return graph.with_group(msgspec.structs.replace(graph.group(self.group), folded=self.folded))

    def label(self, graph: LayerGraph | None = None) -> str:
        return f"{'fold' if self.folded else 'unfold'} {group_name(graph, self.group)}"

    def python(self, graph: LayerGraph | None = None) -> str:
        return f"pg.edit.fold({group_name(graph, self.group)!r}{'' if self.folded else ', False'})"


def group_name(graph: LayerGraph | None, uid: str) -> str:
    """The name of a group; its uid where several have that name."""
    if graph is None or uid not in graph.groups:
        return uid
    name = graph.groups[uid].name
    return name if sum(group.name == name for group in graph.groups.values()) == 1 else uid


def require_group_name(name: str) -> str:
    """The name without blanks around it; GraphError if it cannot be that of a group."""
    if not name.strip() or len(name) > LONGEST:
        raise GraphError(f"a group cannot be named {name[:LONGEST]!r}", want=f"1 to {LONGEST} characters")
    return name.strip()
