"""How far to go along a direction: the strong Wolfe conditions."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

FALL, FLATTEN = 1e-4, 0.9
"""How much of the promised fall must come true; how much flatter it must be there."""


class Point(NamedTuple):
    """A place on the line: step length, value, gradient, and slope along the direction."""

    t: float
    value: float
    gradient: Any
    slope: float


def strong_wolfe(
    evaluate: Callable[[float], Point], start: Point, t: float, longest: float, tolerance: float, most: int
) -> tuple[Point, int]:
    """A point whose value fell enough and whose slope is flat enough, and how often ``evaluate`` was called.

    Parameters
        start    the point at step length 0
        t        the first step to try
        longest  largest element of the direction
        most     how many further steps may be tried
    Source
        Nocedal and Wright 2006, Numerical optimization, algorithms 3.5 and 3.6.
    """
    before, now, tries = start, evaluate(t), 0
    while tries < most:
        if _too_high(now, start) or (tries > 1 and now.value >= before.value):
            return _zoom(evaluate, start, [before, now], longest, tolerance, tries, most)
        if abs(now.slope) <= -FLATTEN * start.slope:
            return now, tries + 1
        if now.slope >= 0:
            return _zoom(evaluate, start, [before, now], longest, tolerance, tries, most)
        t = _cubic(before, now, (now.t + 0.01 * (now.t - before.t), now.t * 10))
        before, now, tries = now, evaluate(t), tries + 1
    return (start if start.value <= now.value else now), tries + 1


def _too_high(point: Point, start: Point) -> bool:
    return point.value > start.value + FALL * point.t * start.slope


def _zoom(
    evaluate: Callable[[float], Point],
    start: Point,
    ends: list[Point],
    longest: float,
    tolerance: float,
    tries: int,
    most: int,
) -> tuple[Point, int]:
    """Narrow an interval that holds a good point."""
    low, high = _ordered(ends)
    stuck = False
    while tries < most and abs(ends[1].t - ends[0].t) * longest >= tolerance:
        t, stuck = _inside(_cubic(ends[0], ends[1]), ends, stuck)
        found, tries = evaluate(t), tries + 1
        if _too_high(found, start) or found.value >= ends[low].value:
            ends[high] = found
            low, high = _ordered(ends)
            continue
        if abs(found.slope) <= -FLATTEN * start.slope:
            return found, tries + 1
        if found.slope * (ends[high].t - ends[low].t) >= 0:
            ends[high] = ends[low]
        ends[low] = found
    return ends[low], tries + 1


def _ordered(ends: list[Point]) -> tuple[int, int]:
    """Index of the lower end, and of the higher one."""
    return (0, 1) if ends[0].value <= ends[1].value else (1, 0)


def _inside(t: float, ends: list[Point], stuck: bool) -> tuple[float, bool]:
    """``t``, moved away from an end that it came close to twice; and whether it is close now."""
    least, most = sorted(end.t for end in ends)
    margin = 0.1 * (most - least)
    if min(most - t, t - least) >= margin:
        return t, False
    if stuck or t >= most or t <= least:
        return (most - margin if abs(t - most) < abs(t - least) else least + margin), False
    return t, True


def _cubic(a: Point, b: Point, bounds: tuple[float, float] | None = None) -> float:
    """The lowest place of the cubic through two values and slopes, within bounds."""
    least, most = bounds if bounds is not None else sorted((a.t, b.t))
    if a.t > b.t:
        a, b = b, a
    first = a.slope + b.slope - 3 * (a.value - b.value) / (a.t - b.t)
    square = first * first - a.slope * b.slope
    if not square >= 0:
        return (least + most) / 2
    root = math.sqrt(square)
    t = b.t - (b.t - a.t) * ((b.slope + root - first) / (b.slope - a.slope + 2 * root))
    return min(max(t, least), most)
