"""Make two groups of one, and one of several."""

from __future__ import annotations

import msgspec

from patchgrad.errors import GraphError
from patchgrad.layergraph.commands.command import Command, names_of, quoted, require_nodes
from patchgrad.layergraph.commands.group_nodes import group_name, require_group_name
from patchgrad.layergraph.graph import Group, LayerGraph
from patchgrad.layergraph.names import free_name


class SplitGroup(Command, frozen=True, tag="split-group"):
    """Take some layers of a group out into a group of their own, beside it. Without a name it gets that of the old one
    with a number."""

    nodes: tuple[str, ...]
    name: str | None = None

    def apply(self, graph: LayerGraph) -> LayerGraph:
        nodes = require_nodes(graph, self.nodes)
        groups = {node.group for node in nodes}
        if len(groups) > 1 or None in groups:
            raise GraphError(
                f"{names_of(graph, self.nodes)} do not lie in one group",
                got="layers of several groups" if len(groups) > 1 else "layers without a group",
                want="layers of one group",
                hint="group them, if they have none",
            )
        old = graph.group(str(groups.pop()))
        stays = len(graph.members(old.uid)) > len(nodes) or any(g.parent == old.uid for g in graph.groups.values())
        if not stays:
            raise GraphError(
                f"nothing would be left of {old.name}", got="all its layers", want="some of them", hint="rename it"
            )
        name = free_name(old.name, {group.name for group in graph.groups.values()}) if self.name is None else self.name
        made = Group(graph.fresh_uid("g"), require_group_name(name), old.parent)
        for node in nodes:
            graph = graph.changed(node.uid, group=made.uid)
        return graph.with_group(made)

    def label(self, graph: LayerGraph | None = None) -> str:
        return f"split off {names_of(graph, self.nodes)}"

    def python(self, graph: LayerGraph | None = None) -> str:
        name = f", name={self.name!r}" if self.name is not None else ""
        return f"pg.edit.split({quoted(graph, self.nodes)}{name})"


class MergeGroups(Command, frozen=True, tag="merge-groups"):
    """Put all that lies in some groups into the first of them; they must lie in the same group, or in none. Notes are
    kept, one below the other."""

    groups: tuple[str, ...]
    name: str | None = None

    def apply(self, graph: LayerGraph) -> LayerGraph:
        groups = [graph.group(uid) for uid in dict.fromkeys(self.groups)]
        if len(groups) < 2:
            raise GraphError("one group alone cannot be merged", got=f"{len(groups)} groups", want="two or more")
        if len({group.parent for group in groups}) > 1:
            raise GraphError(
                "groups inside different groups cannot be merged",
                got=", ".join(f"{group.name} in {_around(graph, group)}" for group in groups),
                want="groups side by side",
                hint="ungroup the one around them first",
            )
        first, *others = groups
        note = "\n".join(group.note for group in groups if group.note)
        made = msgspec.structs.replace(first, name=require_group_name(self.name or first.name), note=note)
        gone = {group.uid for group in others}
        for node in [node for node in graph.nodes.values() if node.group in gone]:
            graph = graph.changed(node.uid, group=made.uid)
        for inner in [group for group in graph.groups.values() if group.parent in gone]:
            graph = graph.with_group(msgspec.structs.replace(inner, parent=made.uid))
        kept = {uid: group for uid, group in graph.groups.items() if uid not in gone}
        return graph._with(groups=kept).with_group(made)

    def label(self, graph: LayerGraph | None = None) -> str:
        return f"merge {', '.join(group_name(graph, uid) for uid in self.groups)}"

    def python(self, graph: LayerGraph | None = None) -> str:
        names = ", ".join(repr(group_name(graph, uid)) for uid in self.groups)
        name = f", name={self.name!r}" if self.name is not None else ""
        return f"pg.edit.merge({names}{name})"


def _around(graph: LayerGraph, group: Group) -> str:
    return graph.groups[group.parent].name if group.parent is not None else "none"
