"""The kernel language: a small subset of Python that is compiled to machine code.

A kernel is a function whose parameters are arrays (`Reals`, `Wholes`, `Words`, `Bytes`), whole numbers (``int``) and
real numbers (``float``); keyword-only parameters are known when it is compiled, and an ``if`` on them costs nothing.
It runs once per worker, and each takes its share of ``part(n)``. Reals are float32 or float64, as the caller has them.

There are assignments, ``if``, ``while``, ``for`` over ``range``, ``part`` and ``unroll``, arithmetic, comparisons,
``and``, ``or``, ``not``, conditional expressions (of all these both sides are computed), subscripts, and calls of
functions marked ``@inline``, which may return one value or a tuple at their end. ``array + n`` is the array from its
n-th element on. Loops over plain reals become vector code by LLVM; where a tile must stay in registers, `load`, `store`
and `registers` say so.

``x += y`` in a loop is a sum: its order is the compiler's choice, always the same for the same machine. All else is
computed as written, NaN and infinity included, but for ``a * b + c``, which may be rounded once.

The names below are what a kernel may call besides; they have no meaning outside one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


class Reals:
    """An array of the kernel's dtype, in one piece."""

    def __getitem__(self, index: int) -> float: ...
    def __setitem__(self, index: int, value: float) -> None: ...
    def __add__(self, offset: int) -> Reals: ...


class Wholes:
    """An array of int64, in one piece."""

    def __getitem__(self, index: int) -> int: ...
    def __setitem__(self, index: int, value: int) -> None: ...
    def __add__(self, offset: int) -> Wholes: ...


class Words(Wholes):
    """An array of uint32, in one piece; an element is read as a whole number."""


class Bytes(Wholes):
    """An array of uint8 or bool, in one piece; an element is read as a whole number."""


single: bool
"""Is the dtype float32?"""
lanes: int
"""How many reals a vector register holds."""
worker: int
workers: int
"""Which worker this is, and of how many."""

part: Callable[[int], Iterable[int]]
"""This worker's share of ``range(n)``."""
unroll: Callable[..., Iterable[Any]]
"""A loop written out: over a number, a tuple of numbers, known when the kernel is compiled."""
real: Callable[[Any], float]
whole: Callable[[Any], int]
"""Conversions; of a real, ``whole`` takes the part before the point and wants it to fit."""
sqrt: Callable[[float], float]
floor: Callable[[float], float]
ceil: Callable[[float], float]
trunc: Callable[[float], float]
rint: Callable[[float], float]
fabs: Callable[[float], float]
copysign: Callable[[float, float], float]
fma: Callable[[Any, Any, Any], Any]
"""``a * b + c``, rounded once."""
muladd: Callable[[Any, Any, Any], Any]
"""``a * b + c``, rounded once where the processor can, everywhere in a kernel alike."""
maximum: Callable[[Any, Any], Any]
minimum: Callable[[Any, Any], Any]
"""The larger and the smaller number; NaN if one is NaN. Of whole numbers, too."""
bits: Callable[[float], int]
real_of_bits: Callable[[int], float]
"""A real as the integer that has its bits, and back."""
as_word: Callable[[int], int]
"""A whole number as one that mixes with ``bits``."""
vector: Callable[[float], Any]
"""A register with the same real in every lane."""
load: Callable[[Reals, int], Any]
store: Callable[[Reals, int, Any], None]
"""A register of the ``lanes`` reals at a place."""
total: Callable[[Any], float]
"""The sum of a register's lanes."""
highest: Callable[[Any], float]
"""The largest of a register's lanes that is a number; NaN if none is."""
registers: Callable[[int], Any]
"""So many registers, read and written by numbers known when the kernel is compiled; they start at 0."""
reals: Callable[[int], Any]
"""The same of single reals."""
transpose: Callable[[Any], None]
"""Turn the first ``lanes`` of some registers, as the rows of a square, about its diagonal."""

INLINE: set[Any] = set()
"""Functions that kernels may call."""


def inline(function: F) -> F:
    """Let kernels call this function; its body takes the place of the call."""
    INLINE.add(function)
    return function
