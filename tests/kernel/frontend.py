"""A front end in a few lines: starts a real kernel, runs cells, and speaks with a widget's comm as a page does."""

from __future__ import annotations

import itertools
import os
import queue
import time
from pathlib import Path
from typing import Any

from jupyter_client.manager import KernelManager

PACKAGE = Path(__file__).parents[2] / "package"
PATIENCE = 60.0


class FrontEnd:
    """One kernel, and all that it published so far.

    A message of the page goes to the kernel's shell channel, with a ``subshell_id`` in its header where
    the front end uses subshells, as JupyterLab does. ``environment``: variables of the kernel's process.
    """

    def __init__(self, **environment: str) -> None:
        self.manager = KernelManager()
        environment = {**os.environ, "PYTHONPATH": str(PACKAGE), **environment}
        self.manager.start_kernel(env=environment, cwd=str(Path(__file__).parent))
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=PATIENCE)
        self.subshell: str | None = None
        self.messages: list[dict[str, Any]] = []
        self._ids = (f"r{number}" for number in itertools.count(1))

    def close(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def use_subshell(self) -> None:
        """Send widget messages to a subshell of the front end from now on."""
        request = self.client.session.msg("create_subshell_request")
        self.client.control_channel.send(request)
        reply = self.client.get_control_msg(timeout=PATIENCE)
        self.subshell = reply["content"]["subshell_id"]

    # cells

    def start(self, code: str, cell_id: str = "") -> str:
        """Run a cell without waiting for its end; the id of the run. ``cell_id`` names the cell, as JupyterLab does."""
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
        message = self.client.session.msg("execute_request", content, metadata={"cellId": cell_id} if cell_id else {})
        self.client.shell_channel.send(message)
        return str(message["header"]["msg_id"])

    def run(self, code: str, cell_id: str = "") -> str:
        """Run a cell to its end; what it printed. AssertionError with its traceback if it failed."""
        return self.finish(self.start(code, cell_id))

    def finish(self, cell: str, *, failing: bool = False) -> str:
        """Wait for the end of a cell; what it printed (or its error, if it must fail)."""
        self.wait_for(lambda message: _is_idle(message, cell))
        mine = [message for message in self.messages if message["parent_header"].get("msg_id") == cell]
        errors = [message["content"] for message in mine if message["msg_type"] == "error"]
        if failing:
            assert errors, "the cell was expected to fail"
            return f"{errors[0]['ename']}: {errors[0]['evalue']}"
        assert not errors, "\n".join(errors[0]["traceback"]) if errors else ""
        streams = [message["content"] for message in mine if message["msg_type"] == "stream"]
        return "".join(stream["text"] for stream in streams if stream["name"] == "stdout")

    def ended(self, cell: str) -> bool:
        """Has the cell come to its end, as far as we have read?"""
        self.pump(0.0)
        return any(_is_idle(message, cell) for message in self.messages)

    # the widget

    def widget(self) -> str:
        """The comm of our widget that was opened last."""
        opened = [
            message["content"]["comm_id"]
            for message in self.messages
            if message["msg_type"] == "comm_open" and "_esm" in message["content"]["data"].get("state", {})
        ]
        assert opened, "no widget of ours was opened"
        return opened[-1]

    def send(self, comm: str, content: Any, buffers: list[bytes] | None = None) -> None:
        """A custom message from the page."""
        data = {"method": "custom", "content": content}
        message = self.client.session.msg("comm_msg", {"comm_id": comm, "data": data})
        if self.subshell is not None:
            message["header"]["subshell_id"] = self.subshell
        self.client.session.send(self.client.shell_channel.socket, message, buffers=buffers)

    def ask(self, comm: str, content: dict[str, Any]) -> dict[str, Any]:
        """A request, and its answer."""
        return self.answer(comm, self.request(comm, content))

    def request(self, comm: str, content: dict[str, Any]) -> str:
        """Send a request without waiting; its id."""
        request_id = next(self._ids)
        self.send(comm, {**content, "requestId": request_id})
        return request_id

    def answer(self, comm: str, request_id: str) -> dict[str, Any]:
        """Wait for the answer to a request."""
        self.wait_for(lambda message: _content(message, comm).get("requestId") == request_id)
        return self.answers(comm, request_id)[0]

    def answers(self, comm: str, request_id: str) -> list[dict[str, Any]]:
        """All answers to a request that have come so far."""
        return [_content(m, comm) for m in self.messages if _content(m, comm).get("requestId") == request_id]

    def told(self, comm: str, tag: str) -> list[dict[str, Any]]:
        """All messages of one type that the widget has sent so far."""
        self.pump(0.0)
        return [_content(message, comm) for message in self.messages if _content(message, comm).get("type") == tag]

    def wait_until_told(self, comm: str, tag: str, holds: Any = lambda content: True) -> dict[str, Any]:
        """The first message of a type for which ``holds``, waited for."""

        def fits(message: dict[str, Any]) -> bool:
            content = _content(message, comm)
            return content.get("type") == tag and holds(content)

        self.wait_for(fits)
        return next(_content(message, comm) for message in self.messages if fits(message))

    # the stream of all that is published

    def wait_for(self, holds: Any) -> None:
        deadline = time.monotonic() + PATIENCE
        while not any(holds(message) for message in self.messages):
            assert time.monotonic() < deadline, f"the kernel was silent for {PATIENCE} s"
            self.pump(0.2)

    def pump(self, timeout: float) -> None:
        """Read what has been published."""
        while True:
            try:
                self.messages.append(self.client.get_iopub_msg(timeout=timeout))
            except queue.Empty:
                return
            timeout = 0.0


def _is_idle(message: dict[str, Any], cell: str) -> bool:
    return (
        message["msg_type"] == "status"
        and message["content"]["execution_state"] == "idle"
        and message["parent_header"].get("msg_id") == cell
    )


def _content(message: dict[str, Any], comm: str) -> dict[str, Any]:
    if message["msg_type"] != "comm_msg" or message["content"]["comm_id"] != comm:
        return {}
    return message["content"]["data"].get("content") or {}
