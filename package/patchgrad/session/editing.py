"""From the wish for an edit to its record: queued, then applied or refused at a boundary.

Read next: ``live.py`` (what an edit does), ``log.py`` (its record).
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError
from typing import Any

from patchgrad.errors import ArgumentError, PatchgradError
from patchgrad.layergraph.commands import Command
from patchgrad.layergraph.commands.command import checked
from patchgrad.layergraph.edit import Edit as NamedEdit
from patchgrad.layergraph.graph import LayerGraph
from patchgrad.session.boundary import Boundary
from patchgrad.session.drive import Drive
from patchgrad.session.events import Events
from patchgrad.session.live import Live
from patchgrad.session.log import Author, Edit, Kind, Log
from patchgrad.session.marks import Mark
from patchgrad.session.timeline import Returned, Timeline
from patchgrad.session.training import Training


class Editing:
    """The edits of one session. Any thread may ask; the one that drives applies."""

    def __init__(
        self,
        live: Live,
        log: Log,
        boundary: Boundary,
        drive: Drive,
        training: Training,
        events: Events,
        timeline: Timeline,
    ) -> None:
        self._live = live
        self._log = log
        self._boundary = boundary
        self._drive = drive
        self._training = training
        self._events = events
        self._timeline = timeline

    def submit(
        self, edit: Any, author: Author = "code", revision: int | None = None, shadow: int | None = None
    ) -> Edit:
        """Queue a command or an edit by names; returns at once. ``revision``: the one that its author looked at."""
        edit = require_edit(edit)
        title, python = described(edit, self._live.graph)
        return self._queue(
            title, python, author, lambda: self._live.apply(command_of(edit, self._live.graph), revision), shadow=shadow
        )

    def undo(self, author: Author = "code") -> Edit:
        """Queue an undo."""
        return self._queue(f"undo {self._live.undo_label or ''}".strip(), "session.undo()", author, self._live.undo)

    def redo(self, author: Author = "code") -> Edit:
        """Queue a redo."""
        return self._queue(f"redo {self._live.redo_label or ''}".strip(), "session.redo()", author, self._live.redo)

    def rewind(self, to: Any = None, name: str | None = None, author: Author = "code") -> Edit:
        """Queue a rewind to a mark, as in `Timeline.find`; what comes then is the branch ``name``."""
        words = f"rewind to {getattr(to, 'name', getattr(to, 'title', to))}" if to is not None else "rewind"
        given = [repr(getattr(to, "name", to))] if isinstance(to, Mark | str | int) else []
        given += [f"name={name!r}"] if name else []
        return self._move(words, f"session.rewind({', '.join(given)})", author, lambda: self._timeline.rewind(to, name))

    def switch(self, name: str, author: Author = "code") -> Edit:
        """Queue a switch to another branch."""
        return self._move(f"switch to {name}", f"session.switch({name!r})", author, lambda: self._timeline.switch(name))

    def now(self, edit: Edit) -> Edit:
        """Wait until the edit was applied; raises why it was refused. In the driver's own thread it stays queued."""
        if not self._boundary.mine:
            self._boundary.settle(edit.future)
        return edit

    def _move(self, title: str, python: str, author: Author, change: Callable[[], Returned]) -> Edit:
        return self._queue(title, python, author, change, "move")

    def _queue(
        self,
        title: str,
        python: str,
        author: Author,
        change: Callable[[], Any],
        kind: Kind = "edit",
        shadow: int | None = None,
    ) -> Edit:
        self._boundary.require_open()
        edit = self._log.open(self._training.count, author, title, python)
        edit.kind, edit.shadow_steps = kind, shadow
        edit.future = self._boundary.submit(lambda: self._perform(edit, change))
        edit.future.add_done_callback(lambda _: self._settled(edit))
        self._events.tell("edit")
        return edit

    def _perform(self, edit: Edit, change: Callable[[], Any]) -> Any:
        with self._drive.applying():
            try:
                begin = self._prepare(edit) if edit.kind == "edit" else self._training.trials.restart
                receipt = change()
            except Exception as error:
                edit.refused(error, self._training.count)
                if edit.mark is not None:
                    self._timeline.forget(edit.mark)
                raise
            begin()
        edit.applied(receipt, self._training.count, self._live.revision, self._timeline.branches.current.name)
        return receipt

    def _prepare(self, edit: Edit) -> Callable[[], None]:
        """Keep what there was in front of an edit; returns what is to be done once it is applied."""
        self._timeline.before(edit)
        trials = self._training.trials
        shadow = trials.copy_for(edit, self._training.count)
        return lambda: trials.begin(edit, shadow)

    def _settled(self, edit: Edit) -> None:
        if edit.status == "queued":
            try:
                edit.refused(edit.future.exception() or CancelledError(), self._training.count)
            except CancelledError as error:
                edit.refused(error, self._training.count)
        self._events.tell("edit")


def require_edit(edit: Any) -> Any:
    """The edit; ArgumentError unless it is a command or one by names, GraphError for a command of wrong types."""
    if isinstance(edit, Command):
        return checked(edit)
    if isinstance(edit, NamedEdit):
        return edit
    raise ArgumentError(
        "a session cannot apply this",
        got=f"an object of type {type(edit).__name__}",
        want="an edit or a command",
        hint='session.apply(pg.edit.insert("relu1 -> fc2", nn.Dropout(0.2)))',
    )


def command_of(edit: Any, graph: LayerGraph) -> Any:
    """The command of an edit that may go by names."""
    return edit.resolve(graph) if hasattr(edit, "resolve") else edit


def described(edit: Any, graph: LayerGraph) -> tuple[str, str]:
    """Title and Python twin; an edit that names what is not there keeps its own words."""
    try:
        command = command_of(edit, graph)
        return command.label(graph), command.python(graph)
    except PatchgradError:
        return str(getattr(edit, "words", type(edit).__name__)), ""
