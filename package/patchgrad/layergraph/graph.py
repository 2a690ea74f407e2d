"""The layer graph: what a person edits. Immutable; an edit makes a new graph that shares the rest.

It knows nothing of tensors, weights or drawing. Read next: ``walk.py`` (order and reach),
``catalogue.py`` (kinds of layers), ``commands/`` (edits), ``build.py`` (from graph to module).
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec

from patchgrad.errors import GraphError, near
from patchgrad.layergraph.names import free_name
from patchgrad.layergraph.records import Edge, Group, LayerNode, PortRef, Settings, uid_number

if TYPE_CHECKING:
    from patchgrad.layergraph.build import GraphModule
    from patchgrad.layergraph.check import Report


class LayerGraph(msgspec.Struct, frozen=True, dict=True):
    """Nodes by uid, edges in sorted order, groups by uid. At most one edge leads into an input port.

    Two graphs are equal when nodes, edges and groups are: ``issued`` (the highest number given out in
    a uid, which only grows so that no uid is used twice) does not count.
    """

    nodes: Mapping[str, LayerNode] = {}
    edges: tuple[Edge, ...] = ()
    groups: Mapping[str, Group] = {}
    issued: int = 0

    def __repr__(self) -> str:
        sources = {uid: [str(e.source.node) for e in self.edges if e.target.node == uid] for uid in self.nodes}
        width = max((len(node.name) for node in self.nodes.values()), default=0)
        lines = [
            f"  {node.name:<{width}}  {node.kind}"
            + (f" of {', '.join(self.nodes[source].name for source in sources[uid])}" if sources[uid] else "")
            for uid, node in self.nodes.items()
        ]
        return "\n".join([f"LayerGraph with {len(self.nodes)} nodes", *lines])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, LayerGraph):
            return NotImplemented
        return (self.nodes, self.edges, self.groups) == (other.nodes, other.edges, other.groups)

    __hash__ = None  # type: ignore[assignment]

    # --- looking ----------------------------------------------------------------------------------

    @cached_property
    def _edge_into(self) -> dict[PortRef, Edge]:
        return {edge.target: edge for edge in self.edges}

    @cached_property
    def _around(self) -> tuple[dict[str, list[Edge]], dict[str, list[Edge]]]:
        into: dict[str, list[Edge]] = {}
        out: dict[str, list[Edge]] = {}
        for edge in self.edges:
            into.setdefault(edge.target.node, []).append(edge)
            out.setdefault(edge.source.node, []).append(edge)
        return into, out

    @cached_property
    def _sharers(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for uid, node in self.nodes.items():
            if node.shares is not None:
                found.setdefault(node.shares, []).append(uid)
        return found

    def sharers(self, uid: str) -> tuple[str, ...]:
        """The nodes that call the layer of this node again, in the order they were made."""
        return tuple(sorted(self._sharers.get(uid, ()), key=uid_number))

    def owner(self, uid: str) -> str:
        """The node whose layer this node calls: itself, or the one it shares with."""
        return self.node(uid).shares or uid

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Uid by name."""
        return {node.name: uid for uid, node in self.nodes.items()}

    def edge_into(self, target: PortRef) -> Edge | None:
        """The edge that leads into this input port, or None."""
        return self._edge_into.get(target)

    def edges_into(self, node: str) -> tuple[Edge, ...]:
        """The edges into any input port of this node."""
        return tuple(self._around[0].get(node, ()))

    def edges_from(self, node: str, port: str | None = None) -> tuple[Edge, ...]:
        """The edges from one output port of this node, or from all."""
        edges = self._around[1].get(node, ())
        return tuple(edge for edge in edges if port is None or edge.source.port == port)

    def node(self, uid: str) -> LayerNode:
        """The node of this uid; GraphError if it is not (or no longer) there."""
        try:
            return self.nodes[uid]
        except KeyError:
            raise GraphError(f"there is no layer with the uid {uid!r}", hint="it may have been removed") from None

    def by_name(self, name: str) -> LayerNode:
        """The node of this name; GraphError that lists the names if there is none."""
        if name not in self.names:
            raise GraphError(
                f"there is no layer named {name!r}",
                got=repr(name),
                want=", ".join(sorted(self.names)[:20]),
                hint=near(name, list(self.names)),
            )
        return self.nodes[self.names[name]]

    def group(self, uid: str) -> Group:
        try:
            return self.groups[uid]
        except KeyError:
            raise GraphError(f"there is no group with the uid {uid!r}", hint="it may have been taken away") from None

    def members(self, group: str) -> tuple[LayerNode, ...]:
        """The nodes that lie directly in this group."""
        return tuple(node for node in self.nodes.values() if node.group == group)

    def of_kind(self, kind: str) -> tuple[LayerNode, ...]:
        """The nodes of one kind, in the order they were made."""
        found = [node for node in self.nodes.values() if node.kind == kind]
        return tuple(sorted(found, key=lambda node: uid_number(node.uid)))

    def say(self, port: PortRef) -> str:
        """The port in the user's words: ``fc1.x``."""
        node = self.nodes.get(port.node)
        return f"{node.name if node else port.node}.{port.port}"

    @cached_property
    def fingerprint(self) -> str:
        """A hash of nodes, edges and groups: equal graphs, equal fingerprints, in any process."""
        content = (self.nodes, self.edges, self.groups)
        return hashlib.sha256(msgspec.json.encode(content, order="deterministic")).hexdigest()[:32]

    # --- changing ---------------------------------------------------------------------------------

    def _with(self, **changes: Any) -> LayerGraph:
        changed = msgspec.structs.replace(self, **changes)
        if "origin" in self.__dict__:
            vars(changed)["origin"] = self.__dict__["origin"]
        return changed

    def with_node(self, node: LayerNode) -> LayerGraph:
        """The graph with this node added, or put in the place of the one with its uid, and in step with those it shares
        a layer with."""
        issued = max(self.issued, uid_number(node.uid))
        if node.shares is not None:
            node = _called_again(node, self.node(node.shares))
        again = {uid: _called_again(self.nodes[uid], node) for uid in self._sharers.get(node.uid, ())}
        return self._with(nodes={**self.nodes, node.uid: node, **again}, issued=issued)

    def changed(self, uid: str, **changes: Any) -> LayerGraph:
        """The graph with some fields of one node changed."""
        return self.with_node(msgspec.structs.replace(self.node(uid), **changes))

    def without_nodes(self, uids: Iterable[str]) -> LayerGraph:
        """The graph without these nodes, the edges at them, and the groups that they leave empty."""
        gone = set(uids)
        nodes = {uid: node for uid, node in self.nodes.items() if uid not in gone} | self._heirs(gone)
        edges = tuple(e for e in self.edges if e.source.node not in gone and e.target.node not in gone)
        return self._with(nodes=nodes, edges=edges).without_empty_groups()

    def _heirs(self, gone: set[str]) -> dict[str, LayerNode]:
        """Where a node goes whose layer others call again, the first of them has the layer from then on."""
        found: dict[str, LayerNode] = {}
        for owner in gone & self._sharers.keys():
            heir, *others = [uid for uid in self.sharers(owner) if uid not in gone] or [None]
            if heir is not None:
                found[heir] = msgspec.structs.replace(self.nodes[heir], shares=None)
                found |= {uid: msgspec.structs.replace(self.nodes[uid], shares=heir) for uid in others if uid}
        return found

    def without_node(self, uid: str) -> LayerGraph:
        return self.without_nodes((uid,))

    def with_edge(self, edge: Edge) -> LayerGraph:
        """The graph with this edge; displaces the edge that led into the same port."""
        edges = self.without_edge_into(edge.target).edges
        at = bisect_left(edges, edge)
        return self._with(edges=(*edges[:at], edge, *edges[at:]))

    def with_edges(self, edges: Iterable[Edge]) -> LayerGraph:
        added = {edge.target: edge for edge in edges}
        kept = (edge for edge in self.edges if edge.target not in added)
        return self._with(edges=tuple(sorted((*kept, *added.values()))))

    def without_edge_into(self, target: PortRef) -> LayerGraph:
        edge = self.edge_into(target)
        if edge is None:
            return self
        at = bisect_left(self.edges, edge)
        return self._with(edges=(*self.edges[:at], *self.edges[at + 1 :]))

    def with_group(self, group: Group) -> LayerGraph:
        issued = max(self.issued, uid_number(group.uid))
        return self._with(groups={**self.groups, group.uid: group}, issued=issued)

    def without_group(self, uid: str) -> LayerGraph:
        """The graph without this group; its nodes and groups move to the group around it."""
        around = self.group(uid).parent
        nodes = {
            u: msgspec.structs.replace(node, group=around) if node.group == uid else node
            for u, node in self.nodes.items()
        }
        groups = {
            u: msgspec.structs.replace(group, parent=around) if group.parent == uid else group
            for u, group in self.groups.items()
            if u != uid
        }
        return self._with(nodes=nodes, groups=groups)

    def without_empty_groups(self) -> LayerGraph:
        groups = dict(self.groups)
        while True:
            used = {node.group for node in self.nodes.values()} | {group.parent for group in groups.values()}
            empty = [uid for uid in groups if uid not in used]
            if not empty:
                return self if len(groups) == len(self.groups) else self._with(groups=groups)
            for uid in empty:
                del groups[uid]

    def with_issued(self, issued: int) -> LayerGraph:
        """The same graph that gives out no uid up to this number."""
        return self if issued <= self.issued else self._with(issued=issued)

    def with_origin(self, modules: Mapping[str, Any]) -> LayerGraph:
        """The same graph that remembers the modules its nodes were traced from, by uid."""
        same = self._with()
        vars(same)["origin"] = modules
        return same

    @property
    def origin(self) -> Mapping[str, Any]:
        """The modules that the nodes were traced from, by uid. Not part of the value of the graph."""
        return self.__dict__.get("origin", {})

    # --- fresh identities -------------------------------------------------------------------------

    def fresh_uid(self, letter: str = "n") -> str:
        """A uid that no node or group has or had: ``n12`` for a node, ``g12`` for a group."""
        number = self.issued + 1
        while f"{letter}{number}" in self.nodes or f"{letter}{number}" in self.groups:
            number += 1
        return f"{letter}{number}"

    def fresh_name(self, stem: str) -> str:
        """A name that no node has: ``relu1``, ``relu2``, ... for the stem ``relu``."""
        return free_name(stem, self.names)

    # --- the other rooms of the layer graph -------------------------------------------------------

    @classmethod
    def from_module(cls, model: Any, *example: Any) -> LayerGraph:
        """The layer graph of a module, from one run on an example batch. See ``from_module.py``."""
        from patchgrad.layergraph.from_module import trace

        return trace(model, *example)

    def build(self, device: str = "cpu") -> GraphModule:
        """A module that computes this graph. See ``build.py``."""
        from patchgrad.layergraph.build import build

        return build(self, device=device)

    def check(self) -> Report:
        """Shapes and dtypes of all ports, and what is wrong. See ``check.py``."""
        from patchgrad.layergraph.check import check

        return check(self)

    def to_source(self, name: str = "Model", *, loops: bool = True) -> str:
        """A Module class that computes this graph. See ``to_source.py``."""
        from patchgrad.layergraph.to_source import to_source

        return to_source(self, name, loops=loops)


def _called_again(node: LayerNode, owner: LayerNode) -> LayerNode:
    """A node that shares a layer, with what is said of the layer where it belongs."""
    return msgspec.structs.replace(
        node, kind=owner.kind, settings=owner.settings, frozen=owner.frozen, drawn=owner.drawn, rate=owner.rate
    )


__all__ = ["Edge", "Group", "LayerGraph", "LayerNode", "PortRef", "Settings"]
