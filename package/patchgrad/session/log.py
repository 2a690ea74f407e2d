"""What was edited, when, by whom, and the Python that does it again.

Read next: ``session.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any, Literal

from patchgrad.errors import ArgumentError, PatchgradError

Author = Literal["studio", "code"]
Status = Literal["queued", "applied", "refused"]
Kind = Literal["edit", "move"]


class Edit:
    """One edit on its way: queued, then applied or refused.

    Fields
        number   counts the edits of the session, from 1
        step     the steps done when it was applied or refused; when it was asked for while it is queued
        author   ``studio`` (a gesture) or ``code``
        title    one line for people
        python   the edit in Python: ``pg.edit.rename("fc1", "hidden")``, or ``session.undo()``
        kind     ``edit`` changes the graph; ``move`` goes to a mark or another branch
        branch   the branch on which it was applied
        mark     a mark in front of it, to rewind to; None where the network is too large to make one each time
        effect   how the loss lies to its trend before the edit, after some steps
        shadow   the network without it, trained on the same batches; None where none was wished
        receipt  what was kept, mapped, new and stashed; None until applied
        error    why it was refused; None if it was not
    """

    def __init__(self, number: int, step: int, author: Author, title: str, python: str) -> None:
        self.number = number
        self.step = step
        self.author: Author = author
        self.title = title
        self.python = python
        self.kind: Kind = "edit"
        self.branch = ""
        self.mark: Any = None
        self.trial: Any = None
        self.shadow: Any = None
        self.shadow_steps: int | None = None
        self.status: Status = "queued"
        self.revision: int | None = None
        self.receipt: Any = None
        self.error: BaseException | None = None
        self.future: Future[Any] = Future()

    def result(self, timeout: float | None = None) -> Any:
        """The receipt, once a boundary was reached; raises the reason if the edit was refused."""
        return self.future.result(timeout)

    def applied(self, receipt: Any, step: int, revision: int, branch: str = "main") -> None:
        self.status, self.receipt, self.step, self.revision = "applied", receipt, step, revision
        self.branch = branch

    def refused(self, error: BaseException, step: int) -> None:
        self.status, self.error, self.step = "refused", error, step

    @property
    def effect(self) -> Any:
        """An `Effect`; None before the edit was applied."""
        return None if self.trial is None else self.trial.effect

    @property
    def call(self) -> str:
        """The line of Python that does it on a session."""
        return self.python if self.python.startswith("session.") else f"session.apply({self.python})"

    @property
    def text(self) -> str:
        """The receipt, or the reason of the refusal, in words."""
        if self.receipt is not None:
            return self.receipt.text()
        if isinstance(self.error, PatchgradError):
            return str(self.error)
        return "" if self.error is None else f"{type(self.error).__name__}: {self.error}"

    def __repr__(self) -> str:
        head = f"{self.number}. {self.title}: {self.status} at step {self.step}"
        return f"{head}\n{self.text}" if self.text else head


class Log:
    """All edits of a session, oldest first."""

    def __init__(self) -> None:
        self._edits: list[Edit] = []

    def open(self, step: int, author: Author, title: str, python: str) -> Edit:
        """A new entry, queued."""
        edit = Edit(len(self._edits) + 1, step, author, title, python)
        self._edits.append(edit)
        return edit

    def take_in(self, edit: Edit) -> None:
        """An edit of another session, under the next number."""
        edit.number = len(self._edits) + 1
        self._edits.append(edit)

    def numbered(self, number: int) -> Edit:
        """The edit of this number. Errors: ArgumentError if there is none."""
        if not 1 <= number <= len(self._edits):
            raise ArgumentError("there is no such edit", got=f"number {number}", want=f"1 to {len(self._edits)}")
        return self._edits[number - 1]

    def __len__(self) -> int:
        return len(self._edits)

    def __getitem__(self, index: int) -> Edit:
        return self._edits[index]

    def __iter__(self) -> Iterator[Edit]:
        return iter(tuple(self._edits))

    def __repr__(self) -> str:
        return "\n".join(map(repr, self._edits)) or "no edits yet"
