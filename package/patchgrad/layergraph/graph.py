"""The layer graph: what a person edits. Immutable; an edit makes a new graph that shares the rest.

It knows nothing of tensors, weights or drawing. Read next: ``catalogue.py`` (kinds of layers),
``commands/`` (edits), ``build.py`` (from graph to module).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec


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


class LayerNode(msgspec.Struct, frozen=True):
    """One layer: a box in the layer graph.

    ``uid`` never changes and is never used again; ``name`` is the attribute name in the built module
    and in ``to_source``; ``settings`` are the constructor arguments that differ from nothing:
    all that the kind lists. ``position`` is None while the layout may place the box freely.
    """

    uid: str
    kind: str
    name: str
    settings: Mapping[str, Any] = {}
    position: tuple[float, float] | None = None
    frozen: bool = False
    bypassed: bool = False
    group: str | None = None


class Group(msgspec.Struct, frozen=True):
    """A named box around nodes and other groups; groups nest and fold."""

    uid: str
    name: str
    parent: str | None = None
    folded: bool = False


class LayerGraph(msgspec.Struct, frozen=True):
    """Nodes by uid, edges, and groups by uid. At most one edge leads into an input port."""

    nodes: Mapping[str, LayerNode] = {}
    edges: tuple[Edge, ...] = ()
    groups: Mapping[str, Group] = {}
