"""Dtypes: small objects of patchgrad's own, one per element type, equal on every backend."""

from __future__ import annotations

from typing import Any

import numpy

from patchgrad.errors import DtypeError


class dtype:
    """An element type: ``name``, ``itemsize`` in bytes, ``kind`` (``f c i u b``), ``numpy``."""

    __slots__ = ("itemsize", "kind", "name", "numpy")

    def __init__(self, name: str) -> None:
        self.name = name
        self.numpy = numpy.dtype(name)
        self.itemsize = self.numpy.itemsize
        self.kind = self.numpy.kind

    @property
    def is_floating_point(self) -> bool:
        return self.kind == "f"

    @property
    def is_complex(self) -> bool:
        return self.kind == "c"

    def __repr__(self) -> str:
        return f"patchgrad.{self.name}"

    def __reduce__(self) -> tuple[Any, ...]:
        return (as_dtype, (self.name,))


float64, float32, float16 = dtype("float64"), dtype("float32"), dtype("float16")
complex64, complex128 = dtype("complex64"), dtype("complex128")
int64, int32, int16, int8 = dtype("int64"), dtype("int32"), dtype("int16"), dtype("int8")
uint64, uint32, uint16, uint8 = dtype("uint64"), dtype("uint32"), dtype("uint16"), dtype("uint8")
bool_ = dtype("bool")

ALL = (
    float64, float32, float16, complex64, complex128,
    int64, int32, int16, int8, uint64, uint32, uint16, uint8, bool_,
)  # fmt: skip
_BY_NUMPY = {entry.numpy: entry for entry in ALL}
_BY_NAME = {entry.name: entry for entry in ALL} | {"float": float32, "double": float64, "half": float16, "long": int64}
_BY_PYTHON = {float: float32, int: int64, bool: bool_, complex: complex64}


def as_dtype(value: Any) -> dtype:
    """The dtype meant by a dtype, its name, a NumPy dtype or ``float``, ``int``, ``bool``, ``complex``."""
    if isinstance(value, dtype):
        return value
    found = _BY_NAME.get(value) if isinstance(value, str) else None
    if isinstance(value, type):
        found = _BY_PYTHON.get(value)
    if found is None:
        try:
            found = _BY_NUMPY.get(numpy.dtype(value))
        except TypeError:
            found = None
    if found is None:
        raise DtypeError(f"{value!r} is not a dtype", want=", ".join(entry.name for entry in ALL))
    return found


def from_numpy(value: Any) -> dtype:
    """The dtype of an array's ``numpy.dtype``. Raises DtypeError for those outside the table (text, dates)."""
    found = _BY_NUMPY.get(value)
    return as_dtype(value) if found is None else found


_default = float32


def get_default_dtype() -> dtype:
    """The dtype that Python floats get: float32 unless changed."""
    return _default


def set_default_dtype(value: Any) -> None:
    """Set the dtype that Python floats get; a floating dtype."""
    global _default
    new = as_dtype(value)
    if new.kind != "f":
        raise DtypeError("the default dtype must be a floating one", got=new.name, want="float64, float32 or float16")
    _default = new


def result_dtype(kinds: list[Any]) -> Any:
    """NumPy dtype of a combination of NumPy dtypes and Python scalars.

    Same kind: the array API's promotion. Mixed kinds: the highest kind decides and the lower only
    follows (int64 with float32 is float32), as PyTorch has it; Python scalars are weak.
    """
    dtypes = [kind for kind in kinds if isinstance(kind, numpy.dtype)]
    rank = max((_RANK[entry.kind] for entry in dtypes), default=-1)
    top = [entry for entry in dtypes if _RANK[entry.kind] == rank]
    weak = max((_WEAK[type(kind)] for kind in kinds if type(kind) in _WEAK), default=-1)
    if weak > rank:
        return {0: bool_.numpy, 1: int64.numpy, 2: _default.numpy, 3: _complex_of(top)}[weak]
    return top[0] if len(top) == 1 else numpy.result_type(*top)


def _complex_of(top: list[Any]) -> Any:
    return numpy.result_type(*top, complex64.numpy) if top and top[0].kind == "f" else complex64.numpy


_RANK = {"b": 0, "i": 1, "u": 1, "f": 2, "c": 3}
_WEAK: dict[type, int] = {bool: 0, int: 1, float: 2, complex: 3}


def wrapped(value: int, kind: Any) -> int:
    """A whole number as the few bits of an integer dtype hold it: 300 is 44 in uint8."""
    bits = 8 * kind.itemsize
    value &= (1 << bits) - 1
    return value - (1 << bits) if kind.kind == "i" and value >> (bits - 1) else value
