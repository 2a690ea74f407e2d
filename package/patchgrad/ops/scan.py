"""Running combinations along an axis by doubling: log2(n) steps of whole arrays, in the standard's functions alone.

Source: Hillis and Steele 1986, Data parallel algorithms.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Pieces = tuple[Any, ...]


def _cut(x: Any, axis: int, start: int | None, stop: int | None) -> Any:
    return x[(slice(None),) * axis + (slice(start, stop), ...)]


def running(xp: Any, combine: Callable[[Pieces, Pieces], Pieces], pieces: Pieces, axis: int) -> Pieces:
    """At every place along ``axis``, all that stands before it and itself combined by an associative function."""
    size, step = pieces[0].shape[axis], 1
    while step < size:
        earlier = tuple(_cut(piece, axis, None, size - step) for piece in pieces)
        later = tuple(_cut(piece, axis, step, None) for piece in pieces)
        joined = combine(earlier, later)
        pieces = tuple(
            xp.concat((_cut(piece, axis, None, step), found), axis=axis)
            for piece, found in zip(pieces, joined, strict=True)
        )
        step *= 2
    return pieces


def recurrence_back(xp: Any, factor: Any, term: Any, axis: int) -> Any:
    """``y_i = term_i + factor_i * y_(i+1)``, from the last place backwards."""

    def follow(one: Pieces, two: Pieces) -> Pieces:
        return one[0] * two[0], two[1] + two[0] * one[1]

    pair = (xp.flip(factor, axis=axis), xp.flip(term, axis=axis))
    return xp.flip(running(xp, follow, pair, axis)[1], axis=axis)
