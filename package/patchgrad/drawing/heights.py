"""The y of every cell: close to its neighbours, in order, never overlapping.

Each column is an isotonic regression (pool adjacent violators, linear time): the places nearest to
the wanted ones that keep order and gaps. Boxes weigh more than bends, so the backbone stays straight.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import floor

from patchgrad.drawing.columns import Cell, Columns

BOX_GAP = 28.0
BEND_GAP = 14.0
SWEEPS = 8
BOX_WEIGHT = 1.0
BEND_WEIGHT = 1e-4


def heights(made: Columns) -> list[float]:
    """Upper border of every cell in whole pixels, the smallest at 0."""
    cells = made.cells
    top = [0.0] * len(cells)
    for column in made.columns:
        _stack(column, cells, top)
    rightward, leftward = ([_pull(made, column, to_right) for column in made.columns] for to_right in (True, False))
    for sweep in range(SWEEPS + 1):
        for pull in rightward if sweep % 2 == 0 else reversed(leftward):
            _align(pull, top)
    _straighten(made, top)
    lowest = min(top, default=0.0)
    return [float(floor(y - lowest + 0.5 + 1e-6)) for y in top]


def gap(above: Cell, below: Cell) -> float:
    """The room wanted between two neighbours of a column."""
    boxes = (above.height > 0) + (below.height > 0)
    return (BEND_GAP, (BEND_GAP + BOX_GAP) / 2, BOX_GAP)[boxes]


def nearest(wanted: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The nondecreasing numbers that minimise the weighted squares of the distances to ``wanted``."""
    means: list[float] = []
    masses: list[float] = []
    counts: list[int] = []
    for value, weight in zip(wanted, weights, strict=True):
        count = 1
        while means and means[-1] >= value:
            mass = masses.pop()
            value = (value * weight + means.pop() * mass) / (weight + mass)
            weight += mass
            count += counts.pop()
        means.append(value)
        masses.append(weight)
        counts.append(count)
    return [mean for mean, count in zip(means, counts, strict=True) for _ in range(count)]


def _stack(column: list[int], cells: list[Cell], top: list[float]) -> None:
    """First places: one under the other, centred on y = 0."""
    offsets = _offsets(column, cells)
    middle = (offsets[-1] + cells[column[-1]].height) / 2 if column else 0.0
    for index, offset in zip(column, offsets, strict=True):
        top[index] = offset - middle


def _offsets(column: list[int], cells: list[Cell]) -> list[float]:
    """The tightest places in this order, from 0."""
    offsets = [0.0]
    for above, below in pairwise(column):
        offsets.append(offsets[-1] + cells[above].height + gap(cells[above], cells[below]))
    return offsets[: len(column)]


@dataclass(slots=True)
class _Pull:
    """What moves a column in one direction, the same in every sweep.

    Fields
        offsets  of the cells, at their tightest
        ties     of every cell: cells of the other column, and how much higher each wants it to be than itself
    """

    column: list[int]
    offsets: list[float]
    weights: list[float]
    ties: list[list[tuple[int, float]]]


def _pull(made: Columns, column: list[int], rightward: bool) -> _Pull:
    cells = made.cells
    weights = [BOX_WEIGHT if cells[index].height else BEND_WEIGHT for index in column]
    return _Pull(column, _offsets(column, cells), weights, [_ties(made, index, rightward) for index in column])


def _ties(made: Columns, index: int, rightward: bool) -> list[tuple[int, float]]:
    """The boxes of one side that a cell has edges with, or the bends if it has no box there."""
    ties = made.cells[index].left if rightward else made.cells[index].right
    ties = [tie for tie in ties if made.cells[tie.cell].height] or ties
    return [(tie.cell, _anchor(made, tie.cell, tie.offset) - _anchor(made, index, tie.own_offset)) for tie in ties]


def _align(pull: _Pull, top: list[float]) -> None:
    column = pull.column
    if len(column) == 1:
        top[column[0]] = _wanted(column[0], pull.ties[0], top)
        return
    wanted = [_wanted(index, ties, top) for index, ties in zip(column, pull.ties, strict=True)]
    places = nearest([y - offset for y, offset in zip(wanted, pull.offsets, strict=True)], pull.weights)
    for index, place, offset in zip(column, places, pull.offsets, strict=True):
        top[index] = place + offset


def _wanted(index: int, ties: list[tuple[int, float]], top: list[float]) -> float:
    """Where the edges of one side would be level."""
    if not ties:
        return top[index]
    return sum([top[cell] + higher for cell, higher in ties]) / len(ties)


def _anchor(made: Columns, index: int, offset: float) -> float:
    """The height of a cell that aligns with a neighbour: of a plain box its middle, else the port."""
    unit = made.cells[index].unit
    return offset if unit < 0 or made.units[unit].framed else made.cells[index].height / 2


def _straighten(made: Columns, top: list[float]) -> None:
    """Bring the bends of each link to one common height where there is room for it."""
    place = {i: (column, n) for column in made.columns for n, i in enumerate(column)}
    done: set[int] = set()
    for bends in sorted(made.bends.values(), key=len, reverse=True):
        if len(bends) < 2 or bends[0] in done:
            continue
        done.update(bends)
        low, high = -float("inf"), float("inf")
        for index in bends:
            column, n = place[index]
            if n > 0:
                above = made.cells[column[n - 1]]
                low = max(low, top[column[n - 1]] + above.height + gap(above, made.cells[index]))
            if n + 1 < len(column):
                high = min(high, top[column[n + 1]] - gap(made.cells[index], made.cells[column[n + 1]]))
        if low <= high:
            level = min(max(sum(top[i] for i in bends) / len(bends), low), high)
            for index in bends:
                top[index] = level
