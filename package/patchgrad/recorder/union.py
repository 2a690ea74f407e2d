"""Several steps as one graph: every op that any of them ran, once, and from where it was fed in any of them.

Ops are told apart by their places (``places.py``); what is new in a step stands right after what it followed there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from patchgrad.recorder.places import Place, places
from patchgrad.recorder.snapshot import CallRecord, OpRecord, SavedRecord, Snapshot, ValueRecord, structure

Feed = tuple[Place | None, str]
"""Where an input comes from: the place of an op and which output, or None and the name of a leaf."""


@dataclass(frozen=True, slots=True)
class SeenOp:
    """An op of the union: as it was when it ran last, how often it ran, and when last."""

    op: OpRecord
    ran: int
    looks: int
    last: int

    @property
    def share(self) -> float:
        """Of the looks in which it ran, above 0 to 1."""
        return self.ran / self.looks

    @property
    def words(self) -> str:
        return f"ran {self.ran} of {self.looks} steps looked at, last at {self.last}"

    def __str__(self) -> str:
        return f"{self.op.id}: {self.words}"


@dataclass(frozen=True, slots=True)
class Union:
    """``snapshot`` has the ops of all steps under new ids; ``seen`` tells of each, in the same order, what it was."""

    snapshot: Snapshot
    seen: tuple[SeenOp, ...]


def union(looks: Sequence[Snapshot]) -> Union:
    """One graph of all ``looks``, at least one."""
    return _Joining(looks).made()


def seen_ops(looks: Sequence[Snapshot]) -> tuple[SeenOp, ...]:
    """All ops of the steps, each where it belongs in the order of the others, with how often it ran."""
    joined = _Joining(looks)
    return tuple(joined.seen(place) for place in joined.order)


class _Joining:
    def __init__(self, looks: Sequence[Snapshot]) -> None:
        self.looks = len(looks)
        graphs: dict[int, list[Snapshot]] = {}
        for look in looks:
            graphs.setdefault(id(look.ops), []).append(look)
        self.graphs = [(places(same[-1]), same[-1]) for same in graphs.values()]
        self.order = list(_merged(found for found, _ in self.graphs))
        self.newest: dict[Place, tuple[OpRecord, Snapshot]] = {}
        self.ran: dict[Place, int] = {}
        for (found, look), same in zip(self.graphs, graphs.values(), strict=True):
            for place, op in zip(found, look.ops, strict=True):
                self.ran[place] = self.ran.get(place, 0) + len(same)
                if place not in self.newest or look.step >= self.newest[place][1].step:
                    self.newest[place] = op, look

    def seen(self, place: Place) -> SeenOp:
        op, look = self.newest[place]
        return SeenOp(op, self.ran[place], self.looks, look.step)

    def made(self) -> Union:
        calls = _Calls(self.newest.values())
        children: dict[int, list[Place | int]] = {0: []}
        for place in self.order:
            op, look = self.newest[place]
            call = calls.number(look, op.call)
            _enter(children, calls, call)
            children[call].append(place)
        order = list(_flat(children, 0))
        ids: dict[Place, str] = {}
        counts: dict[int, int] = {}
        for place, call in order:
            record, count = calls.records[call], counts.get(call, 0)
            ids[place] = f"{record.path}/{record.index}/{count}:{place[2]}"
            counts[call] = count + 1
        values: dict[str, ValueRecord] = {}
        feeds, names = self._feeds(ids, values)
        ops: list[OpRecord] = []
        for place, call in order:
            op, look = self.newest[place]
            known = names[id(look.ops)]
            outputs = tuple(known[name] for name in op.outputs)
            saved = tuple(_renamed(entry, known) for entry in op.saved)
            inputs = tuple(feeds[place])
            ops.append(replace(op, id=ids[place], call=call, inputs=inputs, outputs=outputs, saved=saved))
        step = max(look.step for _, look in self.graphs)
        made = Snapshot(step, tuple(ops), values, structure(tuple(ops)), tuple(calls.records))
        return Union(made, tuple(self.seen(place) for place, _ in order))

    def _feeds(
        self, ids: dict[Place, str], values: dict[str, ValueRecord]
    ) -> tuple[dict[Place, dict[tuple[str, str], None]], dict[int, dict[str, str]]]:
        """By place what it reads in any step; by graph the new name of every value. ``values`` is filled."""
        feeds: dict[Place, dict[tuple[str, str], None]] = {place: {} for place in ids}
        renamed: dict[int, dict[str, str]] = {}
        for found, look in self.graphs:
            place_of = {op.id: place for place, op in zip(found, look.ops, strict=True)}
            names = renamed[id(look.ops)] = {}
            for name, value in look.values.items():
                source = None if value.source is None else ids[place_of[value.source]]
                names[name] = name if source is None else f"{source}.{name.rsplit('.', 1)[-1]}"
                if names[name] not in values or self._is_newest(place_of, value, look):
                    values[names[name]] = replace(value, id=names[name], source=source)
            for place, op in zip(found, look.ops, strict=True):
                feeds[place].update({(argument, names[name]): None for argument, name in op.inputs})
        return feeds, renamed

    def _is_newest(self, place_of: dict[str, Place], value: ValueRecord, look: Snapshot) -> bool:
        return value.source is not None and self.newest[place_of[value.source]][1] is look


class _Calls:
    """The calls of all steps; equal are those of one module path and index."""

    def __init__(self, used: Iterable[tuple[OpRecord, Snapshot]]) -> None:
        self.records = [CallRecord("", 0, "", "", -1)]
        self._numbers: dict[tuple[str, int], int] = {("", 0): 0}
        for op, look in used:
            self.number(look, op.call)

    def number(self, look: Snapshot, call: int) -> int:
        record = look.calls[call]
        key = record.path, record.index
        if key not in self._numbers:
            parent = self.number(look, record.parent)
            self._numbers[key] = len(self.records)
            self.records.append(replace(record, parent=parent))
        return self._numbers[key]


def _enter(children: dict[int, list[Place | int]], calls: _Calls, call: int) -> None:
    if call in children:
        return
    parent = calls.records[call].parent
    _enter(children, calls, parent)
    children[call] = []
    children[parent].append(call)


def _flat(children: dict[int, list[Place | int]], call: int) -> Iterator[tuple[Place, int]]:
    """The places call by call, so that every call is one stretch."""
    for child in children[call]:
        if isinstance(child, int):
            yield from _flat(children, child)
        else:
            yield child, call


def _renamed(saved: SavedRecord, names: dict[str, str]) -> SavedRecord:
    return replace(saved, value=names.get(saved.value, ""), memory=names.get(saved.memory, ""))


def _merged(orders: Iterable[tuple[Place, ...]]) -> Iterator[Place]:
    """One order of all: what is new stands right after what it followed."""
    following: dict[Place | None, Place | None] = {None: None}
    for order in orders:
        before: Place | None = None
        for place in order:
            if place not in following:
                following[place], following[before] = following[before], place
            before = place
    place = following[None]
    while place is not None:
        yield place
        place = following[place]
