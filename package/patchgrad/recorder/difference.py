"""What two steps computed differently: ops that only one of them ran, and ops that both ran on something else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from patchgrad.recorder.places import Place, places
from patchgrad.recorder.snapshot import OpRecord, Snapshot


@dataclass(frozen=True, slots=True)
class ChangedOp:
    """An op of both steps; ``what`` says what is different, in words."""

    before: OpRecord
    after: OpRecord
    what: str


@dataclass(frozen=True, slots=True)
class Difference:
    """From one step to another. Empty, and so false, if both computed the same on the same sizes."""

    removed: tuple[OpRecord, ...]
    added: tuple[OpRecord, ...]
    changed: tuple[ChangedOp, ...]

    def __bool__(self) -> bool:
        return bool(self.removed or self.added or self.changed)

    def __str__(self) -> str:
        lines = [f"- {op.id}  {op.position}" for op in self.removed]
        lines += [f"+ {op.id}  {op.position}" for op in self.added]
        lines += [f"~ {change.after.id}: {change.what}" for change in self.changed]
        return "\n".join(lines) or "no difference"


def difference(before: Snapshot, after: Snapshot) -> Difference:
    """Compare two steps op by op, by their places in the code and in the calls of modules."""
    old, new = _Placed(before), _Placed(after)
    changed = (
        ChangedOp(old.ops[place], new.ops[place], what)
        for place in new.ops
        if place in old.ops and (what := ", ".join(_changes(old, new, place)))
    )
    return Difference(
        tuple(op for place, op in old.ops.items() if place not in new.ops),
        tuple(op for place, op in new.ops.items() if place not in old.ops),
        tuple(changed),
    )


class _Placed:
    """A snapshot by places."""

    def __init__(self, snapshot: Snapshot) -> None:
        found = places(snapshot)
        self.values = snapshot.values
        self.ops: dict[Place, OpRecord] = dict(zip(found, snapshot.ops, strict=True))
        self._place = {op.id: place for place, op in self.ops.items()}

    def source(self, name: str) -> tuple[object, str]:
        """What an input comes from: the place of its op and which output, or the name of a leaf."""
        value = self.values[name]
        return (self._place[value.source], name.rsplit(".", 1)[-1]) if value.source is not None else ("", value.name)


def _changes(old: _Placed, new: _Placed, place: Place) -> Iterator[str]:
    before, after = old.ops[place], new.ops[place]
    for a, b in zip(before.outputs, after.outputs, strict=False):
        x, y = old.values[a], new.values[b]
        if (x.shape, x.dtype, x.device) != (y.shape, y.dtype, y.device):
            yield f"{x.dtype} {x.shape} on {x.device} is now {y.dtype} {y.shape} on {y.device}"
    settings = dict(before.attrs)
    for name, value in after.attrs:
        if settings.get(name) != value:
            yield f"{name} {settings.get(name, 'absent')} is now {value}"
    reads = dict(before.inputs)
    for argument, name in after.inputs:
        if argument not in reads:
            yield f"{argument} is new"
        elif old.source(reads[argument]) != new.source(name):
            yield f"{argument} is read from {name}"
    if before.taped != after.taped:
        yield "is on the tape now" if after.taped else "is no longer on the tape"
