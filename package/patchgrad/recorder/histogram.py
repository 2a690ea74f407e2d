"""Exponent histograms over steps, cut to the bins that hold something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from patchgrad.backend import host
from patchgrad.recorder.quantities.exponent_histogram import BINS, exponent


@dataclass(frozen=True, slots=True)
class Histogram:
    """``counts[i, j]`` numbers at ``steps[i]`` lay in [2**exponents[j], 2**(exponents[j] + 1))."""

    steps: Any
    exponents: Any
    counts: Any
    zeros: Any
    """Numbers that were zero or subnormal, by step."""
    lost: Any
    """Numbers that were infinite or not a number, by step."""


def histogram(steps: Any, rows: Any) -> Histogram:
    """From rows (steps, 256) of counts by biased exponent."""
    rows = rows.reshape(-1, BINS)
    occupied = host.flatnonzero(rows[:, 1:-1].any(axis=0)) + 1
    bins = host.arange(occupied[0], occupied[-1] + 1) if len(occupied) else host.arange(0)
    return Histogram(steps, exponent(bins), rows[:, bins], rows[:, 0], rows[:, -1])
