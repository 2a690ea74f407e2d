"""Where every box goes: columns from left to right, level by level, frames as units of their parent.

Pure: the same diagram and the same former layout give the same picture. The order of boxes is kept
between edits, most boxes stay where they were, and pinned boxes where they were put. Time grows
linearly with boxes and edges (times the depth of nesting). Read on: ``sheet.py`` (one level), ``pins.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil
from statistics import median_low

from patchgrad.drawing.columns import Link, Unit
from patchgrad.drawing.diagram import Box, Diagram, DiagramEdge, DiagramFrame, Layout, Point
from patchgrad.drawing.pins import pinned
from patchgrad.drawing.sheet import Sheet, sheet

MARGIN = 20.0
PADDING = 18.0
TITLE_HEIGHT = 30.0

Port = tuple[str, str]
"""What tells the ends of a unit apart: ``("out", "y")`` of a node, or the far source behind a border."""
End = tuple[str, Port]


@dataclass(slots=True)
class _Level:
    """The inside of one frame (or of everything): its units, and its links by the ends they join."""

    units: list[str] = field(default_factory=list[str])
    borders: dict[str, Unit] = field(default_factory=dict[str, Unit])
    links: dict[tuple[End, End], float] = field(default_factory=dict[tuple[End, End], float])
    sheet: Sheet | None = None
    routes: dict[tuple[End, End], tuple[Point, ...]] = field(default_factory=dict[tuple[End, End], tuple[Point, ...]])
    ports: dict[Port, float] = field(default_factory=dict[Port, float])


def layout(diagram: Diagram, previous: Layout | None = None) -> Layout:
    """Place all boxes of a diagram. ``previous``: the layout before the edit, whose order is kept."""
    return _Plan(diagram, previous).result()


def chain(frames: Mapping[str, DiagramFrame], frame: str | None) -> list[str | None]:
    """The frame and those around it, inside out, ending with None for the outermost level.

    A frame that is said to lie inside itself lies in the outermost level.
    """
    found: list[str | None] = []
    while frame is not None and frame in frames:
        if frame in found:
            return [found[0], None]
        found.append(frame)
        frame = frames[frame].parent
    return [*found, None]


def _moved_most(before: Mapping[str, Box], after: Mapping[str, Box]) -> Point:
    """How far the boxes that were there already have moved, by the median: the picture moves back by it."""
    stayed = [name for name in after if name in before]
    if not stayed:
        return 0.0, 0.0
    return median_low(after[n].x - before[n].x for n in stayed), median_low(after[n].y - before[n].y for n in stayed)


class _Plan:
    """The levels of one diagram while they are being laid out."""

    def __init__(self, diagram: Diagram, previous: Layout | None) -> None:
        self.diagram = diagram
        self.previous = previous
        self.chains = {frame: chain(diagram.frames, frame) for frame in diagram.frames}
        self.levels: dict[str | None, _Level] = {None: _Level(), **{frame: _Level() for frame in diagram.frames}}
        self.sizes = {node.id: (node.width, node.height) for node in diagram.nodes.values()}
        for node in diagram.nodes.values():
            self.levels[self._around(node.frame)[0]].units.append(node.id)
        for frame in diagram.frames:
            self.levels[self.chains[frame][1]].units.append(frame)
        self.pieces = {edge.id: self._pieces(edge) for edge in diagram.edges}

    def result(self) -> Layout:
        for frame in sorted(self.diagram.frames, key=lambda frame: -len(self.chains[frame])):
            self._lay_out(frame)
        self._lay_out(None)
        boxes, frames, origins = self._placed((MARGIN, MARGIN))
        if self.previous is not None:
            dx, dy = _moved_most(self.previous.boxes, boxes)
            boxes, frames, origins = self._placed((MARGIN - dx, MARGIN - dy))
        routes = {edge.id: self._route(edge, origins) for edge in self.diagram.edges}
        whole = self._sheet(None)
        return pinned(self.diagram, Layout(boxes, frames, routes, whole.width + 2 * MARGIN, whole.height + 2 * MARGIN))

    def _placed(self, origin: Point) -> tuple[dict[str, Box], dict[str, Box], dict[str | None, Point]]:
        """Boxes, frames, and where the inside of each level begins, with everything at ``origin``."""
        boxes: dict[str, Box] = {}
        frames: dict[str, Box] = {}
        origins: dict[str | None, Point] = {None: origin}
        for level in sorted(self.levels, key=lambda level: len(self._around(level))):
            x, y = origins[level]
            for unit, box in zip(self.levels[level].units, self._sheet(level).boxes, strict=False):
                placed = box.moved(x, y)
                if unit in self.diagram.frames:
                    frames[unit] = placed
                    origins[unit] = (placed.x + PADDING, placed.y + TITLE_HEIGHT)
                else:
                    boxes[unit] = placed
        return boxes, frames, origins

    def _around(self, frame: str | None) -> list[str | None]:
        return self.chains.get(frame, [None]) if frame is not None else [None]

    def _sheet(self, level: str | None) -> Sheet:
        made = self.levels[level].sheet
        return made if made is not None else Sheet([], [], 0.0, 0.0)

    def _pieces(self, edge: DiagramEdge) -> list[tuple[str | None, tuple[End, End]]]:
        """The links, level by level, that together make the edge; borders between are noted."""
        nodes = self.diagram.nodes
        outwards = self._around(nodes[edge.source].frame)
        inwards = self._around(nodes[edge.target].frame)
        shared = next(level for level in outwards if level in inwards)
        across = ("across", f"{edge.source}\0{edge.source_port}")
        here: End = (edge.source, ("out", edge.source_port))
        label = edge.label
        found: list[tuple[str | None, tuple[End, End]]] = []
        for level in outwards[: outwards.index(shared)]:
            found.append(self._link(level, here, self._border(level, "last", across), label))
            here, label = (str(level), ("last", across[1])), 0.0
        entered = inwards[: inwards.index(shared)]
        for level, inside in zip([shared, *reversed(entered)], [*reversed(entered), None], strict=True):
            end: End = (edge.target, ("in", edge.target_port)) if inside is None else (inside, ("first", across[1]))
            found.append(self._link(level, here, end, label))
            here, label = (self._border(inside, "first", across) if inside is not None else end), 0.0
        return found

    def _link(self, level: str | None, start: End, end: End, label: float) -> tuple[str | None, tuple[End, End]]:
        links = self.levels[level].links
        links[start, end] = max(links.get((start, end), 0.0), label)
        return level, (start, end)

    def _border(self, level: str | None, side: str, across: Port) -> End:
        name = f"\0{side}\0{across[1]}"
        self.levels[level].borders.setdefault(name, Unit(name, end="first" if side == "first" else "last"))
        return name, (side, across[1])

    def _lay_out(self, name: str | None) -> None:
        level = self.levels[name]
        units = [Unit(unit, *self.sizes[unit], framed=unit in self.levels) for unit in level.units] + list(
            level.borders.values()
        )
        index = {unit.id: position for position, unit in enumerate(units)}
        links = [
            Link(index[start[0]], self._offset(start), index[end[0]], self._offset(end), label)
            for (start, end), label in level.links.items()
        ]
        level.sheet = sheet(units, links, self._before(index))
        level.routes = dict(zip(level.links, level.sheet.routes, strict=True))
        for border in level.borders.values():
            side, source = border.id[1:].split("\0", 1)
            level.ports[side, source] = level.sheet.boxes[index[border.id]].y + TITLE_HEIGHT
        if name is not None:
            width = max(level.sheet.width, ceil(self.diagram.frames[name].title)) + 2 * PADDING
            self.sizes[name] = (width, level.sheet.height + TITLE_HEIGHT + PADDING)

    def _before(self, index: Mapping[str, int]) -> dict[int, float]:
        if self.previous is None:
            return {}
        known = {**self.previous.boxes, **self.previous.frames}
        return {position: known[unit].y for unit, position in index.items() if unit in known}

    def _offset(self, end: End) -> float:
        unit, (kind, port) = end
        if unit in self.diagram.frames:
            return self.levels[unit].ports[kind, port]
        if unit not in self.diagram.nodes:
            return 0.0
        node = self.diagram.nodes[unit]
        return node.output_offset(port) if kind == "out" else node.input_offset(port)

    def _route(self, edge: DiagramEdge, origins: Mapping[str | None, Point]) -> tuple[Point, ...]:
        points: list[Point] = []
        for level, link in self.pieces[edge.id]:
            x, y = origins[level]
            points += [(x + px, y + py) for px, py in self.levels[level].routes[link]]
        return tuple(point for n, point in enumerate(points) if n == 0 or points[n - 1] != point)
