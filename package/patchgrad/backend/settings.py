"""Switches for the whole process: threads, exactness of products, repeatable results."""

from __future__ import annotations

import ctypes
import os
from functools import cache
from pathlib import Path
from typing import Any

import numpy

from patchgrad.errors import ArgumentError

__all__ = [
    "are_deterministic_algorithms_enabled", "get_deterministic_debug_mode", "get_float32_matmul_precision",
    "get_num_threads", "is_deterministic_algorithms_warn_only_enabled", "set_deterministic_debug_mode",
    "set_float32_matmul_precision", "set_flush_denormal", "set_num_threads", "use_deterministic_algorithms",
]  # fmt: skip

_precision = "highest"
_deterministic, _warn_only = False, False
MODES = ("default", "warn", "error")
FORMS = ("scipy_openblas_{}_num_threads64_", "scipy_openblas_{}_num_threads", "openblas_{}_num_threads")
"""Names of OpenBLAS's functions, in NumPy's own builds of it and in others."""


def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Ask for the same bits from every run. On the CPU that is so in any case.

    On a GPU additions into one place (`index_add`, gradients of indexing) may come in another order from run to run.
    """
    global _deterministic, _warn_only
    _deterministic, _warn_only = bool(mode), bool(warn_only)


def are_deterministic_algorithms_enabled() -> bool:
    """Was `use_deterministic_algorithms` switched on?"""
    return _deterministic


def is_deterministic_algorithms_warn_only_enabled() -> bool:
    """Was it switched on to warn only?"""
    return _warn_only


def set_deterministic_debug_mode(debug_mode: int | str) -> None:
    """`use_deterministic_algorithms` by a number or a word: 0 "default", 1 "warn", 2 "error"."""
    word = MODES[debug_mode] if isinstance(debug_mode, int) and 0 <= debug_mode < len(MODES) else debug_mode
    if word not in MODES:
        raise ArgumentError("there is no such mode", got=repr(debug_mode), want="0, 1, 2 or " + ", ".join(MODES))
    use_deterministic_algorithms(word != "default", warn_only=word == "warn")


def get_deterministic_debug_mode() -> int:
    """0, 1 or 2: off, warn, error."""
    return (1 if _warn_only else 2) if _deterministic else 0


def set_float32_matmul_precision(precision: str) -> None:
    """Allow products of float32 to be rounded more: "highest", "high" or "medium". None here makes use of it."""
    global _precision
    if precision not in ("highest", "high", "medium"):
        raise ArgumentError("there is no such precision", got=repr(precision), want="highest, high or medium")
    _precision = precision


def get_float32_matmul_precision() -> str:
    """What `set_float32_matmul_precision` allowed."""
    return _precision


def set_flush_denormal(mode: bool) -> bool:
    """False: NumPy offers no switch that makes the smallest numbers 0."""
    return False


@cache
def _blas() -> Any:
    """The functions of the library that multiplies matrices for NumPy, to (ask, set) its threads; None if unknown."""
    home = Path(numpy.__file__).parent
    for folder in (home.with_name("numpy.libs"), home / ".dylibs"):
        for path in folder.glob("*openblas*"):
            library = ctypes.CDLL(str(path))
            for form in (
                "scipy_openblas_{}_num_threads64_",
                "scipy_openblas_{}_num_threads",
                "openblas_{}_num_threads",
            ):
                if hasattr(library, form.format("get")):
                    return getattr(library, form.format("get")), getattr(library, form.format("set"))
    return None


def get_num_threads() -> int:
    """With how many threads products of matrices are computed on the CPU."""
    found = _blas()
    return int(found[0]()) if found else int(os.environ.get("OMP_NUM_THREADS") or os.cpu_count() or 1)


def set_num_threads(num: int) -> None:
    """Compute products of matrices with this many threads on the CPU.

    Raises ArgumentError for less than one, and where NumPy's library of linear algebra has no such switch.
    """
    if num < 1:
        raise ArgumentError("at least one thread is needed", got=f"{num}")
    found = _blas()
    if found is None:
        raise ArgumentError(
            "this NumPy's linear algebra has no switch for threads", want="OMP_NUM_THREADS, at the start"
        )
    found[1](num)
