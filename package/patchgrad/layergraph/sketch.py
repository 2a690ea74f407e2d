"""What a trace has drawn so far: nodes, edges, groups, names; and which port gives which tensor. See ``tracing.py``."""

from __future__ import annotations

from typing import Any

from patchgrad.layergraph import catalogue
from patchgrad.layergraph.graph import Edge, Group, LayerGraph, LayerNode, PortRef
from patchgrad.layergraph.names import free_name, own_name
from patchgrad.layergraph.origin import Origin
from patchgrad.layergraph.reading import has_state
from patchgrad.layergraph.watching import Call


class Sketch:
    """A layer graph in the making. ``ports`` are by the id of the tensor that a port gives."""

    def __init__(self, model: Any) -> None:
        self.paths = {id(module): path for path, module in model.named_modules()}
        self.nodes: list[LayerNode] = []
        self.edges: list[Edge] = []
        self.groups: list[Group] = []
        self.origins: dict[str, Origin] = {}
        self.ports: dict[int, PortRef] = {}
        self.names: set[str] = set()
        self.issued = 0

    def drawn(self) -> LayerGraph:
        """The graph as it stands."""
        nodes = {node.uid: node for node in self.nodes}
        groups = {group.uid: group for group in self.groups}
        graph = LayerGraph(nodes, tuple(sorted(self.edges)), groups, self.issued)
        return graph.without_empty_groups().with_origin(self.origins)

    def made(self, kind: str, settings: dict[str, Any], group: str | None, sources: tuple[PortRef, ...]) -> str:
        """A node for an op, with no module of its own."""
        entry = catalogue.find(kind)
        uid = self.node(kind, free_name(entry.stem, self.names), entry.settings(settings), group)
        self.edges += [Edge(source, PortRef(uid, port)) for port, source in zip(entry.inputs, sources, strict=True)]
        return uid

    def node(
        self,
        kind: str,
        name: str,
        settings: Any,
        group: str | None,
        frozen: bool = False,
        shares: str | None = None,
    ) -> str:
        self.issued += 1
        name = own_name(name, self.names)
        self.names.add(name)
        uid = f"n{self.issued}"
        self.nodes.append(LayerNode(uid, kind, name, settings, frozen=frozen, group=group, shares=shares))
        return uid

    def group(self, call: Call, parent: str | None) -> str:
        path = self.paths.get(id(call.module), type(call.module).__name__)
        head, _, last = path.rpartition(".")
        name = f"{head.rpartition('.')[2]}.{last}" if last.isdecimal() and head else last
        self.issued += 1
        self.groups.append(Group(f"g{self.issued}", name, parent))
        return f"g{self.issued}"

    def name_for(self, module: Any, kind: str) -> str:
        """The attribute path with underscores; a number of a container becomes the name of the kind."""
        head, _, last = self.paths.get(id(module), "").rpartition(".")
        stem = catalogue.find(kind).stem
        prefix = head.replace(".", "_") + "_" if head else ""
        if not last or last.isdecimal():
            return free_name(f"{prefix}{stem}", self.names)
        name = own_name(f"{prefix}{last}", set())
        return name if name not in self.names else free_name(f"{prefix}{stem}", self.names)

    def uid_of(self, module: Any) -> str | None:
        """The node of a layer that was met before."""
        return next((uid for uid, origin in self.origins.items() if origin.module is module), None)

    def owner_of(self, module: Any) -> LayerNode | None:
        """The node of a layer with weights or random numbers of its own that was called before."""
        uid = self.uid_of(module)
        return next((node for node in self.nodes if node.uid == uid), None) if has_state(module) else None

    def state(self) -> tuple[Any, ...]:
        return (
            list(self.nodes), list(self.edges), list(self.groups), dict(self.origins), dict(self.ports),
            set(self.names), self.issued,
        )  # fmt: skip

    def restore(self, state: tuple[Any, ...]) -> None:
        self.nodes, self.edges, self.groups, self.origins, self.ports, self.names, self.issued = state
