"""What happened in one step, in order: ops, writes in place, backward rules.

A `Trace` is an observer that only notes; nothing is worked out while the network runs. It keeps no
tensor alive (weak references tell tensors apart) unless ``keep_values`` asks for the values of the
leaves, which ``rerun.py`` needs. Read next: ``snapshot.py`` (the same as plain data).
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from time import perf_counter
from typing import Any

from patchgrad.autograd.op import OpSpec
from patchgrad.autograd.provenance import caller
from patchgrad.backend import backend_of
from patchgrad.recorder.saved import Kept, kept_by
from patchgrad.tensor.tensor import Tensor
from patchgrad.tensor.views import root_of

Input = Any
"""Of an event: the number of a value (wrapped in `Value`), or a Python scalar or None as it was given."""


@dataclass(frozen=True, slots=True)
class Value:
    """A tensor that was seen, by its number in the trace."""

    number: int


@dataclass(slots=True)
class ValueFacts:
    """What is known of a value: enough to draw an edge, and the first values of a leaf if they are kept."""

    shape: tuple[int, ...]
    dtype: str
    bytes: int
    device: str = "cpu"
    event: int = -1
    """The event that made it; -1 for a leaf."""
    name: str = ""
    kept: Any = None
    wants_gradient: bool = False
    """Of a leaf: a gradient was wanted of it."""
    made: tuple[Any, int] = (None, -1)
    """Of a parameter: code and instruction that made it."""


@dataclass(slots=True)
class Event:
    """An op that ran, a view taken anew (``op`` None: an alias), or a write in place (``writes``).

    A write reads the tensor that is written, the new values, and all known tensors that share the
    memory; its outputs are the same tensors but the second, as they are afterwards.
    """

    op: OpSpec | None
    attrs: dict[str, Any]
    inputs: tuple[Input, ...]
    outputs: tuple[int, ...]
    call: int
    """Position in ``Trace.calls`` of the module call around it."""
    node: int = -1
    """The tape's number of the op; -1 if it was not taped."""
    code: Any = None
    lasti: int = -1
    writes: bool = False
    saved: tuple[Kept, ...] = ()
    """What the tape keeps of it for backward."""
    copied: int = 0
    """Of a write: bytes that were copied first, as the tape keeps the old values."""
    seconds: float = 0.0
    """From the end of what was seen before to its own end: the op, and the Python that led to it."""


@dataclass(slots=True)
class Call:
    """One call of a module: its path below the watched model, and the how-many-th of the step it was.

    ``parent`` is the position in ``Trace.calls`` of the call around it; -1 for the step itself.
    """

    path: str
    index: int
    module: str
    uid: str
    parent: int = -1


@dataclass(frozen=True, slots=True)
class Backward:
    """The gradient rules of a tape entry ran: its number, how long, and which inputs got a gradient."""

    node: int
    seconds: float
    gradients: tuple[bool, ...]
    begins: tuple[Any, ...] = ()
    """Where values are kept: the cotangents that a pass began with here."""


@dataclass(frozen=True, slots=True)
class Update:
    """An optimizer moved its parameters: its class, their names, and where in the code."""

    optimizer: str
    names: tuple[str, ...]
    code: Any
    lasti: int


@dataclass(slots=True)
class Trace:
    """Notes all that one step does.

    Parameters
        path_of      the path of a module below the watched model
        name_of      the name of a leaf tensor: a parameter's path; empty if it has none
        keep_values  copy the values of leaves when they are first read, and what backward passes begin with
    """

    path_of: Callable[[Any], str] = lambda module: type(module).__name__
    name_of: Callable[[Tensor], str] = lambda tensor: ""
    keep_values: bool = False
    events: list[Event] = field(default_factory=list[Event])
    values: list[ValueFacts] = field(default_factory=list[ValueFacts])
    calls: list[Call] = field(default_factory=lambda: [Call("", 0, "", "")])
    backwards: list[Backward] = field(default_factory=list[Backward])
    """In the order in which the rules ran."""
    updates: list[Update] = field(default_factory=list[Update])
    clock: float = field(default_factory=perf_counter)
    """When the last thing that was seen ended; whoever does something of its own in between sets it anew."""
    _known: dict[int, tuple[Any, int, int]] = field(default_factory=dict[int, tuple[Any, int, int]])
    _scope: list[int] = field(default_factory=lambda: [0])
    _counts: dict[str, int] = field(default_factory=lambda: {"": 1})
    """Of calls by path; the step itself is call 0 of the empty path, the watched model call 1."""
    _copied: int = 0
    _led_to: set[int] = field(default_factory=set[int])
    """Tape numbers that the present backward pass has handed gradients to."""

    # The observer's side (``autograd/state.py``)

    def enter(self, module: Any, args: tuple[Any, ...]) -> None:
        path = self.path_of(module)
        index = self._counts.get(path, 0)
        self._counts[path] = index + 1
        self.calls.append(Call(path, index, type(module).__name__, getattr(module, "node_uid", ""), self._scope[-1]))
        self._scope.append(len(self.calls) - 1)
        self.clock = perf_counter()

    def leave(self, module: Any, output: Any) -> None:
        if len(self._scope) > 1:
            self._scope.pop()
        self.clock = perf_counter()

    def forward(
        self, op: OpSpec, attrs: dict[str, Any], inputs: tuple[Any, ...], outputs: tuple[Any, ...], node: Any
    ) -> None:
        seconds = perf_counter() - self.clock
        read = tuple([self.value(entry) if isinstance(entry, Tensor) else entry for entry in inputs])
        event = Event(op, attrs, read, tuple([self._note(output) for output in outputs]), self._scope[-1])
        event.seconds = seconds
        if node is None:
            event.code, event.lasti = caller()
        else:
            event.node, event.code, event.lasti = node.number, node.code, node.lasti
            if op.saves:
                event.saved = kept_by(node, inputs, event, self._memory)
        self.events.append(event)
        self.clock = perf_counter()

    def backward(self, node: Any, cotangents: Any, gradients: Any) -> None:
        now = perf_counter()
        reached = tuple([gradient is not None for gradient in gradients])
        begins = self._begins(node, cotangents) if self.keep_values else ()
        self.backwards.append(Backward(node.number, now - self.clock, reached, begins))
        self.clock = perf_counter()

    def _begins(self, node: Any, cotangents: Any) -> tuple[Any, ...]:
        """Copies of the cotangents, if a pass begins here. It goes from newer nodes to older ones."""
        if self.backwards and node.number >= self.backwards[-1].node:
            self._led_to.clear()
        first = node.number not in self._led_to
        self._led_to.update(parent.number for parent in node.parents if hasattr(parent, "number"))
        bare = [ct.data if isinstance(ct, Tensor) else ct for ct in cotangents]
        return tuple([None if ct is None else ct.copy() for ct in bare]) if first else ()

    def copied(self, root: Tensor) -> None:
        """The memory of ``root`` was copied before a write, as the tape keeps the old values."""
        self._copied += root.data.nbytes

    def wrote(self, target: Tensor, result: Tensor) -> None:
        """``result`` was copied into the memory of ``target``: whoever shares it holds a new value."""
        seconds = perf_counter() - self.clock
        sharing = [tensor for tensor in _sharing(target) if tensor is not target and self._number(tensor) is not None]
        before = (self.value(target, written=True), self.value(result), *[self.value(t, written=True) for t in sharing])
        after = tuple([self._note(tensor) for tensor in (target, *sharing)])
        code, lasti = caller()
        event = Event(None, {}, before, after, self._scope[-1], code=code, lasti=lasti, writes=True, seconds=seconds)
        event.copied, self._copied = self._copied, 0
        self.events.append(event)
        self.clock = perf_counter()

    def updated(self, optimizer: Any) -> None:
        """An optimizer has moved its parameters."""
        held = [parameter for group in optimizer.param_groups for parameter in group["params"]]
        names = tuple([name for name in map(self.name_of, held) if name])
        self.updates.append(Update(type(optimizer).__name__, names, *caller()))

    def key(self) -> Any:
        """Equal for two steps that ran the same ops on the same values, from the same places in the code."""
        calls = tuple([(call.path, call.index) for call in self.calls])
        events = [
            (event.op, event.call, event.inputs, event.outputs, event.code, event.lasti, event.saved, event.copied)
            for event in self.events
        ]
        first = next((event.node for event in self.events if event.node >= 0), 0)
        taped = [event.node >= 0 for event in self.events]
        backwards = [(rules.node - first, rules.gradients) for rules in self.backwards]
        values = [(facts.shape, facts.dtype, facts.device, facts.name) for facts in self.values]
        return calls, events, taped, backwards, values, tuple(self.updates)

    # Which value a tensor is

    def value(self, tensor: Tensor, written: bool = False) -> Value:
        """The value that ``tensor`` holds now; a leaf if nothing that was seen made it."""
        number = self._number(tensor)
        if number is not None:
            if written or self._known[id(tensor)][2] == root_of(tensor).version:
                return Value(number)
        elif tensor.lineage is not None and tensor.lineage.source is not None:
            return self._view(tensor)
        return Value(self._note(tensor, leaf=True))

    def _number(self, tensor: Tensor) -> int | None:
        found = self._known.get(id(tensor))
        return found[1] if found is not None and found[0]() is tensor else None

    def _memory(self, tensor: Tensor) -> int:
        """The number of the value that owns the memory of ``tensor``."""
        root = self._number(root_of(tensor))
        found = root if root is not None else self._number(tensor)
        return -1 if found is None else found

    def _view(self, tensor: Tensor) -> Value:
        """A view that was taken unseen (detach, or before the trace began): taken again from its source."""
        lineage = tensor.lineage
        source = self.value(lineage.source)
        number = self._note(tensor)
        self.events.append(Event(lineage.op, lineage.attrs, (source,), (number,), self._scope[-1]))
        return Value(number)

    def _note(self, tensor: Tensor, leaf: bool = False) -> int:
        number = len(self.values)
        data = tensor.data
        device = backend_of(data).device_of(data)
        facts = ValueFacts(
            data.shape, _dtype_name(data.dtype), data.nbytes, device, event=-1 if leaf else len(self.events)
        )
        if leaf:
            facts.name = self.name_of(tensor)
            facts.wants_gradient = tensor.requires_grad
            facts.made = getattr(tensor, "made", facts.made)
            facts.kept = data.copy() if self.keep_values else None
        self.values.append(facts)
        self._known[id(tensor)] = (weakref.ref(tensor), number, root_of(tensor).version)
        return number


@lru_cache(maxsize=64)
def _dtype_name(dtype: Any) -> str:
    return dtype.name


def _sharing(tensor: Tensor) -> list[Tensor]:
    """The living tensors that share memory with this one, and itself."""
    root = root_of(tensor)
    return [root, *(root.lineage.living() if root.lineage is not None else ())]
