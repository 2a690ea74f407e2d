"""Methods that change in place what a tensor is, not what its memory holds: its axes, its size, its memory itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from patchgrad.autograd.state import state
from patchgrad.backend import MetaArray
from patchgrad.errors import ArgumentError, GradError
from patchgrad.ops import axes, movement, shapes, strided
from patchgrad.tensor import Tensor, views
from patchgrad.tensor.explain import placed

METHODS = "as_strided_ resize_ resize_as_ set_ squeeze_ swapaxes_ swapdims_ t_ transpose_ unsqueeze_"


def become(tensor: Tensor, function: Callable[..., Tensor], *args: Any) -> Tensor:
    """Let a tensor be from now on what a function of views makes of it, on the tape too."""
    views.refuse_leaf(tensor)
    found = function(_before(tensor), *args)
    for field in ("data", "node", "port", "requires_grad", "version"):
        setattr(tensor, field, getattr(found, field))
    lineage = found.lineage
    if lineage is not None and lineage.source is not None:
        views.link(tensor, lineage.source, lineage.op, lineage.attrs)
    for observer in state.observers:
        note = getattr(observer, "wrote", None)
        if note is not None:
            note(tensor, found)
    return tensor


def _before(tensor: Tensor) -> Tensor:
    """The tensor as it was, which its views now come from."""
    out = Tensor(tensor.data)
    for field in ("node", "port", "requires_grad", "lineage", "version", "kept"):
        setattr(out, field, getattr(tensor, field))
    lineage = views.root_of(tensor).lineage
    if lineage is None:
        return out
    for view in lineage.living():
        if view.lineage.base is tensor:
            view.lineage.base = out
        if view.lineage.source is tensor:
            view.lineage.source = out
    if out.lineage is not lineage:
        lineage.add(out)
    return out


def t_(self: Tensor) -> Tensor:
    """Exchange the two axes of this matrix."""
    return become(self, movement.t)


def transpose_(self: Tensor, dim0: int, dim1: int) -> Tensor:
    """Exchange two axes of this tensor."""
    return become(self, movement.transpose, dim0, dim1)


def swapaxes_(self: Tensor, axis0: int, axis1: int) -> Tensor:
    """Exchange two axes of this tensor."""
    return become(self, axes.swapaxes, axis0, axis1)


def swapdims_(self: Tensor, dim0: int, dim1: int) -> Tensor:
    """Exchange two axes of this tensor."""
    return become(self, axes.swapdims, dim0, dim1)


def squeeze_(self: Tensor, dim: Any = None) -> Tensor:
    """Drop the axes of size 1 of this tensor, or those of ``dim``."""
    return become(self, movement.squeeze, *(() if dim is None else (dim,)))


def unsqueeze_(self: Tensor, dim: int) -> Tensor:
    """Give this tensor a new axis of size 1."""
    return become(self, movement.unsqueeze, dim)


def as_strided_(self: Tensor, size: Any, stride: Any, storage_offset: int | None = None) -> Tensor:
    """Let this tensor be a view by strides of its memory."""
    return become(self, strided.as_strided, size, stride, storage_offset)


def resize_(self: Tensor, *sizes: Any, memory_format: Any = None) -> Tensor:
    """Give this tensor another size: its elements in row order stay, what is more is 0.

    Errors
        GradError      if it requires a gradient.
        ArgumentError  if it shares its memory with other tensors.
    """
    _bare(self, "resize_")
    shape = shapes.sizes(sizes)
    if min(shape, default=0) < 0:
        raise placed(ArgumentError("a size cannot be negative", got=f"{shape}"))
    self.data = _resized(self, shape)
    views.bump(self)
    return self


def _resized(self: Tensor, shape: tuple[int, ...]) -> Any:
    old, count = self.data, shapes.count(shape)
    if isinstance(old, MetaArray):
        return MetaArray(shape, old.dtype)
    if old.shape == shape:
        return old
    flat = old.reshape(-1)
    if count > flat.size:
        xp = self.backend.xp
        flat = xp.concat((flat, xp.zeros(count - flat.size, dtype=old.dtype)))
    return flat[:count].reshape(shape)


def resize_as_(self: Tensor, the_template: Tensor, memory_format: Any = None) -> Tensor:
    """Give this tensor the size of another one; see `resize_`."""
    return resize_(self, the_template.shape)


def set_(self: Tensor, source: Tensor | None = None) -> Tensor:
    """Let this tensor be the memory of ``source`` from now on; without one it is empty.

    Raises GradError if it requires a gradient.
    """
    _bare(self, "set_", views_too=False)
    if source is None:
        self.data, self.lineage = self.backend.xp.empty(0, dtype=self.data.dtype), None
        return self
    if source.data.dtype != self.data.dtype:
        raise placed(ArgumentError("set_ cannot change the dtype", got=f"{source.dtype.name}", want=self.dtype.name))
    self.data, self.lineage, self.version = source.data, None, source.version
    views.link(self, source, None, {})
    return self


def _bare(self: Tensor, name: str, views_too: bool = True) -> None:
    """Raise for a tensor that others hang on."""
    if self.requires_grad:
        raise placed(GradError(f"{name} cannot change a tensor that requires a gradient", hint="detach() it first"))
    lineage = self.lineage
    if lineage is not None and (lineage.living() or (lineage.source is not None and views_too)):
        raise placed(ArgumentError(f"{name} cannot change memory that other tensors share", hint="clone() it first"))
