"""Code and graph point at each other: from a line to its ops, from a parameter to where it was made and changed.

The way from an op to its expression is ``OpRecord.position``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from patchgrad.autograd.provenance import Position
from patchgrad.errors import ArgumentError
from patchgrad.recorder.snapshot import OpRecord, Snapshot

position = lru_cache(maxsize=4096)(Position.of)
"""Positions are worked out once for an instruction, however often it ran."""


def ops_at(snapshot: Snapshot, line: int, file: str = "") -> tuple[OpRecord, ...]:
    """The ops whose expression stands on this line, in order.

    Parameters
        file  path, or the end of it; by default any file or cell
    """
    return tuple(op for op in snapshot.ops if _covers(position(op.code, op.lasti), line, file))


def _covers(where: Position, line: int, file: str) -> bool:
    inside = where.line <= line <= max(where.end_line, where.line) if where.line else False
    return inside and (
        not file or where.file == file or Path(where.file).parts[-len(Path(file).parts) :] == Path(file).parts
    )


@dataclass(frozen=True, slots=True)
class ParameterStory:
    """A named leaf in one step.

    Fields
        made     where it, or its layer, was made; line 0 if not known
        reads    the ops that read it, in order
        writes   the writes in place into it or a view of it
        updates  (optimizer, where it moved its parameters)
    """

    name: str
    made: Position
    reads: tuple[OpRecord, ...]
    writes: tuple[OpRecord, ...]
    updates: tuple[tuple[str, Position], ...]


def story(snapshot: Snapshot, name: str) -> ParameterStory:
    """Where a parameter was made, read, changed in place and updated. Raises ArgumentError if it is unknown."""
    if name not in snapshot.values or snapshot.values[name].source is not None:
        raise ArgumentError(
            "no leaf of this step has this name", got=name, hint="names are those of named_parameters()"
        )
    alike = {name}
    writes: list[OpRecord] = []
    for op in snapshot.ops:
        if op.op == "write":
            given = [value for argument, value in op.inputs if argument != "value"]
            if alike.intersection(given):
                writes.append(op)
                alike.update(made for value, made in zip(given, op.outputs, strict=False) if value in alike)
    return ParameterStory(
        name,
        position(*snapshot.values[name].made),
        tuple(op for op in snapshot.ops if any(value in alike for _, value in op.inputs) and op.op != "write"),
        tuple(writes),
        tuple((u.optimizer, position(u.code, u.lasti)) for u in snapshot.updates if name in u.names),
    )
