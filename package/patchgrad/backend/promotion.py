"""Which dtype comes out of a combination of dtypes, as in PyTorch, on every backend.

Within a kind the wider dtype wins; between kinds the higher kind decides (bool, whole numbers, floats, complex).
Tensors without axes and Python numbers do not change the dtype of a tensor with axes unless their kind is higher. Under
`by_dtype` tensors without axes count like all others: that is the array API's rule, by which dtypes alone decide.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy

from patchgrad.backend import dtype as dtypes
from patchgrad.backend.dtype import as_dtype, bool_, dtype, float32, from_numpy, int64
from patchgrad.errors import DtypeError

RANK = {"b": 0, "i": 1, "u": 1, "f": 2, "c": 3}
WEAK: dict[type, int] = {bool: 0, int: 1, float: 2, complex: 3}
_found: dict[tuple[dtype, dtype], dtype] = {}


class _Rule(threading.local):
    axes_matter = True


_rule = _Rule()


@contextmanager
def by_dtype() -> Iterator[None]:
    """Promote by dtypes alone inside the block: a tensor without axes counts like any other."""
    before, _rule.axes_matter = _rule.axes_matter, False
    try:
        yield
    finally:
        _rule.axes_matter = before


def promote_types(type1: Any, type2: Any) -> dtype:
    """The smallest dtype that both can be cast to without losing their kind or range.

    Raises DtypeError for uint64 with a signed integer: no integer dtype holds both. PyTorch refuses more pairs of its
    unsigned dtypes; here they follow the array API.
    """
    one, two = as_dtype(type1), as_dtype(type2)
    if one is two:
        return one
    found = _found.get((one, two))
    if found is None:
        found = _found[(one, two)] = _join(one, two)
    return found


def _join(a: dtype, b: dtype) -> dtype:
    low, high = sorted((a, b), key=lambda entry: RANK[entry.kind])
    if RANK[low.kind] != RANK[high.kind]:
        if high.kind == "c" and low.kind == "f":
            return promote_types(high, low.to_complex())
        return high
    if {a.kind, b.kind} == {"i", "u"} and "uint64" in (a.name, b.name):
        raise DtypeError(
            "no integer dtype holds both", got=f"{a.name} and {b.name}", hint="cast one of them first: .to(dtype)"
        )
    if {a.name, b.name} == {"float16", "bfloat16"}:
        return float32
    if "bfloat16" in (a.name, b.name):
        return a if b.name == "bfloat16" else b
    return from_numpy(numpy.promote_types(a.numpy, b.numpy))


def can_cast(from_: Any, to: Any) -> bool:
    """Does a cast keep the kind or raise it: not complex to real, not floats to integers, nothing but bool to bool."""
    return RANK[as_dtype(from_).kind] <= RANK[as_dtype(to).kind]


def result_dtype(entries: list[Any]) -> Any:
    """NumPy dtype of a combination of arrays, NumPy dtypes and Python numbers."""
    return combined(entries).numpy


def combined(entries: list[Any]) -> dtype:
    """The dtype of a combination of arrays, dtypes and Python numbers."""
    groups: list[dtype | None] = [None, None, None]
    for entry in entries:
        place, kind = _placed(entry)
        groups[place] = kind if groups[place] is None else promote_types(groups[place], kind)
    found = _decided(groups[0], _decided(groups[1], groups[2]))
    if found is None:
        raise DtypeError("there is no dtype to be found in nothing", want="at least one tensor or number")
    return found


def _placed(entry: Any) -> tuple[int, dtype]:
    """How much a value weighs (0 with axes, 1 without, 2 a Python number), and its dtype."""
    weak = WEAK.get(type(entry))
    if weak is not None:
        default = dtypes.get_default_dtype()
        return 2, (bool_, int64, default, default.to_complex())[weak]
    if isinstance(entry, dtype):
        return 0, entry
    if isinstance(entry, numpy.dtype):
        return 0, from_numpy(entry)
    return int(_rule.axes_matter and len(entry.shape) == 0), from_numpy(entry.dtype)


def _decided(strong: dtype | None, weak: dtype | None) -> dtype | None:
    """``strong`` where its kind is not lower; a lower kind follows ``weak``."""
    if strong is None or weak is None:
        return strong or weak
    if RANK[weak.kind] <= RANK[strong.kind]:
        return strong
    if weak.kind == "c" and strong.kind == "f":
        return strong.to_complex()
    return weak
