"""One level of a diagram laid out: boxes of its units and routes of its links, from (0, 0).

Bends carry an edge across columns between the boxes; links that are very long or lead backwards
run in lanes below all boxes. So no route crosses a box.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor

from patchgrad.drawing.columns import Columns, Link, Unit, cut
from patchgrad.drawing.diagram import Box, Point
from patchgrad.drawing.heights import heights
from patchgrad.drawing.order import order

COLUMN_GAP = 44.0
LABEL_ROOM = 22.0
END_GAP = 26.0
TURN = 14.0
"""How far from its column a backward link turns."""
LANE_GAP = 16.0


@dataclass(frozen=True, slots=True)
class Sheet:
    """Boxes by unit and routes by link, in the order given."""

    boxes: list[Box]
    routes: list[tuple[Point, ...]]
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class _Column:
    left: float
    right: float


def sheet(units: Sequence[Unit], links: Sequence[Link], before: Mapping[int, float]) -> Sheet:
    """Lay out one level. ``before``: former y of the units that were there already."""
    made = cut(units, links)
    order(made, before)
    tops = heights(made)
    columns = _across(made)
    boxes = [_box(unit, columns[made.cells[i].column], tops[i]) for i, unit in enumerate(units)]
    bottom = max((top + cell.height for top, cell in zip(tops, made.cells, strict=True)), default=0.0)
    lanes = _lanes(made)
    routes: list[tuple[Point, ...]] = []
    for position, link in enumerate(links):
        start = (boxes[link.source].right, tops[link.source] + link.source_offset)
        end = (boxes[link.target].x, tops[link.target] + link.target_offset)
        if position in lanes:
            level = bottom + LANE_GAP * (lanes[position] + 1)
            inner = _lane_points(made, columns, position, level, start, end)
        else:
            inner = _bend_points(made, columns, position, tops, start, end)
        routes.append(_plain([start, *inner, end]))
    height = bottom + LANE_GAP * (max(lanes.values()) + 1.5) if lanes else bottom
    return Sheet(boxes, routes, columns[-1].right if columns else 0.0, height)


def _box(unit: Unit, column: _Column, top: float) -> Box:
    return Box(floor((column.left + column.right - unit.width) / 2), top, unit.width, unit.height)


def _across(made: Columns) -> list[_Column]:
    """Left and right border of every column; the gaps leave room for turns and labels."""
    room = [COLUMN_GAP] * len(made.columns)
    for link in made.links:
        column = made.cells[link.source].column
        if link.label:
            room[column] = max(room[column], ceil(link.label + LABEL_ROOM))
    columns: list[_Column] = []
    x = 0.0
    for column, gap in zip(made.columns, room, strict=True):
        widths = [made.units[made.cells[i].unit].width for i in column if made.cells[i].unit >= 0]
        width = max(widths, default=0.0)
        columns.append(_Column(x, x + width))
        ends = all(made.cells[i].unit >= 0 and made.units[made.cells[i].unit].end == "first" for i in column)
        x += width + (END_GAP if ends else gap)
    return columns


def _lanes(made: Columns) -> dict[int, int]:
    """A lane below the boxes for every link without bends; links from one port share theirs."""
    spans: dict[tuple[int, float, bool], tuple[float, float]] = {}
    keys: dict[int, tuple[int, float, bool]] = {}
    for position, link in enumerate(made.links):
        if position in made.bends:
            continue
        start, end = made.cells[link.source].column, made.cells[link.target].column
        backward = position in made.backward
        low, high = (end - 0.5, start + 0.5) if backward else (start + 0.5, end - 0.5)
        key = keys[position] = (link.source, link.source_offset, backward)
        known = spans.get(key, (low, high))
        spans[key] = (min(low, known[0]), max(high, known[1]))
    free: list[float] = []
    lane_of: dict[tuple[int, float, bool], int] = {}
    for key, (low, high) in sorted(spans.items(), key=lambda entry: (entry[1], entry[0])):
        lane = next((n for n, end in enumerate(free) if end < low), len(free))
        free[lane:] = [high, *free[lane + 1 :]]
        lane_of[key] = lane
    return {position: lane_of[key] for position, key in keys.items()}


def _lane_points(
    made: Columns, columns: list[_Column], position: int, level: float, start: Point, end: Point
) -> list[Point]:
    link = made.links[position]
    first, last = made.cells[link.source].column, made.cells[link.target].column
    leaves, arrives = columns[first].right, columns[last].left
    if position in made.backward:
        right, left = leaves + TURN, arrives - TURN
        return [(right, start[1]), (right, level), (left, level), (left, end[1])]
    lane = ((columns[first + 1].left, level), (columns[last - 1].right, level))
    return [(leaves, start[1]), *lane, (arrives, end[1])]


def _bend_points(
    made: Columns, columns: list[_Column], position: int, tops: list[float], start: Point, end: Point
) -> list[Point]:
    link = made.links[position]
    points = [(columns[made.cells[link.source].column].right, start[1])]
    for bend in made.bends[position]:
        column = columns[made.cells[bend].column]
        points += [(column.left, tops[bend]), (column.right, tops[bend])]
    return [*points, (columns[made.cells[link.target].column].left, end[1])]


def _plain(points: list[Point]) -> tuple[Point, ...]:
    """Without repetitions, and without points in the middle of a level line."""
    kept: list[Point] = []
    for point in points:
        if kept and kept[-1] == point:
            continue
        if len(kept) > 1 and kept[-2][1] == kept[-1][1] == point[1]:
            kept.pop()
        kept.append(point)
    return tuple(kept)
