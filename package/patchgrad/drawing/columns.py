"""One level of a diagram cut into columns of cells: units, and bends where an edge passes a column.

A *unit* is a box or a laid-out frame; a *link* joins two units at heights below their upper
borders. Links from one port share their bends. Very long links, and links that lead backwards,
get no bends but a lane below everything (``sheet.py``), so the work stays linear.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from patchgrad.drawing.ranks import closing_arcs, longest_path

LONGEST_BENT = 10
"""Links over more columns than this run in a lane."""


@dataclass(frozen=True, slots=True)
class Unit:
    """``end`` marks where edges cross the border of the frame: at its ``first`` or ``last`` side.

    ``framed``: a frame with an inside of its own, whose neighbours align with its ports; those of a
    plain box align with its middle, so that a chain does not drift.
    """

    id: str
    width: float = 0.0
    height: float = 0.0
    end: Literal["", "first", "last"] = ""
    framed: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    source: int
    source_offset: float
    target: int
    target_offset: float
    label: float = 0.0


@dataclass(frozen=True, slots=True)
class Tie:
    """A neighbour of a cell in the next column: its index, and the heights at which the two join."""

    cell: int
    own_offset: float
    offset: float


@dataclass(slots=True)
class Cell:
    """A place in a column. ``unit`` is -1 for a bend."""

    unit: int
    height: float
    column: int
    left: list[Tie] = field(default_factory=list[Tie])
    right: list[Tie] = field(default_factory=list[Tie])


@dataclass(slots=True)
class Columns:
    """``cells[i]`` for ``i < len(units)`` is unit ``i``. ``bends`` by link; no entry: it runs in a lane."""

    units: Sequence[Unit]
    links: Sequence[Link]
    cells: list[Cell]
    columns: list[list[int]]
    bends: dict[int, list[int]]
    backward: set[int]


def cut(units: Sequence[Unit], links: Sequence[Link]) -> Columns:
    """Columns of the units by longest path, with bends for the links that pass a column."""
    backward, rank = unit_ranks(units, links)
    cells = [Cell(index, unit.height, rank[index]) for index, unit in enumerate(units)]
    made = Columns(units, links, cells, [], {}, backward)
    chains: dict[tuple[int, float], list[int]] = {}
    joined: set[tuple[int, float, int, float]] = set()
    for position, link in enumerate(links):
        span = rank[link.target] - rank[link.source]
        if position in backward or span > LONGEST_BENT:
            continue
        made.bends[position] = _bent(made, link, chains, span)
        last = made.bends[position][-1] if made.bends[position] else link.source
        offset = link.source_offset if last == link.source else 0.0
        if (last, offset, link.target, link.target_offset) not in joined:
            joined.add((last, offset, link.target, link.target_offset))
            _join(cells, last, offset, link.target, link.target_offset)
    made.columns = [[] for _ in range(max(rank, default=-1) + 1)]
    for index, cell in enumerate(cells):
        made.columns[cell.column].append(index)
    return made


def unit_ranks(units: Sequence[Unit], links: Sequence[Link]) -> tuple[set[int], list[int]]:
    """Positions of the links that lead backwards, and the column of each unit."""
    arcs = [(link.source, link.target) for link in links]
    backward = closing_arcs(len(units), arcs)
    inner = [
        arc
        for position, arc in enumerate(arcs)
        if position not in backward and not units[arc[0]].end and not units[arc[1]].end
    ]
    rank = longest_path(len(units), inner)
    entries = any(unit.end == "first" for unit in units)
    last = max((rank[i] for i, unit in enumerate(units) if not unit.end), default=-1) + 1
    columns = {"first": -1, "last": last}
    return backward, [columns.get(unit.end, rank[i]) + int(entries) for i, unit in enumerate(units)]


def _bent(made: Columns, link: Link, chains: dict[tuple[int, float], list[int]], span: int) -> list[int]:
    """The bends of a link, shared with the other links from its port."""
    chain = chains.setdefault((link.source, link.source_offset), [])
    start = made.cells[link.source].column
    while len(chain) < span - 1:
        before, offset = (chain[-1], 0.0) if chain else (link.source, link.source_offset)
        made.cells.append(Cell(-1, 0.0, start + len(chain) + 1))
        chain.append(len(made.cells) - 1)
        _join(made.cells, before, offset, chain[-1], 0.0)
    return chain[: span - 1]


def _join(cells: list[Cell], source: int, source_offset: float, target: int, target_offset: float) -> None:
    cells[source].right.append(Tie(target, source_offset, target_offset))
    cells[target].left.append(Tie(source, target_offset, source_offset))
