"""How a backward pass computes: on bare arrays, or on tensors when it is itself to be differentiated.

The engine in ``autograd/reverse.py`` is the same for both.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from typing import Any

from patchgrad.autograd.node import Node
from patchgrad.autograd.op import Saved
from patchgrad.autograd.reverse import Key, run_backward
from patchgrad.autograd.state import enable_grad, no_grad, state
from patchgrad.backend import BY_TYPE, get_backend, low
from patchgrad.backend.low import FLOATS
from patchgrad.errors import ArgumentError, GradError, ShapeError
from patchgrad.tensor.explain import placed
from patchgrad.tensor.foreign import shown
from patchgrad.tensor.tensor import Tensor
from patchgrad.tensor.views import bump

Hook = Callable[[Tensor], Tensor | None]
NO_RULES: dict[str, Any] = {}

_load_namespace: Callable[[], Any] | None = None
_namespace: Any = None


def use_namespace(load: Callable[[], Any]) -> None:
    """Install what gives the namespace whose functions take and give tensors; called at the first use."""
    global _load_namespace
    _load_namespace = load


def tensor_namespace() -> Any:
    """The namespace for differentiable backward passes."""
    global _namespace
    if _namespace is None and _load_namespace is not None:
        _namespace = _load_namespace()
    return _namespace


def array_namespace(version: str | None) -> Any:
    """The namespace that says it holds this version of the array API. Raises ArgumentError for others."""
    found = tensor_namespace()
    if version not in (None, *found.VERSIONS):
        raise placed(ArgumentError("there is no such array API", got=repr(version), want=", ".join(found.VERSIONS)))
    return found


def _unsaved(node: Node) -> Sequence[Any]:
    """What the node kept, or an error that says why it is gone."""
    if node.saved is None:
        raise GradError(
            f"backward runs through {node.op.name} a second time, and its saved values are freed",
            where=f"{node.op.name} at {node.position}",
            got="a graph whose backward pass has run already",
            hint="call backward(retain_graph=True) the first time, or detach() the tensor that links to the old step",
        )
    for leaf, version in node.versions or ():
        if leaf.version != version:
            raise GradError(
                f"a tensor that {node.op.name} keeps for its gradient was changed in place",
                where=f"{node.op.name} at {node.position}",
                got=f"a leaf of shape {leaf.shape} at version {leaf.version}",
                want=f"version {version}",
                hint="call backward() before changing it (optimizer.step() changes parameters)",
            )
    return node.saved


def _saved(node: Node, wrap: Callable[[Node, int, bool, Any], Any]) -> Saved:
    values = list(_unsaved(node))
    op = node.op
    named: dict[str, Any] = {}
    if op.variadic and op.saved_inputs:
        named[op.inputs[0]] = [wrap(node, i, True, value) for i, value in enumerate(values[: len(node.parents)])]
        values = values[len(node.parents) :]
    else:
        for index, value in zip(op.saved_inputs, values, strict=False):
            named[op.inputs[index]] = wrap(node, index, True, value)
        values = values[len(op.saved_inputs) :]
    for index, value in zip(op.saved_outputs, values, strict=True):
        named[op.outputs[index]] = wrap(node, index, False, value)
    return Saved(op, named, node.attrs, node.shapes, node.dtypes)


def tensor_of(array: Any) -> Tensor:
    """A tensor of an array, or of the scalar that NumPy gives in place of an array without axes."""
    return Tensor(array if type(array) in BY_TYPE else get_backend().asarray(array))


class ArrayWorld:
    """Cotangents are bare arrays."""

    mode = no_grad

    def enter(self, value: Tensor) -> Any:
        return value.data

    def namespace(self, node: Node) -> Any:
        return node.backend.xp

    def rules(self, node: Node) -> dict[str, Any]:
        return node.op.chosen_rules.get(node.backend.name, NO_RULES)

    def saved(self, node: Node) -> Saved:
        op = node.op
        if op.variadic or low.used:
            return _saved(node, lambda node, index, is_input, value: low.widened(value))
        values = node.saved if node.saved is not None and node.versions is None else _unsaved(node)
        return Saved(op, dict(zip(op.saved_names, values, strict=True)), node.attrs, node.shapes, node.dtypes)

    def fit(self, node: Node, index: int, gradient: Any) -> Any:
        if gradient.shape != node.shapes[index]:
            gradient = sum_to(node.backend.xp, gradient, node.shapes[index])
        kind = node.dtypes[index]
        if gradient.dtype == kind:
            return gradient
        return (gradient.real if gradient.dtype.kind == "c" and kind.kind != "c" else gradient).astype(kind)

    def match(self, node: Node, tangent: Any, spec: Any) -> Any:
        if tangent.shape != spec[0]:
            tangent = node.backend.xp.broadcast_to(tangent, spec[0])
        return tangent if tangent.dtype == spec[1] else tangent.astype(spec[1])

    def add(self, a: Any, b: Any) -> Any:
        if a.base is None and sys.getrefcount(a) <= _PENDING and a.dtype == b.dtype and a.shape == b.shape:
            a += b
            return a
        return a + b

    def widened(self, cts: list[Any]) -> list[Any]:
        return low.widened(cts)

    def through(self, hook: Hook, ct: Any) -> Any:
        result = hook(tensor_of(ct))
        return ct if result is None else _answer(result, tensor_of(ct)).data


class TensorWorld:
    """Cotangents are tensors, and every step is taped."""

    mode = enable_grad

    def enter(self, value: Tensor) -> Any:
        return value

    def namespace(self, node: Node) -> Any:
        return tensor_namespace()

    def rules(self, node: Node) -> dict[str, Any]:
        return NO_RULES

    def saved(self, node: Node) -> Saved:
        return _saved(node, lambda *place: _wide(_as_tensor(*place)))

    def fit(self, node: Node, index: int, gradient: Any) -> Any:
        if gradient.shape != node.shapes[index]:
            gradient = sum_to(tensor_namespace(), gradient, node.shapes[index])
        kind = node.dtypes[index]
        if gradient.data.dtype == kind:
            return gradient
        part = gradient.real if gradient.data.dtype.kind == "c" and kind.kind != "c" else gradient
        return part if part.data.dtype == kind else tensor_namespace().astype(part, kind)

    def match(self, node: Node, tangent: Any, spec: Any) -> Any:
        if tangent.shape != spec[0]:
            tangent = tensor_namespace().broadcast_to(tangent, spec[0])
        return tangent if tangent.data.dtype == spec[1] else tensor_namespace().astype(tangent, spec[1])

    def add(self, a: Any, b: Any) -> Any:
        return a + b

    def widened(self, cts: list[Any]) -> list[Any]:
        return [_wide(ct) for ct in cts]

    def through(self, hook: Hook, ct: Any) -> Any:
        return _answer(hook(ct), ct)


class UntapedWorld(TensorWorld):
    """Cotangents are tensors without a past: for arrays that hold tensors themselves, whose own tape goes on."""

    mode = nullcontext

    def enter(self, value: Tensor) -> Any:
        return Tensor(value.data)

    def saved(self, node: Node) -> Saved:
        return _saved(node, lambda *place: _wide(_without_past(*place)))

    def through(self, hook: Hook, ct: Any) -> Any:
        with no_grad():
            return super().through(hook, ct)


def _without_past(node: Node, index: int, is_input: bool, value: Any) -> Any:
    return value if getattr(value, "shape", None) is None else Tensor(value)


def _as_tensor(node: Node, index: int, is_input: bool, value: Any) -> Any:
    """A saved array as the tensor it was, with its place on the tape."""
    if getattr(value, "shape", None) is None:
        return value
    tensor = Tensor(value)
    if value.dtype.kind not in FLOATS:
        return tensor
    producer, port = (node.parents[index], node.ports[index]) if is_input else (node, index)
    if isinstance(producer, Tensor):
        return producer
    if producer is None:
        return tensor
    kind = node.dtypes[index] if is_input else value.dtype
    if kind != value.dtype:  # it was cast to the dtype of the inputs beside it: the cast goes on the tape too
        tensor = Tensor((value.real if value.dtype.kind == "c" and kind.kind != "c" else value).astype(kind))
    tensor.node, tensor.port, tensor.requires_grad = producer, port, True
    return tensor if kind == value.dtype else tensor_namespace().astype(tensor, value.dtype)


def _wide(value: Any) -> Any:
    """A tensor in low precision as float32, on the tape; anything else as it is."""
    touched = isinstance(value, Tensor) and low.used and low.touches(value.data)
    return tensor_namespace().astype(value, "float32") if touched else value


def sum_to(xp: Any, value: Any, shape: tuple[int, ...]) -> Any:
    """Sum over the axes along which ``shape`` was broadcast; broadcast where the value is smaller."""
    extra = len(value.shape) - len(shape)
    axes = tuple(range(extra)) + tuple(
        extra + i for i, size in enumerate(shape) if size == 1 and value.shape[extra + i] != 1
    )
    if axes:
        kept = tuple(1 if i in axes else size for i, size in enumerate(value.shape))[extra:]
        value = xp.reshape(xp.sum(value, axis=axes, keepdims=True), kept)
    return value if value.shape == shape else xp.broadcast_to(value, shape)


ARRAYS, TENSORS, UNTAPED = ArrayWorld(), TensorWorld(), UntapedWorld()


def world_for(values: Iterable[Tensor], create_graph: bool) -> Any:
    """The world to compute with: tensors where the pass is taped, bare arrays where these are arrays."""
    if create_graph:
        return TENSORS
    for value in values:
        if BY_TYPE[type(value.data)].depth:
            return UNTAPED
    return ARRAYS


def as_tensor(value: Any) -> Tensor:
    """A cotangent or tangent of any world as a tensor."""
    return value if isinstance(value, Tensor) else tensor_of(value)


def pull(
    outputs: Sequence[Tensor],
    cotangents: Sequence[Tensor],
    *,
    create_graph: bool,
    keep: bool,
    wanted: set[Key] | None = None,
    then: Callable[[dict[Key, Any]], None] | None = None,
) -> dict[Key, Any]:
    """Run backward from ``outputs``; cotangents by (producer, port), arrays or, with ``create_graph``, tensors.

    ``then`` is called with them while the pass still counts as running: hooks of leaves belong to it.
    """
    world = world_for((*outputs, *cotangents), create_graph)
    roots = [
        (output.node or output, output.port, world.enter(ct)) for output, ct in zip(outputs, cotangents, strict=True)
    ]
    state.passes.append((roots, wanted))
    try:
        with world.mode(), get_backend().quiet():
            found = run_backward(roots, world, keep=keep or create_graph, wanted=wanted)
            if then is not None:
                then(found)
            return found
    finally:
        state.passes.pop()


def first_cotangent(output: Tensor, given: Tensor | None) -> Tensor:
    """The cotangent that starts a backward pass: ones for a single element, else what was given."""
    if not output.requires_grad:
        raise placed(
            GradError(
                "there is nothing to differentiate: this tensor does not require a gradient",
                got=f"a tensor of shape {output.shape} without a past on the tape",
                hint="was it computed under no_grad, detached, or from data alone?",
            )
        )
    if given is None:
        if output.data.size != 1:
            raise placed(
                GradError(
                    "backward needs a cotangent for a result of more than one element",
                    got=f"shape {output.shape}",
                    hint="reduce it to one number (.sum(), .mean()), or pass backward(gradient)",
                )
            )
        return Tensor(output.backend.xp.ones(output.shape, dtype=output.data.dtype))
    if not isinstance(given, Tensor):
        raise placed(
            GradError(
                "the cotangent is a tensor",
                got=shown(given),
                want=f"a tensor of shape {output.shape}",
                hint="pg.full_like(y, 1.0)",
            )
        )
    if given.shape != output.shape:
        raise placed(
            ShapeError("the cotangent must have the result's shape", got=f"{given.shape}", want=f"{output.shape}")
        )
    return given


def backward(output: Tensor, gradient: Tensor | None, retain: bool | None, create_graph: bool, inputs: Any) -> None:
    """``Tensor.backward``: accumulate into ``grad`` of the leaves."""
    accumulate([output], [first_cotangent(output, gradient)], retain, create_graph, inputs)


def accumulate(
    outputs: Sequence[Tensor],
    cotangents: Sequence[Tensor],
    retain: bool | None,
    create_graph: bool,
    inputs: Iterable[Tensor] | None,
) -> None:
    """Add gradients to ``grad`` of the leaves, or of ``inputs`` where these are given."""
    targets = None if inputs is None else {(entry.node or entry, entry.port): entry for entry in _tensors_in(inputs)}
    wanted = None if targets is None else set(targets)

    def give(found: dict[Key, Any]) -> None:
        for key, value in found.items():
            leaf = key[0] if targets is None else targets[key]
            if isinstance(leaf, Tensor):
                _accumulate(leaf, as_tensor(value))

    pull(outputs, cotangents, create_graph=create_graph, keep=bool(retain), wanted=wanted, then=give)


def _tensors_in(inputs: Any) -> list[Tensor]:
    entries = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    if not entries or any(not entry.requires_grad for entry in entries):
        raise placed(
            GradError(
                "backward(inputs=) wants tensors that require a gradient",
                got=", ".join(f"plain data of shape {x.shape}" for x in entries if not x.requires_grad) or "none",
                hint="x.requires_grad_() before it is used",
            )
        )
    return entries


def hooked(leaf: Tensor, gradient: Tensor) -> Tensor:
    """The gradient of a leaf after its hooks."""
    if leaf.node is None and leaf.hooks is not None:
        for hook in tuple(leaf.hooks.before.values()):
            gradient = _answer(hook(gradient), gradient)
    return gradient


def _answer(result: Any, gradient: Tensor) -> Tensor:
    """What a hook gives in place of the gradient, or the gradient itself."""
    if result is None:
        return gradient
    if not isinstance(result, Tensor) or result.shape != gradient.shape:
        raise placed(
            GradError(
                "a hook may replace a gradient only by one of its shape",
                got=f"{getattr(result, 'shape', type(result).__name__)}",
                want=f"a tensor of shape {gradient.shape}, or None to leave it",
            )
        )
    return result


def _accumulate(leaf: Tensor, gradient: Tensor) -> None:
    hooks = leaf.hooks
    if hooks is not None:
        gradient = hooked(leaf, gradient)
    if leaf.grad is None:
        leaf.grad = gradient if gradient.requires_grad else Tensor(_own(gradient.data))
    elif gradient.requires_grad or leaf.grad.requires_grad:
        leaf.grad = leaf.grad + gradient
    else:
        leaf.grad.data += gradient.data
        bump(leaf.grad)
    if hooks is not None:
        for hook in tuple(hooks.after.values()):
            hook(leaf)


def _own(array: Any) -> Any:
    """The array itself if nobody else can hold its memory, else a copy."""
    return array if array.base is None and sys.getrefcount(array) <= _ALONE else array.copy()


_COUNTS = sys.version_info < (3, 14)
"""Later Pythons count fewer references than there are names."""
_ALONE = 5 if _COUNTS else 0
"""References to a gradient that only this pass holds: found, value, Tensor, argument, getrefcount."""
_PENDING = 3 if _COUNTS else 0
"""References to a sum of cotangents that only this pass holds: its place, argument, getrefcount."""
