"""A recorded step as kernels over planned memory, run by native calls, with lines of Python only where there must be.

The text is that of ``plan.py``; runs of kernels between two of its lines are one call. Arrays that are not the plan's
own (parameters, what the step is given, results of Python) are told to the kernels before these run.
"""

from __future__ import annotations

import math
from importlib import import_module
from typing import Any

from patchgrad.backend.kernels.cpu_arrays import in_one_piece
from patchgrad.backend.native.program import Program, bind
from patchgrad.optim.optimizer import Optimizer
from patchgrad.replaying import notes
from patchgrad.replaying.arranging import Arrangement, Group
from patchgrad.replaying.lent import Lent, lend
from patchgrad.replaying.lowering import Lowering
from patchgrad.replaying.memory import Pool
from patchgrad.replaying.notes import Held, Source, Value
from patchgrad.replaying.operations import Call, Text
from patchgrad.replaying.plan import Writer
from patchgrad.replaying.recording import Recording
from patchgrad.tensor.tensor import Tensor


class NotReady(Exception):
    """A kernel that the plan needs is being compiled."""


class Planned(Writer):
    """Writes a plan whose kernels run natively. Raises NotReady."""

    def __init__(self, recording: Recording, inputs: list[Value], results: list[Source], pool: Pool | None) -> None:
        super().__init__(recording, inputs, results)
        self.pool = pool or Pool()
        self._recording = recording
        self.program = Program()
        self.native = 0
        """How many kernels there are."""

    def text(self, steps: list[Any]) -> str:
        import_module("patchgrad.replaying.lowered")
        self._lowering = Lowering(self._recording, steps)
        self.ready = self._lowering.ready
        self._arranged = arranged = Arrangement(self._lowering, self._results, self.pool)
        self._links = Links()
        self._lent = Lent(arranged.gradients, self._optimizers(steps), self._lowering.forms)
        kernels = self._kernels()
        arranged.look()
        self._add(kernels)
        self._walk()
        self._flush()
        self._lent.bind()
        self.program.finish()
        self.native = len(self.program)
        self.names |= {
            "program": self.program, "link": self._links.hold, "fresh": self._lent.fresh, "lend": lend,
            "grads": self._lent.arrays, "lent": self._lent, "bind": bind, "whole": in_one_piece,
        }  # fmt: skip
        return self._joined()

    def _optimizers(self, steps: list[Any]) -> list[Optimizer]:
        owners = [getattr(step.function, "__self__", None) for step in steps if isinstance(step, notes.Action)]
        return [owner for owner in owners if isinstance(owner, Optimizer)]

    # Memory and kernels

    def _kernels(self) -> dict[int, Any]:
        """The fused kernel of each group, by its place; and every value's array."""
        arranged = self._arranged
        found: dict[int, Any] = {}
        stored: dict[int, list[int]] = {}
        reused: dict[int, dict[int, int]] = {}
        for place, operation in enumerate(arranged.sequence):
            if isinstance(operation, Group):
                fused, stored[place], reused[place] = arranged.fused(place, operation)
                variant = self._lowering.kernel(fused.kernel, operation.members[0].dtype)
                found[place] = fused, variant, arranged.sources
        if any(variant is None for _, variant, _ in found.values()):
            raise NotReady
        arranged.lay_out(stored, reused)
        return found

    def _add(self, kernels: dict[int, Any]) -> None:
        """Enter all kernels in the program, and note where arrays from outside go."""
        self._binds: dict[int, list[tuple[Any, int, Value]]] = {}
        for place, operation in enumerate(self._arranged.sequence):
            if isinstance(operation, Call):
                self._enter(place, operation.kernel, operation.arguments, operation.work)
            elif isinstance(operation, Group):
                fused, variant, sources = kernels[place]
                given = [sources.get(key, key) for key in fused.parameters]
                count = math.prod(operation.members[0].shape)
                self._enter(place, variant, [*given, *fused.arguments(count)], count * (fused.operations + 2))

    def _enter(self, place: int, kernel: Any, arguments: list[Any], work: int) -> None:
        arrays = self._arranged.arrays
        given: list[Any] = []
        outside: list[tuple[int, Any]] = []
        lent: list[tuple[int, int]] = []
        for index, entry in enumerate(arguments):
            source = self._lowering.source(entry)
            if isinstance(source, Value) and source.number in self._lent.arrays:
                given.append(None)
                lent.append((index, source.number))
            elif isinstance(source, Value) and source.number in arrays:
                given.append(arrays[source.number])
            elif isinstance(source, (Value, Held)):
                given.append(None)
                outside.append((index, source))
            else:
                given.append(in_one_piece(source) if hasattr(source, "shape") else source)
        block = self.program.add(kernel, given, work)
        for index, source in outside:
            if isinstance(source, Held):
                self._links.add(source.tensor, block, index)
            else:
                self._binds.setdefault(place, []).append((block, index, source))
        self._lent.places += [(block, index, number) for index, number in lent]

    # The text

    def _walk(self) -> None:
        first = self._count = 0
        self._open: list[tuple[Any, int, Value]] = []
        self._linked = False
        self._written = False
        lent = set(self._lent.arrays)
        for place, operation in enumerate(self._arranged.sequence):
            if isinstance(operation, (Call, Group)):
                self._count += 1
                self._open += self._binds.get(place, [])
                self._written = self._written or any(value.number in lent for value in operation.writes)
                continue
            first = self._run(first)
            self._write(operation.step)
            if isinstance(operation.step, notes.Action):
                self._linked = False
        self._run(first)

    def _run(self, first: int) -> int:
        """One call for the kernels from ``first`` on."""
        if self._count == first:
            return first
        if not self._linked and self._links.entries:
            self._line("link()", [])
        self._linked = True
        if self._written:
            self._line("fresh()", [])
            self._written = False
        pieces = list(dict.fromkeys(value.number for _, _, value in self._open))
        for number in pieces:  # Python goes on with the array as it is: its order of sums may depend on the gaps
            self._reads = [number]
            self._line(f"w{number} = whole(v{number})", [])
        for block, index, value in self._open:
            self._line(f"bind({self._constant(block)}, {index}, w{value.number})", [])
        self._open = []
        self._reads = pieces
        self._line(f"program.run({first}, {self._count})", [])
        if pieces:
            self._line(f"{' = '.join(f'w{number}' for number in pieces)} = None", [])
        return self._count

    def _source(self, source: Source) -> Source:
        return self._lowering.source(source)

    def _name(self, source: Source) -> str:
        source = self._source(source)
        if isinstance(source, Value) and source.number in self._lent.arrays:
            return f"grads[{source.number}]"
        if isinstance(source, Value) and source.number in self._arranged.arrays:
            return self._constant(self._arranged.arrays[source.number])
        return super()._name(source)

    def _result(self, source: Source) -> str:
        """A result is given out, so that no array of the plan may be."""
        name = self._name(source)
        return f"{name}.copy('K')" if isinstance(self._source(source), Value) else name

    def _write(self, step: Any) -> None:
        if isinstance(step, Text):
            given = ", ".join(
                self._name(entry) if _is_source(entry) else self._constant(entry) for entry in step.arguments
            )
            self._line(f"v{step.output.number} = {self._constant(step.function)}({given})", [step.output.number])
            return
        if isinstance(step, notes.Gradient):
            source = self._lowering.source(step.source)
            if isinstance(source, Value) and source.number in self._lent.arrays:
                self._begin()
                self._line(f"lend({self._constant(step.leaf)}, {self._name(source)})", [])
                return
        if isinstance(step, notes.Action) and step.final and not step.arguments and self._lent.arrays:
            optimizer = getattr(step.function, "__self__", None)
            if isinstance(optimizer, Optimizer) and type(optimizer).step is Optimizer.step:
                self._begin()
                self._line(f"{self._constant(optimizer.step_on)}(lent)", [])
                return
        super()._write(step)


def _is_source(entry: Any) -> bool:
    return isinstance(entry, (Value, Held))


class Links:
    """Arrays of tensors that were there before the step, and where kernels look for them."""

    def __init__(self) -> None:
        self.entries: dict[int, list[Any]] = {}

    def add(self, tensor: Tensor, block: Any, index: int) -> None:
        self.entries.setdefault(id(tensor), [tensor, None, None, []])[3].append((block, index))

    def hold(self) -> None:
        """Tell the kernels where the arrays are now."""
        for entry in self.entries.values():
            array = entry[0].data
            if array is not entry[1] or entry[2] is not array:
                entry[1], entry[2] = array, in_one_piece(array)
                for block, index in entry[3]:
                    bind(block, index, entry[2])
