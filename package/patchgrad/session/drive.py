"""Turn by turn: train, wait, or end. The state machine of a session, without model and data.

States: idle, running, pausing, paused, stepping, applying, fault, finished. Any thread may wish; only
the driver (``boundary.py``) turns. Read next: ``session.py``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Literal, Protocol

from patchgrad.session.boundary import Boundary

State = Literal["idle", "running", "pausing", "paused", "stepping", "applying", "fault", "finished"]
Turn = Literal["again", "wait", "finished", "left"]
RESTING = ("idle", "paused", "fault", "finished")


class EndOfRun(Exception):
    """Raised by a step that finds no more data."""


class Steps(Protocol):
    """What is driven."""

    def advance(self) -> None:
        """One step; EndOfRun if there is no more data."""

    def reached(self) -> bool:
        """Is the goal reached?"""
        ...


class Drive:
    """What is wished and what is. ``changed`` is told whenever ``state`` has changed."""

    def __init__(self, boundary: Boundary, steps: Steps, changed: Callable[[], None]) -> None:
        self._boundary = boundary
        self._steps = steps
        self._changed = changed
        self._lock = threading.Lock()
        """Held while a wish and the state change together, never while others are told."""
        self._training = False
        self._budget: int | None = None
        self._leave = False
        self.state: State = "idle"

    @property
    def resting(self) -> bool:
        """Is no step in progress, and none wished?"""
        return self.state in RESTING

    def train(self, steps: int | None = None) -> None:
        """Wish to train: ``steps`` steps and pause, or on to the goal."""
        with self._lock:
            self._budget = steps
            self._training = True
            told = self._enter("running" if steps is None else "stepping")
        self._tell(told)
        self._boundary.wake()

    def pause(self) -> None:
        """Wish to pause at the next boundary."""
        with self._lock:
            self._training = False
            told = self.state in ("running", "stepping") and self._enter("pausing")
        self._tell(told)
        self._boundary.wake()

    def leave(self) -> None:
        """Wish the driver to give up its place at the next boundary."""
        self._leave = True
        self._boundary.wake()

    def turn(self) -> Turn:
        """One turn of the driver: all edits that wait, then at most one step. Raises what the step raises."""
        self._boundary.visit()
        if self._leave:
            self._leave = False
            return "left"
        if self._rests():
            return "wait"
        if self._budget is None and self._steps.reached():
            self.rest("finished")
            return "finished"
        return self._train()

    def rest(self, state: State = "paused") -> None:
        """Stop training. A state of rest that says more (idle, fault, finished) stays."""
        with self._lock:
            told = self._stop(state)
        self._tell(told)

    @contextmanager
    def applying(self) -> Generator[None]:
        """The state while an edit is applied, and back."""
        with self._lock:
            before = self.state
            told = self._enter("applying")
        self._tell(told)
        try:
            yield
        finally:
            with self._lock:
                told = self.state == "applying" and self._enter(before)
            self._tell(told)

    def _rests(self) -> bool:
        """Is nothing wished? Then rest. A wish that comes meanwhile is not lost: it comes before or after."""
        with self._lock:
            if self._training and self._budget != 0:
                return False
            told = self._stop("paused")
        self._tell(told)
        return True

    def _train(self) -> Turn:
        try:
            self._steps.advance()
        except EndOfRun:
            self.rest("finished")
            return "finished"
        except KeyboardInterrupt:
            self.rest()
            raise
        except BaseException:
            with self._lock:
                self._training = False
                told = self._enter("fault")
            self._tell(told)
            raise
        with self._lock:
            if self._budget is not None:
                self._budget -= 1
        return "again"

    def _stop(self, state: State) -> bool:
        was_training, self._training, self._budget = self._training, False, None
        return (was_training or self.state not in RESTING) and self._enter(state)

    def _enter(self, state: State) -> bool:
        """Is it another state than before? With the lock held."""
        changed, self.state = state != self.state, state
        return changed

    def _tell(self, changed: bool) -> None:
        if changed:
            self._changed()
