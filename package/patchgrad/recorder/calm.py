"""Garbage is not looked for while very many objects are made that all stay: the record of a step of many ops.

The collector goes through all young objects again and again as their number grows; of a step of 50,000 ops that took
longer than the record itself. It is the process's: so it rests for a while only, and is left alone where it was off.
"""

from __future__ import annotations

import gc
from threading import Lock, Timer
from typing import Any

LONGEST = 20.0
"""Seconds; then the collector goes on, whatever became of the step."""
_lock = Lock()
_calm = 0


class Calm:
    """One stretch of work: ``begin`` it and ``end`` it, from any thread; both may be called again."""

    def __init__(self) -> None:
        self._timer: Timer | None = None

    def begin(self) -> None:
        global _calm
        with _lock:
            if self._timer is not None or not (_calm or gc.isenabled()):
                return
            _calm += 1
            gc.disable()
            self._timer = Timer(LONGEST, self.end)
            self._timer.daemon = True
            self._timer.start()

    def end(self) -> None:
        global _calm
        with _lock:
            if self._timer is None:
                return
            self._timer.cancel()
            self._timer = None
            _calm -= 1
            if not _calm:
                gc.enable()

    def __enter__(self) -> None:
        self.begin()

    def __exit__(self, *_: Any) -> None:
        self.end()
