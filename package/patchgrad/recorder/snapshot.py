"""The compute graph of one step as plain data: no arrays, nothing kept alive but code objects.

Ops have names that are the same in every step of the same structure: module path, call index, op
ordinal within the call. Times change from step to step and stand apart, so that steps of one
structure share all else. Read next: ``groups.py`` (modules, loops), ``union.py`` (several steps).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from itertools import chain
from typing import Any, cast

from patchgrad.autograd.op import OpSpec
from patchgrad.autograd.provenance import Position, instruction
from patchgrad.recorder.events import Event, Trace, Update, Value


@dataclass(frozen=True, slots=True)
class ValueRecord:
    """A value that travels: made by an op (``source`` is its id) or a leaf (``source`` is None)."""

    id: str
    source: str | None
    shape: tuple[int, ...]
    dtype: str
    bytes: int
    device: str = "cpu"
    name: str = ""
    made: tuple[Any, int] = (None, -1)
    """Of a parameter: code and instruction that made it."""


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call of a module. ``parent`` is the position in ``Snapshot.calls`` of the call around it, -1 for the step."""

    path: str
    index: int
    module: str
    layer: str
    parent: int


@dataclass(frozen=True, slots=True)
class SavedRecord:
    """An array that the tape keeps from an op until backward.

    Fields
        argument  the input or output of the op that its gradient rules read
        value     id of the value; empty if it is a copy in another dtype
        bytes     its own size
        memory    id of the value that owns the memory; empty if nothing else has it
        added     bytes that live longer because of this entry: 0 for a leaf's, and where an earlier op keeps them
    """

    argument: str
    value: str
    bytes: int
    memory: str
    added: int


@dataclass(frozen=True, slots=True)
class OpRecord:
    """An op that ran. ``inputs`` are (argument name, value id); constants are among ``attrs``, as text.

    Fields
        call       position in ``Snapshot.calls``
        taped      a gradient may be wanted of it
        backward   when its gradient rules ran, counted from 0; None if they did not
        gradients  arguments that they gave a gradient to
        saved      what the tape keeps of it
        copied     of a write in place: bytes copied first, as the tape keeps the old values
        flops      floating-point operations of the forward; None if the op does not say
    """

    id: str
    op: str
    module: str
    path: str
    layer: str
    call: int
    inputs: tuple[tuple[str, str], ...]
    outputs: tuple[str, ...]
    attrs: tuple[tuple[str, str], ...]
    taped: bool
    backward: int | None
    gradients: tuple[str, ...] = ()
    saved: tuple[SavedRecord, ...] = ()
    copied: int = 0
    flops: int | None = None
    code: Any = None
    lasti: int = -1

    @property
    def position(self) -> Position:
        """File or cell, line and columns of the expression; worked out when asked for."""
        return Position.of(self.code, self.lasti)

    @property
    def saved_bytes(self) -> int:
        """Bytes that live until backward because of this op."""
        return sum(kept.added for kept in self.saved)

    def why_saved(self) -> Iterator[str]:
        """A sentence for every array that is kept: which, how many bytes, and why."""
        for kept in self.saved:
            extra = "" if kept.added else " that are kept anyway"
            which = kept.value or f"{kept.argument} in another dtype"
            yield f"{which}: {kept.bytes:,} bytes{extra}; the gradient of {self.op} reads {kept.argument}"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All ops of one step in the order they ran, and all values. ``structure`` is equal for equal graphs.

    Fields
        calls             the module calls; the first is the step itself
        updates           what optimizers moved
        seconds           of each op: from the end of the op before, so the Python that led to it counts, too. On a GPU:
                          until it is launched
        backward_seconds  of each op's gradient rules, likewise; 0 where they did not run
    """

    step: int
    ops: tuple[OpRecord, ...]
    values: dict[str, ValueRecord]
    structure: str
    calls: tuple[CallRecord, ...] = (CallRecord("", 0, "", "", -1),)
    updates: tuple[Update, ...] = ()
    seconds: tuple[float, ...] = field(default=(), compare=False)
    backward_seconds: tuple[float, ...] = field(default=(), compare=False)

    def timed(self, trace: Trace, step: int) -> Snapshot:
        """The same graph with the times of another step of it."""
        return replace(self, step=step, seconds=_seconds(trace), backward_seconds=_backward_seconds(trace))

    @property
    def saved_bytes(self) -> int:
        """Bytes that the tape keeps until backward, parameters and data not counted."""
        return sum(op.saved_bytes for op in self.ops)

    def shared(self) -> dict[str, tuple[str, ...]]:
        """Named leaves that are read in more than one call of a module, with the ops that read them."""
        readers: dict[str, dict[int, list[str]]] = {}
        for op in self.ops:
            for _, name in op.inputs:
                value = self.values[name]
                if value.source is None and value.name:
                    readers.setdefault(name, {}).setdefault(op.call, []).append(op.id)
        return {name: tuple(chain(*calls.values())) for name, calls in readers.items() if len(calls) > 1}


def snapshot(trace: Trace, step: int = 0) -> Snapshot:
    """The plain data of a trace."""
    ids = _op_ids(trace)
    names = _value_names(trace, ids)
    rank = {rules.node: position for position, rules in reversed(list(enumerate(trace.backwards)))}
    kept: set[str] = set()
    lasti = _instructions(trace)
    ops = tuple(
        _op_record(trace, event, ids[position], names, rank, kept, lasti[position])
        for position, event in enumerate(trace.events)
    )
    values = {
        names[number]: ValueRecord(
            names[number],
            ids[facts.event] if facts.event >= 0 else None,
            facts.shape,
            facts.dtype,
            facts.bytes,
            facts.device,
            facts.name,
            facts.made,
        )
        for number, facts in enumerate(trace.values)
    }
    calls = tuple(CallRecord(call.path, call.index, call.module, call.uid, call.parent) for call in trace.calls)
    times = _seconds(trace), _backward_seconds(trace)
    return Snapshot(step, ops, values, structure(ops), calls, tuple(trace.updates), *times)


def _instructions(trace: Trace) -> list[int]:
    """Of every event the instruction that it came from, looked up once for each."""
    known: dict[tuple[int, int], int] = {}
    found: list[int] = []
    for event in trace.events:
        key = id(event.code), event.lasti
        if key not in known:
            known[key] = instruction(event.code, event.lasti)
        found.append(known[key])
    return found


def _seconds(trace: Trace) -> tuple[float, ...]:
    return tuple([event.seconds for event in trace.events])


def _backward_seconds(trace: Trace) -> tuple[float, ...]:
    taken: dict[int, float] = {}
    for rules in trace.backwards:
        taken[rules.node] = taken.get(rules.node, 0.0) + rules.seconds
    return tuple([taken.get(event.node, 0.0) for event in trace.events])


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


def _op_record(
    trace: Trace, event: Event, op_id: str, names: list[str], rank: dict[int, int], kept: set[str], lasti: int
) -> OpRecord:
    call = trace.calls[event.call]
    arguments = list(zip(_arguments(event.op, len(event.inputs)), event.inputs, strict=True))
    constants = [(name, entry) for name, entry in arguments if not isinstance(entry, Value) and entry is not None]
    order = rank.get(event.node) if event.node >= 0 else None
    reached = trace.backwards[order].gradients if order is not None else ()
    return OpRecord(
        op_id,
        _name(event),
        call.module,
        call.path,
        call.uid,
        event.call,
        tuple((name, names[entry.number]) for name, entry in arguments if isinstance(entry, Value)),
        tuple(names[number] for number in event.outputs),
        tuple((name, _plain(value)) for name, value in (*constants, *event.attrs.items())),
        event.node >= 0,
        order,
        tuple(name for (name, _), got in zip(arguments, reached, strict=False) if got),
        _saved(trace, event, names, kept),
        event.copied,
        _flops(trace, event),
        event.code,
        lasti,
    )


def _saved(trace: Trace, event: Event, names: list[str], kept: set[str]) -> tuple[SavedRecord, ...]:
    """``kept`` are the memories that ops before this one keep; its own are added."""
    found: list[SavedRecord] = []
    for entry in event.saved:
        memory = names[entry.memory] if entry.memory >= 0 else ""
        added = entry.bytes
        if memory:
            owner = trace.values[entry.memory]
            added = 0 if owner.event < 0 or memory in kept else owner.bytes
            kept.add(memory)
        found.append(
            SavedRecord(entry.argument, names[entry.value] if entry.value >= 0 else "", entry.bytes, memory, added)
        )
    return tuple(found)


def _flops(trace: Trace, event: Event) -> int | None:
    if event.op is None or event.op.cost is None:
        return None
    return flops(event.op, [_shape(trace, entry) for entry in event.inputs], event.attrs)


def _shape(trace: Trace, entry: Any) -> Any:
    return trace.values[entry.number].shape if isinstance(entry, Value) else None if entry is None else ()


def flops(op: OpSpec, shapes: list[Any], attrs: dict[str, Any]) -> int | None:
    """Floating-point operations of an op's forward by its own rule; None if it has none."""
    return None if op.cost is None else int(op.cost(*shapes, **attrs))


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
