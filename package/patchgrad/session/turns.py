"""``for batch in session``: a loop of the user's own, in which each turn is a boundary."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

from patchgrad.session.boundary import Boundary
from patchgrad.session.drive import Drive
from patchgrad.session.training import Training


class Turns(Iterator[Any]):
    """One pass over the batches. The thread of the loop drives, from the first batch to the end of the loop."""

    def __init__(self, training: Training, drive: Drive, boundary: Boundary) -> None:
        self._training = training
        self._drive = drive
        self._boundary = boundary
        self._held = ExitStack()
        self._begun = False

    def __next__(self) -> Any:
        if self._begun:
            self._training.counted()
        else:
            self._begin()
        while (turn := self._drive.turn()) == "wait":
            self._boundary.wait()
        if turn == "again":
            return self._training.batch
        self.close()
        raise StopIteration

    def _begin(self) -> None:
        self._held.enter_context(self._boundary.driving())
        self._begun = self._training.own_loop = True
        self._training.aim(None, 1)
        self._drive.train()

    def close(self) -> None:
        """Let others drive. Also when the loop is left and the iterator is freed."""
        if self._begun:
            self._begun = self._training.own_loop = False
            if self._training.turned:
                self._training.counted()
            self._drive.rest()
            self._held.close()

    def __del__(self) -> None:
        self.close()
