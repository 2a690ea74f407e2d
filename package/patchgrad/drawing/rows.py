"""A wide picture cut into rows, as lines of text are: for pages, where nobody scrolls sideways.

Cuts are made only where no box and no frame stands. An edge that is cut goes on at the left end of
the next row, led there between the rows.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from patchgrad.drawing.diagram import Box, Layout, Point
from patchgrad.drawing.picture import Picture

MARGIN = 20.0
LEAD = 24.0
"""What is left of a cut before the next column: room for an arrow."""
LANE = 14.0
ROW_GAP = 22.0


def in_rows(picture: Picture, width: float) -> Picture:
    """The picture in rows no wider than ``width``, as far as its frames let it be cut."""
    cuts = _cuts(picture.layout, width)
    if not cuts:
        return picture
    return replace(picture, layout=_Rows(picture.layout, cuts).result())


def _cuts(layout: Layout, width: float) -> list[float]:
    """Where to cut: in the right half of what the width allows, where the fewest edges are cut."""
    gaps = _gaps([*layout.boxes.values(), *layout.frames.values()])
    cuts: list[float] = []
    start = 0.0
    while layout.width - start > width:
        end = start + width - MARGIN
        fitting = [gap for gap in gaps if start < gap <= end]
        right = [gap for gap in fitting if gap > start + width / 2] or fitting
        beyond = next((gap for gap in gaps if gap > end), None)
        if not right and beyond is None:
            break
        start = min(right, key=lambda gap: (_crossed(layout, gap), -gap)) if right else beyond or 0.0
        cuts.append(start)
    return cuts


def _crossed(layout: Layout, x: float) -> int:
    """How many edges lead over this place; those that start level count once."""
    routes = (route for route in layout.routes.values() if min(route[0][0], route[-1][0]) < x < route[-1][0])
    return len({route[0] for route in routes})


def _gaps(boxes: list[Box]) -> list[float]:
    """Places between columns: a little left of where the next one begins."""
    found: list[float] = []
    reach = float("-inf")
    for box in sorted(boxes, key=lambda box: box.x):
        if reach > float("-inf") and box.x - reach > LEAD:
            found.append(box.x - LEAD)
        reach = max(reach, box.right)
    return found


class _Rows:
    """The rows of one layout: where each begins, how far it is moved, and the lanes between them."""

    def __init__(self, layout: Layout, cuts: list[float]) -> None:
        self.layout = layout
        self.cuts = cuts
        self.crossing: list[dict[float, int]] = [{} for _ in cuts]
        self.pieces = {name: self._split(route) for name, route in layout.routes.items()}
        self.inset = MARGIN + LANE * max(map(len, self.crossing))
        starts, ends = [self.inset, *cuts], [*cuts, layout.width]
        self.right = max(end - start for start, end in zip(starts, ends, strict=True)) + self.inset + MARGIN
        self.shift = self._shifts()

    def result(self) -> Layout:
        boxes = {name: self._moved(box) for name, box in self.layout.boxes.items()}
        frames = {name: self._moved(box) for name, box in self.layout.frames.items()}
        routes = {name: self._joined(pieces) for name, pieces in self.pieces.items()}
        lanes = max(map(len, self.crossing)) * LANE
        bottom = max([box.bottom for box in (*boxes.values(), *frames.values())], default=0.0) + MARGIN
        return Layout(boxes, frames, routes, self.right + lanes + MARGIN, bottom)

    def row(self, x: float) -> int:
        return bisect_left(self.cuts, x)

    def _split(self, route: tuple[Point, ...]) -> list[tuple[int, list[Point]]]:
        """Pieces by row. A curve over a cut becomes a level line up to it, and a curve from there."""
        here = self.row(route[0][0])
        pieces = [(here, [route[0]])]
        for x, y in route[1:]:
            level = pieces[-1][1][-1][1]
            for there in _between(here, self.row(x)):
                cut = self.cuts[min(here, there)]
                lanes = self.crossing[min(here, there)]
                lanes.setdefault(level, len(lanes))
                pieces[-1][1].append((cut, level))
                pieces.append((there, [(cut, level)]))
                here = there
            pieces[-1][1].append((x, y))
        return pieces

    def _shifts(self) -> list[Point]:
        """How far each row is moved, so that it stands at the left and below the row before."""
        moves: list[Point] = []
        bottom = 0.0
        for row in range(len(self.cuts) + 1):
            top, low = self._extent(row)
            lanes = len(self.crossing[row - 1]) * LANE + ROW_GAP if row else 0.0
            start = self.cuts[row - 1] if row else 0.0
            moves.append(
                (self.inset - start if row else 0.0, bottom + lanes + (MARGIN if row else 0.0) - top if row else 0.0)
            )
            bottom = low + moves[-1][1]
        return moves

    def _extent(self, row: int) -> tuple[float, float]:
        boxes = (*self.layout.boxes.values(), *self.layout.frames.values())
        inside = [box for box in boxes if self.row(box.x) == row]
        points = [y for pieces in self.pieces.values() for there, piece in pieces if there == row for _, y in piece]
        tops, lows = [*(box.y for box in inside), *points], [*(box.bottom for box in inside), *points]
        return min(tops, default=0.0), max(lows, default=0.0)

    def _moved(self, box: Box) -> Box:
        return box.moved(*self.shift[self.row(box.x)])

    def _joined(self, pieces: Sequence[tuple[int, list[Point]]]) -> tuple[Point, ...]:
        """One route again: from the end of a row through the lane between the rows to the next."""
        points: list[Point] = []
        for place, (row, piece) in enumerate(pieces):
            dx, dy = self.shift[row]
            moved = [(x + dx, y + dy) for x, y in piece]
            if place:
                points += self._lead(points[-1], moved[0], pieces[place - 1][0], row, piece[0][1])
            points += moved
        return tuple(point for n, point in enumerate(points) if n == 0 or points[n - 1] != point)

    def _lead(self, start: Point, end: Point, before: int, after: int, level: float) -> list[Point]:
        """Around the end of the upper row, back along a lane, and to the beginning of the lower one."""
        upper, lower = (start, end) if before < after else (end, start)
        cut = min(before, after)
        lane = self.crossing[cut][level]
        y = self._extent(cut)[1] + self.shift[cut][1] + ROW_GAP + LANE * lane
        right = self.right + LANE * (len(self.crossing[cut]) - lane - 1)
        left = MARGIN + LANE * lane
        path = [upper, (right, upper[1]), (right, y), (left, y), (left, lower[1]), lower]
        return path if before < after else path[::-1]


def _between(here: int, there: int) -> range:
    """The rows to enter on the way, in order."""
    return range(here + 1, there + 1) if there > here else range(here - 1, there - 1, -1)
