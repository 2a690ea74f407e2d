"""Interleaved timing: the contestants take turns, so that a busy machine hurts all alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """A measured figure: median and quartiles in milliseconds, and the ratio to the first contestant's median."""

    name: str
    median: float
    low: float
    high: float
    ratio: float

    def __str__(self) -> str:
        return f"{self.name:<32} {self.median:9.3f} ms  ({self.low:.3f} to {self.high:.3f})  × {self.ratio:.2f}"


def race(
    contestants: dict[str, Callable[[], object]],
    *,
    rounds: int = 40,
    inner: int = 5,
    warm_up: int = 10,
    clock: Callable[[], float] = time.perf_counter,
) -> list[Row]:
    """Time each contestant ``inner`` calls at a time, round after round; the first is what ratios refer to."""
    for function in contestants.values():
        for _ in range(warm_up):
            function()
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, function in contestants.items():
            start = clock()
            for _ in range(inner):
                function()
            times[name].append((clock() - start) / inner * 1e3)
    return list(rows_of(times))


def rows_of(times: dict[str, list[float]]) -> Iterator[Row]:
    """Rows of measured milliseconds; the first name is what ratios refer to."""
    first = statistics.median(next(iter(times.values())))
    for name, values in times.items():
        low, median, high = statistics.quantiles(values, n=4)
        yield Row(name, median, low, high, median / first)
