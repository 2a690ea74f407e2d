"""The records that a layer graph is made of: ports, edges, nodes, groups. Plain data, compared by value."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import msgspec

Settings = Mapping[str, Any]


class PortRef(msgspec.Struct, frozen=True, order=True):
    """A named port of a node: ``PortRef("n3", "x")``. ``node`` is the node's uid."""

    node: str
    port: str

    def __str__(self) -> str:
        return f"{self.node}.{self.port}"


class Edge(msgspec.Struct, frozen=True, order=True):
    """An output port led into an input port."""

    source: PortRef
    target: PortRef

    @property
    def id(self) -> str:
        return f"{self.source}->{self.target}"


class LayerNode(msgspec.Struct, frozen=True, dict=True):
    """One layer: a box in the layer graph.

    ``uid`` never changes and is never used again; ``name`` is the attribute name in the built module
    and in ``to_source``; ``settings`` holds every field that the kind lists, in the kind's form.
    ``position`` is None while the layout may place the box freely. ``shares`` is the uid of the node whose layer this
    one calls again: kind, settings, weights and whether it learns are then those of that node. ``drawn``: how often its
    weights were drawn anew. ``rate``: factor on the learning rate of the optimizer.
    """

    uid: str
    kind: str
    name: str
    settings: Settings = {}
    position: tuple[float, float] | None = None
    frozen: bool = False
    bypassed: bool = False
    group: str | None = None
    shares: str | None = None
    drawn: int = 0
    rate: float = 1.0

    @property
    def delays(self) -> bool:
        """Does it give what came in at the step before, so that a loop may lead through it?"""
        return self.kind == "Delay" and not self.bypassed

    @cached_property
    def key(self) -> tuple[Any, ...]:
        """What decides how the layer computes: kind and settings, hashable."""
        return (self.kind, *sorted(self.settings.items()))


class Group(msgspec.Struct, frozen=True):
    """A named box around nodes and other groups; groups nest and fold. ``note``: what a person says of it."""

    uid: str
    name: str
    parent: str | None = None
    folded: bool = False
    note: str = ""


def uid_number(uid: str) -> int:
    """The number in a uid: 12 for ``n12``; 0 for one that has none."""
    return int(uid[1:]) if uid[1:].isdecimal() and uid[1:].isascii() else 0
