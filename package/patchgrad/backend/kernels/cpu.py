"""Loads NumPy's kernels, and holds the first answer of each compiled one against the plain one's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy

from patchgrad.backend.base import Backend
from patchgrad.backend.kernels import Kernel, install

PLAIN = ("cpu_rows",)
"""Files of kernels that need nothing but NumPy."""
COMPILED = (
    "cpu_conv", "cpu_softmax", "cpu_norm", "cpu_class_loss", "cpu_pool", "cpu_recurrent", "cpu_embedding",
    "cpu_attention",
)  # fmt: skip
TOLERANCE = {"f": 1e-3, "d": 1e-9}
"""How far the first answer may be from the plain one, by dtype, as a share of the largest number in it or given."""


def load(backend: Any) -> None:
    """Enter and install all kernels for NumPy; the compiled ones where llvmlite is installed."""

    def find(name: str) -> Any:
        return backend.find(name) if backend.find else None

    for name in PLAIN:
        import_module(f"patchgrad.backend.kernels.{name}")
    install(backend, find)
    if find_spec("llvmlite") is not None:
        for name in COMPILED:
            import_module(f"patchgrad.backend.kernels.{name}")
        backend.compiled = True
        backend.update = import_module("patchgrad.backend.kernels.cpu_updates").update
        install(backend, find, checked)
        backend.kernels["philox"] = import_module("patchgrad.backend.kernels.cpu_philox").philox
        backend.generate = partial(_generate, import_module("patchgrad.backend.kernels.cpu_generated").kernels_of, find)


def _generate(kernels_of: Any, find: Any, backend: Backend, op: Any) -> None:
    """Enter the kernels that can be written from the record of an op without one."""
    forward, rules = kernels_of(op, find)
    if forward is not None:
        backend.kernels[op.name] = checked(op.name, forward, lambda: op.forward)
    if rules:
        backend.rules[op.name] = {
            name: checked(f"{op.name} ({name})", rule, lambda name=name: op.vjps[name]) for name, rule in rules.items()
        }


def checked(what: str, kernel: Kernel, plain: Callable[[], Kernel]) -> Kernel:
    """The kernel; the plain function where it declines, and for good where its first answer is wrong."""
    unchecked = set(TOLERANCE)
    from patchgrad.backend.native.compiled import compiler

    def function(*arguments: Any, **attrs: Any) -> Any:
        found = kernel(*arguments, **attrs) if compiler.present else NotImplemented
        if found is NotImplemented:
            return plain()(*arguments, **attrs)
        if unchecked and not unchecked.isdisjoint(_dtypes(found)):
            wanted = plain()(*arguments, **attrs)
            if not all(numpy.isfinite(entry).all() for entry in _arrays(wanted)):
                return wanted
            if not _alike(found, wanted, _largest(arguments)):
                compiler.give_up(f"{what} computes wrong numbers")
                return wanted
            unchecked.difference_update(_dtypes(found))
        return found

    return function


def _arrays(found: Any) -> Iterator[Any]:
    for entry in found if isinstance(found, (tuple, list)) else (found,):
        if entry is not None:
            yield numpy.asarray(entry)


def _dtypes(found: Any) -> list[str]:
    return [entry.dtype.char for entry in _arrays(found)]


def _largest(arguments: tuple[Any, ...]) -> float:
    """The largest real number among arrays that a function is given: what it gives may be their small difference."""
    given = [entry for argument in arguments for entry in (argument if isinstance(argument, tuple) else (argument,))]
    reals = [entry for entry in given if isinstance(entry, numpy.ndarray) and entry.dtype.kind == "f"]
    return max((float(numpy.max(numpy.abs(entry), initial=0.0)) for entry in reals), default=0.0)


def _alike(found: Any, wanted: Any, largest: float) -> bool:
    """Are the answers equal, but for rounding? A kernel may sum over axes that the tape would sum over after it."""
    for a, b in zip(_arrays(found), _arrays(wanted), strict=True):
        if a.shape != b.shape:
            b = _summed(b, a.shape)
        tolerance = TOLERANCE.get(b.dtype.char, 0.0)
        if a.dtype != b.dtype or (numpy.abs(a - b) > tolerance * numpy.max(numpy.abs(b), initial=largest)).any():
            return False
    return True


def _summed(b: Any, shape: tuple[int, ...]) -> Any:
    extra = b.ndim - len(shape)
    axes = tuple(i for i in range(b.ndim) if i < extra or shape[i - extra] == 1)
    return b.sum(axis=axes, keepdims=True).reshape(shape)
