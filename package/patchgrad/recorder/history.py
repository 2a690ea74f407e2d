"""The compute graphs of the last looks: which ops ran how often, any step of them, and how two differ.

Steps of the same graph share it, so that a thousand looks at a network that never changes keep one.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from sys import maxsize

from patchgrad.errors import ArgumentError
from patchgrad.recorder.difference import Difference, difference
from patchgrad.recorder.snapshot import Snapshot
from patchgrad.recorder.union import SeenOp, Union, seen_ops, union

WINDOW = 100
MOST_OPS = 200_000
"""Of all different graphs together; where there are more, the oldest looks are forgotten."""


class History:
    """The graphs of the newest ``window`` steps that were looked at."""

    def __init__(self, window: int = WINDOW) -> None:
        self._looks: deque[Snapshot] = deque(maxlen=window)

    def __len__(self) -> int:
        return len(self._looks)

    @property
    def steps(self) -> tuple[int, ...]:
        """Numbers of the steps that are kept, oldest first."""
        return tuple(look.step for look in tuple(self._looks))

    def add(self, look: Snapshot) -> None:
        """Keep the graph of a step, without its times."""
        known = next((kept for kept in reversed(self._looks) if _same(kept, look)), look)
        self._looks.append(replace(known, step=look.step, seconds=(), backward_seconds=()))
        while len(self._looks) > 1 and self._ops() > MOST_OPS:
            self._looks.popleft()

    def at(self, step: int) -> Snapshot:
        """The graph of the newest look that is not after ``step``. Raises ArgumentError if there is none."""
        found = [look for look in tuple(self._looks) if look.step <= step]
        if not found:
            raise ArgumentError(
                "this step was not looked at, nor was one before it",
                got=f"step {step}",
                want=f"a step from {self.steps[0]} to {self.steps[-1]}" if self._looks else "a step of a run",
                hint="pg.watch(model, every=1) looks at every step",
            )
        return found[-1]

    def difference(self, before: int, after: int) -> Difference:
        """What two steps computed differently."""
        return difference(self.at(before), self.at(after))

    def union(self) -> tuple[SeenOp, ...]:
        """All ops of the kept steps, each where it belongs in the order of the others, with how often it ran."""
        return seen_ops(tuple(self._looks))

    def joined(self) -> Union:
        """The kept steps as one graph. Raises ArgumentError if there are none."""
        self.at(maxsize)
        return union(tuple(self._looks))

    def _ops(self) -> int:
        return sum(len(ops) for ops in {id(look.ops): look.ops for look in self._looks}.values())


def _same(a: Snapshot, b: Snapshot) -> bool:
    """Do two looks have one graph, sizes and all?"""
    return a.ops is b.ops or (a.structure == b.structure and a.ops == b.ops and a.values == b.values)
