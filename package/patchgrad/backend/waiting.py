"""Checks of values on a GPU, looked at when the host waits for the GPU anyway: an op must not wait by itself."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

MOST = 256
"""So many checks may stand open before the host waits for them."""


class Checks(threading.local):
    """Checks that stand open in this thread: an array with a truth in it, the error, and where it comes from."""

    place: Callable[[Any], Any] | None = None
    """Gives an error the layer and line that run now; set by those who know them."""

    def __init__(self) -> None:
        self.entries: list[tuple[Any, Callable[[], Any], Any]] = []

    def add(self, wrong: Any, explain: Callable[[], Any], mark: Any) -> None:
        """Look at ``wrong`` later. ``mark`` is an error that is never raised: it remembers the place."""
        self.entries.append((wrong, explain, mark if self.place is None else self.place(mark)))
        if len(self.entries) > MOST:
            self.settle()

    def settle(self) -> None:
        """Raise the oldest error whose check failed; all are looked at, none stays open."""
        entries, self.entries = self.entries, []
        for wrong, explain, mark in entries:
            if bool(wrong):
                raise explain().within(mark._where).at(mark._at or "", mark._source)


checks = Checks()
