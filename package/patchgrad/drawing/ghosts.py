"""What an edit took away, as it is still seen until the next one: boxes and lines beside those that stayed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from patchgrad.drawing.diagram import Box, Point
from patchgrad.drawing.heights import BOX_GAP
from patchgrad.drawing.picture import Picture
from patchgrad.layergraph.difference import Difference, difference
from patchgrad.layergraph.graph import Edge, LayerGraph

MOST = 24
"""After a larger edit (a rewind, another model) the old path would hide the new one."""


@dataclass(frozen=True, slots=True)
class Ghosts:
    """Boxes of removed layers by uid, and lines from port to port along which data went."""

    boxes: Mapping[str, Box]
    lines: tuple[tuple[Point, Point], ...]


NONE = Ghosts({}, ())


def ghosts(before: tuple[LayerGraph, Picture], after: tuple[LayerGraph, Picture]) -> Ghosts:
    """What is in the graph before and not in the one after, placed in the picture after.

    A box stands where it stood, seen from what stayed beside it and within the picture; where something else is there
    now, at the next free place above or below.
    """
    (old, pictured), (new, picture) = before, after
    gone = difference(old, new)
    if len(gone.removed) > MOST:
        return NONE
    boxes = _boxes(gone, old, pictured, picture)
    edges = [edge for edge in gone.edges_removed if not _leads_on(new, edge, frozenset(gone.added))]
    found = [_line(edge, boxes, pictured, picture) for edge in edges]
    return Ghosts(boxes, tuple(line for line in found if line is not None))


def _boxes(gone: Difference, old: LayerGraph, pictured: Picture, picture: Picture) -> dict[str, Box]:
    places = pictured.layout.boxes
    taken = list(picture.layout.boxes.values())
    found: dict[str, Box] = {}
    for uid in sorted(set(gone.removed) & places.keys(), key=lambda uid: (places[uid].y, places[uid].x)):
        moved = places[uid].moved(*_shift(old, uid, pictured, picture))
        box = _clear(_within(moved, picture), taken)
        taken.append(box)
        found[uid] = box
    return found


def _shift(old: LayerGraph, uid: str, pictured: Picture, picture: Picture) -> Point:
    """How far what fed a layer, however far before it, has moved."""
    before, after = pictured.layout.boxes, picture.layout.boxes
    seen, queue = {uid}, [uid]
    for name in queue:
        if name in before and name in after:
            return after[name].x - before[name].x, after[name].y - before[name].y
        feeding = [edge.source.node for edge in old.edges if edge.target.node == name and edge.source.node not in seen]
        seen.update(feeding)
        queue += feeding
    return 0.0, 0.0


def _within(box: Box, picture: Picture) -> Box:
    """Where the row of boxes has got shorter, the box is moved back to its end."""
    right = max((other.right for other in picture.layout.boxes.values()), default=box.right)
    return replace(box, x=max(0.0, min(box.x, right - box.width)))


def _clear(box: Box, taken: list[Box]) -> Box:
    """The box, moved past whatever lies there: down, or up where that is nearer and still in the picture."""
    down = up = box
    while hits := [other.bottom for other in taken if down.overlaps(other)]:
        down = replace(down, y=max(hits) + BOX_GAP)
    while hits := [other.y for other in taken if up.overlaps(other)]:
        up = replace(up, y=min(hits) - BOX_GAP - box.height)
    return up if up.y >= 0 and box.y - up.y < down.y - box.y else down


def _leads_on(new: LayerGraph, edge: Edge, added: frozenset[str]) -> bool:
    """Does data still go this way, through layers that were put in? Then the path was not removed."""
    queue, seen = [edge.target.node], set[str]()
    for name in queue:
        for into in new.edges:
            if into.target.node != name or into.source.node in seen:
                continue
            if into.source == edge.source and name in {*added, edge.target.node}:
                return True
            if into.source.node in added:
                seen.add(into.source.node)
                queue.append(into.source.node)
    return False


def _line(edge: Edge, boxes: Mapping[str, Box], pictured: Picture, picture: Picture) -> tuple[Point, Point] | None:
    """From port to port; None where an end is hidden in a folded group."""
    ends = [
        (boxes.get(uid) or picture.layout.boxes.get(uid), pictured.diagram.nodes.get(uid))
        for uid in (edge.source.node, edge.target.node)
    ]
    (source, giver), (target, taker) = ends
    if source is None or target is None or giver is None or taker is None:
        return None
    start = (source.right, source.y + giver.output_offset(edge.source.port))
    return start, (target.x, target.y + taker.input_offset(edge.target.port))
