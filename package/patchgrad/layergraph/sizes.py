"""Sizes that depend on the batch: ``N``, ``4N``, and how they are found from two runs.

A layer is run with two batch sizes; a size that differs grows with the batch.
"""

from __future__ import annotations

import re
from functools import lru_cache

from patchgrad.layergraph.kind import SymbolicShape

BATCHES = (5, 7)
"""Two primes that are unlikely sizes of anything else."""


@lru_cache(maxsize=1024)
def _terms(size: str) -> tuple[int, int]:
    """``2N+3`` -> (2, 3)."""
    match = re.fullmatch(r"(\d*)N(?:\+(\d+))?", size)
    if match is None:
        raise ValueError(size)
    return int(match[1] or 1), int(match[2] or 0)


def at(shape: SymbolicShape, batch: int) -> tuple[int, ...]:
    """The shape with ``N`` replaced by a batch size."""
    return tuple(size if isinstance(size, int) else _value(size, batch) for size in shape)


def _value(size: str, batch: int) -> int:
    times, plus = _terms(size)
    return times * batch + plus


def symbolic(first: tuple[int, ...], second: tuple[int, ...]) -> SymbolicShape:
    """The shape whose values at the two batch sizes are these."""
    return tuple(_between(a, b) for a, b in zip(first, second, strict=True))


def _between(a: int, b: int) -> int | str:
    if a == b:
        return a
    times, rest = divmod(b - a, BATCHES[1] - BATCHES[0])
    plus = a - times * BATCHES[0]
    if rest or times < 0 or plus < 0:
        return a
    return f"{times if times > 1 else ''}N{f'+{plus}' if plus else ''}"


def shape_text(shape: SymbolicShape | None) -> str:
    """In words of the user: ``(N, 64)``; ``unknown`` for None."""
    if shape is None:
        return "unknown"
    return f"({shape[0]},)" if len(shape) == 1 else f"({', '.join(map(str, shape))})"
