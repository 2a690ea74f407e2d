"""Questions about a tensor that need no look at its values (but `is_nonzero`)."""

from __future__ import annotations

from typing import Any

from patchgrad.errors import ArgumentError, ShapeError
from patchgrad.ops import shapes
from patchgrad.ops.layouts import strided
from patchgrad.tensor import Tensor, worlds
from patchgrad.tensor.explain import placed

__all__ = ["is_nonzero", "is_same_size", "is_storage", "is_tensor", "numel", "typename"]
METHODS = "is_nonzero is_same_size is_set_to ndimension numel sum_to_size"
PROPERTIES = "is_nested itemsize layout name nbytes output_nr"


def is_tensor(obj: Any) -> bool:
    """Is this a tensor?"""
    return isinstance(obj, Tensor)


def is_storage(obj: Any) -> bool:
    """False: memory has no object of its own here."""
    return False


def typename(obj: Any) -> str:
    """The name of what this is, with its module; for a tensor with its dtype."""
    if isinstance(obj, Tensor):
        return f"patchgrad.{obj.dtype.name}"
    kind = obj if isinstance(obj, type) else type(obj)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def numel(input: Tensor) -> int:
    """How many elements."""
    return input.data.size


def is_nonzero(input: Tensor) -> bool:
    """Is the only element another number than 0? Raises ArgumentError unless there is exactly one."""
    if input.data.size != 1:
        raise placed(ArgumentError("is_nonzero needs exactly one element", got=f"shape {input.shape}", hint="any()"))
    return bool(input)


def is_same_size(input: Tensor, other: Tensor) -> bool:
    """Have both the same shape?"""
    return input.shape == other.shape


def is_set_to(input: Tensor, tensor: Tensor) -> bool:
    """Are both the same elements of the same memory?"""
    mine, other = (getattr(entry.data, "__array_interface__", None) for entry in (input, tensor))
    same = mine is not None and other is not None and mine["data"] == other["data"]
    return same and input.shape == tensor.shape and input.data.strides == tensor.data.strides


def ndimension(input: Tensor) -> int:
    """How many axes."""
    return input.ndim


def sum_to_size(input: Tensor, *size: Any) -> Tensor:
    """The sum over the axes along which this size would be broadcast to the shape of ``input``."""
    wanted = shapes.sizes(size)
    own = (1,) * (input.ndim - len(wanted)) + wanted
    if len(wanted) > input.ndim or any(n not in (1, m) for n, m in zip(own, input.shape, strict=True)):
        raise placed(ShapeError("this shape is not one that broadcasts", got=f"{wanted}", want=f"to {input.shape}"))
    return worlds.sum_to(worlds.tensor_namespace(), input, wanted)


def itemsize(input: Tensor) -> int:
    """Bytes of one element."""
    return input.data.dtype.itemsize


def nbytes(input: Tensor) -> int:
    """Bytes of all elements."""
    return input.data.size * input.data.dtype.itemsize


def layout(input: Tensor) -> Any:
    """``patchgrad.strided``: all tensors are dense."""
    return strided


def name(input: Tensor) -> None:
    """None: tensors have no names of their own (parameters have, in their module)."""


def output_nr(input: Tensor) -> int:
    """Which output of its op this tensor is."""
    return input.port


def is_nested(input: Tensor) -> bool:
    """False: all tensors are rectangles."""
    return False
