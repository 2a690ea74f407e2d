"""The thread that drives where no cell does: it trains after ``start()``, and applies edits between cells.

It holds its session weakly: a session that nobody can reach any more stops, and is freed.
"""

from __future__ import annotations

import logging
import threading
import weakref
from typing import Any

from patchgrad.errors import PatchgradError, SessionError
from patchgrad.session.boundary import Boundary

log = logging.getLogger("patchgrad.session")


class Worker:
    """At most one background thread for one session."""

    def __init__(self, session: Any, boundary: Boundary) -> None:
        self._session = weakref.ref(session)
        weakref.finalize(session, boundary.close).atexit = False
        self._boundary = boundary
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def mine(self) -> bool:
        """Is this the background thread?"""
        return threading.current_thread() is self._thread

    @property
    def alive(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Have a driver, whoever it is."""
        with self._lock:
            if self.alive or self._boundary.driven:
                return
            self._thread = threading.Thread(
                target=_work, args=(self._session, self._boundary), name="patchgrad session", daemon=True
            )
            self._thread.start()

    def join(self, timeout: float | None = None) -> None:
        """Wait for the end of the thread."""
        if self._thread is not None and not self.mine:
            self._thread.join(timeout)


def _work(ref: Any, boundary: Boundary) -> None:
    try:
        with boundary.driving():
            while _turn(ref, boundary):
                pass
    except SessionError:
        return  # another driver was faster, or the session was closed


def _turn(ref: Any, boundary: Boundary) -> bool:
    session = ref()
    if session is None or boundary.closed:
        return False
    try:
        turn = session.drive.turn()
    except BaseException as error:
        _report(session, error)
        turn = "wait"
    del session
    if turn in ("wait", "finished"):
        boundary.wait()
    return turn != "left"


def _report(session: Any, error: BaseException) -> None:
    """The session has the fault for the studio; the log has the traceback for whoever looks there."""
    session.drive.pause()
    level = logging.DEBUG if isinstance(error, PatchgradError) else logging.WARNING
    log.log(level, "patchgrad: training stopped in the background", exc_info=error)
