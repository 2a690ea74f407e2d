"""Columns from left to right: every edge leads into a later column, by longest path (linear time).

Arcs are pairs of indices. Loops are broken first by taking out the arcs that close them.
"""

from __future__ import annotations

from collections.abc import Sequence

Arc = tuple[int, int]


def closing_arcs(count: int, arcs: Sequence[Arc]) -> set[int]:
    """The positions in ``arcs`` that lead back to a box that is still open in a depth-first walk."""
    leaving: list[list[int]] = [[] for _ in range(count)]
    for position, (source, _) in enumerate(arcs):
        leaving[source].append(position)
    unseen, open_, closed = 0, 1, 2
    state = [unseen] * count
    closing: set[int] = set()
    for start in range(count):
        if state[start] != unseen:
            continue
        state[start] = open_
        walk = [(start, iter(leaving[start]))]
        while walk:
            here, rest = walk[-1]
            position = next(rest, None)
            if position is None:
                state[here] = closed
                walk.pop()
                continue
            target = arcs[position][1]
            if state[target] == open_:
                closing.add(position)
            elif state[target] == unseen:
                state[target] = open_
                walk.append((target, iter(leaving[target])))
    return closing


def longest_path(count: int, arcs: Sequence[Arc]) -> list[int]:
    """Rank of each box: 0 without inputs, else one more than the latest input. ``arcs`` have no loop.

    A box without inputs stands right before its first consumer, as parameters should.
    """
    after: list[list[int]] = [[] for _ in range(count)]
    waiting = [0] * count
    for source, target in arcs:
        after[source].append(target)
        waiting[target] += 1
    sources = [box for box in range(count) if waiting[box] == 0]
    rank = [0] * count
    ready = list(sources)
    for box in ready:
        for target in after[box]:
            rank[target] = max(rank[target], rank[box] + 1)
            waiting[target] -= 1
            if waiting[target] == 0:
                ready.append(target)
    for box in sources:
        if after[box]:
            rank[box] = min(rank[target] for target in after[box]) - 1
    return rank
