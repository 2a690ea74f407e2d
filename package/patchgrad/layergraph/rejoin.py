"""Two graphs of one model, traced before and after its code was changed: which nodes are the same. Pure."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from patchgrad.layergraph.graph import Edge, Group, LayerGraph, LayerNode, PortRef


def rejoined(new: LayerGraph, old: LayerGraph, first: LayerGraph) -> LayerGraph:
    """``new`` with the uids, pins, folds and notes that the same nodes and groups have in ``old``, and the groups of
    ``old`` that hold only such nodes. All other nodes get uids that ``old`` has never given out.

    The same: of the same kind, with the name that it has in ``old`` or had in ``first``, when that was traced.
    """
    nodes, groups = _alike(new, old, first), _alike_groups(new, old)
    issued = old.issued
    for uid in (*new.nodes, *new.groups):
        if uid not in nodes and uid not in groups:
            issued += 1
            (nodes if uid in new.nodes else groups)[uid] = f"{uid[0]}{issued}"
    made = LayerGraph(
        {nodes[uid]: _node(node, old, nodes, groups) for uid, node in new.nodes.items()},
        tuple(sorted(Edge(_port(edge.source, nodes), _port(edge.target, nodes)) for edge in new.edges)),
        {groups[uid]: _group(group, old, groups) for uid, group in new.groups.items()},
        issued,
    ).with_origin({nodes[uid]: origin for uid, origin in new.origin.items()})
    for group in old.groups.values():
        made = made if group.uid in made.groups else _regrouped(made, old, group)
    return made


def _alike(new: LayerGraph, old: LayerGraph, first: LayerGraph) -> dict[str, str]:
    found: dict[str, str] = {}
    traced = {node.name: uid for uid, node in first.nodes.items() if uid in old.nodes}
    for names in (old.names, traced):
        for uid, node in new.nodes.items():
            was = names.get(node.name)
            if was and uid not in found and was not in found.values() and old.nodes[was].kind == node.kind:
                found[uid] = was
    return found


def _alike_groups(new: LayerGraph, old: LayerGraph) -> dict[str, str]:
    paths = {_path(old, uid): uid for uid in old.groups}
    return {uid: paths[path] for uid in new.groups if (path := _path(new, uid)) in paths}


def _node(node: LayerNode, old: LayerGraph, nodes: Mapping[str, str], groups: Mapping[str, str]) -> LayerNode:
    was = old.nodes.get(nodes[node.uid])
    return msgspec.structs.replace(
        node,
        uid=nodes[node.uid],
        group=node.group and groups[node.group],
        shares=node.shares and nodes[node.shares],
        position=was.position if was else None,
    )


def _group(group: Group, old: LayerGraph, groups: Mapping[str, str]) -> Group:
    was = old.groups.get(groups[group.uid], group)
    parent = group.parent and groups[group.parent]
    return Group(groups[group.uid], group.name, parent, was.folded, was.note)


def _port(port: PortRef, nodes: Mapping[str, str]) -> PortRef:
    return PortRef(nodes[port.node], port.port)


def _regrouped(new: LayerGraph, old: LayerGraph, group: Group) -> LayerGraph:
    """A group that a person made, around the same layers, if they are all there and lie in one place."""
    members = [node.uid for node in old.members(group.uid)]
    inner = any(other.parent == group.uid for other in old.groups.values())
    homes = {new.nodes[uid].group if uid in new.nodes else "gone" for uid in members}
    if inner or homes not in ({group.parent}, {None}):
        return new
    new = new.with_group(msgspec.structs.replace(group, parent=homes.pop()))
    for uid in members:
        new = new.changed(uid, group=group.uid)
    return new


def _path(graph: LayerGraph, group: str | None) -> tuple[str, ...]:
    return () if group is None else (*_path(graph, graph.groups[group].parent), graph.groups[group].name)
