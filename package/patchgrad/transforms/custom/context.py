"""What a custom function remembers between forward and backward: ``ctx``."""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Sequence
from typing import Any

from patchgrad.autograd.node import Node
from patchgrad.autograd.state import state
from patchgrad.errors import ArgumentError, GradError
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed
from patchgrad.tensor.views import root_of
from patchgrad.transforms.hooks import saved_tensors_hooks


class Kept:
    """What the tape entry of a custom function keeps: freed with the entry, read through ``ctx``.

    ``places`` says of each array which input it was, or -1, and which output, or -1.
    """

    __slots__ = ("__weakref__", "arrays", "places")

    def __init__(self, arrays: Sequence[Any], places: Sequence[tuple[int, int]]) -> None:
        self.arrays = arrays
        self.places = places

    def __iter__(self) -> Iterator[Any]:
        """As saved values of the op's rules: there are none."""
        return iter(())


class FunctionCtx:
    """Carries values from ``forward`` (or ``setup_context``) to ``backward`` and ``jvp``; attributes are free."""

    def __init__(self) -> None:
        self.needs_input_grad: tuple[bool, ...] = ()
        self.materialize_grads = True
        self._saving: tuple[Any, ...] = ()
        self._constant: tuple[int, ...] = ()
        self._dirty: tuple[int, ...] = ()
        self._node: weakref.ref[Node] | None = None

    def save_for_backward(self, *tensors: Tensor | None) -> None:
        """Keep inputs, outputs or other tensors for ``backward``, which reads them from ``saved_tensors``."""
        wrong = [type(entry).__name__ for entry in tensors if entry is not None and not isinstance(entry, Tensor)]
        if wrong:
            raise placed(
                ArgumentError(
                    "save_for_backward keeps tensors",
                    got=", ".join(wrong),
                    hint="keep other values as attributes: ctx.scale = scale",
                )
            )
        self._saving = tensors

    def save_for_forward(self, *tensors: Tensor | None) -> None:
        """Keep tensors for ``jvp``; the same as `save_for_backward`."""
        self.save_for_backward(*tensors)

    def mark_non_differentiable(self, *outputs: Tensor) -> None:
        """These outputs never require a gradient."""
        self._constant = tuple(id(entry) for entry in outputs)

    def mark_dirty(self, *inputs: Tensor) -> None:
        """These inputs were changed in place, and are outputs."""
        self._dirty = tuple(id(entry) for entry in inputs)

    def set_materialize_grads(self, value: bool) -> None:
        """Give ``backward`` zeros for outputs that nothing was computed from (the default), or None."""
        self.materialize_grads = bool(value)

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        """What was kept, as the tensors they were, with their places on the tape."""
        node = None if self._node is None else self._node()
        if node is None:
            return self._saving
        if node.saved is None:
            raise GradError(
                f"the tensors that {node.op.name} kept are freed",
                where=f"{node.op.name} at {node.position}",
                got="a graph whose backward pass has run already",
                hint="call backward(retain_graph=True) the first time",
            )
        kept: Any = node.saved
        pairs = zip(kept.arrays, kept.places, strict=True)
        return tuple(None if array is None else _restored(node, array, *place) for array, place in pairs)

    def enter(self, node: Node, inputs: Sequence[Any], outputs: Sequence[Tensor]) -> None:
        """Hand what is kept to the tape entry."""
        for tensor in self._saving:
            if tensor is not None:
                _protect(node, tensor)
        arrays: Any = [None if tensor is None else tensor.data for tensor in self._saving]
        for observer in state.observers:
            arrays = observer.packed(arrays) if isinstance(observer, saved_tensors_hooks) else arrays
        kept = Kept(arrays, [_place(tensor, inputs, outputs) for tensor in self._saving])
        node.saved = kept  # type: ignore[assignment]
        self._saving = ()
        self._node = weakref.ref(node)

    def is_constant(self, output: Tensor) -> bool:
        return id(output) in self._constant

    def is_dirty(self, tensor: Tensor) -> bool:
        return id(tensor) in self._dirty


def _place(tensor: Tensor | None, inputs: Sequence[Any], outputs: Sequence[Tensor]) -> tuple[int, int]:
    was_input = next((i for i, entry in enumerate(inputs) if entry is tensor), -1)
    was_output = next((i for i, entry in enumerate(outputs) if entry is tensor), -1)
    return was_input, was_output


def _protect(node: Node, tensor: Tensor) -> None:
    """Later writes in place go to fresh memory; those of a leaf are noticed."""
    root = root_of(tensor)
    root.kept = True
    if root.requires_grad and root.node is None:
        node.versions = [*(node.versions or ()), (root, root.version)]


def _restored(node: Node, array: Any, was_input: int, was_output: int) -> Tensor:
    producer, port = (node, was_output) if was_output >= 0 else (None, 0)
    if was_input >= 0 and was_output < 0:
        producer, port = node.parents[was_input], node.ports[was_input]
    if isinstance(producer, Tensor):
        return producer
    tensor = Tensor(array)
    if producer is not None:
        tensor.node, tensor.port, tensor.requires_grad = producer, port, True
    return tensor
