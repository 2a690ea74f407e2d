"""A picture: a layout with its texts. What ``svg.py`` draws and what the studio's graph view is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from patchgrad.drawing.diagram import Diagram, Layout


@dataclass(frozen=True, slots=True)
class NodeText:
    """What stands in a box. ``family`` chooses its colour; ``marks`` are states such as ``frozen``."""

    title: str
    kind: str = ""
    summary: str = ""
    note: str = ""
    family: str = ""
    marks: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A laid-out diagram with texts by node, edge and frame; ``title`` and ``description`` for readers."""

    diagram: Diagram
    layout: Layout
    nodes: Mapping[str, NodeText]
    edges: Mapping[str, str] = field(default_factory=dict[str, str])
    frames: Mapping[str, NodeText] = field(default_factory=dict[str, NodeText])
    title: str = "graph"
    description: str = ""
