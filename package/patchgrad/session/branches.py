"""Branches of a session: lines of training that part at marks.

Read next: ``timeline.py`` (how they are made and switched).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from patchgrad.errors import ArgumentError
from patchgrad.session.log import Edit
from patchgrad.session.marks import Mark


class Branch:
    """One line of training.

    Fields
        name      unique in its session
        number    counts from 0: the colour on every plot
        parent    the branch that it left; None for the first
        begin     the mark at which it left; None for the first
        tip       where it stood when it was left; None for the one that is trained
        recorder  what was measured on it, from the first step of the session on; None where nothing is
    """

    def __init__(self, name: str, number: int, parent: Branch | None, begin: Mark | None, recorder: Any) -> None:
        self.name = name
        self.number = number
        self.parent = parent
        self.begin = begin
        self.tip: Mark | None = None
        self.recorder = recorder
        self.known: int | float = math.inf
        """Of a root that came from another session: uids up to this number mean the same layers there and here."""

    def root(self) -> Branch:
        """Where its line began."""
        return self if self.parent is None else self.parent.root()

    def line(self) -> Iterator[tuple[Branch, int | None]]:
        """This branch and those it grew from, with the entries of the log that count there (None: all)."""
        branch: Branch | None = self
        limit: int | None = None
        while branch is not None:
            yield branch, limit
            limit = branch.begin.edits if branch.begin is not None else None
            branch = branch.parent

    def holds(self, edit: Edit) -> bool:
        """Was this edit made on the way to where the branch stands?"""
        return any(
            edit.branch == branch.name and (limit is None or edit.number <= limit) for branch, limit in self.line()
        )

    def __repr__(self) -> str:
        from_where = "" if self.begin is None else f" from {self.begin.name!r} at step {self.begin.step}"
        return f"Branch({self.name!r}{from_where})"


class Branches:
    """All branches of a session, oldest first; ``current`` is trained."""

    def __init__(self, recorder: Any) -> None:
        self.current = Branch("main", 0, None, None, recorder)
        self._all = [self.current]

    def grow(self, begin: Mark, name: str | None, recorder: Any) -> Branch:
        """A new branch from a mark; it is trained from now on."""
        made = Branch(self.free_name(name), len(self._all), self[begin.branch], begin, recorder)
        self._all.append(made)
        self.current = made
        return made

    def take_in(self, branch: Branch) -> None:
        """A line of training from elsewhere, that stands still."""
        self._all.append(branch)

    def free_name(self, name: str | None) -> str:
        """The name, or ``branch 2`` and so on. Errors: ArgumentError if another branch has it."""
        taken = {branch.name for branch in self._all}
        if name in taken:
            raise ArgumentError(f"there is a branch {name!r} already", got=f"branches {', '.join(map(repr, taken))}")
        return name or next(found for n in range(2, len(taken) + 3) if (found := f"branch {n}") not in taken)

    def __getitem__(self, name: str) -> Branch:
        for branch in self._all:
            if branch.name == name:
                return branch
        known = ", ".join(repr(branch.name) for branch in self._all)
        raise ArgumentError(f"there is no branch {name!r}", want=f"one of {known}")

    def _ipython_key_completions_(self) -> list[str]:
        return [branch.name for branch in self._all]

    def __iter__(self) -> Iterator[Branch]:
        return iter(tuple(self._all))

    def __len__(self) -> int:
        return len(self._all)

    def __repr__(self) -> str:
        """The tree, one line each; a star stands at the one that is trained."""
        return "\n".join(line for root in self._all if root.parent is None for line in self._tree(root, 0))

    def _tree(self, branch: Branch, depth: int) -> Iterator[str]:
        star = "*" if branch is self.current else " "
        where = "" if branch.begin is None else f"  from step {branch.begin.step} ({branch.begin.name})"
        tip = "" if branch.tip is None else f"  stands at step {branch.tip.step}"
        yield f"{star} {'  ' * depth}{branch.name}{where}{tip}"
        for child in self._all:
            if child.parent is branch:
                yield from self._tree(child, depth + 1)
