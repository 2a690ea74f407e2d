"""What comes of an edit: the losses that tell its effect, and the shadow run that shows what would have been.

Read next: ``effect.py``, ``shadow.py``.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from patchgrad.errors import SessionError
from patchgrad.session.effect import STEPS, Effect, effect
from patchgrad.session.live import Live
from patchgrad.session.log import Edit
from patchgrad.session.shadow import Shadow


class Trial:
    """One edit under observation: ``STEPS`` losses before it at most, and as many after it, up to the next edit."""

    def __init__(self, before: tuple[float, ...]) -> None:
        self.before = before
        self.after: list[float] = []
        self.over = False
        """Will no more losses be added?"""
        self._known: tuple[int, Effect] = (-1, Effect())

    @property
    def effect(self) -> Effect:
        """How the loss lies to its trend, as far as one can tell by now."""
        if self._known[0] != len(self.after):
            self._known = (len(self.after), effect(self.before, tuple(self.after)))
        return self._known[1]


class Trials:
    """Watches the losses of a session around its edits.

    Fields
        shadow_steps  steps that the network before an edit is trained along; 0: it is not
        shadow        the last shadow run; None if there was none
    """

    def __init__(self, live: Live) -> None:
        self.shadow_steps = 0
        self.shadow: Shadow | None = None
        self._live = live
        self._recent: deque[float] = deque(maxlen=STEPS)
        self._open: Trial | None = None

    def copy_for(self, edit: Edit, step: int) -> Shadow | None:
        """A shadow of the network as it is in front of an edit, if one is wished."""
        steps = self.shadow_steps if edit.shadow_steps is None else edit.shadow_steps
        try:
            return Shadow(edit.title, step, steps, self._live) if steps else None
        except Exception as error:
            raise SessionError(
                "the network cannot be copied for a shadow run",
                got=f"{type(error).__name__}: {error}",
                want="layers and a loss that copy.deepcopy takes",
                hint="make the edit without a shadow run",
            ) from error

    def begin(self, edit: Edit, shadow: Shadow | None) -> None:
        """The edit was applied."""
        self._close()
        edit.trial = self._open = Trial(tuple(self._recent))
        self._recent.clear()
        edit.shadow = shadow
        self.shadow = shadow or self.shadow

    def restart(self) -> None:
        """The session went elsewhere: what was seen before is no trend of what comes."""
        self._close()
        self._recent.clear()
        self.shadow = None

    def stepped(self, batch: Any, loss: float) -> bool:
        """A step is done. Is there something new to tell of an edit?"""
        self._recent.append(loss)
        if self.shadow is not None:
            self.shadow.step(batch)
        if self._open is None:
            return False
        self._open.after.append(loss)
        return len(self._open.after) == STEPS and self._close()

    def _close(self) -> bool:
        if self._open is not None:
            self._open.over = True
        self._open = None
        return True
