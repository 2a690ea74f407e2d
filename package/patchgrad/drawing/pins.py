"""Boxes that a person has put somewhere stay there; free boxes that would lie below them step aside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from patchgrad.drawing.diagram import Box, Diagram, DiagramEdge, Layout, Point
from patchgrad.drawing.heights import BOX_GAP

FRAME_PADDING = 18.0
FRAME_TITLE = 30.0


def pinned(diagram: Diagram, free: Layout) -> Layout:
    """The layout with every pinned box at its pin. Without pins it is the same."""
    pins = {node.id: node.pin for node in diagram.nodes.values() if node.pin is not None}
    if not pins:
        return free
    boxes = dict(free.boxes)
    for name, (x, y) in pins.items():
        boxes[name] = replace(boxes[name], x=x, y=y)
    held = [boxes[name] for name in pins]
    for name in sorted(boxes, key=lambda name: (boxes[name].y, boxes[name].x)):
        if name not in pins and any(boxes[name].overlaps(other) for other in held):
            boxes[name] = _aside(boxes[name], [box for other, box in boxes.items() if other != name])
    moved = {name for name, box in boxes.items() if box != free.boxes[name]}
    frames = _frames(diagram, free, boxes, moved)
    routes = {
        edge.id: _direct(diagram, boxes, edge) if edge.source in moved or edge.target in moved else free.routes[edge.id]
        for edge in diagram.edges
    }
    everything = [*boxes.values(), *frames.values()]
    width = max([free.width, *(box.right + BOX_GAP for box in everything)])
    height = max([free.height, *(box.bottom + BOX_GAP for box in everything)])
    return Layout(boxes, frames, routes, width, height)


def _aside(box: Box, others: list[Box]) -> Box:
    """The box moved down to the first place where it meets no other."""
    hits = [other.bottom for other in others if box.overlaps(other)]
    while hits:
        box = replace(box, y=max(hits) + BOX_GAP)
        hits = [other.bottom for other in others if box.overlaps(other)]
    return box


def _frames(diagram: Diagram, free: Layout, boxes: Mapping[str, Box], moved: set[str]) -> dict[str, Box]:
    """Frames grown around the boxes that moved within them."""
    frames = dict(free.frames)
    for name in sorted(moved):
        frame, inner = diagram.nodes[name].frame, boxes[name]
        while frame is not None and frame in frames:
            inner = frames[frame] = _around(frames[frame], inner)
            frame = diagram.frames[frame].parent
    return frames


def _around(frame: Box, inner: Box) -> Box:
    x, y = min(frame.x, inner.x - FRAME_PADDING), min(frame.y, inner.y - FRAME_TITLE)
    right = max(frame.right, inner.right + FRAME_PADDING)
    return Box(x, y, right - x, max(frame.bottom, inner.bottom + FRAME_PADDING) - y)


def _direct(diagram: Diagram, boxes: Mapping[str, Box], edge: DiagramEdge) -> tuple[Point, ...]:
    source, target = boxes[edge.source], boxes[edge.target]
    start = source.y + diagram.nodes[edge.source].output_offset(edge.source_port)
    end = target.y + diagram.nodes[edge.target].input_offset(edge.target_port)
    return (source.right, start), (target.x, end)
