"""The order of lowered operations, and where their results lie: dead work goes, chains become groups, memory is reused.

A buffer is taken at the first write of a value and free after its last read; what lies in it then is another value.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from patchgrad.autograd.op import find
from patchgrad.backend import get_backend
from patchgrad.backend.kernels.cpu_fused import Fused, Place, Stage, place_of
from patchgrad.replaying import recording as notes
from patchgrad.replaying.lowering import Lowering
from patchgrad.replaying.operations import Call, Line, Pointwise, Text, View, values_of
from patchgrad.replaying.recording import Held, Source, Value

ALIGNED = 64
"""Bytes that a vector register, or a line of the cache, holds at most."""
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
                self.arrays[number] = _array(taken[number], *self._lowering.forms[number])
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
        """The kernel of a group, the values that it stores, and those whose memory these take."""
        outside = self._read_outside(place, group)
        stored = [value.number for value in group.writes if value.number in outside]
        places: dict[Any, Place] = {}
        truths: set[Any] = set()
        keys: dict[Any, Source] = {}
        made = {value.number for value in group.writes}
        stages: list[Stage] = []
        for member in group.members:
            names: dict[str, Any] = {}
            for name, at in self.places(member).items():
                source = member.values[name]
                if at.role == "number":
                    names[name] = source
                    continue
                key = source.number if isinstance(source, Value) else ("held", id(_object(source)))
                names[name] = key
                if key not in made:
                    places[key], keys[key] = at, source
                    if self._lowering.is_truth(source):
                        truths.add(key)
            names |= {name: source for name, source in member.values.items() if name not in names}
            stages.append(Stage(member.output.number, names, member.calculate))
        reused = self._reused(place, stored, places, truths, keys)
        dtype = group.members[0].dtype
        made_kernel = Fused(stages, stored, places, truths, reused, dtype, find)
        self.sources = keys
        return made_kernel, stored, reused

    def _read_outside(self, place: int, group: Group) -> set[int]:
        made = {value.number for value in group.writes}
        found = {self.root(value) for value in values_of(self.results)}
        for other, operation in enumerate(self.sequence):
            if other != place:
                found |= {self.root(value) for value in values_of(operation.reads)}
        return found & made

    def _reused(self, place: int, stored: list[int], places: Any, truths: Any, keys: Any) -> dict[int, int]:
        """Results that take the memory of a value that nobody reads any more."""
        lowering = self._lowering
        roots = [self.root(source) for source in keys.values() if isinstance(source, Value)]
        free = [
            key
            for key, at in places.items()
            if isinstance(key, int) and at.role == "all" and key not in truths and key in lowering.planned
            and key not in self._views and self._last.get(key) == place and key not in self.gradients
            and roots.count(key) == 1
        ]  # fmt: skip
        found: dict[int, int] = {}
        for number in stored:
            if free and number not in self.gradients:
                found[number] = free.pop()
        return found


def _object(source: Source) -> Any:
    return source.tensor if isinstance(source, Held) else source


class Pool:
    """Buffers that were taken and given back; the smallest that is large enough is taken again."""

    def __init__(self) -> None:
        self._free: list[Any] = []
        self._all: list[Any] = []

    def take(self, count: int) -> Any:
        fitting = [buffer for buffer in self._free if count <= buffer.size <= 2 * count + 4096]
        if fitting:
            best = min(fitting, key=lambda buffer: buffer.size)
            self._free = [buffer for buffer in self._free if buffer is not best]
            return best
        self._all.append(aligned(count))
        return self._all[-1]

    def give(self, buffer: Any) -> None:
        self._free.append(buffer)

    def give_all(self) -> None:
        """For another plan, which never runs at the same time."""
        self._free = list(self._all)


def aligned(count: int) -> Any:
    """So many bytes, from a multiple of `ALIGNED` on."""
    raw = get_backend().xp.empty(count + ALIGNED, dtype="uint8")
    start = -raw.ctypes.data % ALIGNED
    return raw[start : start + count]


def _array(buffer: Any, shape: tuple[int, ...], dtype: Any) -> Any:
    return buffer[: math.prod(shape) * dtype.itemsize].view(dtype).reshape(shape)
