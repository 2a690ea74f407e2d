"""Something is done again whenever it was asked for, in a thread of its own that takes a share of the time at most."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from time import monotonic, thread_time

log = logging.getLogger("patchgrad.widgets")


class Newest:
    """Calls ``act`` after ``request``; many requests in between become one. The thread begins with the first.

    Parameters
        period  seconds between two calls at least
        share   of the time that calls may take: where one takes long, the next comes later
    """

    def __init__(self, act: Callable[[], None], period: float = 0.2, share: float = 0.05) -> None:
        self._act = act
        self._period = period
        self._share = share
        self._asked = threading.Event()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def request(self) -> None:
        """From any thread; costs next to nothing."""
        self._asked.set()
        if self._thread is None and not self._ended.is_set():
            self._thread = threading.Thread(target=self._run, name="patchgrad view", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Do nothing more."""
        self._ended.set()
        self._asked.set()

    def _run(self) -> None:
        while True:
            self._asked.wait()
            if self._ended.is_set():
                return
            self._asked.clear()
            begin, worked = monotonic(), thread_time()
            try:
                self._act()
            except Exception:
                log.exception("patchgrad: a view could not be brought up to date")
            pause = max(self._period, (thread_time() - worked) / self._share)
            self._ended.wait(max(0.0, begin + pause - monotonic()))
