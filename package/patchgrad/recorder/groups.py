"""The ops of a step as a tree: module calls inside module calls, and what repeats folded as ``×N``.

Every group is a stretch of the ops in the order in which they ran. A repeat is a run of the same ops, called from the
same places in the code, or of calls of modules that are alike inside; its label says which. Read next:
``repeats.py``; ``drawing/compute_view.py`` draws what is open.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from patchgrad.recorder.repeats import Run, repeats
from patchgrad.recorder.snapshot import Snapshot

MOST = 120
"""Entries of a group; where there are more, they are gathered in parts."""
PART = 60
ALIKE = 3
"""So many layers with weights of their own count as a repeat; of the same code run again, two do."""
SHORT = 4
"""Repeats of fewer ops than this are left as they are."""

Kind = Literal["step", "call", "loop", "turn", "part"]
Child = Any
"""A `Group`, or the position of an op."""


@dataclass(frozen=True, slots=True)
class Group:
    """A stretch of ops, ``begin`` to before ``end``.

    Fields
        kind      a module call, a repeat, one turn of a repeat, or a part of a long group
        label     of a repeat: how often it ran and what is the same each time
        children  groups and positions of ops, in order
    """

    id: str
    kind: Kind
    title: str
    label: str
    begin: int
    end: int
    children: tuple[Child, ...]

    def __len__(self) -> int:
        return self.end - self.begin


def grouped(snapshot: Snapshot) -> Group:
    """The tree of all ops of a step. Its ids are the same in every step of the same structure."""
    return _Grouping(snapshot).group(0)


def inside(group: Group) -> Iterator[Group]:
    """The group and all groups in it."""
    yield group
    for child in group.children:
        if isinstance(child, Group):
            yield from inside(child)


class _Grouping:
    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.children: dict[int, list[tuple[bool, int]]] = {0: []}
        """By call: (is it a call, which) in the order in which they ran."""
        self.known: dict[Any, int] = {}
        self.tokens: dict[str, int] = {}
        """Of groups, by id."""
        for position, op in enumerate(snapshot.ops):
            self._place(op.call)
            self.children[op.call].append((False, position))

    def _place(self, call: int) -> None:
        """Enter a call where the call around it runs it."""
        if call not in self.children:
            parent = self.snapshot.calls[call].parent
            self._place(parent)
            self.children[call] = []
            self.children[parent].append((True, call))

    def group(self, call: int) -> Group:
        record = self.snapshot.calls[call]
        children: list[Child] = []
        for is_call, which in self.children[call]:
            made = self.group(which) if is_call else which
            plain = isinstance(made, Group) and not self.snapshot.calls[which].path
            children += made.children if isinstance(made, Group) and plain else [made]
        name = f"{record.path}/{record.index}"
        title = record.path.rsplit(".", 1)[-1] or "step"
        if title.isdigit():
            title = f"{title} {record.module}"
        if record.path and record.index:
            title += f", call {record.index + 1}"
        folded = self._in_parts(name, self._folded(children))
        return _group(name, "call" if call else "step", title, "", folded)

    def token(self, child: Child) -> int:
        """Equal for what is alike: the same op from the same place in the code; calls of the same inside."""
        name = child.id if isinstance(child, Group) else ""
        found = self.tokens.get(name)
        if found is None:
            found = self.known.setdefault(self._likeness(child), len(self.known))
            if name:
                self.tokens[name] = found
        return found

    def _likeness(self, child: Child) -> Any:
        if not isinstance(child, Group):
            op = self.snapshot.ops[child]
            return op.op, id(op.code), op.lasti
        if child.kind == "loop":
            return "loop", self._likeness(child.children[0])
        module = self._module(child) if child.kind == "call" else ""
        return child.kind, module, tuple([self.token(entry) for entry in child.children])

    def _module(self, group: Group) -> str:
        call = self.snapshot.ops[group.begin].call
        path = group.id.rsplit("/", 1)[0]
        while self.snapshot.calls[call].path != path:
            call = self.snapshot.calls[call].parent
        return self.snapshot.calls[call].module

    def _folded(self, children: list[Child]) -> list[Child]:
        """The children with their repeats as one each, the innermost repeats first."""
        while True:
            tokens = [self.token(child) for child in children]
            runs = repeats(tokens, partial(self._counts, children))
            if not runs:
                return children
            made: list[Child] = []
            reached = 0
            for begin, period, turns in runs:
                made += children[reached:begin]
                made.append(self._loop(children[begin : begin + period * turns], period))
                reached = begin + period * turns
            children = [*made, *children[reached:]]
        return children

    def _counts(self, children: list[Child], run: Run) -> bool:
        """Two layers that happen to be alike are not folded, nor are two or three ops."""
        begin, period, turns = run
        body = children[begin : begin + period]
        own = (
            isinstance(body[0], Group) and body[0].kind == "call" and _path(body[0]) != _path(children[begin + period])
        )
        ops = _end(children[begin + period * turns - 1]) - _begin(body[0])
        return ops >= SHORT and (turns >= ALIKE or not own)

    def _loop(self, entries: list[Child], period: int) -> Group:
        name = f"loop {self._name(entries[0])}"
        bodies = [entries[start : start + period] for start in range(0, len(entries), period)]
        turns = tuple(
            _group(f"{name}#{n}", "turn", f"turn {n + 1} of {len(bodies)}", "", body) for n, body in enumerate(bodies)
        )
        title = ", ".join(dict.fromkeys(self._title(entry) for entry in bodies[0][:3]))
        more = f" and {period - 3} more" if period > 3 else ""
        return _group(name, "loop", title + more, self._label(bodies), turns)

    def _label(self, bodies: list[list[Child]]) -> str:
        """``×N``, and what is and is not the same each time."""
        parts = [f"×{len(bodies)}"]
        calls = [[entry for entry in body if isinstance(entry, Group) and entry.kind == "call"] for body in bodies]
        if calls[0]:
            paths = len({_path(entries[0]) for entries in calls if entries})
            same = "the same weights" if paths == 1 else "each its own weights" if paths == len(bodies) else ""
            parts.append(same or f"{paths} sets of weights")
        ends = [body[-1].end - 1 if isinstance(body[-1], Group) else body[-1] for body in bodies]
        values, ops = self.snapshot.values, self.snapshot.ops
        if len({values[name].shape for end in ends for name in ops[end].outputs[:1]}) > 1:
            parts.append("sizes differ")
        turns = {len(entry.children) for body in bodies for entry in body[:1] if _is_loop(entry)}
        if len(turns) > 1:
            parts.append(f"inner turns {min(turns)} to {max(turns)}")
        return ", ".join(parts)

    def _in_parts(self, name: str, children: list[Child]) -> list[Child]:
        """A long list of children gathered in parts, and these in parts, until no list is long."""
        while len(children) > MOST:
            level = [children[start : start + PART] for start in range(0, len(children), PART)]
            children = [self._part(name, entries) for entries in level]
        return children

    def _part(self, name: str, entries: list[Child]) -> Group:
        made = _group("", "part", "", "", entries)
        first = self.snapshot.ops[made.begin].position
        title = f"ops {made.begin + 1} to {made.end}" + (f", from line {first.line}" if first.line else "")
        return _group(f"part {name} {made.begin}-{made.end}", "part", title, "", entries)

    def _name(self, child: Child) -> str:
        return child.id if isinstance(child, Group) else self.snapshot.ops[child].id

    def _title(self, child: Child) -> str:
        if not isinstance(child, Group):
            return self.snapshot.ops[child].op
        return self._module(child) if child.kind == "call" else child.title


def _group(name: str, kind: Kind, title: str, label: str, children: Any) -> Group:
    begin = _begin(children[0]) if children else 0
    end = _end(children[-1]) if children else 0
    return Group(name, kind, title, label, begin, end, tuple(children))


def _begin(child: Child) -> int:
    return child.begin if isinstance(child, Group) else child


def _end(child: Child) -> int:
    return child.end if isinstance(child, Group) else child + 1


def _path(group: Group) -> str:
    return group.id.rsplit("/", 1)[0]


def _is_loop(child: Child) -> bool:
    return isinstance(child, Group) and child.kind == "loop"
