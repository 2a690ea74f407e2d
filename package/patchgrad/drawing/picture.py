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

    def lines(self) -> tuple[str, str, str]:
        """The three lines of a box: name; kind and settings; problem, or parameters and states."""
        second = "  ".join(part for part in (self.kind, self.summary) if part)
        third = ", ".join(part for part in (self.note, *self.marks) if part)
        return self.title, second, self.problem or third


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
