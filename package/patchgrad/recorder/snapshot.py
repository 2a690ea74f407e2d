"""The compute graph of one step as plain data: no arrays, nothing kept alive but code objects.

Ops have names that are the same in every step of the same structure: module path, call index, op
ordinal within the call.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, cast

from patchgrad.autograd.op import OpSpec
from patchgrad.autograd.provenance import Position
from patchgrad.recorder.events import Event, Trace, Value


@dataclass(frozen=True, slots=True)
class ValueRecord:
    """A value that travels: made by an op (``source`` is its id) or a leaf (``source`` is None)."""

    id: str
    source: str | None
    shape: tuple[int, ...]
    dtype: str
    bytes: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class OpRecord:
    """An op that ran. ``inputs`` are (argument name, value id); constants are among ``attrs``, as text."""

    id: str
    op: str
    module: str
    path: str
    layer: str
    inputs: tuple[tuple[str, str], ...]
    outputs: tuple[str, ...]
    attrs: tuple[tuple[str, str], ...]
    taped: bool
    backward: int | None
    """When its gradient rule ran, counted from 0; None if it did not."""
    code: Any = None
    lasti: int = -1

    @property
    def position(self) -> Position:
        """File or cell, line and columns of the expression; worked out when asked for."""
        return Position.of(self.code, self.lasti)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All ops of one step in the order they ran, and all values. ``structure`` is equal for equal graphs."""

    step: int
    ops: tuple[OpRecord, ...]
    values: dict[str, ValueRecord]
    structure: str


def snapshot(trace: Trace, step: int = 0) -> Snapshot:
    """The plain data of a trace."""
    ids = _op_ids(trace)
    names = _value_names(trace, ids)
    rank = {node: position for position, node in reversed(list(enumerate(trace.backwards)))}
    ops = tuple(_op_record(trace, event, ids[position], names, rank) for position, event in enumerate(trace.events))
    values = {
        names[number]: ValueRecord(
            names[number],
            ids[facts.event] if facts.event >= 0 else None,
            facts.shape,
            facts.dtype,
            facts.bytes,
            facts.name,
        )
        for number, facts in enumerate(trace.values)
    }
    return Snapshot(step, ops, values, structure(ops))


def structure(ops: tuple[OpRecord, ...]) -> str:
    """A hash of which ops ran on what, in which order; sizes and constants do not count."""
    digest = blake2b(digest_size=12)
    for op in ops:
        digest.update(repr((op.id, op.inputs, op.outputs)).encode())
    return digest.hexdigest()


def _op_ids(trace: Trace) -> list[str]:
    """``module path/call index/op ordinal`` of every event."""
    ordinals = [0] * len(trace.calls)
    ids: list[str] = []
    for event in trace.events:
        call = trace.calls[event.call]
        ids.append(f"{call.path}/{call.index}/{ordinals[event.call]}:{_name(event)}")
        ordinals[event.call] += 1
    return ids


def _name(event: Event) -> str:
    if event.op is None:
        return "write" if event.writes else "alias"
    return event.op.name


def _value_names(trace: Trace, ids: list[str]) -> list[str]:
    """Made values are called after their op; leaves after the parameter, or numbered."""
    names: list[str] = []
    used: dict[str, int] = {}
    for facts in trace.values:
        if facts.event >= 0:
            event = trace.events[facts.event]
            made = event.outputs.index(len(names))
            names.append(f"{ids[facts.event]}.{_output(event, made)}")
            continue
        name = facts.name or "leaf"
        count = used[name] = used.get(name, -1) + 1
        names.append(f"{name}#{count}" if count or not facts.name else name)
    return names


def _output(event: Event, made: int) -> str:
    if event.op is not None:
        return event.op.outputs[made]
    return f"y{made}" if made else "y"


def _op_record(trace: Trace, event: Event, op_id: str, names: list[str], rank: dict[int, int]) -> OpRecord:
    call = trace.calls[event.call]
    arguments = list(zip(_arguments(event.op, len(event.inputs)), event.inputs, strict=True))
    constants = [(name, entry) for name, entry in arguments if not isinstance(entry, Value) and entry is not None]
    return OpRecord(
        op_id,
        _name(event),
        call.module,
        call.path,
        call.uid,
        tuple((name, names[entry.number]) for name, entry in arguments if isinstance(entry, Value)),
        tuple(names[number] for number in event.outputs),
        tuple((name, _plain(value)) for name, value in (*constants, *event.attrs.items())),
        event.node >= 0,
        rank.get(event.node) if event.node >= 0 else None,
        event.code,
        event.lasti,
    )


def _arguments(op: OpSpec | None, count: int) -> list[str]:
    if op is None:
        return ["x", "value", *(f"shares{i}" for i in range(count - 2))][:count]
    return [f"{op.inputs[0]}{i}" for i in range(count)] if op.variadic else list(op.inputs[:count])


def _plain(value: Any) -> str:
    """A setting as short text; arrays by shape only."""
    shape = getattr(value, "shape", None)
    if shape is not None:
        return f"array {tuple(shape)}"
    if isinstance(value, (tuple, list)):
        return f"({', '.join(_plain(entry) for entry in cast('list[Any]', value))})"
    return str(value)[:60]
