"""A studio without a kernel, and what it sent: the page in a list."""

from __future__ import annotations

from typing import Any

from patchgrad.backend import host
from patchgrad.protocol import wire
from patchgrad.widgets.studio import StudioWidget


class Page:
    """Opens a studio of a session, and keeps all that comes."""

    def __init__(self, session: Any, **settings: Any) -> None:
        self.got: list[dict[str, Any]] = []
        self.buffers: list[Any] = []
        self.studio = StudioWidget(session, **settings)
        self.studio.send = self._arrived  # type: ignore[method-assign]
        self._count = 0

    def _arrived(self, content: dict[str, Any], buffers: Any = None) -> None:
        self.got.append(content)
        self.buffers.append(buffers)

    def send(self, content: Any, buffers: Any = ()) -> None:
        """A message from the page, as the comm hands it over."""
        self.studio._arrived(self.studio, content, list(buffers))

    def ask(self, tag: str, /, **fields: Any) -> dict[str, Any]:
        """A request, and its one answer; the session must do what is queued in another thread, or at once."""
        self._count += 1
        request = f"r{self._count}"
        self.send({"type": tag, "requestId": request, **fields})
        session = self.studio.session
        session.boundary.settle(session.boundary.submit(lambda: None), 30)
        answers = [content for content in self.got if content.get("requestId") == request]
        assert len(answers) == 1, f"{tag} was answered {len(answers)} times"
        return answers[0]

    def open(self) -> dict[str, Any]:
        return self.ask("open", version=1)

    def last(self, kind: str) -> dict[str, Any]:
        """The newest message of a type."""
        return next(content for content in reversed(self.got) if content["type"] == kind)

    def count(self, kind: str) -> int:
        return sum(content["type"] == kind for content in self.got)

    def graph(self) -> dict[str, Any]:
        """The layer graph as the page has it, once everything has settled."""
        self.studio._told = (None,) * 4
        self.studio._tell_state()
        return wire.encode(self.studio._graph_view())


def array_at(buffer: bytes, dtype: str, shape: Any, offset: int) -> Any:
    """An array of a frame, read as the page reads it."""
    return host.frombuffer(buffer, dtype, int(host.prod(shape)), offset).reshape(shape)
