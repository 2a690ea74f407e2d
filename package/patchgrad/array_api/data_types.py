"""Dtypes, constants, what dtypes can hold, and what comes out of a combination of them."""

from __future__ import annotations

import builtins
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from patchgrad.backend import host
from patchgrad.backend.dtype import (
    as_dtype,
    complex64,
    complex128,
    dtype,
    float32,
    float64,
    get_default_dtype,
    int8,
    int16,
    int32,
    int64,
    uint8,
    uint16,
    uint32,
    uint64,
)
from patchgrad.backend.dtype import bool_ as bool
from patchgrad.backend.promotion import RANK, WEAK, promote_types
from patchgrad.errors import ArgumentError, DtypeError
from patchgrad.ops import movement
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed

__all__ = [
    "astype", "bool", "can_cast", "complex128", "complex64", "e", "finfo", "float32", "float64", "iinfo", "inf",
    "int16", "int32", "int64", "int8", "isdtype", "nan", "newaxis", "pi", "result_type", "uint16", "uint32", "uint64",
    "uint8",
]  # fmt: skip

e, inf, nan, pi, newaxis = math.e, math.inf, math.nan, math.pi, None

KINDS: dict[str, str] = {
    "bool": "b", "signed integer": "i", "unsigned integer": "u", "integral": "iu", "real floating": "f",
    "complex floating": "c", "numeric": "iufc",
}  # fmt: skip
"""What ``isdtype`` can ask for, as kinds of dtypes."""


@dataclass(frozen=True, slots=True)
class FloatLimits:
    """What a floating dtype can hold; for a complex dtype, what its parts can."""

    bits: int
    eps: float
    max: float
    min: float
    smallest_normal: float
    dtype: dtype


@dataclass(frozen=True, slots=True)
class IntegerLimits:
    """What an integer dtype can hold."""

    bits: int
    max: int
    min: int
    dtype: dtype


def _meant(value: Any) -> dtype:
    return value.dtype if isinstance(value, Tensor) else as_dtype(value)


def finfo(type: Any, /) -> FloatLimits:
    """Limits of a floating dtype, or of the dtype of a tensor. Raises DtypeError for others."""
    found = _meant(type)
    if found.kind not in "fc":
        raise placed(DtypeError("finfo takes a floating dtype", got=found.name, hint="iinfo is for integers"))
    real = found.to_real()
    limits = host.finfo(real.numpy)
    return FloatLimits(
        bits=8 * real.itemsize,
        eps=float(limits.eps),
        max=float(limits.max),
        min=float(limits.min),
        smallest_normal=float(limits.smallest_normal),
        dtype=real,
    )


def iinfo(type: Any, /) -> IntegerLimits:
    """Limits of an integer dtype, or of the dtype of a tensor. Raises DtypeError for others."""
    found = _meant(type)
    if found.kind not in "iu":
        raise placed(DtypeError("iinfo takes an integer dtype", got=found.name, hint="finfo is for floats"))
    limits = host.iinfo(found.numpy)
    return IntegerLimits(8 * found.itemsize, int(limits.max), int(limits.min), found)


def isdtype(dtype: Any, kind: Any) -> builtins.bool:
    """Is this dtype of this kind? A kind is one of `KINDS`, a dtype, or a tuple of these."""
    if isinstance(kind, tuple):
        return any(isdtype(dtype, entry) for entry in kind)
    found = as_dtype(dtype)
    if isinstance(kind, str):
        if kind not in KINDS:
            raise placed(ArgumentError("there is no such kind of dtypes", got=repr(kind), want=", ".join(KINDS)))
        return found.kind in KINDS[kind]
    return found is as_dtype(kind)


def astype(x: Tensor, dtype: Any, /, *, copy: builtins.bool = True, device: Any = None) -> Tensor:
    """``x`` in another dtype, and on another device if one is given; without ``copy`` itself where nothing changes.

    Raises DtypeError for complex numbers that are to become real.
    """
    target = as_dtype(dtype)
    if x.dtype.kind == "c" and target.kind != "c":
        raise placed(
            DtypeError(
                "a complex number has no real cast", got=f"{x.dtype.name} to {target.name}", hint="real(), imag()"
            )
        )
    found = x.to(dtype=target, device=x.device if device is None else device)
    return movement.clone(found) if copy and found is x else found


def can_cast(from_: Any, to: Any, /) -> builtins.bool:
    """Does promotion take ``from_`` (a dtype or a tensor) to ``to``? Never from one kind to another."""
    source, target = _meant(from_), as_dtype(to)
    try:
        return _same_family(source, target) and promoted([source, target]) is target
    except DtypeError:
        return False


def _same_family(a: dtype, b: dtype) -> builtins.bool:
    """Does the standard define what comes out of the two?"""
    return a.kind == b.kind or {a.kind, b.kind} in ({"i", "u"}, {"f", "c"})


def result_type(*arrays_and_dtypes: Any) -> dtype:
    """The dtype that tensors, dtypes and Python numbers promote to. Raises DtypeError when there is none."""
    dtypes = [_meant(entry) for entry in arrays_and_dtypes if type(entry) not in WEAK]
    if not dtypes:
        raise placed(DtypeError("result_type needs a tensor or a dtype", got=f"{arrays_and_dtypes}"))
    found = promoted(dtypes)
    weak = max((WEAK[type(entry)] for entry in arrays_and_dtypes if type(entry) in WEAK), default=0)
    return found if weak <= RANK[found.kind] else _lifted(found, weak)


def _lifted(found: dtype, weak: int) -> dtype:
    """The dtype beside a Python number of a higher kind."""
    if weak == 3:
        return complex128 if found is float64 else complex64
    return int64 if weak == 1 else get_default_dtype()


def promoted(dtypes: Iterable[dtype]) -> dtype:
    """The dtype that dtypes promote to: the wider of a kind, the higher of two kinds.

    Raises DtypeError for uint64 with a signed integer, which no integer dtype holds.
    """
    found: dtype | None = None
    for entry in dtypes:
        found = entry if found is None else promote_types(found, entry)
    if found is None:
        raise placed(DtypeError("nothing has no dtype", want="at least one dtype"))
    return found
