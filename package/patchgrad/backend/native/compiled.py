"""Compiled kernels: when one is made, who waits for it, and how it is called.

A kernel is compiled when it is first wanted, in a thread of its own, or read from the cache on disk. Whoever wants it
waits a moment, and goes the plain way if it takes longer: all waiting of a process together is less than `PATIENCE`.
``PATCHGRAD_KERNELS`` says more: "off" compiles nothing, "wait" waits for every kernel, so that two runs always compute
with the same kernels.

Without llvmlite (``pip install 'patchgrad[fast]'``) there are no kernels. Where it is there and does not work, one
warning says so, and nothing else changes.
"""

from __future__ import annotations

import ctypes
import os
import struct
import time
import warnings
from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy

from patchgrad.backend.native.team import team
from patchgrad.backend.native.values import POINTERS, KernelError, Numbers

PATIENCE = 1.0
"""Seconds that a process waits for kernels, all in all."""
WORTH = 500_000
"""Operations that take longer than to wake a thread."""
DATA = object.__basicsize__
"""Where an array object keeps the address of its numbers: behind the header of every Python object."""
NOTHING = numpy.zeros(1)
"""Stands for an array that is not there; no kernel reads it."""
DTYPES = {numpy.dtype("float32"): "float32", numpy.dtype("float64"): "float64"}


class KernelWarning(UserWarning):
    """Compiled kernels cannot be used here; all is computed the plain way."""


class Compiler:
    """The thread that compiles, and how long others have waited for it."""

    def __init__(self) -> None:
        self.mode = os.environ.get("PATCHGRAD_KERNELS", "")
        self.present = self.mode != "off" and find_spec("llvmlite") is not None
        self.waited = 0.0
        self._executor: Any = None
        self._problem = ""
        self._wanted: list[Any] = []

    def idle(self) -> bool:
        """Is every kernel made that was wanted so far?"""
        self._wanted = [future for future in self._wanted if not future.done()]
        return not self._wanted

    def submit(self, work: Callable[[], Any]) -> Any:
        if self._executor is None:
            executors = import_module("concurrent.futures")
            self._executor = executors.ThreadPoolExecutor(1, thread_name_prefix="patchgrad-kernels")
        future = self._executor.submit(work)
        self._wanted.append(future)
        return future

    def give_up(self, problem: str) -> None:
        """Use no kernel from now on, and say so once."""
        if self.present:
            self.present = False
            warnings.warn(f"compiled kernels are off: {problem}", KernelWarning, stacklevel=2)

    def wait(self, future: Any) -> bool:
        """Wait for a kernel as long as patience lasts. Is it there?"""
        start = time.perf_counter()
        limit = None if self.mode == "wait" else max(0.0, PATIENCE - self.waited)
        timeout = import_module("concurrent.futures").TimeoutError
        try:
            future.exception(limit)
        except timeout:
            return False
        finally:
            self.waited += time.perf_counter() - start
        return True


compiler = Compiler()


@cache
def machine() -> Any:
    """LLVM for this machine; raises whatever is wrong with it."""
    return import_module("patchgrad.backend.native.machine").Machine()


class Native:
    """A function of the kernel language, and its compiled variants by dtype and keyword-only arguments."""

    def __init__(self, function: Callable[..., Any], exact: bool = False) -> None:
        self.function = function
        self.exact = exact
        self.name = function.__name__
        self._variants: dict[Any, Any] = {}

    def __call__(self, dtype: Any, **statics: Any) -> Variant | None:
        """The variant to call, or None: it is not ready, or there cannot be one."""
        key = (dtype, *statics.values()) if statics else dtype
        found = self._variants.get(key)
        return found if type(found) is Variant else self._wanted(key, dtype, statics, found)

    def _wanted(self, key: Any, dtype: Any, statics: dict[str, Any], future: Any) -> Variant | None:
        if not compiler.present or dtype not in DTYPES:
            return None
        if future is None:
            name = DTYPES[dtype]
            future = self._variants[key] = compiler.submit(lambda: Variant(self.function, name, statics, self.exact))
        if not future.done() and not compiler.wait(future):
            return None
        problem = future.exception()
        if problem is not None:
            compiler.give_up(f"{self.name} cannot be compiled ({problem})")
            return None
        self._variants[key] = future.result()
        return self._variants[key]


class Variant:
    """Machine code for one dtype. Call it with what the kernel takes, in order; None is an array that is not there."""

    def __init__(self, function: Any, dtype: str, statics: dict[str, Any], exact: bool) -> None:
        from patchgrad.backend.native.sources import digest_of, tree_of
        from patchgrad.backend.native.translate import module_of

        here = machine()
        numbers = Numbers(dtype, here.vector_bytes)
        key = f"{digest_of(function)} {dtype} {sorted(statics.items())} {exact}"
        self.address = here.address(key, lambda: module_of(function, numbers, statics, here.head, exact))
        self.lanes = numbers.lanes
        run = ctypes.CFUNCTYPE(None, ctypes.c_char_p, ctypes.c_ssize_t, ctypes.c_ssize_t)
        self.run = run(self.address)
        kinds = [ast_kind(entry) for entry in tree_of(function).args.args]
        self.pack = struct.Struct("".join("d" if kind == "float" else "q" for kind in kinds)).pack

    def __call__(self, *arguments: Any) -> None:
        """Run the kernel in this thread alone."""
        self.run(self.pack(*[word_of(entry) for entry in arguments]), 0, 1)

    def parts(self, work: int) -> int:
        """In how many parts `shared` cuts so much work."""
        return team.size if work >= WORTH else 1

    def shared(self, work: int, *arguments: Any) -> None:
        """Run the kernel on all processors, if its ``work`` (operations, about) is worth waking them."""
        block = self.pack(*[word_of(entry) for entry in arguments])
        if work < WORTH:
            self.run(block, 0, 1)
        else:
            team.run(self.run, block)


def ast_kind(parameter: Any) -> str:
    """The annotation of a parameter."""
    found = getattr(parameter.annotation, "id", "")
    if found not in POINTERS and found not in ("int", "float"):
        raise KernelError(f"parameter {parameter.arg} of a kernel must be one of {', '.join(POINTERS)}, int, float")
    return found


def word_of(value: Any) -> Any:
    """What an argument block holds for a value: of an array, where it keeps its address."""
    if type(value) is numpy.ndarray:
        return id(value) + DATA
    return id(NOTHING) + DATA if value is None else value


def native(function: Callable[..., Any]) -> Native:
    """Make a function of the kernel language a kernel."""
    return Native(function)


def native_exact(function: Callable[..., Any]) -> Native:
    """The same, and every product is rounded before it is added to: the bits do not depend on an element's place."""
    return Native(function, exact=True)
