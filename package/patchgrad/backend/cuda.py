"""CuPy on a GPU. Imported on first use only; its absence is a clear error.

The same rules run here as on NumPy: ``xp`` is CuPy's namespace, completed by the few array-API
functions that CuPy 14 lacks.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from patchgrad.backend.base import Backend, Namespace
from patchgrad.errors import DeviceError

INSTALL = "pip install 'patchgrad[cuda13]' (or cuda12) on a machine with an NVIDIA GPU, or use device='cpu'"


def load_cupy() -> Any:
    """CuPy with a working GPU, or DeviceError saying which of the two is missing."""
    try:
        cupy = import_module("cupy")
    except ImportError as error:
        raise DeviceError("device 'cuda' needs CuPy, which is not installed", got=str(error), hint=INSTALL) from error
    if not cupy.cuda.is_available():
        raise DeviceError(
            "device 'cuda' needs an NVIDIA GPU, and none was found", got="CuPy is installed", hint=INSTALL
        )
    return cupy


def _completed(cupy: Any) -> dict[str, Any]:
    """CuPy's functions, and array-API functions that CuPy lacks or whose arguments it names differently."""
    functions = {name: value for name, value in vars(cupy).items() if not name.startswith("_")}

    def vecdot(a: Any, b: Any, *, axis: int = -1) -> Any:
        return (cupy.conj(a) * b).sum(axis=axis)

    def unstack(x: Any, /, *, axis: int = 0) -> tuple[Any, ...]:
        return tuple(cupy.moveaxis(x, axis, 0))

    def var(x: Any, /, *, axis: Any = None, correction: float = 0.0, keepdims: bool = False) -> Any:
        return cupy.var(x, axis=axis, ddof=correction, keepdims=keepdims)

    def argsort(x: Any, /, *, axis: int = -1, stable: bool = True) -> Any:
        return cupy.argsort(x, axis=axis, kind="stable")

    lacking = {
        "vecdot": vecdot,
        "unstack": unstack,
        "cumulative_sum": cupy.cumsum,
        "cumulative_prod": cupy.cumprod,
    }
    return {**lacking, **functions, "var": var, "argsort": argsort}


class CUDA(Backend):
    """Arrays are ``cupy.ndarray``."""

    def __init__(self, cupy: Any) -> None:
        super().__init__("cuda", Namespace("cupy", _completed(cupy)), (cupy.ndarray,))
        self.cupy = cupy

    def asarray(self, value: Any, dtype: Any = None) -> Any:
        return self.cupy.asarray(value, dtype=dtype)

    def from_dlpack(self, source: Any) -> Any:
        return self.cupy.from_dlpack(source)

    def to_host(self, array: Any) -> Any:
        return self.cupy.asnumpy(array)

    def device_of(self, array: Any) -> str:
        return f"cuda:{array.device.id}"
