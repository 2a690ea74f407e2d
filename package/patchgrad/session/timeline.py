"""Going back: marks, rewinds that begin a new branch, and switches between branches.

All of it happens at a boundary, in the thread that trains. Read next: ``marks.py``, ``branches.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from patchgrad.errors import ArgumentError, SessionError
from patchgrad.session.branches import Branch, Branches
from patchgrad.session.live import Live
from patchgrad.session.log import Edit, Log
from patchgrad.session.marks import Mark, bring_back, size, take
from patchgrad.session.training import Training
from patchgrad.session.vault import BUDGET, Vault

OWN = 20
"""Marks that a session makes by itself, before edits: so many are kept."""
OWN_SHARE = 8
"""One of them takes at most this part of the budget; a larger network is marked only where one asks for it."""


class Returned(msgspec.Struct, frozen=True):
    """What became of the session when it went back: the receipt of a rewind or a switch."""

    mark: Mark
    branch: str
    data_went_back: bool

    def text(self) -> str:
        data = "" if self.data_went_back else "; the data goes on where it was: its loader cannot go back"
        kept = f"{len(self.mark.learning)} tensors with their optimizer slots and random streams"
        return f"at step {self.mark.step} ({self.mark.name}) on {self.branch!r}: {kept}{data}"


class Timeline:
    """The marks and branches of one session."""

    def __init__(self, live: Live, training: Training, log: Log, budget: int = BUDGET) -> None:
        self.vault = Vault(budget)
        self.marks: list[Mark] = []
        self.branches = Branches(training.recorder)
        self._live = live
        self._training = training
        self._log = log

    # --- marks ------------------------------------------------------------------------------------

    def mark(self, name: str | None = None, *, own: bool = False) -> Mark:
        """Keep how things stand, under a name of its own. Errors: ArgumentError for a name that is taken."""
        name = f"step {self._training.count}" if name is None else name
        if not own and any(mark.name == name and not mark.own for mark in self.marks):
            raise ArgumentError(f"there is a mark {name!r} already", hint="session.forget(name), or another name")
        branch = self.branches.current.name
        made = take(name, branch, self._live, self._training, len(self._log), self.vault, own=own)
        self.marks.append(made)
        return made

    def before(self, edit: Edit) -> Mark | None:
        """A mark of the session's own in front of an edit; None where there is no room: the edit is made anyway."""
        if size(self._live) * OWN_SHARE > self.vault.budget:
            return None
        for old in [mark for mark in self.marks if mark.own][: 1 - OWN or None]:
            self.forget(old)
        try:
            made = self.mark(f"before {edit.title}", own=True)
        except SessionError:
            return None
        # The entry of the edit itself is in the log already, and is not a part of what came before.
        edit.mark = self.marks[-1] = msgspec.structs.replace(made, edits=edit.number - 1)
        return edit.mark

    def forget(self, mark: Mark | str) -> None:
        """Free a mark. A branch that began there stays."""
        found = self.find(mark)
        self.vault.drop(found.copies)
        self.marks = [other for other in self.marks if other is not found]
        for edit in self._log:
            edit.mark = None if edit.mark is found else edit.mark

    def find(self, to: Mark | Edit | str | int | None) -> Mark:
        """The mark meant: itself, its name, an edit (before it), a step (until then), None (before the last edit).

        Errors
            ArgumentError  if there is none.
        """
        found = self._named(to)
        if found is not None and found in self.marks:
            return found
        raise ArgumentError(
            "there is no such mark to go back to",
            got=repr(getattr(to, "name", to)),
            want=", ".join(repr(mark.name) for mark in self.marks[-8:]) or "none was made yet",
            hint='session.mark("before widening") makes one',
        )

    def _named(self, to: Mark | Edit | str | int | None) -> Mark | None:
        here = [mark for mark in self.marks if self._on_the_way(mark)]
        if isinstance(to, Mark):
            return to
        if isinstance(to, Edit):
            return to.mark
        if isinstance(to, str):
            return next((mark for mark in reversed(self.marks) if mark.name == to), None)
        if isinstance(to, int):
            return max((mark for mark in here if mark.step <= to), key=lambda mark: mark.step, default=None)
        return next((mark for mark in reversed(here) if mark.own), None)

    def _on_the_way(self, mark: Mark) -> bool:
        line = self.branches.current.line()
        return any(mark.branch == branch.name and (limit is None or mark.edits <= limit) for branch, limit in line)

    # --- going there ------------------------------------------------------------------------------

    def rewind(self, to: Mark | Edit | str | int | None, name: str | None) -> Returned:
        """Go back to a mark and on from there as a new branch; the one that was trained stands still, and is kept."""
        mark = self.find(to)
        name = self.branches.free_name(name)
        return self._go(mark, lambda: self.branches.grow(mark, name, self._fork(mark)))

    def switch(self, name: str) -> Returned:
        """Go on with another branch where it was left."""
        branch = self.branches[name]
        if branch.tip is None:
            raise SessionError(f"{name!r} is the branch that is trained already")
        return self._go(branch.tip, lambda: self._enter(branch))

    def _go(self, mark: Mark, enter: Callable[[], Branch]) -> Returned:
        left = self.branches.current
        tip = take(left.name, left.name, self._live, self._training, len(self._log), self.vault, own=False)
        try:
            went_back = bring_back(mark, self._live, self._training)
        except BaseException:
            bring_back(tip, self._live, self._training)
            self.vault.drop(tip.copies)
            raise
        left.tip = tip
        branch = enter()
        self._training.recorder = branch.recorder
        return Returned(mark, branch.name, went_back)

    def _enter(self, branch: Branch) -> Branch:
        if branch.tip is not None:
            self.vault.drop(branch.tip.copies)
        branch.tip = None
        self.branches.current = branch
        return branch

    def _fork(self, mark: Mark) -> Any:
        recorder = self.branches[mark.branch].recorder
        return None if recorder is None else recorder.fork(mark.step)

    # --- the log ----------------------------------------------------------------------------------

    def edits(self, branch: Branch | None = None) -> list[Edit]:
        """The applied edits that led to where a branch stands, oldest first."""
        line = self.branches.current if branch is None else branch
        return [edit for edit in self._log if edit.status == "applied" and edit.kind == "edit" and line.holds(edit)]

    def script(self) -> str:
        """Those of the branch that is trained, as Python."""
        return "".join(f"{edit.call}  # step {edit.step}\n" for edit in self.edits())
