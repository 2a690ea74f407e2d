"""NumPy on the CPU: the plain backend that is always there."""

from __future__ import annotations

from contextvars import ContextVar
from importlib import import_module
from typing import Any

import numpy

from patchgrad.backend import low
from patchgrad.backend.base import Backend, Namespace
from patchgrad.backend.memory import keep_freed_memory
from patchgrad.backend.products import matmul


def _astype(x: Any, dtype: Any, /, *, copy: bool = True) -> Any:
    """As ``numpy.astype``, and for the scalars that NumPy gives in place of arrays without axes."""
    return x.astype(dtype, copy=copy)


def _sum(x: Any, /, *, axis: Any = None, dtype: Any = None, keepdims: bool = False) -> Any:
    """As ``numpy.sum``, without the layers of Python around it, which cost as much as a small sum."""
    return numpy.add.reduce(x, axis, dtype, None, keepdims)  # type: ignore[call-overload]


def _max(x: Any, /, *, axis: Any = None, keepdims: bool = False) -> Any:
    return numpy.maximum.reduce(x, axis, None, None, keepdims)  # type: ignore[call-overload]


FUNCTIONS = {name: value for name, value in vars(numpy).items() if not name.startswith("_")} | {
    "astype": _astype, "matmul": matmul, "max": _max, "sum": _sum,
}  # fmt: skip


def _silent() -> tuple[ContextVar[Any], Any]:
    """NumPy's variable that says what to do about overflow and the like, and its value for "nothing".

    Setting it is what ``numpy.errstate(all="ignore")`` does, but several times faster, and it is done for every op.
    """
    name = "_extobj_contextvar"
    variable: ContextVar[Any] = getattr(import_module("numpy._core.umath"), name)
    with numpy.errstate(all="ignore"):
        return variable, variable.get()


_ERRORS, _IGNORED = _silent()


class NumPy(Namespace):
    """NumPy's functions. ``numpy.fft`` is imported when it is first asked for, as NumPy itself does it."""

    def __getattr__(self, name: str) -> Any:
        if name == "fft":
            self.fft = numpy.fft
            return numpy.fft
        return super().__getattr__(name)


class CPU(Backend):
    """Arrays are ``numpy.ndarray``. Ops give inf and NaN without a warning, as they do on a GPU.

    Kernels are loaded when the first op runs.
    """

    loaded = False
    generate: Any = None
    """Writes kernels for an op that works element by element from its record."""

    def __init__(self) -> None:
        super().__init__("cpu", NumPy("numpy", FUNCTIONS), (numpy.ndarray, numpy.generic))
        self.xp.cache_bytes = 2**20

    def run(self, op: Any, arrays: list[Any], attrs: dict[str, Any]) -> Any:
        token = _ERRORS.set(_IGNORED)
        try:
            if low.used and any(map(low.touches, arrays)):
                return low.run(self, op, arrays, attrs)
            return (op.chosen.get("cpu") or self.choose(op))(self.xp, *arrays, **attrs)
        finally:
            _ERRORS.reset(token)

    def choose(self, op: Any) -> Any:
        if not self.loaded:
            import_module("patchgrad.backend.kernels.cpu").load(self)
            self.loaded = True
        if self.generate and op.elementwise and op.name not in self.kernels and self.find and self.find(op.name) is op:
            self.generate(self, op)
        return super().choose(op)

    def quiet(self) -> Any:
        return numpy.errstate(all="ignore")

    def asarray(self, value: Any, dtype: Any = None) -> Any:
        return numpy.asarray(value, dtype=dtype)

    def from_dlpack(self, source: Any) -> Any:
        return numpy.from_dlpack(source)

    def to_host(self, array: Any) -> Any:
        return array


keep_freed_memory()
backend = CPU()
xp = backend.xp
