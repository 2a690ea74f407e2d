"""Steps per second, measured over about a second."""

from __future__ import annotations

from time import monotonic

PERIOD = 0.5


class Pace:
    """Counts steps. ``rate`` is 0.0 until the first ``PERIOD`` seconds are over, and after ``rest``."""

    def __init__(self) -> None:
        self.rate = 0.0
        self._since = monotonic()
        self._steps = 0

    def tick(self) -> None:
        """One step is done."""
        self._steps += 1
        spent = monotonic() - self._since
        if spent >= PERIOD:
            self.rate = self._steps / spent
            self._since, self._steps = monotonic(), 0

    def rest(self) -> None:
        """No step is in progress."""
        self.rate = 0.0
        self._since, self._steps = monotonic(), 0
