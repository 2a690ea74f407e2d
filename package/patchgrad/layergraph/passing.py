"""Units that go through layers which have none of their own: where their axis lies in what comes out."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import msgspec

from patchgrad.layergraph.kind import SymbolicShape

Places = tuple[int, ...]
"""For each unit of now: its place before, or -1 for a new one."""


class Units(msgspec.Struct, frozen=True):
    """The units along one axis of what a port carries."""

    axis: int
    of: Places
    before: int
    """How many there were."""


def side_by_side(parts: list[tuple[Places, int]]) -> Places:
    """Places one after the other; each part comes with the number of units that it had before."""
    whole: list[int] = []
    start = 0
    for places, size in parts:
        whole += [place + start if place >= 0 else -1 for place in places]
        start += size
    return tuple(whole)


Rule = Callable[[Any, Units, SymbolicShape, SymbolicShape], Units | None]


def straight(settings: Any, units: Units, came: SymbolicShape, goes: SymbolicShape) -> Units | None:
    """The axis stays where it is."""
    same = len(came) == len(goes) and came[units.axis] == goes[units.axis] == len(units.of)
    return units if same else None


def _last(settings: Any, units: Units, came: SymbolicShape, goes: SymbolicShape) -> Units | None:
    """Other axes are left out; the last one stays."""
    same = bool(goes) and units.axis == len(came) - 1 and goes[-1] == len(units.of)
    return Units(len(goes) - 1, units.of, units.before) if same else None


def _flattened(settings: Any, units: Units, came: SymbolicShape, goes: SymbolicShape) -> Units | None:
    start, end = settings["start_dim"] % len(came), settings["end_dim"] % len(came)
    if not start <= units.axis <= end:
        return Units(units.axis - (end - start if units.axis > end else 0), units.of, units.before)
    inner, outer = came[units.axis + 1 : end + 1], came[start : units.axis]
    if not all(isinstance(size, int) for size in (*inner, *outer)):
        return None
    each, times = math.prod(map(int, inner)), math.prod(map(int, outer))
    one = tuple(place * each + at if place >= 0 else -1 for place in units.of for at in range(each))
    size = units.before * each
    return Units(start, side_by_side([(one, size)] * times), size * times)


def _permuted(settings: Any, units: Units, came: SymbolicShape, goes: SymbolicShape) -> Units | None:
    dims = [dim % len(came) for dim in settings["dims"]]
    return Units(dims.index(units.axis), units.of, units.before)


def _nowhere(settings: Any, units: Units, came: SymbolicShape, goes: SymbolicShape) -> Units | None:
    return None


RULES: dict[str, Rule] = {
    "Flatten": _flattened,
    "Permute": _permuted,
    "Index": _last,
    "Reduce": _last,
    **dict.fromkeys(("Reshape", "Unflatten", "ChannelShuffle", "MatMul", "PixelShuffle", "PixelUnshuffle"), _nowhere),
}


def elsewhere(units: Units | None, axis: int, shape: SymbolicShape | None) -> Units | None:
    """Units along an axis that the layer does not read go on."""
    if units is None or shape is None or units.axis == axis % len(shape):
        return None
    return units if units.axis < len(shape) and shape[units.axis] == len(units.of) else None
