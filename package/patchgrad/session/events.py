"""Who wants to know, and what there is to know.

Read next: ``session.py``.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Literal

Event = Literal["state", "edit", "step", "closed"]
Listener = Callable[[Event], None]
log = logging.getLogger("patchgrad.session")


class Events:
    """Tells listeners, in the thread in which something happened. A listener that raises harms nobody else."""

    def __init__(self) -> None:
        self._listeners: tuple[Listener, ...] = ()

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Tell ``listener`` from now on; returns the undo of it."""
        self._listeners = (*self._listeners, listener)
        return lambda: self._forget(listener)

    def tell(self, event: Event) -> None:
        for listener in self._listeners:
            try:
                listener(event)
            except Exception:
                log.exception("patchgrad: a listener of the session failed; it is not told any more")
                self._forget(listener)

    def _forget(self, listener: Listener) -> None:
        self._listeners = tuple(other for other in self._listeners if other is not listener)
