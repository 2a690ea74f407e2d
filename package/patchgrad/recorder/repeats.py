"""Repeats in a sequence: ``A B C B C B C D`` becomes ``A (B C)×3 D``.

A run of the same few entries one after the other is found by comparing the sequence with itself, shifted.
Short periods are folded first, so that a loop inside a loop is one entry of the outer one, however often it turned.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from patchgrad.backend import host

AHEAD = 4
"""Distances to so many next entries of the same kind are tried as periods."""
TRIED = 400
"""Periods that are tried at most: the shortest that occur."""

Run = tuple[int, int, int]
"""Where a repeat begins, its period, how often it turns."""


def repeats(tokens: Sequence[int], accepts: Callable[[Run], bool] = lambda run: True) -> list[Run]:
    """The repeats of the shortest period that has any, from left to right, none overlapping; empty if there are none.

    Parameters
        tokens   equal for equal entries
        accepts  is this a repeat that counts
    """
    array = host.asarray(tokens)
    for period in _periods(tokens):
        found = [run for run in _runs(array, period) if accepts(run)]
        if found:
            return found
    return []


def _periods(tokens: Sequence[int]) -> list[int]:
    """Distances between equal entries that occur often enough to be the period of a repeat, shortest first."""
    places: dict[int, list[int]] = {}
    counts: Counter[int] = Counter()
    for place, token in enumerate(tokens):
        before = places.setdefault(token, [])
        counts.update(place - other for other in before[-AHEAD:])
        before.append(place)
    return sorted(distance for distance, count in counts.items() if 2 * count >= distance)[:TRIED]


def _runs(array: host.ndarray, period: int) -> Iterator[Run]:
    alike = host.zeros(len(array) - period + 2, dtype="int8")
    alike[1:-1] = array[:-period] == array[period:]
    edges = host.diff(alike)
    begins, ends = host.nonzero(edges == 1)[0], host.nonzero(edges == -1)[0]
    reached = 0
    for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
        first = max(begin, reached)
        turns = (end - first) // period + 1
        if turns > 1:
            yield first, period, turns
            reached = first + turns * period
