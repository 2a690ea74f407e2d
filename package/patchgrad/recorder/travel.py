"""Walk through one recorded step, op by op, forwards and backwards, with all values.

The step runs again from its leaves, which were copied when they were first read: batch, parameters, random draws. So
what is seen are the bits that were computed. Read next: ``rerun.py``, ``card.py``.
"""

from __future__ import annotations

from typing import Any

from patchgrad.autograd.state import enable_grad, no_grad, state
from patchgrad.errors import ArgumentError
from patchgrad.recorder.card import Card, Check, Numbers, card, checked, shortened
from patchgrad.recorder.events import Event, Trace, Value
from patchgrad.recorder.rerun import leaf_tensors, run_event
from patchgrad.recorder.snapshot import OpRecord, snapshot
from patchgrad.tensor.tensor import Tensor
from patchgrad.tensor.worlds import tensor_of

Arrays = dict[str, Any]
"""By argument or output name of an op."""


class Travel:
    """One step that was recorded with its values; stands before its first op.

    Fields
        snapshot  its compute graph
        position  how many ops have run
        inputs    what the op that ran last was given, before it ran; by argument
        outputs   what it made
    """

    def __init__(self, trace: Trace) -> None:
        self.snapshot = snapshot(trace)
        self._trace = trace
        self._places = {op.id: place for place, op in enumerate(self.snapshot.ops)}
        self._cotangents: dict[int, tuple[Any, Any]] | None = None
        self._restart()

    def _restart(self) -> None:
        self.position = 0
        self.inputs: Arrays = {}
        self.outputs: Arrays = {}
        self._tensors = leaf_tensors(self._trace, {})

    @property
    def op(self) -> OpRecord | None:
        """The op that ran last; None at the beginning."""
        return self.snapshot.ops[self.position - 1] if self.position else None

    def forward(self, count: int = 1) -> OpRecord | None:
        """Run the next ops; stays at the end."""
        return self.to(min(self.position + count, len(self.snapshot.ops)))

    def back(self, count: int = 1) -> OpRecord | None:
        """Go back so many ops; stays at the beginning."""
        return self.to(max(self.position - count, 0))

    def to(self, place: int | str) -> OpRecord | None:
        """Go to where so many ops have run, or to right after the op of this id. Raises ArgumentError if it is none."""
        wanted = place if isinstance(place, int) else self._place(place) + 1
        if not 0 <= wanted <= len(self.snapshot.ops):
            raise ArgumentError("no such place in the step", got=f"{wanted}", want=f"0 to {len(self.snapshot.ops)}")
        if wanted < self.position:
            self._restart()
        with no_grad(), _unobserved():
            while self.position < wanted:
                self._run(self._trace.events[self.position], last=self.position + 1 == wanted)
                self.position += 1
        return self.op

    def _run(self, event: Event, *, last: bool) -> None:
        op = self.snapshot.ops[self.position]
        if last:
            given = [entry.number for entry in event.inputs if isinstance(entry, Value)]
            names = [name for name, _ in op.inputs]
            self.inputs = {name: self._tensors[n].data.copy() for name, n in zip(names, given, strict=True)}
        run_event(event, self._tensors)
        if last:
            made = [self._tensors[number].data.copy() for number in event.outputs]
            self.outputs = {name.rsplit(".", 1)[-1]: array for name, array in zip(op.outputs, made, strict=True)}

    def gradients(self, op_id: str) -> tuple[Arrays, Arrays]:
        """What backward brought to the outputs of an op, and what its gradient rules made of it, by name.

        Both are empty for an op that backward did not reach.
        """
        place = self._place(op_id)
        if self._cotangents is None:
            with _unobserved():
                self._cotangents = _backward(self._trace)
        cotangents, gradients = self._cotangents.get(place, ((), ()))
        op, event = self.snapshot.ops[place], self._trace.events[place]
        names = [name.rsplit(".", 1)[-1] for name in op.outputs]
        arguments = iter(name for name, _ in op.inputs)
        given = [next(arguments) if isinstance(entry, Value) else "" for entry in event.inputs]
        return _named(names, cotangents), _named(given, gradients)

    def numbers(self, op_id: str) -> tuple[dict[str, Numbers], dict[str, Numbers]]:
        """``gradients`` in short."""
        cotangents, gradients = self.gradients(op_id)
        return shortened(cotangents), shortened(gradients)

    def check(self, op_id: str) -> Check:
        """Compare the gradient rules of an op with finite differences, at the values it had."""
        self.to(op_id)
        with _unobserved():
            return checked(self._trace.events[self._place(op_id)], self.snapshot.ops[self._place(op_id)], self.inputs)

    def card(self, op_id: str) -> Card:
        """The formula of an op with its actual numbers."""
        self.to(op_id)
        place = self._place(op_id)
        return card(self._trace.events[place], self.snapshot.ops[place], self.inputs, self.outputs)

    def _place(self, op_id: str) -> int:
        if op_id not in self._places:
            raise ArgumentError("no op of this step has this id", got=op_id, hint="ids are in travel.snapshot.ops")
        return self._places[op_id]


def _named(names: list[str], arrays: Any) -> Arrays:
    pairs = zip(names, arrays, strict=False)
    return {name: array for name, array in pairs if name and array is not None}


class _unobserved:
    """Whoever watches this thread does not see what is run again."""

    def __enter__(self) -> None:
        self._observers, state.observers = state.observers, ()

    def __exit__(self, *_: object) -> None:
        state.observers = self._observers


class _Catch:
    """Notes cotangents and gradients of the ops whose nodes it knows."""

    def __init__(self, places: dict[int, int]) -> None:
        self.places = places
        self.found: dict[int, tuple[Any, Any]] = {}

    def backward(self, node: Any, cotangents: Any, gradients: Any) -> None:
        place = self.places.get(node.number)
        if place is not None:
            self.found[place] = tuple(cotangents), tuple(gradients)


def _backward(trace: Trace) -> dict[int, tuple[Any, Any]]:
    """Run the step again with the tape, and its backward passes: cotangents and gradients by position of the op."""
    tensors = leaf_tensors(trace, {})
    for number, tensor in tensors.items():
        tensor.requires_grad = trace.values[number].wants_gradient
    nodes: dict[int, int] = {}
    for place, event in enumerate(trace.events):
        with enable_grad() if _tapes(event, tensors) else no_grad():
            run_event(event, tensors)
        made = tensors[event.outputs[0]].node
        if event.node >= 0 and made is not None:
            nodes[made.number] = place
    catch = _Catch(nodes)
    by_node = {event.node: event for event in trace.events if event.node >= 0}
    state.observers = (catch,)
    for rules in trace.backwards:
        event = by_node.get(rules.node)
        for number, ct in zip(event.outputs, rules.begins, strict=True) if event and rules.begins else ():
            if ct is not None:
                tensors[number].backward(tensor_of(ct), retain_graph=True)  # type: ignore[attr-defined]
    return catch.found


def _tapes(event: Event, tensors: dict[int, Tensor]) -> bool:
    if event.writes:
        target = event.inputs[0]
        written = tensors[target.number] if isinstance(target, Value) else None
        return written is None or not (written.is_leaf and written.requires_grad)
    return event.node >= 0
