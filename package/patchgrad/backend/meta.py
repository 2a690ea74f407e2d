"""Shapes and dtypes without data: what a preview of a network needs.

An op on a meta array asks the op's shape and dtype rules and runs nothing.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy

from patchgrad.backend.base import Backend, Namespace
from patchgrad.errors import DeviceError


class MetaArray:
    """The shape and dtype of an array that holds nothing."""

    __slots__ = ("dtype", "shape")
    base = None

    def __init__(self, shape: tuple[int, ...], dtype: Any) -> None:
        self.shape = tuple(shape)
        self.dtype = numpy.dtype(dtype)

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        return prod(self.shape)

    @property
    def nbytes(self) -> int:
        return self.size * self.dtype.itemsize

    def __repr__(self) -> str:
        return f"MetaArray({self.shape}, {self.dtype})"


class Meta(Backend):
    """Runs shape rules instead of arithmetic."""

    def __init__(self) -> None:
        super().__init__("meta", Namespace("meta", {}), (MetaArray,))

    def run(self, op: Any, arrays: list[Any], attrs: dict[str, Any]) -> Any:
        shapes = op.shape(*[None if array is None else getattr(array, "shape", ()) for array in arrays], **attrs)
        dtypes = op.result_dtypes(arrays, attrs)
        if len(op.outputs) == 1:
            return MetaArray(shapes, dtypes[0])
        return tuple(MetaArray(shape, kind) for shape, kind in zip(shapes, dtypes, strict=True))

    def asarray(self, value: Any, dtype: Any = None) -> MetaArray:
        array = value if isinstance(value, MetaArray) else numpy.asarray(value)
        return MetaArray(array.shape, dtype or array.dtype)

    def to_host(self, array: Any) -> Any:
        raise DeviceError(
            "a meta tensor has no values",
            got=f"shape {array.shape}, dtype {array.dtype}",
            hint="build the tensor on 'cpu' to look at its values",
        )


backend = Meta()
