"""float16 and bfloat16: each op is computed in float32, and its results are rounded once, to nearest, ties to even.

That is what PyTorch does on the CPU, it is exact for single arithmetic operations, and a formula of many steps
(softmax, a norm) or a long sum is rounded at its end alone; functions of several ops are marked `rounded_once`. Views
and kernels written for low precision see the arrays as they are.

NumPy has no bfloat16. The dtype is that of ml_dtypes, which CuPy takes too; NumPy knows how to move and cast it but not
that it is floating (its ``kind`` is "V"), so ops never see it. ml_dtypes takes longer to import than the rest of
patchgrad: it is loaded with the first bfloat16. Before the first array in low precision an op pays a look at ``used``.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy

NAMES = ("float16", "bfloat16")
FLOATS = "fcV"
"""Kinds of NumPy dtypes that can have a gradient; V is bfloat16, no other such dtype gets into a tensor."""
EXACT_SCALARS = ("mul", "div", "floor_divide", "lerp")
"""Ops in which a Python float or a tensor without axes stays in float32; others round it first, as in PyTorch."""

used = False
"""Was there an array in low precision in this process?"""
_kinds: set[Any] = set()
_wide = numpy.dtype("float32")


def load(name: str) -> Any:
    """The NumPy dtype of this name; from now on ops look for it."""
    global used
    kind = numpy.dtype(import_module("ml_dtypes").bfloat16 if name == "bfloat16" else name)
    _kinds.add(kind)
    used = True
    return kind


def is_low(value: Any) -> bool:
    """Is this an array in low precision?"""
    return getattr(value, "dtype", None) in _kinds


def touches(value: Any) -> bool:
    """Is this an array in low precision, or a sequence with one in it?"""
    return any(map(touches, value)) if isinstance(value, (list, tuple)) else getattr(value, "dtype", None) in _kinds


def widened(value: Any) -> Any:
    """The array in float32 if it is in low precision; lists and tuples entry by entry; anything else as it is."""
    if isinstance(value, (list, tuple)):
        return [widened(entry) for entry in value]  # pyright: ignore[reportUnknownVariableType]
    return value.astype(_wide) if is_low(value) else value


def widened_kind(kind: Any) -> Any:
    """float32 for a dtype in low precision; any other as it is."""
    return _wide if kind in _kinds else kind


def narrowed(value: Any, kind: Any) -> Any:
    """The array rounded to a dtype in low precision; as it is for any other dtype."""
    return value.astype(kind) if kind in _kinds else value


def halfway(value: Any, kind: Any) -> Any:
    """float64 that is to be cast to low precision, in float32: PyTorch rounds it twice."""
    return value.astype(_wide) if getattr(kind, "name", "") in NAMES and value.dtype == numpy.float64 else value


def run(backend: Any, op: Any, arrays: list[Any], attrs: dict[str, Any]) -> Any:
    """The op's result on bare arrays, some of them in low precision."""
    forward = backend.forward_of(op)
    if op.view:
        return forward(backend.xp, *arrays, **attrs)
    if op.name in backend.low_kernels:
        found = backend.low_kernels[op.name](backend.xp, *arrays, **attrs)
        if found is not NotImplemented:
            return found
    kinds = op.result_dtypes(arrays, attrs)
    wide = widened(arrays) if op.name in EXACT_SCALARS else [_rounded(entry, arrays) for entry in widened(arrays)]
    found = forward(backend.xp, *wide, **attrs)
    if len(op.outputs) == 1:
        return narrowed(found, kinds[0])
    return tuple([narrowed(entry, kind) for entry, kind in zip(found, kinds, strict=True)])


def _rounded(value: Any, arrays: list[Any]) -> Any:
    """A Python float as the arrays beside it would hold it; anything else as it is."""
    kinds = {entry.dtype for entry in arrays if hasattr(entry, "dtype")}
    if type(value) is not float or len(kinds) != 1:
        return value
    return float(numpy.asarray(value, dtype=kinds.pop()).astype(_wide))
