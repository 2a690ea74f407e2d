"""Who reads what in a step, as arrays: so that the edges between any boxes are found quickly in 50,000 ops."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from patchgrad.backend import host
from patchgrad.recorder.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Wire:
    """One read: argument ``argument`` of op ``target`` is value ``value``, which op ``source`` made (-1: a leaf)."""

    source: int
    target: int
    argument: str
    value: str


class Wiring:
    """All reads of a step, and sums over stretches of its ops."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        place = {op.id: position for position, op in enumerate(snapshot.ops)}
        sources = {name: -1 if value.source is None else place[value.source] for name, value in snapshot.values.items()}
        self._reads = [read for op in snapshot.ops for read in op.inputs]
        self.sources = host.asarray([sources[name] for _, name in self._reads], dtype="int64")
        counts = [len(op.inputs) for op in snapshot.ops]
        self.targets = host.repeat(host.arange(len(counts)), counts)
        self._flops = _running(op.flops or 0 for op in snapshot.ops)
        self._kept = _running(op.saved_bytes for op in snapshot.ops)
        self.take_times(snapshot)

    def take_times(self, snapshot: Snapshot) -> None:
        """The times of another step of the same graph."""
        none = (0.0,) * len(snapshot.ops)
        self._seconds = _running(snapshot.seconds or none)
        self._backward = _running(snapshot.backward_seconds or none)

    def crossing(self, boxes: host.ndarray) -> list[Wire]:
        """The reads between different boxes. ``boxes`` holds the box of every op."""
        if not self._reads:
            return []
        made = self.sources >= 0
        apart = made & (boxes[self.sources] != boxes[self.targets])
        return [self._wire(place) for place in host.nonzero(apart)[0].tolist()]

    def leaves(self) -> dict[str, list[int]]:
        """The values that no op made, with the ops that read them, in order."""
        found: dict[str, list[int]] = {}
        for place in host.nonzero(self.sources < 0)[0].tolist():
            found.setdefault(self._reads[place][1], []).append(int(self.targets[place]))
        return found

    def _wire(self, place: int) -> Wire:
        return Wire(int(self.sources[place]), int(self.targets[place]), *self._reads[place])

    def flops(self, begin: int, end: int) -> int:
        return self._flops[end] - self._flops[begin]

    def saved_bytes(self, begin: int, end: int) -> int:
        return self._kept[end] - self._kept[begin]

    def seconds(self, begin: int, end: int) -> float:
        return self._seconds[end] - self._seconds[begin]

    def backward_seconds(self, begin: int, end: int) -> float:
        return self._backward[end] - self._backward[begin]


def _running(numbers: Iterable[float]) -> list[Any]:
    return [0, *accumulate(numbers)]
