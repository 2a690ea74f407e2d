"""Mistakes as people make them, and the messages that they get.

Each function in ``mistakes/<topic>.py`` is one mistake; its docstring says how people come to it. What they are told
stands in ``messages/<topic>.txt``. ``python -m tests.errors.harness`` writes those files anew: read the difference as
somebody who made the mistake.
"""

from __future__ import annotations

import contextlib
import inspect
import re
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.errors import PatchgradError
from patchgrad.session import Session

HERE = Path(__file__).parent
TOPICS = sorted(path.stem for path in (HERE / "mistakes").glob("[a-z]*.py"))
Mistake = Callable[[], Any]


def mistakes(topic: str) -> dict[str, Mistake]:
    """The mistakes of a topic by name, in the order of the file."""
    home = import_module(f"tests.errors.mistakes.{topic}")
    found = inspect.getmembers(home, inspect.isfunction)
    own = [(name, entry) for name, entry in found if entry.__module__ == home.__name__ and name[0] != "_"]
    return dict(sorted(own, key=lambda pair: pair[1].__code__.co_firstlineno))


@dataclass
class Raised:
    """What a mistake led to: the error, and what the tensors in sight held before the failing line and after it."""

    error: BaseException
    before: dict[str, Any]
    after: dict[str, Any]


def make(mistake: Mistake) -> Raised:
    """Make the mistake in an empty folder, with the first random numbers."""
    watch = _Watch(mistake)
    with tempfile.TemporaryDirectory() as place, warnings.catch_warnings(), contextlib.ExitStack() as stack:
        folder = Path(place, "project")
        folder.mkdir()
        stack.enter_context(contextlib.chdir(folder))
        warnings.simplefilter("ignore")
        pg.manual_seed(0)
        outer = sys.gettrace()
        sys.settrace(watch.call)
        try:
            mistake()
        except Exception as error:
            sys.settrace(outer)
            return Raised(error, watch.before, watch.held())
        finally:
            sys.settrace(outer)
    raise AssertionError(f"{mistake.__name__} is no mistake: nothing was raised")


class _Watch:
    """Follows the lines of one function, and keeps what its tensors held before the line that raised."""

    def __init__(self, function: Mistake) -> None:
        self._code = function.__code__
        self._frame: Any = None
        self._raised = False
        self.before: dict[str, Any] = {}

    def call(self, frame: Any, event: str, argument: Any) -> Any:
        if frame.f_code is not self._code:
            return None
        self._frame = frame
        return self._line

    def _line(self, frame: Any, event: str, argument: Any) -> Any:
        if event == "exception":
            self._raised = True
        elif event == "line" and not self._raised:
            self.before = self.held()
        return self._line

    def held(self) -> dict[str, Any]:
        found = {name: _held(value) for name, value in self._frame.f_locals.items()}
        return {name: value for name, value in found.items() if value is not None}


def _held(value: Any) -> Any:
    """The bits of what must not be lost: values, gradients, weights, an optimizer's slots, a session's whole state."""
    if isinstance(value, pg.Tensor):
        own = None if value.device.type == "meta" else value.data.tobytes()
        return own, None if value.grad is None else value.grad.data.tobytes()
    if isinstance(value, nn.Module):
        return {name: entry.data.tobytes() for name, entry in value.named_parameters() if entry.device.type != "meta"}
    if isinstance(value, optim.Optimizer):
        return str(value.state), str([{**group, "params": len(group["params"])} for group in value.param_groups])
    return value.fingerprint() if isinstance(value, Session) else None


def written(error: BaseException) -> str:
    """The message as a snapshot keeps it: without what changes from run to run and from line to line."""
    text = f"{type(error).__name__}: {error}"
    text = re.sub(r"(\b[a-z_]+\.py):\d+", r"\1:…", text)
    text = re.sub(r"\bp\d+\b", "p…", text)
    return re.sub(r"/tmp/\w+/", "", re.sub(r"0x[0-9a-f]+", "0x…", text))


def text_of(topic: str) -> str:
    """The file of snapshots of a topic."""
    return "\n".join(f"# {name}\n{written(make(mistake).error)}\n" for name, mistake in mistakes(topic).items())


def snapshots(topic: str) -> dict[str, str]:
    """The kept messages of a topic by the name of the mistake."""
    return dict(_entries((HERE / "messages" / f"{topic}.txt").read_text()))


def _entries(text: str) -> Iterator[tuple[str, str]]:
    for part in re.split(r"^# ", text, flags=re.MULTILINE)[1:]:
        name, _, message = part.partition("\n")
        yield name, message.strip("\n")


def is_teaching(error: BaseException) -> bool:
    """Does it say what came in, and what would be right or what to try?"""
    return isinstance(error, PatchgradError) and bool(error.got) and bool(error.want or error.hint)


if __name__ == "__main__":
    for topic in sys.argv[1:] or TOPICS:
        (HERE / "messages" / f"{topic}.txt").write_text(text_of(topic))
