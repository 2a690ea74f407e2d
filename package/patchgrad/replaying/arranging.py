"""The order of lowered operations, and where their results lie: dead work goes, chains become groups, memory is reused.

A buffer is taken at the first write of a value and free after its last read; what lies in it then is another value.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from patchgrad.autograd.op import find
from patchgrad.backend.kernels.cpu_fused import Fused, Place, Stage, place_of
from patchgrad.replaying import notes
from patchgrad.replaying.lowering import Lowering
from patchgrad.replaying.memory import Pool, array_in
from patchgrad.replaying.notes import Held, Source, Value
from patchgrad.replaying.operations import Call, Line, Pointwise, Text, View, values_of

FRESH = {"conv2d", "max_pool2d", "lstm_layer", "matmul", "linear", "embedding", "softmax", "cross_entropy"}
"""Ops whose gradient rules never give back what they were given."""


@dataclass(slots=True)
class Group:
    """Calculations of one shape that become one kernel."""

    members: list[Pointwise] = field(default_factory=list[Pointwise])
    row: int = 0

    @property
    def reads(self) -> list[Source]:
        made = {member.output.number for member in self.members}
        found = [source for member in self.members for source in member.reads]
        return [entry for entry in found if not (isinstance(entry, Value) and entry.number in made)]

    @property
    def writes(self) -> list[Value]:
        return [member.output for member in self.members]


class Arrangement:
    """Operations in order with their memory.

    Fields
        sequence  what runs: groups, calls, lines
        arrays    the array of each planned value, and of each view of one
        gradients values in memory of their own, as they are given to leaves, and the leaves
    """

    def __init__(self, lowering: Lowering, results: list[Source], pool: Pool) -> None:
        self._lowering, self._pool = lowering, pool
        self._views: dict[int, View] = {}
        self.arrays: dict[int, Any] = {}
        self.results = [lowering.source(source) for source in results]
        self.gradients = self._given()
        self.sequence = self._grouped(self._ordered(self._live(lowering.operations)))
        self._last = self._last_reads()

    def root(self, value: Value) -> int:
        """The number of the value in whose memory this one lies."""
        while value.number in self._views:
            value = self._views[value.number].source
        return value.number

    def _given(self) -> dict[int, Any]:
        """Values that become the gradient of one leaf, and this leaf."""
        found: dict[int, list[Any]] = {}
        operations = self._lowering.operations
        for operation in operations:
            if isinstance(operation, Line) and isinstance(operation.step, notes.Gradient):
                for value in values_of(operation.reads):
                    found.setdefault(value.number, []).append(operation.step.leaf)
        made = {value.number for op in operations if isinstance(op, (Call, Pointwise)) for value in op.writes}
        made -= {operation.source.number for operation in operations if isinstance(operation, View)}
        return {number: leaves[0] for number, leaves in found.items() if len(leaves) == 1 and number in made}

    # Order

    def _live(self, operations: list[Any]) -> list[Any]:
        """Without what nobody reads; views aside."""
        wanted = {value.number for value in values_of(self.results)}
        kept: list[Any] = []
        for operation in reversed(operations):
            effect = isinstance(operation, Line) and not isinstance(operation.step, Text)
            if not effect and not any(value.number in wanted for value in operation.writes):
                continue
            wanted.update(value.number for value in values_of(operation.reads))
            if isinstance(operation, View):
                self._views[operation.output.number] = operation
            kept.append(operation)
        return [operation for operation in kept[::-1] if not isinstance(operation, View)]

    def _ordered(self, operations: list[Any]) -> list[Any]:
        """Lines that need but what the step is given come first; those that can wait, when they are read."""
        computed = {value.number for operation in operations for value in operation.writes}
        first: list[Any] = []
        then: list[Any] = []
        waiting: list[Line] = []
        for operation in operations:
            read = {value.number for value in values_of(operation.reads)} | {
                self.root(value) for value in values_of(operation.reads)
            }
            free = isinstance(operation, Line) and isinstance(operation.step, Text) and not read & computed
            if free and not any(isinstance(source, Held) for source in operation.reads):
                first.append(operation)
                computed -= {value.number for value in operation.writes}
                continue
            for line in [line for line in waiting if read & {value.number for value in line.writes}]:
                waiting.remove(line)
                then.append(line)
            if isinstance(operation, Line) and operation.late:
                waiting.append(operation)
            else:
                then.append(operation)
        return [*first, *then, *waiting]

    def _grouped(self, operations: list[Any]) -> list[Any]:
        found: list[Any] = []
        for operation in operations:
            group = found[-1] if found and isinstance(found[-1], Group) else None
            if not isinstance(operation, Pointwise):
                found.append(operation)
            elif group is None or not self._joins(group, operation):
                found.append(Group([operation], self._row(operation)))
            else:
                group.members.append(operation)
                group.row = group.row or self._row(operation)
        return found

    def _joins(self, group: Group, operation: Pointwise) -> bool:
        first = group.members[0]
        if first.shape != operation.shape or first.dtype != operation.dtype:
            return False
        row = self._row(operation)
        if row and group.row and row != group.row:
            return False
        made = {value.number for value in group.writes}
        return not any(value.number in self._views and self.root(value) in made for value in values_of(operation.reads))

    def places(self, operation: Pointwise) -> dict[str, Place]:
        """Where its values lie, by name."""
        form = self._lowering.form
        found = {
            name: place_of(source, form(source), operation.shape, operation.dtype)
            for name, source in operation.values.items()
        }
        return {name: place for name, place in found.items() if place is not None}

    def _row(self, operation: Pointwise) -> int:
        return next((place.row for place in self.places(operation).values() if place.row), 0)

    # Memory

    def _last_reads(self) -> dict[int, int]:
        """The place in the sequence after which nobody reads the memory of a value."""
        end = len(self.sequence)
        behind: dict[int, set[int]] = {}
        """Planned memory in which a value of Python may lie."""
        last: dict[int, int] = {}
        for place, operation in enumerate(self.sequence):
            touched: set[int] = set()
            for value in values_of(operation.reads):
                touched |= {self.root(value)} | behind.get(value.number, set())
            for value in operation.writes:
                touched.add(self.root(value))
            last.update(dict.fromkeys(touched, place))
            if isinstance(operation, Line) and self._may_share(operation.step):
                for value in operation.writes:
                    behind[value.number] = set(touched)
        for value in values_of(self.results):
            last.update(dict.fromkeys({self.root(value)} | behind.get(value.number, set()), end))
        return last

    def _may_share(self, step: Any) -> bool:
        match step:
            case notes.Forward():
                return any(value.number in self._lowering.recording.sharing for value in step.outputs)
            case notes.Rules():
                return step.entry.op.name not in FRESH
            case Text():
                return False
            case _:
                return True

    def lay_out(self, stored: dict[int, list[int]], reused: dict[int, dict[int, int]]) -> None:
        """Give every planned value its array; ``stored`` and ``reused`` tell of groups, by their place."""
        pool = self._pool
        taken: dict[int, Any] = {}
        ends: dict[int, list[int]] = {}
        for root, place in self._last.items():
            ends.setdefault(place, []).append(root)
        for place, operation in enumerate(self.sequence):
            writes = [value.number for value in operation.writes if value.number in self._lowering.planned]
            for number in stored.get(place, writes) if not isinstance(operation, Line) else []:
                source = reused.get(place, {}).get(number)
                if number in self.gradients:
                    continue
                if source is not None:
                    taken[number] = taken.pop(source)
                else:
                    taken[number] = pool.take(self.bytes_of(number))
                self.arrays[number] = array_in(taken[number], *self._lowering.forms[number])
            for root in ends.get(place, []):
                if root in taken:
                    pool.give(taken.pop(root))
        pool.give_all()

    def look(self) -> None:
        """Make the views, once all other arrays are there."""
        for number in self._views:
            self.arrays[number] = self._seen(number)

    def _seen(self, number: int) -> Any:
        if number in self.arrays or number not in self._views:
            return self.arrays[number]
        view = self._views[number]
        return view.look(self._seen(view.source.number))

    def bytes_of(self, number: int) -> int:
        shape, dtype = self._lowering.forms[number]
        return math.prod(shape) * dtype.itemsize

    # Groups

    def fused(self, place: int, group: Group) -> tuple[Fused, list[int], dict[int, int]]:
        """The kernel of a group, the values that it stores, and those whose memory these take.

        Keys are values, or tell of a tensor or an array; never numbers, which stand for themselves.
        """
        outside = self._read_outside(place, group)
        stored = [value.number for value in group.writes if value.number in outside]
        places: dict[Any, Place] = {}
        truths: set[Any] = set()
        self.sources: dict[Any, Source] = {}
        made = set(group.writes)
        stages: list[Stage] = []
        for member in group.members:
            keys = dict(member.values)
            for name, at in self.places(member).items():
                source = member.values[name]
                if at.role == "number":
                    continue
                keys[name] = key = source if isinstance(source, Value) else ("held", id(_object(source)))
                if key not in made:
                    places[key], self.sources[key] = at, source
                    if self._lowering.is_truth(source):
                        truths.add(key)
            stages.append(Stage(member.output, keys, member.calculate))
        reused = self._reused(place, stored, places, truths)
        taken = {Value(number): Value(source) for number, source in reused.items()}
        dtype = group.members[0].dtype
        return Fused(stages, [Value(number) for number in stored], places, truths, taken, dtype, find), stored, reused

    def _read_outside(self, place: int, group: Group) -> set[int]:
        made = {value.number for value in group.writes}
        found = {self.root(value) for value in values_of(self.results)}
        for other, operation in enumerate(self.sequence):
            if other != place:
                found |= {self.root(value) for value in values_of(operation.reads)}
        return found & made

    def _reused(self, place: int, stored: list[int], places: Any, truths: Any) -> dict[int, int]:
        """Results that take the memory of a value that nobody reads any more."""
        planned = self._lowering.planned
        roots = [self.root(source) for source in self.sources.values() if isinstance(source, Value)]
        free = [
            key.number
            for key, at in places.items()
            if isinstance(key, Value) and at.role == "all" and key not in truths and key.number in planned
            and key.number not in self._views and self._last.get(key.number) == place
            and key.number not in self.gradients and roots.count(key.number) == 1
        ]  # fmt: skip
        return {number: free.pop() for number in stored if number not in self.gradients and free}


def _object(source: Source) -> Any:
    return source.tensor if isinstance(source, Held) else source
