"""Tensors that share memory, and writes in place.

Every view knows the tensor it was taken from and how (`Lineage`), and a base knows its living views.
A write in place

1. moves to fresh memory first if a tape entry keeps the old values for its backward (so gradients
   stay right), taking all views along; a leaf that is written under ``no_grad`` is written directly,
   and a backward pass that still needs its old values says so;
2. then, if a gradient is wanted, re-enters the base and all its views on the tape.
"""

from __future__ import annotations

import weakref
from typing import Any

from patchgrad.autograd.node import Node
from patchgrad.autograd.op import OpSpec, Sample, define
from patchgrad.autograd.state import no_grad, state
from patchgrad.backend import MetaArray, host
from patchgrad.backend.promotion import can_cast
from patchgrad.errors import ArgumentError, DtypeError, GradError, PatchgradError, ShapeError
from patchgrad.tensor import copies
from patchgrad.tensor.tensor import Tensor, apply
from patchgrad.typing import Array


class Lineage:
    """Where a view comes from (``source``, ``op``, ``attrs``), and the living views of a base."""

    __slots__ = ("attrs", "base", "limit", "op", "source", "views")

    def __init__(self, base: Tensor | None, source: Tensor | None, op: OpSpec | None, attrs: dict[str, Any]) -> None:
        self.base = base
        self.source = source
        self.op = op
        self.attrs = attrs
        self.views: list[weakref.ref[Tensor]] = []
        self.limit = 16

    def root(self, tensor: Tensor) -> Tensor:
        """The tensor that owns the memory of ``tensor``, whose lineage this is."""
        return tensor if self.base is None else self.base

    def living(self) -> list[Tensor]:
        return [view for view in (ref() for ref in self.views) if view is not None]

    def add(self, view: Tensor) -> None:
        self.views.append(weakref.ref(view))
        if len(self.views) > self.limit:
            self.views = [ref for ref in self.views if ref() is not None]
            self.limit = max(16, 2 * len(self.views))


def root_of(tensor: Tensor) -> Tensor:
    """The tensor that owns the memory."""
    return tensor if tensor.lineage is None else tensor.lineage.root(tensor)


def link(view: Tensor, source: Tensor, op: OpSpec | None, attrs: dict[str, Any]) -> None:
    """Note that ``view`` was taken from ``source`` by ``op`` (None: detach), if they do share memory."""
    if not _share(view.data, source.data):
        return
    root = root_of(source)
    if root.lineage is None:
        root.lineage = Lineage(None, None, None, {})
    view.lineage = Lineage(root, source, op, attrs)
    root.lineage.add(view)


def _share(a: Array, b: Array) -> bool:
    return a is b or a.base is b or (a.base is not None and (a.base is b.base or _owner(a) is _owner(b)))


def _owner(array: Any) -> Any:
    """What owns the memory; views by strides have an object of another kind between."""
    base = array.base
    while base is not None:
        array, base = base, getattr(base, "base", None)
    return array


def write(target: Tensor, op: OpSpec, *others: Any, **attrs: Any) -> Tensor:
    """Run ``op`` on (target, others) and store the result in ``target``'s own memory."""
    refuse_leaf(target)
    result = apply(op, target, *others, **attrs)
    if result.shape != target.shape:
        raise ShapeError(
            f"{op.name} in place cannot change a shape",
            got=f"{target.shape}",
            want=f"the result's {result.shape}",
        )
    refuse_cast(op.name, target, result)
    store(target, result, op.name)
    return target


def refuse_cast(name: str, target: Tensor, result: Tensor) -> None:
    """A result of a higher kind does not fit: floats into whole numbers, numbers into bools."""
    if not can_cast(result.dtype, target.dtype):
        raise DtypeError(
            f"{name} in place cannot change a dtype",
            got=f"{result.dtype.name} into {target.dtype.name}",
            hint=f"compute a new tensor instead, or cast first: .{result.dtype.name.rstrip('0123456789')}()",
        )


def store(target: Tensor, result: Tensor, by: str = "copy_") -> None:
    """Copy ``result`` into the memory of ``target`` and continue the tape from there; ``by`` is the op that writes."""
    if isinstance(target.data, MetaArray):
        return
    if type(target.data) is not type(result.data) and result.backend.depth > target.backend.depth:
        refuse_batch(target)
    _protect(target, by)
    _refuse_overlap(target)
    target.data[...] = result.data
    bump(target)
    for observer in state.observers:
        note = getattr(observer, "wrote", None)
        if note is not None:
            note(target, result)
    if state.grad_enabled and (result.requires_grad or target.requires_grad):
        _rebase(target, result)


def refuse_batch(target: Tensor) -> None:
    """Raise the error of a write that would need one value for each example of a `vmap`."""
    raise ArgumentError(
        "a tensor that is the same for all examples of a vmap cannot be written with one value for each",
        got=f"a tensor of shape {target.shape} from outside, or made without the batch",
        hint="make it from a tensor of the batch (x.clone(), x * 0), or compute a new one",
    )


def _refuse_overlap(target: Tensor) -> None:
    """Several elements of an expanded tensor are one in memory."""
    flags = getattr(target.data, "flags", None)
    if flags is not None and not getattr(flags, "writeable", True):
        raise ArgumentError(
            "this tensor cannot be written in place",
            got=f"shape {target.shape}, made by expand() or from a read-only array",
            hint="write into a copy: .clone()",
        )


def bump(target: Tensor) -> None:
    """Count a write; every tensor that shares the memory sees it."""
    root = root_of(target)
    root.version += 1
    if root is not target:
        target.version += 1


def refuse_leaf(target: Tensor) -> None:
    root = root_of(target)
    if state.grad_enabled and root.requires_grad and root.node is None:
        raise GradError(
            "a leaf that requires a gradient cannot be changed in place",
            got=f"a leaf of shape {root.shape}",
            hint="do it inside `with no_grad():`, or compute a new tensor instead",
        )


def _protect(target: Tensor, by: str) -> None:
    """Leave the old memory to the tape entries that keep it; continue in a copy."""
    root = root_of(target)
    if not root.kept or (root.requires_grad and root.node is None):
        return
    copies.note(root, by)
    root.data = root.backend.xp.asarray(root.data, copy=True)
    root.kept = False
    if root.lineage is not None:
        for view in root.lineage.living():
            _retake(view)
    for observer in state.observers:
        seen = getattr(observer, "copied", None)
        if seen is not None:
            seen(root)


def _retake(view: Tensor) -> None:
    """Take the view's memory anew from its source."""
    lineage = view.lineage
    source = lineage.source.data
    view.data = source if lineage.op is None else view.backend.run(lineage.op, [source], lineage.attrs)


def _rebase(target: Tensor, result: Tensor) -> None:
    """Make ``target`` (and its base and the base's other views) follow from ``result`` on the tape."""
    root = root_of(target)
    if root is target and result.requires_grad:
        root.node, root.port, root.requires_grad = result.node, result.port, True
    else:
        written = Tensor(root.data)
        _enter(written, WRITE_VIEW, (root, result), {"path": _path(target)})
        root.node, root.port, root.requires_grad = written.node, written.port, True
    if root.lineage is not None:
        for view in root.lineage.living():
            if view.lineage.op is not None and view.lineage.source.requires_grad:
                _enter(view, view.lineage.op, (view.lineage.source,), view.lineage.attrs)


def _enter(tensor: Tensor, op: OpSpec, inputs: tuple[Tensor, ...], attrs: dict[str, Any]) -> None:
    """Put ``tensor`` on the tape as the result of ``op``, which is not run."""
    node = Node(
        op,
        attrs,
        [(entry.node or entry) if entry.requires_grad else None for entry in inputs],
        [entry.port for entry in inputs],
        tensor.backend,
        [entry.data.shape for entry in inputs],
        [entry.data.dtype for entry in inputs],
    )
    tensor.node, tensor.port, tensor.requires_grad = node, 0, True


def _path(view: Tensor) -> tuple[tuple[str, dict[str, Any]], ...]:
    steps: list[tuple[str, dict[str, Any]]] = []
    while view.lineage is not None and view.lineage.source is not None:
        if view.lineage.op is not None:
            steps.append((view.lineage.op.name, view.lineage.attrs))
        view = view.lineage.source
    return tuple(reversed(steps))


def _follow(xp: Any, value: Any, path: Any) -> Any:
    for name, attrs in path:
        value = getattr(xp.ops, name)(value, **attrs)
    return value


def _outside(xp: Any, ct: Any, s: Any) -> Any:
    """The cotangent of the base: zero where the view was written, be it one part of complex numbers alone."""
    kind = s.dtype_of("base")
    mask = host.full(s.shape_of("base"), 1 + 1j if kind.kind == "c" else 1, dtype=kind)
    from patchgrad.backend import cpu

    _follow(cpu.xp, mask, s.path)[...] = 0
    if kind.kind != "c" or (mask.real == mask.imag).all():
        return xp.where(xp.asarray(mask != 0), ct, 0.0)
    real = xp.where(xp.asarray(mask.real != 0), xp.real(ct), 0.0)
    return real + 1j * xp.where(xp.asarray(mask.imag != 0), xp.imag(ct), 0.0)


def _written(xp: Any, base: Array, value: Array, *, path: Any) -> Array:
    out = base.copy()
    _follow(xp, out, path)[...] = value
    return out


WRITE_VIEW = define(
    "write_view",
    beyond="writes through a view, which the standard leaves open",
    inputs=("base", "value"),
    forward=_written,
    shape=lambda base, value, **_: base,
    dtype="same",
    vjps={"base": _outside, "value": lambda xp, ct, s: _follow(xp, ct, s.path)},
    formula=r"base[path] \leftarrow value",
    samples=lambda draw: [
        Sample((draw(4, 3), draw(2, 3)), {"path": (("select", {"index": (slice(1, 3), ...)}),)}),
        Sample(
            (draw(4, 3), draw(2, 4)),
            {"path": (("permute", {"axes": (1, 0)}), ("select", {"index": (slice(1, 3), ...)}))},
            "view of a view",
        ),
        Sample(
            (draw(3) + 1j * draw(3), draw(2)),
            {"path": (("imag", {}), ("select", {"index": (slice(1, 3), ...)}))},
            "a part of complex numbers",
        ),
    ],
)


def set_data(target: Tensor, array: Array) -> None:
    """Replace all values of ``target`` without the tape (optimizers, loading of weights)."""
    with no_grad():
        target.data[...] = array
    bump(target)


def put(target: Tensor, array: Array) -> None:
    """Let ``target`` hold what it held at another time: in its own memory, or in other where the shape was another."""
    if target.data.shape == array.shape:
        target.data[...] = array
    else:
        target.data = array.copy()


def store_value(target: Tensor, value: Tensor) -> None:
    """Write ``value``, broadcast and cast, into the view ``target``."""
    try:
        _store_value(target, value)
    except ValueError as error:
        if isinstance(error, PatchgradError):
            raise
        raise ShapeError(
            "a value does not fit the part that it is written to",
            got=f"value {value.shape}",
            want=f"{target.shape}, or a shape that broadcasts to it",
        ) from None


def _store_value(target: Tensor, value: Tensor) -> None:
    if value.shape != target.shape and value.requires_grad:
        extra = max(0, value.ndim - target.ndim)
        if extra and value.shape[:extra] == (1,) * extra:
            value = value.reshape(value.shape[extra:])  # type: ignore[attr-defined]
        value = value.broadcast_to(target.shape)  # type: ignore[attr-defined]
    store(target, value)
