"""The Python end of the wire: everything that a widget of ours needs to talk with its page.

A message arrives on a thread of the kernel, not on the one that trains. Here it is decoded, checked,
and given to ``receive``; every request is answered exactly once, whatever happens. Nothing in this file knows
a session. Read next: ``studio.py``.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any, Literal

import anywidget
import traitlets

from patchgrad.errors import PatchgradError
from patchgrad.protocol import wire
from patchgrad.protocol.messages import AskCode, Code, FromBrowser, FromKernel
from patchgrad.widgets import lane, pagecode

log = logging.getLogger("patchgrad.widgets")
Answer = Callable[[FromKernel], None]


class BridgeWidget(anywidget.AnyWidget):
    """Base of our widgets.

    Parameters
        embed  ship the whole code with the widget instead of asking for it: for front ends that
               cannot reach the kernel while a cell runs, and for notebooks saved with their widgets
        pin    have the messages handled by a kernel subshell of our own
        shows  which view the page draws
    """

    shows = traitlets.Unicode("studio").tag(sync=True)

    def __init__(
        self, *, shows: Literal["studio", "compute"] = "studio", embed: bool = False, pin: bool = True
    ) -> None:
        self._esm = pagecode.code("studio").decode() if embed else pagecode.stub()
        self._css = pagecode.style()
        super().__init__(shows=shows)
        self._pinned = pin and lane.pin(self.comm)
        self._heard_on = threading.main_thread()
        self.refused = 0
        self.on_msg(self._arrived)

    @property
    def lane(self) -> str:
        """Which way messages reach the kernel while a cell runs, in words."""
        return lane.in_force(self._pinned, self._heard_on)

    def receive(self, message: FromBrowser, answer: Answer) -> None:
        """One message; ``answer`` must be called once, now or later, if it has a request id. May raise."""
        raise NotImplementedError

    def tell(self, message: FromKernel, buffers: list[bytes] | None = None) -> None:
        """Send to every view of this widget; silently nothing once it is closed. From any thread."""
        if self.comm is not None:
            self.send(wire.encode(message), buffers)

    def _arrived(self, _widget: Any, content: Any, buffers: list[Any]) -> None:
        """Never raises: this is a thread of the kernel."""
        self._heard_on = threading.current_thread()
        try:
            message = wire.decode(content, len(buffers or ()))
        except PatchgradError as error:
            self._refuse(content, error)
            return
        request_id = wire.request_id_of(content)
        answer = Once(self.tell)
        try:
            self._dispatch(message, answer)
        except Exception as error:
            if not isinstance(error, PatchgradError):
                log.exception("patchgrad: a message of the browser met a defect: %s", type(message).__name__)
            if request_id is not None:
                answer(wire.failed(request_id, error))

    def _dispatch(self, message: FromBrowser, answer: Answer) -> None:
        if isinstance(message, AskCode):
            reply = Code(message.request_id, message.name, pagecode.content_hash(message.name))
            self.tell(reply, [pagecode.code(message.name)])
        else:
            self.receive(message, answer)

    def _refuse(self, content: Any, error: PatchgradError) -> None:
        """Answer where an answer is awaited; count the others, and say it once."""
        self.refused += 1
        request_id = wire.request_id_of(content)
        if request_id is not None:
            self.tell(wire.failed(request_id, error))
        elif self.refused == 1:
            log.warning("patchgrad: a message of the browser was refused (more are only counted)\n%s", error)


class Once:
    """Passes on the first answer and drops all others, so that a request is answered exactly once."""

    def __init__(self, tell: Callable[..., None]) -> None:
        self._tell = tell
        self._given = threading.Lock()

    def __call__(self, reply: FromKernel) -> None:
        if self._given.acquire(blocking=False):
            self._tell(reply)
