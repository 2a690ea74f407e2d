"""What the layout works on: boxes with ports, edges and frames, all plain data.

Layer graphs and compute graphs both become a `Diagram` first (``layer_picture.py``,
``compute_view.py``); the layout knows neither. Lengths are in pixels, x grows to the right
and y downwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import floor

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle by its upper left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    def moved(self, dx: float, dy: float) -> Box:
        return Box(self.x + dx, self.y + dy, self.width, self.height)

    def grown(self, by: float) -> Box:
        return Box(self.x - by, self.y - by, self.width + 2 * by, self.height + 2 * by)

    def overlaps(self, other: Box) -> bool:
        """True if the two share more than a border."""
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom


@dataclass(frozen=True, slots=True)
class DiagramNode:
    """A box to be placed: its size, its ports from top to bottom, its frame, and where it is pinned."""

    id: str
    width: float
    height: float
    inputs: tuple[str, ...] = ("x",)
    outputs: tuple[str, ...] = ("y",)
    frame: str | None = None
    pin: Point | None = None

    def input_offset(self, port: str) -> float:
        """Height of an input port below the box's upper border: ports divide the side evenly."""
        return port_offset(self.inputs, port, self.height)

    def output_offset(self, port: str) -> float:
        return port_offset(self.outputs, port, self.height)


def port_offset(ports: tuple[str, ...], port: str, height: float) -> float:
    """Port ``i`` of ``n`` sits at ``height * (i + 1) / (n + 1)``, rounded half up; an unknown one in the middle."""
    share = (ports.index(port) + 1) / (len(ports) + 1) if port in ports else 0.5
    return floor(height * share + 0.5)


@dataclass(frozen=True, slots=True)
class DiagramEdge:
    """From an output port to an input port. ``label`` is the room in pixels that its text needs."""

    id: str
    source: str
    source_port: str
    target: str
    target_port: str
    label: float = 0.0


@dataclass(frozen=True, slots=True)
class DiagramFrame:
    """A border drawn around nodes and other frames. ``title`` is the width of its title in pixels."""

    id: str
    parent: str | None = None
    title: float = 0.0


@dataclass(frozen=True, slots=True)
class Diagram:
    """Boxes, edges and frames, in the order in which they are to be placed."""

    nodes: Mapping[str, DiagramNode]
    edges: tuple[DiagramEdge, ...] = ()
    frames: Mapping[str, DiagramFrame] = field(default_factory=dict[str, DiagramFrame])


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything is. ``routes`` leads from port to port.

    Between two points of a route with different x and different y runs a curve that is horizontal
    at both ends; otherwise a straight line.
    """

    boxes: Mapping[str, Box]
    frames: Mapping[str, Box]
    routes: Mapping[str, tuple[Point, ...]]
    width: float
    height: float
