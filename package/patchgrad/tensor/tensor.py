"""Tensor: an array with a place on the tape, and ``apply``, which runs an op on tensors.

Operators and methods are attached in ``ops/methods.py``; what an op computes stands in ``ops/``.
Read next: ``views.py`` (shared memory, in-place writes), ``worlds.py`` (how backward computes).
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

from patchgrad.autograd.hooks import HookHandle, LeafHooks, add
from patchgrad.autograd.node import Node
from patchgrad.autograd.op import OpSpec
from patchgrad.autograd.state import state
from patchgrad.backend import BY_TYPE, Backend, backend_of, device, get_backend, low
from patchgrad.backend.dtype import dtype, float32, float64, from_numpy, wrapped
from patchgrad.backend.low import EXACT_SCALARS, FLOATS, widened_kind
from patchgrad.errors import ArgumentError, DeviceError, DtypeError, GradError, PatchgradError
from patchgrad.tensor.explain import explain, placed
from patchgrad.tensor.size import Size
from patchgrad.typing import Array

if TYPE_CHECKING:
    from patchgrad.tensor.declared import Declared
else:
    Declared = object

Hook = Callable[["Tensor"], "Tensor | None"]
META, CPU = get_backend("meta"), get_backend("cpu")


class Tensor(Declared):
    """An n-dimensional array that remembers how it was computed.

    Fields
        data           the bare array (NumPy, CuPy, or shape and dtype only)
        requires_grad  is a gradient wanted with respect to it
        grad           the accumulated gradient of a leaf, or None
        node, port     the tape entry that made it, and which of its outputs it is; None for a leaf
        lineage        set where memory is shared with other tensors (see ``views.py``)
        version        counts writes in place
        kept           some tape entry keeps this memory for its backward
        uid            the name by which an optimizer knows it; only of those that are trained
    """

    __slots__ = (
        "__weakref__", "data", "grad", "hooks", "kept", "lineage", "node", "port", "requires_grad", "uid", "version",
    )  # fmt: skip

    def __init__(self, data: Array, requires_grad: bool = False) -> None:
        self.data = data
        self.requires_grad = requires_grad
        self.grad: Tensor | None = None
        self.node: Node | None = None
        self.port = 0
        self.lineage: Any = None
        self.version = 0
        self.kept = False
        self.hooks: LeafHooks | None = None

    @property
    def shape(self) -> Size:
        return Size(self.data.shape)

    @property
    def ndim(self) -> int:
        return len(self.data.shape)

    @property
    def dtype(self) -> dtype:
        return from_numpy(self.data.dtype)

    @property
    def device(self) -> device:
        return device(self.backend.device_of(self.data))

    @property
    def backend(self) -> Backend:
        return backend_of(self.data)

    @property
    def is_leaf(self) -> bool:
        return self.node is None

    @property
    def grad_fn(self) -> Node | None:
        """The tape entry that made this tensor."""
        return self.node

    def __len__(self) -> int:
        if not self.data.shape:
            raise placed(
                ArgumentError(
                    "a tensor without axes has no length", got="shape ()", want="one axis or more", hint="numel() is 1"
                )
            )
        return self.data.shape[0]

    def __hash__(self) -> int:
        return id(self)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Ask for a gradient with respect to this leaf (or no longer)."""
        if requires_grad and self.data.dtype.kind not in FLOATS:
            raise placed(
                GradError(
                    "only floating and complex tensors can have a gradient",
                    got=f"dtype {self.dtype.name}",
                    hint="make it with floats, or call .float() first",
                )
            )
        if not requires_grad and self.node is not None:
            raise placed(
                GradError(
                    "a computed tensor cannot stop requiring its gradient",
                    got=f"a tensor of shape {self.shape}, computed by {self.node.op.name}",
                    hint="use detach(), or freeze the leaves that it is computed from",
                )
            )
        self.requires_grad = requires_grad
        return self

    def register_hook(self, hook: Hook) -> HookHandle:
        """Call ``hook(gradient)`` when the gradient of this tensor is known; a result replaces it.

        Returns a handle whose ``remove()`` takes the hook away.
        """
        if not self.requires_grad:
            raise placed(
                GradError("a tensor that does not require a gradient cannot have a hook on it", **_no_gradient(self))
            )
        if self.node is None:
            return add(self._leaf_hooks().before, hook)
        table = self._node_hooks(self.node)
        handle = add(table, _on_the_tape(hook))
        if _RETAINING in table:
            table[_RETAINING] = table.pop(_RETAINING)
        return handle

    def register_post_accumulate_grad_hook(self, hook: Callable[[Tensor], None]) -> HookHandle:
        """Call ``hook(tensor)`` each time after a gradient was added to ``grad`` of this leaf."""
        if not self.requires_grad or self.node is not None:
            raise placed(
                GradError(
                    "only a leaf that requires a gradient accumulates one",
                    got="a computed tensor" if self.node is not None else "a tensor that does not require a gradient",
                    hint="register_hook() sees the gradient of a computed tensor",
                )
            )
        return add(self._leaf_hooks().after, hook)

    def _leaf_hooks(self) -> LeafHooks:
        self.hooks = hooks = self.hooks or LeafHooks()
        return hooks

    def _node_hooks(self, node: Node) -> dict[int, Any]:
        node.hooks = table = node.hooks or {}
        return table.setdefault(self.port, {})

    def retain_grad(self) -> None:
        """Keep the gradient of this computed tensor in ``grad``."""
        if not self.requires_grad:
            raise placed(GradError("a tensor that does not require a gradient has none to keep", **_no_gradient(self)))
        if self.node is not None and not self.retains_grad:
            kept_by = weakref.ref(self)
            self._node_hooks(self.node)[_RETAINING] = _on_the_tape(lambda gradient: _retain(kept_by(), gradient))

    @property
    def retains_grad(self) -> bool:
        """Does this computed tensor keep its gradient?"""
        return self.node is not None and _RETAINING in (self.node.hooks or {}).get(self.port, {})

    def __getstate__(self) -> Any:
        """Values, gradient, and whether one is wanted: a copy or a saved tensor has no past and shares no memory."""
        kept = {"data": self.data, "grad": self.grad, "requires_grad": self.requires_grad, "version": 0, "kept": False}
        return None, {**kept, "node": None, "port": 0, "lineage": None, "hooks": None}

    def detach(self) -> Tensor:
        """The same memory without a past."""
        out = Tensor(self.data)
        _views.link(out, self, None, {})
        return out

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        if self.node is not None:
            raise GradError(
                "only leaves can be copied with their gradient",
                got=f"a tensor of shape {self.shape}, computed by {self.node.op.name}",
                want="a tensor that was not computed from others",
                hint="x.detach().clone() copies the values, x.clone() goes on with the tape",
            )
        memo[id(self)] = out = Tensor(self.data if self.backend is META else self.data.copy(), self.requires_grad)
        out.grad = None if self.grad is None else self.grad.__deepcopy__(memo)
        return out

    def detach_(self) -> Self:
        """Forget the past of this tensor itself."""
        if self.lineage is not None and self.lineage.source is not None and self.requires_grad:
            raise placed(
                GradError("a view cannot forget its past in place", got=f"shape {self.shape}", hint="use detach()")
            )
        self.node, self.port, self.requires_grad = None, 0, False
        return self

    @property
    def _version(self) -> int:
        """How often the memory of this tensor was written; equal for all that share it."""
        return _views.root_of(self).version

    def backward(
        self,
        gradient: Tensor | None = None,
        retain_graph: bool | None = None,
        create_graph: bool = False,
        inputs: Any = None,
    ) -> None:
        """Add the gradient of this tensor to ``grad`` of every leaf it was computed from.

        Parameters
            gradient      cotangent, of this tensor's shape; may be left out for one element
            retain_graph  keep what the tape saved, so that backward can run again
            create_graph  tape the backward pass too, for higher derivatives
            inputs        only these leaves
        """
        _worlds.backward(self, gradient, retain_graph, create_graph, inputs)

    def __repr__(self) -> str:
        return _printing.show(self)


def _no_gradient(tensor: Tensor) -> dict[str, str]:
    return {
        "got": f"plain data of shape {tensor.shape}",
        "want": "a tensor that requires a gradient",
        "hint": "x.requires_grad_() before it is used",
    }


_RETAINING = -1
"""The place of `Tensor.retain_grad` among the hooks of an output: always the last."""


def _retain(tensor: Tensor | None, gradient: Tensor) -> None:
    if tensor is not None:
        gradient = gradient if gradient.requires_grad else gradient.detach()
        tensor.grad = gradient if tensor.grad is None else tensor.grad + gradient  # type: ignore[operator]


def _on_the_tape(hook: Hook) -> Callable[[Any, Any], Any]:
    """A hook on a computed tensor: called with the bare cotangent and the world that computes with it."""
    return lambda ct, world: world.through(hook, ct)


def apply(op: OpSpec, *inputs: Any, **attrs: Any) -> Any:
    """Run ``op`` on tensors, Python scalars and None; tape it where a gradient may be wanted.

    Returns a tensor, or a tuple of tensors where the op has several outputs.
    """
    if low.used and state.autocast is not None:
        inputs = state.autocast.inputs(op.name, inputs)
    arrays: list[Any] = []
    backend: Backend | None = None
    kind: Any = None
    wanted, alike = False, True
    for entry in inputs:
        if isinstance(entry, Tensor):
            data = entry.data
            arrays.append(data)
            if entry.requires_grad:
                wanted = True
            if backend is None:
                backend, kind = BY_TYPE[type(data)], data.dtype
            elif BY_TYPE[type(data)] is not backend:
                backend, alike = _common_backend(op, inputs), False
                if backend.depth:
                    return apply(op, *backend.lift(inputs), **attrs)
            elif data.dtype is not kind:
                alike = False
        else:
            arrays.append(entry)
            if entry is not None and type(entry) not in _PLAIN:
                if type(entry) in BY_TYPE:
                    raise explain(op, inputs, attrs, TypeError("a bare array"))
                alike = False
    if backend is None:
        backend = CPU
    try:
        if op.aligns and not (alike and (kind is _FLOAT32 or kind is _FLOAT64)):
            _align(op, arrays, backend)
        result = backend.run(op, arrays, attrs)
    except PatchgradError as error:
        raise explain(op, inputs, attrs, error) from None
    except Exception as error:
        raise explain(op, inputs, attrs, error) from error
    if op.single:
        outputs = (Tensor(result if type(result) in BY_TYPE else backend.asarray(result)),)
    else:
        outputs = tuple([Tensor(entry if type(entry) in BY_TYPE else backend.asarray(entry)) for entry in result])
    if wanted and op.differentiable and state.grad_enabled:
        _tape(op, inputs, arrays, attrs, outputs, backend)
    if op.view and backend is not META:
        _views.link(outputs[0], inputs[0], op, attrs)
    if state.observers:
        for observer in state.observers:
            observer.forward(op, attrs, inputs, outputs, outputs[0].node)
    return outputs[0] if op.single else outputs


_PLAIN = frozenset((int, float, bool))
_FLOAT32, _FLOAT64 = float32.numpy, float64.numpy
"""Arrays of one such dtype, beside Python numbers, are computed with as they are."""


def _common_backend(op: OpSpec, inputs: tuple[Any, ...]) -> Backend:
    """The backend of inputs that live in different places: batches, then ``meta`` win; others may not be mixed."""
    found: Backend | None = None
    for entry in inputs:
        if isinstance(entry, Tensor):
            backend = BY_TYPE[type(entry.data)]
            if found is None or backend.depth > found.depth or (backend is META and not found.depth):
                found = backend
            elif backend.depth == found.depth and backend is not found and found is not META:
                raise placed(
                    DeviceError(
                        f"{op.name} cannot mix devices",
                        got=", ".join(
                            f"{name} on {tensor.device}"
                            for name, tensor in zip(op.inputs, inputs, strict=False)
                            if isinstance(tensor, Tensor)
                        ),
                        hint="move one with .to(device)",
                    )
                )
    return found or CPU


def _align(op: OpSpec, arrays: list[Any], backend: Backend) -> None:
    """Cast arrays of different kinds to the result's dtype; nothing to do for equal floating dtypes.

    Raises DtypeError for complex numbers where the op has none.
    """
    if op.real:
        _refuse_complex(op, arrays)
    if not op.casts:
        return
    first: Any = None
    simple = True
    for array in arrays:
        kind = getattr(array, "dtype", None)
        if kind is None:
            simple = simple and type(array) is not complex
        elif first is None:
            first = kind
        elif kind is not first and kind != first:
            simple = False
    if simple and first is not None and first.kind in FLOATS:
        return
    if backend is META:
        return
    target = op.result_dtypes(arrays, {})[0]
    for index, entry in enumerate(arrays):
        if type(entry) is int and target.kind in "iu":
            arrays[index] = wrapped(entry, target)
        array: Any = entry
        kind = getattr(array, "dtype", target)
        if kind == target or (index in op.apart and (kind.kind not in FLOATS or widened_kind(target) is not target)):
            continue
        exact = array.shape == () and op.name in EXACT_SCALARS and kind.kind == "f"
        arrays[index] = array.astype(widened_kind(target) if exact else target)


def _refuse_complex(op: OpSpec, arrays: list[Any]) -> None:
    for name, array in zip(op.inputs, arrays, strict=False):
        if getattr(array, "dtype", None) is not None and array.dtype.kind == "c":
            raise DtypeError(
                f"{op.name} is not defined for complex numbers",
                got=f"{name}: {array.dtype.name}",
                want="real numbers",
                hint="x.real, x.imag, x.abs() and x.angle() are real",
            )


def _tape(
    op: OpSpec, inputs: tuple[Any, ...], arrays: list[Any], attrs: Any, outputs: tuple[Tensor, ...], backend: Backend
) -> None:
    """Enter the op on the tape."""
    parents: list[Any] = []
    ports: list[int] = []
    shapes: list[Any] = []
    dtypes: list[Any] = []
    for entry in inputs:
        if isinstance(entry, Tensor):
            data = entry.data
            shapes.append(data.shape)
            dtypes.append(data.dtype)
            parents.append((entry.node or entry) if entry.requires_grad else None)
            ports.append(entry.port)
        else:
            shapes.append(())
            dtypes.append(None)
            parents.append(None)
            ports.append(0)
    node = Node(op, attrs, parents, ports, backend, shapes, dtypes, 4)
    if op.saves:
        _keep(node, inputs, arrays, outputs)
    for port, output in enumerate(outputs):
        if output.data.dtype.kind in FLOATS:
            output.node, output.port, output.requires_grad = node, port, True


def _keep(node: Node, inputs: tuple[Any, ...], arrays: list[Any], outputs: tuple[Tensor, ...]) -> None:
    """Hand the node the arrays that its rules will read, and mark their memory as kept."""
    op = node.op
    indices = range(len(inputs)) if op.variadic and op.saved_inputs else op.saved_inputs
    saved: list[Any] = []
    for index in indices:
        saved.append(arrays[index])
        tensor = inputs[index]
        if isinstance(tensor, Tensor):
            root = tensor if tensor.lineage is None else tensor.lineage.root(tensor)
            root.kept = True
            if root.requires_grad and root.node is None:
                node.versions = [*(node.versions or ()), (root, root.version)]
    for index in op.saved_outputs:
        saved.append(outputs[index].data)
        outputs[index].kept = True
    node.saved = saved


from patchgrad.tensor import printing as _printing  # noqa: E402
from patchgrad.tensor import views as _views  # noqa: E402  (both need Tensor)
from patchgrad.tensor import worlds as _worlds  # noqa: E402
