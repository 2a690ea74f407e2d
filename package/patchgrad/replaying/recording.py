"""What one step does, as a list of operations on numbered values.

A `Recording` is an observer of the tape that notes every op with where its inputs come from, and follows each backward
pass by name: which cotangents meet, which rule makes which gradient. What it cannot follow is told in ``doubt``: the
step is then not to be run again from its notes. It keeps no array alive, so that the step runs as without it. Read
next: ``plan.py``.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from patchgrad.autograd.node import Node
from patchgrad.autograd.op import OpSpec
from patchgrad.autograd.state import state
from patchgrad.backend import BY_TYPE, get_backend, low
from patchgrad.replaying.notes import (
    UNKNOWN,
    Action,
    Again,
    Cast,
    Entry,
    Fit,
    Forward,
    Gradient,
    Held,
    Rules,
    Source,
    Sum,
    Value,
)  # fmt: skip
from patchgrad.tensor.tensor import Tensor, _align  # pyright: ignore[reportPrivateUsage]


@dataclass(slots=True)
class Recording:
    """Observes one step. ``begin`` gives the tensors that the step is given; then let it run."""

    steps: list[Any] = field(default_factory=list[Any])
    held: dict[int, Held] = field(default_factory=dict[int, Held])
    doubt: str = ""
    modules: list[Any] = field(default_factory=list[Any])
    count: int = 0
    forms: dict[int, tuple[tuple[int, ...], Any]] = field(default_factory=dict[int, tuple[tuple[int, ...], Any]])
    """Shape and dtype of values, by number."""
    sharing: set[int] = field(default_factory=set[int])
    """Values that may share memory with what they were made from."""
    gapped: set[int] = field(default_factory=set[int])
    """Values that do not lie in one piece: NumPy may compute with them in another order."""
    written: dict[int, Tensor] = field(default_factory=dict[int, Tensor])
    """Tensors that a call of `Again` writes."""
    muted: bool = False
    """Inside something that is noted as a whole."""
    maker_of: Callable[[Any], str | None] = lambda array: None
    """Who made a tensor of this array in the step; None where it was there before, empty for a constant."""
    _known: dict[int, tuple[Any, Source]] = field(default_factory=dict[int, tuple[Any, Source]])
    _entries: dict[Node, Entry] = field(default_factory=dict[Node, Entry])
    _pending: dict[Any, list[Source]] = field(default_factory=dict[Any, list[Source]])
    _found: dict[int, tuple[Tensor, Source]] = field(default_factory=dict[int, tuple[Tensor, Source]])
    _pass: Any = None

    def begin(self, tensors: Iterable[Tensor]) -> None:
        for tensor in tensors:
            self.know(tensor.data, self.new(tensor.data))

    def know(self, array: Any, source: Source) -> None:
        """Note where an array comes from, without keeping it alive."""
        self._known[id(array)] = (weakref.ref(array), source)

    def known(self, array: Any) -> Source:
        """Where an array comes from; `UNKNOWN` if nobody said."""
        found = self._known.get(id(array))
        return found[1] if found is not None and found[0]() is array else UNKNOWN

    def new(self, like: Any = None) -> Value:
        """Another value, with the shape and dtype of ``like``."""
        if hasattr(like, "dtype"):
            self.forms[self.count] = (tuple(like.shape), like.dtype)
            if not getattr(like, "flags", None) or not like.flags.c_contiguous:
                self.gapped.add(self.count)
        self.count += 1
        return Value(self.count - 1)

    def fail(self, why: str) -> None:
        """Note the first reason for which the step cannot be run again."""
        self.doubt = self.doubt or why

    # The observer's side

    def forward(self, op: OpSpec, attrs: dict[str, Any], inputs: Any, outputs: Any, node: Any) -> None:
        if self.muted or self.doubt:
            return
        if low.used and any(low.is_low(getattr(entry, "data", None)) for entry in (*inputs, *outputs)):
            return self.fail("low precision is in use")
        if any(holds_array(value) for value in attrs.values()):
            return self.fail(f"{op.name} is given an array in its settings, which may be another one in the next step")
        sources = [self.source_of(entry) for entry in inputs]
        self._cast(op, inputs, sources)
        values = [self.new(output.data) for output in outputs]
        for output, value in zip(outputs, values, strict=True):
            self.know(output.data, value)
        self._note_sharing(op, inputs, outputs, values)
        if len({id(output.data) for output in outputs}) < len(outputs):
            return self.fail(f"{op.name} gives one array twice")
        self.steps.append(Forward(op, sources, attrs, values, op.single and not outputs[0].data.shape))
        if node is not None:
            self._entries[node] = Entry(
                op, node.backend, attrs, _saved(op, sources, values, len(inputs)), node.shapes, node.dtypes
            )

    def _note_sharing(self, op: OpSpec, inputs: Any, outputs: Any, values: list[Value]) -> None:
        given = [entry.data for entry in inputs if isinstance(entry, Tensor) and type(entry.data) in BY_TYPE]
        share = get_backend().xp.may_share_memory
        for output, value in zip(outputs, values, strict=True):
            if op.view or any(share(output.data, array) for array in given):
                self.sharing.add(value.number)

    def _cast(self, op: OpSpec, inputs: Any, sources: list[Source]) -> None:
        """What `apply` does to arrays of different dtypes."""
        if not op.aligns:
            return
        arrays = [entry.data if isinstance(entry, Tensor) else entry for entry in inputs]
        given = list(arrays)
        _align(op, arrays, get_backend())
        for index, (before, after) in enumerate(zip(given, arrays, strict=True)):
            if after is before:
                continue
            if type(before) in BY_TYPE:
                output = self.new(after)
                self.steps.append(Cast(sources[index], after.dtype, output))
                sources[index] = output
            else:
                sources[index] = after

    def source_of(self, entry: Any) -> Source:
        """Where an input of an op comes from."""
        if not isinstance(entry, Tensor):
            return entry
        known = self.known(entry.data)
        if known is not UNKNOWN:
            return known
        if BY_TYPE.get(type(entry.data)) is not get_backend():
            self.fail("only steps on the CPU are replayed")
        maker = self.maker_of(entry.data)
        if maker is None:
            self.held[id(entry)] = held = Held(entry)
            source: Source = held
        else:
            source = entry.data
            if maker:
                self.fail(f"{maker}() makes a tensor that no op computes")
        if id(entry) in self.written:
            self.fail("a buffer is read after it was written in the same step")
        self.know(entry.data, source)
        return source

    def backward(self, node: Any, cotangents: Any, gradients: Any) -> None:
        if self.muted or self.doubt:
            return
        if self._pass is None:
            self._begin_pass()
        entry = self._entries.get(node)
        if self.doubt or entry is None:
            return self.fail(self.doubt or "a backward pass goes through a step before this one")
        if node.hooks is not None:
            return self.fail("a tensor has a hook")
        cts = self._pending.pop(node, None)
        if cts is None:
            return self.fail("a backward pass could not be followed")
        parents = node.parents
        outputs = [
            None if parent is None or gradient is None else self.new(gradient)
            for parent, gradient in zip(parents, gradients, strict=True)
        ]
        self.steps.append(Rules(entry, [parent is not None for parent in parents], cts, outputs))
        for index, (parent, gradient, output) in enumerate(zip(parents, gradients, outputs, strict=True)):
            if output is None:
                continue
            source: Source = output
            if gradient.shape != node.shapes[index] or gradient.dtype != node.dtypes[index]:
                source = self.new()
                self.forms[source.number] = (tuple(node.shapes[index]), node.dtypes[index])
                self._as_gapped(source, output)
                self.steps.append(Fit(entry, index, output, source))
            self._give(parent, node.ports[index], source)

    def _begin_pass(self) -> None:
        roots, wanted = state.passes[-1]
        self._pass = roots
        if wanted is not None or len(state.passes) > 1:
            return self.fail("gradients of chosen tensors are computed")
        for producer, port, ct in roots:
            if isinstance(ct, Tensor):
                return self.fail("gradients are to be differentiated again")
            known = self.known(ct)
            self._give(producer, port, ct if known is UNKNOWN else known)

    def _give(self, producer: Any, port: int, source: Source) -> None:
        if type(producer) is not Node:
            if producer.hooks is not None:
                self.fail("a parameter has a hook")
            before = self._found.get(id(producer))
            self._found[id(producer)] = (producer, source if before is None else self._sum(before[1], source))
            return
        cts = self._pending.setdefault(producer, [None] * len(producer.op.outputs))
        cts[port] = source if cts[port] is None else self._sum(cts[port], source)

    def _sum(self, a: Source, b: Source) -> Value:
        output = self.new()
        if isinstance(a, Value) and a.number in self.forms:
            self.forms[output.number] = self.forms[a.number]
        self._as_gapped(output, a, b)
        self.steps.append(Sum(a, b, output))
        return output

    def _as_gapped(self, value: Value, *sources: Source) -> None:
        """NumPy lays out what it makes as what it is made from."""
        if any(isinstance(source, Value) and source.number in self.gapped for source in sources):
            self.gapped.add(value.number)

    def end_pass(self) -> None:
        """A backward pass is over: what was found is added to the leaves."""
        if self._pass is None:
            self.fail("a backward pass ran without an op")
        if self._pending:
            self.fail("a backward pass could not be followed")
        for leaf, source in self._found.values():
            self.steps.append(Gradient(leaf, source))
        self._pass = None
        self._found.clear()

    def enter(self, module: Any, args: Any) -> None:
        self.modules.append(module)

    def leave(self, module: Any, output: Any) -> None: ...

    def wrote(self, target: Any, result: Any) -> None:
        if not self.muted:
            self.fail("a tensor is written in place")

    # Told by whoever looks at the calls

    def again(self, function: Callable[..., Any], arguments: list[Any], writes: Tensor | None) -> Again:
        """A call that is to be made again; its result is told to `gave`."""
        sources = [entry if entry is writes else self._whole(entry) for entry in arguments]
        if writes is not None:
            if self.known(writes.data) is not UNKNOWN and not isinstance(self.known(writes.data), Held):
                self.fail("what the step is given is written")
            self.written[id(writes)] = writes
            self.held.setdefault(id(writes), Held(writes))
        step = Again(function, sources, None)
        self.steps.append(step)
        return step

    def _whole(self, entry: Any) -> Source:
        """An argument of a call that takes tensors."""
        return self.source_of(entry) if isinstance(entry, Tensor) else entry

    def gave(self, step: Again, result: Any) -> None:
        if isinstance(result, Tensor):
            step.output = self.new(result.data)
            self.know(result.data, step.output)

    def act(self, function: Callable[..., Any], arguments: list[Any], *, final: bool) -> None:
        """Something that changes parameters or gradients; ``final`` if it cannot be done twice."""
        self.steps.append(Action(function, arguments, final))


def _saved(op: OpSpec, sources: list[Source], values: list[Value], count: int) -> dict[str, Any]:
    if op.variadic and op.saved_inputs:
        found: dict[str, Any] = {op.inputs[0]: sources[:count]}
    else:
        found = {op.inputs[index]: sources[index] for index in op.saved_inputs}
    return found | {op.outputs[index]: values[index] for index in op.saved_outputs}


def holds_array(value: Any) -> bool:
    """Is there an array or a tensor in this setting of an op?"""
    if isinstance(value, (tuple, list)):
        return any(map(holds_array, value))
    if isinstance(value, dict):
        return any(map(holds_array, value.values()))
    return isinstance(value, Tensor) or (hasattr(value, "dtype") and hasattr(value, "shape"))
