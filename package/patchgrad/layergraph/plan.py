"""What an edit would change, and what that costs, told before it is made."""

from __future__ import annotations

from typing import Any

import msgspec

from patchgrad.layergraph import catalogue
from patchgrad.layergraph.check import check
from patchgrad.layergraph.cost import layer_flops
from patchgrad.layergraph.graph import LayerGraph, LayerNode, PortRef
from patchgrad.layergraph.probe import parameter_count


class Follower(msgspec.Struct, frozen=True):
    """One layer that an edit changes: settings before and after, and how many numbers it learns more or less."""

    node: str
    name: str
    changes: dict[str, tuple[Any, Any]]
    parameters: int

    def __str__(self) -> str:
        words = ", ".join(f"{field} {before} → {after}" for field, (before, after) in self.changes.items())
        return f"{self.name}: {words or 'new'} ({self.parameters:+,} parameters)"


class Plan(msgspec.Struct, frozen=True):
    """The layers that an edit changes, in the order of the data, with the change of parameters and FLOPs in all.

    FLOPs are those of one sample going forward: 2 for each product of a weight with a number.
    """

    followers: tuple[Follower, ...]
    parameters: int
    flops: int

    def __str__(self) -> str:
        total = f"{self.parameters:+,} parameters, {self.flops:+,} FLOPs for a sample"
        return "\n".join([*map(str, self.followers), total])

    __repr__ = __str__


def planned(graph: LayerGraph, command: Any) -> Plan:
    """The plan of a command; GraphError if it cannot be made."""
    after = command.apply(graph)
    before = graph.nodes
    changed = [node for uid, node in after.nodes.items() if uid not in before or before[uid].key != node.key]
    followers = tuple(_follower(before.get(node.uid), node) for node in changed)
    counts = [sum(check(entry).parameters.values()) for entry in (graph, after)]
    return Plan(followers, counts[1] - counts[0], flops(after) - flops(graph))


def _follower(before: LayerNode | None, node: LayerNode) -> Follower:
    old = {} if before is None else before.settings
    changes = {name: (old[name], value) for name, value in node.settings.items() if name in old and old[name] != value}
    learned = parameter_count(node.key) - (parameter_count(before.key) if before is not None else 0)
    return Follower(node.uid, node.name, changes, 0 if node.shares else learned)


def flops(graph: LayerGraph) -> int:
    """Floating-point operations of one sample going forward, those of layers with weights."""
    return sum(node_flops(graph, node) for node in graph.nodes.values())


def node_flops(graph: LayerGraph, node: LayerNode) -> int:
    """Those of one node; 0 where its shapes are not known."""
    shapes = [
        check(graph).shape(PortRef(node.uid, ports[0])) if ports else None
        for ports in (catalogue.inputs_of(node), catalogue.outputs_of(node))
    ]
    return layer_flops(node.key, *shapes) or 0
