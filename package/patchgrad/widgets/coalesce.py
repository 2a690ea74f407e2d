"""State is sent at most so often, and only the newest: the state lane of one widget."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic

PERIOD = 1 / 15
"""Seconds between two messages of the state lane."""


class Coalesce:
    """Calls ``send`` at once, or as soon as ``period`` is over; many requests in between become one.

    From any thread; ``send`` runs in that of the request, or in a short-lived one. Two sends never overlap.
    """

    def __init__(self, send: Callable[[], None], period: float = PERIOD) -> None:
        self._send = send
        self._period = period
        self._lock = threading.Lock()
        self._sending = threading.Lock()
        self._last = -period
        self._timer: threading.Timer | None = None
        self._ended = False

    def request(self) -> None:
        """Something has changed."""
        with self._lock:
            if self._timer is not None or self._ended:
                return
            wait = self._last + self._period - monotonic()
            if wait > 0:
                self._timer = threading.Timer(wait, self._due)
                self._timer.daemon = True
                self._timer.start()
                return
            self._last = monotonic()
        self._deliver()

    def close(self) -> None:
        """Send nothing more."""
        with self._lock:
            self._ended = True
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None

    def _due(self) -> None:
        with self._lock:
            self._timer = None
            if self._ended:
                return
            self._last = monotonic()
        self._deliver()

    def _deliver(self) -> None:
        with self._sending:
            self._send()
