"""Did an edit help? The loss after it against the trend before it, with an interval from the bootstrap.

The trend is a straight line by least squares through the last steps before the edit. Blocks of its residuals are
drawn with replacement and the line is fitted anew, many times: how far the extrapolated lines spread, and how far
the median of the steps after the edit does, gives the interval.

Source: Politis and Romano 1994, "The stationary bootstrap" (blocks, for steps that resemble their neighbours);
Efron and Tibshirani 1993, chapter 13 (percentile interval).
"""

from __future__ import annotations

from typing import Any

import msgspec

from patchgrad.backend import host

STEPS = 50
"""Steps looked at before an edit, and after it."""
FEWEST = 8
DRAWS = 400
LEVEL = 0.95
BLOCK = 2
"""Steps that are drawn together: losses of neighbours hardly resemble each other beyond the trend."""


class Effect(msgspec.Struct, frozen=True):
    """How much lower (negative) or higher the loss is than its trend.

    Fields
        median, low, high  difference to the trend, and its interval of 95 %; None while there are too few steps
        steps              steps after the edit that were looked at
    """

    median: float | None = None
    low: float | None = None
    high: float | None = None
    steps: int = 0

    @property
    def clear(self) -> bool:
        """Does the interval leave out zero?"""
        return self.low is not None and self.high is not None and not self.low <= 0.0 <= self.high

    def __str__(self) -> str:
        if self.median is None or self.low is None or self.high is None:
            return "too few steps to tell"
        if not self.clear:
            return f"no clear change of the loss over {self.steps} steps ({self.low:+.3g} to {self.high:+.3g})"
        word = "lower" if self.median < 0 else "higher"
        low, high = sorted((abs(self.low), abs(self.high)))
        return f"loss {abs(self.median):.3g} {word} than its trend over {self.steps} steps ({low:.3g} to {high:.3g})"


def effect(before: Any, after: Any) -> Effect:
    """The effect of an edit, from the losses of the steps before and after it, oldest first."""
    before, after = host.asarray(before, dtype="float64"), host.asarray(after, dtype="float64")
    finite = bool(host.isfinite(before).all() and host.isfinite(after).all())
    if len(before) < FEWEST or len(after) < FEWEST or not finite:
        return Effect(steps=len(after))
    ahead = host.arange(float(len(after)))
    steps = _line(host.arange(-len(before), 0.0))
    fit = host.linalg.pinv(steps)
    trend = fit @ before
    line = steps @ trend
    residuals = (before - line) * (len(before) / (len(before) - 2)) ** 0.5  # two were spent on the line
    random = host.random.default_rng(0)
    trends = (line + residuals[_blocks(random, len(before))]) @ fit.T
    differences = after - trends @ _line(ahead).T
    found = host.median(host.take_along_axis(differences, _blocks(random, len(after)), axis=1), axis=1)
    low, high = host.quantile(found, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Effect(float(host.median(after - _line(ahead) @ trend)), float(low), float(high), len(after))


def _line(steps: Any) -> Any:
    """What a start and a slope are multiplied with to give a straight line at these steps: (steps, 2)."""
    return host.stack([host.ones(len(steps)), steps], axis=1)


def _blocks(random: Any, count: int) -> Any:
    """For each of the draws, indices of as many entries, drawn in blocks of ``BLOCK``: (DRAWS, count)."""
    starts = random.integers(0, count, size=(DRAWS, -(-count // BLOCK), 1))
    return ((starts + host.arange(BLOCK)) % count).reshape(DRAWS, -1)[:, :count]
