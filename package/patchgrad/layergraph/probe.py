"""What one layer gives for inputs of some shape and dtype: found by a run without data, and remembered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from patchgrad.autograd.state import no_grad, state
from patchgrad.backend.random import Stream, default_stream
from patchgrad.errors import PatchgradError
from patchgrad.layergraph import catalogue
from patchgrad.layergraph.kind import LayerKind, SymbolicShape
from patchgrad.layergraph.memory import remembered
from patchgrad.layergraph.sizes import BATCHES, at, shape_text, symbolic
from patchgrad.ops.filled import empty


class Spec(msgspec.Struct, frozen=True):
    """Shape and dtype that a port carries."""

    shape: SymbolicShape
    dtype: str = "float32"


class Outcome(msgspec.Struct, frozen=True):
    """What a layer gives, or why it cannot."""

    outputs: tuple[Spec, ...] = ()
    parameters: int = 0
    title: str = ""
    got: str = ""
    want: str = ""
    hint: str = ""

    @property
    def failed(self) -> bool:
        return bool(self.title)


Key = tuple[Any, ...]
Inputs = tuple[Spec | None, ...]


@remembered(8192)
def outcome(key: Key, inputs: Inputs) -> Outcome:
    """The outcome of the layer with this key (``LayerNode.key``) on these inputs."""
    kind = catalogue.find(key[0])
    layer = layer_without_data(key)
    if isinstance(layer, Outcome):
        return layer
    first = next((spec for spec in inputs if spec is not None), None)
    if kind.axes and first is not None and len(first.shape) not in kind.axes:
        axes = " or ".join(map(str, kind.axes))
        return Outcome(
            title=f"{kind.name} takes {axes} axes", got=shape_text(first.shape), want=f"{axes} axes, N first"
        )
    return run_outcome(kind, layer, inputs, modes=(False, True))


@remembered(4096)
def parameter_count(key: Key) -> int:
    """How many numbers the layer with this key learns; 0 where it cannot be made."""
    layer = layer_without_data(key)
    return 0 if isinstance(layer, Outcome) else count(layer)


def count(layer: Any) -> int:
    """How many numbers the parameters of a module hold."""
    return sum(parameter.data.size for parameter in layer.parameters())


@remembered(1024)
def layer_without_data(key: Key) -> Any:
    """The layer on the meta device, or the Outcome that says why it cannot be made."""
    kind = catalogue.find(key[0])
    try:
        with quiet():
            return with_loose_streams(kind.build(dict(key[1:]), device="meta"))
    except Exception as error:
        return refusal(error, f"{kind.name} cannot be made with these settings")


def with_loose_streams(layer: Any) -> Any:
    """The layer with random streams that nobody else knows: it is never asked for numbers."""
    for module in layer.modules():
        if hasattr(module, "stream"):
            module.stream = Stream(0)
    return layer


def run_outcome(kind: LayerKind, layer: Any, inputs: Inputs, modes: tuple[bool, bool] | None = None) -> Outcome:
    """Run a layer at two batch sizes without data; with ``modes``, once as in evaluation and once as in training."""
    try:
        first, second = (_run(kind, layer, inputs, batch, modes and modes[at]) for at, batch in enumerate(BATCHES))
    except Exception as error:
        return refusal(error, f"{kind.name} cannot take this")
    for a, b in zip(first, second, strict=True):
        if a.dtype != b.dtype:
            got = f"{a.dtype.name} in evaluation, {b.dtype.name} in training"
            return Outcome(title=f"{kind.name} changes the type of its numbers with the mode", got=got)
    specs = (Spec(symbolic(a.shape, b.shape), a.dtype.name) for a, b in zip(first, second, strict=True))
    return Outcome(tuple(specs), count(layer))


def _run(kind: LayerKind, layer: Any, inputs: Inputs, batch: int, training: bool | None) -> tuple[Any, ...]:
    if training is not None:
        layer.train(training)
    tensors = tuple(spec and empty(at(spec.shape, batch), dtype=spec.dtype, device="meta") for spec in inputs)
    with quiet():
        return kind.split(layer(*kind.arrange(tensors)))


@contextmanager
def quiet() -> Iterator[None]:
    """Compute without tape, without being watched and without using up random numbers: not a part of a step."""
    observers, state.observers = state.observers, ()
    scope, state.scope = state.scope, []
    stream = default_stream()
    place = (stream.key, stream.offset)
    try:
        with no_grad():
            yield
    finally:
        stream.key, stream.offset = place
        state.observers, state.scope = observers, scope


def refusal(error: Exception, title: str) -> Outcome:
    """An exception as an outcome."""
    if isinstance(error, PatchgradError):
        return Outcome(title=error.title, got=error.got, want=error.want, hint=error.hint)
    return Outcome(title=title, got=f"{type(error).__name__}: {error}"[:300])
