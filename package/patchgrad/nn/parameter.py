"""Parameter: a tensor that a module owns and an optimizer trains. And how values get into tensors from outside."""

from __future__ import annotations

import itertools
from typing import Any, Self

from patchgrad.autograd.provenance import caller
from patchgrad.backend import BY_TYPE, MetaArray, get_backend
from patchgrad.backend.device import chosen
from patchgrad.backend.dtype import as_dtype, get_default_dtype
from patchgrad.errors import ArgumentError
from patchgrad.tensor import Tensor, views

_next_id = itertools.count(1)


class Parameter(Tensor):
    """A tensor with ``requires_grad=True`` and a ``uid`` that names it for as long as the process lives.

    Optimizer slots and edits of a model follow the ``uid``, never the name or the position. A copy is another
    parameter: it gets a ``uid`` of its own.

    Parameters
        data           a tensor, whose memory is shared, or anything that makes an array
        requires_grad  False for one that is kept but not trained
    """

    __slots__ = ("made",)

    def __init__(self, data: Any, requires_grad: bool = True) -> None:
        super().__init__(data.data if isinstance(data, Tensor) else _as_data(data))
        self.uid = new_uid()
        self.made = caller()
        """Code and instruction of the user that made it, or its layer."""
        self.requires_grad_(requires_grad)

    @classmethod
    def empty(cls, shape: tuple[int, ...], *, device: Any = None, dtype: Any = None) -> Self:
        """A parameter that waits for its first values; takes no memory on the meta device."""
        return cls(allocate(shape, device=device, dtype=dtype))

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return type(self)(_copied(self.data), self.requires_grad)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.data, self.requires_grad)

    def __repr__(self) -> str:
        return f"Parameter containing:\n{super().__repr__()}"


def new_uid() -> str:
    """A name that no other tensor of this process has."""
    return f"p{next(_next_id)}"


def allocate(shape: tuple[int, ...], *, device: Any = None, dtype: Any = None) -> Any:
    """A bare array without meaningful values; the dtype is the default one unless given."""
    kind = (get_default_dtype() if dtype is None else as_dtype(dtype)).numpy
    backend = get_backend(chosen(device))
    with backend.here():
        return MetaArray(shape, kind) if backend.name == "meta" else backend.xp.empty(shape, dtype=kind)


def array_like(value: Any, like: Tensor, *, copy: bool = False) -> Any:
    """``value`` (tensor, array, nested list) as a bare array with the dtype and device of ``like``."""
    if isinstance(value, Tensor):
        value = value.backend.to_host(value.data)
    elif hasattr(value, "detach"):
        value = value.detach()
    array = like.backend.asarray(value, dtype=like.data.dtype)
    return _copied(array) if copy else array


def overwrite(target: Tensor, array: Any) -> None:
    """Put ``array`` into the memory of ``target``, without the tape.

    Errors
        ArgumentError  if ``target`` is a meta tensor, which holds nothing.
    """
    if isinstance(target.data, MetaArray):
        raise ArgumentError(
            "a meta tensor cannot take values", got=f"shape {target.shape}", hint="module.to_empty(device='cpu') first"
        )
    views.set_data(target, array)


def detached(value: Any) -> Any:
    """A slot as it is saved: an array as a tensor that shares its memory (in a list too), a number as it is."""
    if isinstance(value, list):
        return [detached(entry) for entry in value]
    if isinstance(value, Tensor):
        return value.detach()
    return Tensor(value) if hasattr(value, "shape") else value


def clear_grad(tensor: Tensor, set_to_none: bool = True) -> None:
    """Forget the gradient of ``tensor``, or fill it with zeros."""
    if set_to_none or tensor.grad is None:
        tensor.grad = None
    else:
        views.set_data(tensor.grad, 0)


def _as_data(value: Any) -> Any:
    return value if type(value) in BY_TYPE else get_backend("cpu").asarray(value)


def _copied(array: Any) -> Any:
    return array if isinstance(array, MetaArray) else array.copy()
