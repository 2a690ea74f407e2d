"""Dtypes: small objects of patchgrad's own, one per element type, equal on every backend.

``float16`` and ``bfloat16`` get their library dtype when they are first used (``low.py`` says why).
Read next: ``promotion.py``.
"""

from __future__ import annotations

from typing import Any

import numpy

from patchgrad.backend import low
from patchgrad.errors import DtypeError, near


class dtype:
    """An element type: ``name``, ``itemsize`` in bytes, ``kind`` (``f c i u b``), ``numpy``."""

    __slots__ = ("itemsize", "kind", "name", "numpy")

    numpy: Any

    def __init__(self, name: str, kind: str, itemsize: int) -> None:
        self.name = name
        self.kind = kind
        self.itemsize = itemsize

    def __getattr__(self, name: str) -> Any:
        if name != "numpy":
            raise AttributeError(f"a dtype has no attribute {name!r}")
        self.numpy = found = low.load(self.name)
        _BY_NUMPY[found] = self
        return found

    @property
    def is_floating_point(self) -> bool:
        return self.kind == "f"

    @property
    def is_complex(self) -> bool:
        return self.kind == "c"

    @property
    def is_signed(self) -> bool:
        return self.kind in "fci"

    def to_complex(self) -> dtype:
        """The complex dtype whose parts have this dtype; complex64 where there is none so small."""
        if self.kind == "c":
            return self
        if self.kind != "f":
            raise DtypeError("only floating dtypes have a complex counterpart", got=self.name)
        return complex128 if self is float64 else complex64

    def to_real(self) -> dtype:
        """The dtype of the parts of this complex dtype; a floating dtype is its own."""
        if self.kind not in "fc":
            raise DtypeError("only floating and complex dtypes have a real counterpart", got=self.name)
        return {"complex128": float64, "complex64": float32}.get(self.name, self)

    def __repr__(self) -> str:
        return f"patchgrad.{self.name}"

    def __reduce__(self) -> tuple[Any, ...]:
        return (as_dtype, (self.name,))


def _plain(name: str) -> dtype:
    """A dtype that NumPy has."""
    kind = numpy.dtype(name)
    entry = dtype(name, kind.kind, kind.itemsize)
    entry.numpy = kind
    return entry


float64, float32 = _plain("float64"), _plain("float32")
float16, bfloat16 = dtype("float16", "f", 2), dtype("bfloat16", "f", 2)
complex64, complex128 = _plain("complex64"), _plain("complex128")
int64, int32, int16, int8 = _plain("int64"), _plain("int32"), _plain("int16"), _plain("int8")
uint64, uint32, uint16, uint8 = _plain("uint64"), _plain("uint32"), _plain("uint16"), _plain("uint8")
bool_ = _plain("bool")

ALL = (
    float64, float32, float16, bfloat16, complex64, complex128,
    int64, int32, int16, int8, uint64, uint32, uint16, uint8, bool_,
)  # fmt: skip
ALIASES = {
    "double": float64, "float": float32, "half": float16, "cfloat": complex64, "cdouble": complex128,
    "long": int64, "int": int32, "short": int16,
}  # fmt: skip
"""PyTorch's other names."""
_BY_NUMPY: dict[Any, dtype] = {entry.numpy: entry for entry in ALL if entry.name not in low.NAMES}
_BY_NAME = {entry.name: entry for entry in ALL} | ALIASES
_BY_PYTHON: dict[type, dtype] = {float: float64, int: int64, bool: bool_, complex: complex128}


def as_dtype(value: Any) -> dtype:
    """The dtype meant by a dtype, its name, a NumPy dtype or ``float``, ``int``, ``bool``, ``complex``."""
    if isinstance(value, dtype):
        return value
    found = _BY_NAME.get(value) if isinstance(value, str) else None
    if isinstance(value, type):
        found = _BY_PYTHON.get(value)
    if found is None:
        try:
            kind = numpy.dtype(value)
            found = _BY_NUMPY.get(kind) or _low(kind)
        except TypeError:
            found = None
    if found is None:
        names = [entry.name for entry in ALL]
        raise DtypeError(
            f"{value!r} is not a dtype", got=repr(value), want=", ".join(names), hint=near(str(value), names)
        )
    return found


def _low(kind: Any) -> dtype | None:
    """The dtype of an array in low precision that came from outside; from now on it is known by its NumPy dtype."""
    found = _BY_NAME[kind.name] if kind.name in low.NAMES else None
    return found if found is not None and found.numpy == kind else None


def from_numpy(value: Any) -> dtype:
    """The dtype of an array's ``numpy.dtype``. Raises DtypeError for those outside the table (text, dates)."""
    found = _BY_NUMPY.get(value)
    return as_dtype(value) if found is None else found


_default = float32


def get_default_dtype() -> dtype:
    """The dtype that Python floats get: float32 unless changed."""
    return _default


def set_default_dtype(d: Any) -> None:
    """Set the dtype that Python floats get; a floating dtype."""
    global _default
    new = as_dtype(d)
    if new.kind != "f":
        raise DtypeError(
            "the default dtype must be a floating one", got=new.name, want="float64, float32, float16 or bfloat16"
        )
    _default = new


def wrapped(value: int, kind: Any) -> int:
    """A whole number as the few bits of an integer dtype hold it: 300 is 44 in uint8."""
    bits = 8 * kind.itemsize
    value &= (1 << bits) - 1
    return value - (1 << bits) if kind.kind == "i" and value >> (bits - 1) else value
