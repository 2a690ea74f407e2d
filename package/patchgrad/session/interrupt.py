"""Ctrl-C and the kernel's stop button, kept away from the moments where they would do harm.

The first interrupt lets the step in progress finish; a second one breaks it off (and the step is
rolled back), but never inside ``optimizer.step()``. It knows nothing of sessions.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


class Interrupts:
    """Counts interrupts instead of raising them, as long as ``catching`` is entered."""

    def __init__(self) -> None:
        self._count = 0
        self._eager = False
        self._critical = False

    @contextmanager
    def catching(self) -> Iterator[None]:
        """Catch SIGINT inside the ``with`` block; in any thread but the main one there is nothing to catch."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        self._count = 0
        before: Any = signal.signal(signal.SIGINT, self._arrived)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    @contextmanager
    def eager(self) -> Iterator[None]:
        """An interrupt inside this block raises at once: nothing is in progress."""
        self._eager = True
        try:
            self.check()
            yield
        finally:
            self._eager = False

    @contextmanager
    def critical(self) -> Iterator[None]:
        """No interrupt, however often repeated, raises inside this block."""
        self._critical = True
        try:
            yield
        finally:
            self._critical = False

    def check(self) -> None:
        """Raise the interrupt that has waited, if there is one."""
        if self._count:
            self._count = 0
            raise KeyboardInterrupt

    def _arrived(self, _signal: int, _frame: FrameType | None) -> None:
        self._count += 1
        if self._critical or (self._count < 2 and not self._eager):
            return
        self._count = 0
        raise KeyboardInterrupt
