"""Tensors of a shape, filled by a rule: with one value, with whatever was in memory, like another one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from patchgrad.backend import MetaArray, get_backend
from patchgrad.backend.dtype import as_dtype, get_default_dtype
from patchgrad.backend.promotion import result_dtype
from patchgrad.errors import ShapeError
from patchgrad.ops import shapes
from patchgrad.ops.factory import factory, likeness
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed

__all__ = [
    "empty", "empty_like", "empty_permuted", "empty_strided", "full", "full_like", "ones", "ones_like", "zeros",
    "zeros_like",
]  # fmt: skip
METHODS = "new_empty new_empty_strided new_full new_ones new_tensor new_zeros"


def _kind(dtype: Any) -> Any:
    return (get_default_dtype() if dtype is None else as_dtype(dtype)).numpy


def _full(size: Any, fill_value: Any, kind: Any, device: Any) -> Tensor:
    size = (size,) if hasattr(size, "__index__") else tuple(size)
    _not_negative(size)
    backend = get_backend(device)
    if backend.name == "meta":
        return Tensor(MetaArray(size, kind))
    if isinstance(fill_value, Tensor):
        fill_value = fill_value.item()
    return Tensor(backend.xp.full(size, fill_value, dtype=kind))


def _not_negative(size: Sequence[int]) -> None:
    if any(entry < 0 for entry in size):
        raise placed(ShapeError("a size cannot be negative", got=f"{tuple(size)}", want="0 or more"))


@factory
def full(size: Any, fill_value: Any, *, dtype: Any = None, device: Any = None) -> Tensor:
    """A tensor of this shape with one value everywhere."""
    kind = result_dtype([getattr(fill_value, "data", fill_value)]) if dtype is None else as_dtype(dtype).numpy
    return _full(size, fill_value, kind, device)


@factory
def empty(*size: Any, dtype: Any = None, device: Any = None) -> Tensor:
    """A tensor of this shape; its values are whatever was in memory (none on ``meta``)."""
    sizes = shapes.sizes(size)
    _not_negative(sizes)
    backend = get_backend(device)
    if backend.name == "meta":
        return Tensor(MetaArray(sizes, _kind(dtype)))
    return Tensor(backend.xp.empty(sizes, dtype=_kind(dtype)))


@factory
def zeros(*size: Any, dtype: Any = None, device: Any = None) -> Tensor:
    """Zeros."""
    return _full(shapes.sizes(size), 0, _kind(dtype), device)


@factory
def ones(*size: Any, dtype: Any = None, device: Any = None) -> Tensor:
    """Ones."""
    return _full(shapes.sizes(size), 1, _kind(dtype), device)


@factory
def empty_strided(size: Sequence[int], stride: Sequence[int], *, dtype: Any = None, device: Any = None) -> Tensor:
    """Uninitialised, with neighbours along each axis this many elements apart in memory."""
    if len(size) != len(stride) or min(*size, *stride, 0) < 0:
        raise placed(
            ShapeError("every size needs a stride", got=f"{tuple(size)}, {tuple(stride)}", want="not negative")
        )
    backend, kind = get_backend(device), _kind(dtype)
    if backend.name == "meta":
        return Tensor(MetaArray(tuple(size), kind))
    reach = 1 + sum((n - 1) * step for n, step in zip(size, stride, strict=True)) if shapes.count(size) else 0
    memory = backend.xp.empty(reach, dtype=kind)
    strides = tuple(step * kind.itemsize for step in stride)
    return Tensor(backend.xp.lib.stride_tricks.as_strided(memory, tuple(size), strides))


@factory
def empty_permuted(
    size: Sequence[int], physical_layout: Sequence[int], *, dtype: Any = None, device: Any = None
) -> Tensor:
    """Uninitialised, with the axes in this order in memory, from the slowest to the fastest."""
    order = shapes.axes_in(tuple(physical_layout), len(size))
    stride = [0] * len(size)
    step = 1
    for axis in reversed(order):
        stride[axis], step = step, step * size[axis]
    return empty_strided(size, stride, dtype=dtype, device=device)


@likeness
def full_like(input: Tensor, fill_value: Any, *, dtype: Any = None, device: Any = None) -> Tensor:
    """One value everywhere, in the shape, dtype and place of ``input``."""
    return _full(input.shape, fill_value, as_dtype(dtype or input.dtype).numpy, device or input.device)


@likeness
def zeros_like(input: Tensor, *, dtype: Any = None, device: Any = None) -> Tensor:
    """Zeros in the shape, dtype and place of ``input``."""
    return _full(input.shape, 0, as_dtype(dtype or input.dtype).numpy, device or input.device)


@likeness
def ones_like(input: Tensor, *, dtype: Any = None, device: Any = None) -> Tensor:
    """Ones in the shape, dtype and place of ``input``."""
    return _full(input.shape, 1, as_dtype(dtype or input.dtype).numpy, device or input.device)


@likeness
def empty_like(input: Tensor, *, dtype: Any = None, device: Any = None) -> Tensor:
    """Uninitialised, in the shape, dtype and place of ``input``."""
    return empty(input.shape, dtype=dtype or input.dtype, device=device or input.device)


@likeness
def new_zeros(input: Tensor, *size: Any, dtype: Any = None, device: Any = None) -> Tensor:
    """Zeros in this shape, in the dtype and place of ``input``."""
    return zeros(*size, dtype=dtype or input.dtype, device=device or input.device)


@likeness
def new_ones(input: Tensor, *size: Any, dtype: Any = None, device: Any = None) -> Tensor:
    """Ones in this shape, in the dtype and place of ``input``."""
    return ones(*size, dtype=dtype or input.dtype, device=device or input.device)


@likeness
def new_empty(input: Tensor, *size: Any, dtype: Any = None, device: Any = None) -> Tensor:
    """Uninitialised, in this shape, in the dtype and place of ``input``."""
    return empty(*size, dtype=dtype or input.dtype, device=device or input.device)


@likeness
def new_full(input: Tensor, size: Any, fill_value: Any, *, dtype: Any = None, device: Any = None) -> Tensor:
    """One value everywhere in this shape, in the dtype and place of ``input``."""
    return full(size, fill_value, dtype=dtype or input.dtype, device=device or input.device)


@likeness
def new_empty_strided(
    input: Tensor, size: Sequence[int], stride: Sequence[int], *, dtype: Any = None, device: Any = None
) -> Tensor:
    """`empty_strided` in the dtype and place of ``input``."""
    return empty_strided(size, stride, dtype=dtype or input.dtype, device=device or input.device)


@likeness
def new_tensor(input: Tensor, data: Any, *, dtype: Any = None, device: Any = None) -> Tensor:
    """A copy of ``data`` as a tensor in the dtype and place of ``input``."""
    from patchgrad.ops.creation import tensor

    return tensor(data, dtype=dtype or input.dtype, device=device or input.device)
