"""One run of a model on an example, as a tree: which module called which, which ops ran between.

The run leaves the model as it was: modes, buffers, random streams. Read next: ``from_module.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from patchgrad.autograd.state import no_grad, observing, state
from patchgrad.backend.random import Stream, default_stream
from patchgrad.errors import GraphError
from patchgrad.layergraph.reading import kind_of
from patchgrad.tensor import Tensor
from patchgrad.tensor.views import put


class Ran:
    """An op that ran. ``twins`` are the same one in other runs, ``other`` that with another number of samples."""

    def __init__(self, op: Any, attrs: dict[str, Any], inputs: tuple[Any, ...], outputs: tuple[Any, ...]) -> None:
        self.op = op
        self.attrs = attrs
        self.inputs = inputs
        self.outputs = outputs
        self.twins: list[Ran] = []
        self.other: Ran | None = None

    def signature(self) -> tuple[Any, ...]:
        numbers = [entry for entry in self.inputs if not isinstance(entry, Tensor)]
        return ("op", self.op.name, repr(sorted(self.attrs.items())), repr(numbers))


class Wrote:
    """A tensor that got the values of another, in place."""

    def __init__(self, target: Any, result: Any) -> None:
        self.target = target
        self.result = result

    def signature(self) -> tuple[Any, ...]:
        return ("wrote",)


class Call:
    """A module that was called: its arguments, its result, and what happened inside. ``twins`` as of `Ran`."""

    def __init__(self, module: Any, args: tuple[Any, ...], outer: Call | None) -> None:
        self.module = module
        self.args = args
        self.outer = outer
        self.output: Any = None
        self.events: list[Call | Ran | Wrote] = []
        self.twins: list[Call] = []

    @property
    def inputs(self) -> tuple[Any, ...]:
        return self.args

    def signature(self) -> tuple[Any, ...]:
        return ("call", id(self.module))

    def inside(self) -> list[tuple[Any, ...]]:
        """What happened in the call, to be compared with another run."""
        return [event.signature() for event in self.events]

    def walk(self) -> Iterator[Call]:
        """This call and all below it."""
        yield self
        for event in self.events:
            if isinstance(event, Call):
                yield from event.walk()

    def outward(self) -> Iterator[Call]:
        """This call and those around it, outermost last."""
        call: Call | None = self
        while call is not None:
            yield call
            call = call.outer


class Watch:
    """The observer: grows the tree of calls."""

    wants_maps = True
    """People edit the parts of attention."""

    def __init__(self) -> None:
        self.root: Call | None = None
        self.now: Call | None = None

    def forward(self, op: Any, attrs: Any, inputs: tuple[Any, ...], outputs: tuple[Any, ...], node: Any) -> None:
        if self.now is not None:
            self.now.events.append(Ran(op, attrs, inputs, outputs))

    def wrote(self, target: Any, result: Any) -> None:
        if self.now is not None:
            self.now.events.append(Wrote(target, result))

    def backward(self, node: Any, cotangents: Any, gradients: Any) -> None:
        """Nothing: a trace has no backward pass."""

    def enter(self, module: Any, args: tuple[Any, ...]) -> None:
        call = Call(module, args, self.now)
        if self.now is None:
            self.root = call
        else:
            self.now.events.append(call)
        self.now = call

    def leave(self, module: Any, output: Any) -> None:
        call = self.now
        if call is not None:
            call.output = output
            self.now = call.outer


def watch(model: Any, example: tuple[Any, ...], *, training: bool) -> Call:
    """The tree of one run in training or evaluation mode."""
    watcher = Watch()
    observers, state.observers = state.observers, ()
    scope, state.scope = state.scope, []
    try:
        with no_grad(), unchanged(model), separate_outputs(model), observing(watcher):
            for module in model.modules():
                module.__dict__["training"] = training
            model(*example)
    finally:
        state.observers, state.scope = observers, scope
    if watcher.root is None:
        raise GraphError("the model was not called as a module", got=type(model).__name__)
    return watcher.root


@contextmanager
def unchanged(model: Any) -> Iterator[None]:
    """After the block modes, buffers and random streams of the model are as before."""
    modes = [(module, module.training) for module in model.modules()]
    buffers = [(buffer, buffer.data.copy()) for buffer in model.buffers()]
    streams = [
        (m, m.stream, m.stream and (m.stream.key, m.stream.offset)) for m in model.modules() if hasattr(m, "stream")
    ]
    for module, stream, _ in streams:
        module.stream = Stream(0) if stream is None else stream
    default = default_stream()
    place = (default.key, default.offset)
    try:
        yield
    finally:
        default.key, default.offset = place
        for module, stream, at in streams:
            module.stream = stream
            if stream is not None:
                stream.key, stream.offset = at
        for buffer, before in buffers:
            put(buffer, before)
        for module, training in modes:
            module.__dict__["training"] = training


@contextmanager
def separate_outputs(model: Any) -> Iterator[None]:
    """Inside the block a layer that gives back its very input gives another tensor on the same data, so that
    what came in and what went out can be told apart."""
    handles = [m.register_forward_hook(_separate) for m in model.modules() if kind_of(m) is not None]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _separate(module: Any, args: tuple[Any, ...], output: Any) -> Any:
    return Tensor(output.data) if any(output is entry for entry in args) else None
