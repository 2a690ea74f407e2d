"""The order of cells within each column: a few sweeps by the median of the neighbours.

Gansner, Koutsofios, North and Vo 1993, "A technique for drawing directed graphs", section 3. Cells
that were there before the edit keep the order they had among themselves.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Mapping

from patchgrad.drawing.columns import Cell, Columns, Tie

SWEEPS = 4


def order(made: Columns, before: Mapping[int, float]) -> None:
    """Reorder ``made.columns`` in place. ``before``: former y of the units that were there already."""
    place = [0.0] * len(made.cells)
    for column in made.columns:
        _settle(column, column, place, before)
    best, fewest = [list(column) for column in made.columns], crossings(made, place)
    for sweep in range(SWEEPS):
        if fewest == 0:
            break
        rightward = sweep % 2 == 0
        for column in made.columns if rightward else reversed(made.columns):
            keys = {i: _median(made.cells[i], place, rightward) for i in column}
            _settle(column, sorted(column, key=keys.__getitem__), place, before)
        found = crossings(made, place)
        if found < fewest:
            best, fewest = [list(column) for column in made.columns], found
    made.columns = best


def crossings(made: Columns, place: list[float]) -> int:
    """How many pairs of edges cross between neighbouring columns."""
    total = 0
    for column in made.columns:
        ends: list[float] = []
        for index in column:
            heights = sorted(_height(tie, place, made.cells) for tie in made.cells[index].right)
            total += sum(len(ends) - bisect_left(ends, height + 1e-9) for height in heights)
            for height in heights:
                insort(ends, height)
    return total


def _settle(column: list[int], wanted: list[int], place: list[float], before: Mapping[int, float]) -> None:
    """Put ``column`` into the wanted order, but the units known before into their former one."""
    known = iter(sorted((i for i in wanted if i in before), key=before.__getitem__))
    column[:] = [next(known) if i in before else i for i in wanted]
    for position, index in enumerate(column):
        place[index] = float(position)


def _median(cell: Cell, place: list[float], rightward: bool) -> float:
    ties = cell.left if rightward else cell.right
    if not ties:
        ties = cell.right if rightward else cell.left
    if not ties:
        return -1.0
    ends = sorted(place[tie.cell] + tie.offset * 1e-4 for tie in ties)
    middle = len(ends) // 2
    return ends[middle] if len(ends) % 2 else (ends[middle - 1] + ends[middle]) / 2


def _height(tie: Tie, place: list[float], cells: list[Cell]) -> float:
    """Where an edge ends, in places: the port's share of the height breaks ties."""
    return place[tie.cell] + tie.offset / (cells[tie.cell].height + 1.0) / 2
