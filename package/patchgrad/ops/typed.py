"""PyTorch's earlier constructors, one for each dtype: ``FloatTensor([1, 2])``, ``LongTensor(2, 3)``."""

from __future__ import annotations

from typing import Any

from patchgrad.backend import dtype as kinds
from patchgrad.errors import ArgumentError
from patchgrad.ops import creation, filled
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed

__all__ = [
    "BFloat16Tensor", "BoolTensor", "ByteTensor", "CharTensor", "DoubleTensor", "FloatTensor", "HalfTensor",
    "IntTensor", "LongTensor", "ShortTensor", "set_default_tensor_type",
]  # fmt: skip


class TypedTensor(type):
    """A kind of tensor: one dtype, on the CPU. Called with sizes it is uninitialised, with data it holds them."""

    dtype: Any

    def __call__(cls, *args: Any) -> Tensor:
        if len(args) == 1 and not isinstance(args[0], int):
            return creation.tensor(args[0], dtype=cls.dtype, device="cpu")
        return filled.empty(*(args or (0,)), dtype=cls.dtype, device="cpu")

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, Tensor) and instance.dtype is cls.dtype and instance.device.type == "cpu"


def _typed(name: str, dtype: kinds.dtype) -> TypedTensor:
    return TypedTensor(name, (), {"dtype": dtype, "__doc__": f"A tensor of {dtype.name} on the CPU.", "__slots__": ()})


FloatTensor, DoubleTensor = _typed("FloatTensor", kinds.float32), _typed("DoubleTensor", kinds.float64)
HalfTensor, BFloat16Tensor = _typed("HalfTensor", kinds.float16), _typed("BFloat16Tensor", kinds.bfloat16)
LongTensor, IntTensor = _typed("LongTensor", kinds.int64), _typed("IntTensor", kinds.int32)
ShortTensor, CharTensor = _typed("ShortTensor", kinds.int16), _typed("CharTensor", kinds.int8)
ByteTensor, BoolTensor = _typed("ByteTensor", kinds.uint8), _typed("BoolTensor", kinds.bool_)


def set_default_tensor_type(t: Any) -> None:
    """Set the default dtype by one of these constructors or its name. Prefer `set_default_dtype`."""
    found = globals().get(t.rpartition(".")[2]) if isinstance(t, str) else t
    if not isinstance(found, TypedTensor):
        raise placed(ArgumentError("there is no such kind of tensor", got=repr(t), want="FloatTensor, DoubleTensor"))
    kinds.set_default_dtype(found.dtype)
