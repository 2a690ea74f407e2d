"""CuPy on a GPU. Imported on first use only; its absence is a clear error.

The same rules run here as on NumPy: ``xp`` is CuPy's namespace, completed by the few array-API functions that CuPy 14
lacks. Kernels in ``kernels/cuda_*.py`` take the place of some forwards. Not yet run on a GPU: what was checked without
one stands in ``docs/gpu.md``.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from copy import copy
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import numpy

from patchgrad.backend.base import Backend, Namespace
from patchgrad.backend.device import device
from patchgrad.backend.kernels import (
    cuda_conv,
    cuda_philox,
    cuda_rows,
    cuda_segments,
    cuda_windows,
    cudnn_attention,
    cudnn_conv,
    cudnn_norm,
)
from patchgrad.backend.kernels.cuda_language import BLOCK, Kernel
from patchgrad.backend.kernels.cudnn_graph import find_cudnn
from patchgrad.backend.waiting import checks
from patchgrad.errors import DeviceError, PatchgradError

KERNELS = (cuda_conv, cuda_philox, cuda_rows, cuda_segments, cuda_windows)
"""Importing a file of kernels enters them."""
LOW = {
    cudnn_attention: ("fused_attention",),
    cudnn_conv: ("conv2d", "conv2d_input", "conv2d_weight"),
    cudnn_norm: ("batch_norm", "group_norm", "layer_norm", "rms_norm"),
}
"""What cuDNN computes in low precision as it is."""
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


def completed(cupy: Any) -> dict[str, Any]:
    """CuPy's functions, and array-API functions that CuPy lacks or whose arguments it names differently."""
    functions = {name: value for name, value in vars(cupy).items() if not name.startswith("_")}

    def vecdot(a: Any, b: Any, *, axis: int = -1) -> Any:
        return (cupy.conj(a) * b).sum(axis=axis)

    def unstack(x: Any, /, *, axis: int = 0) -> tuple[Any, ...]:
        return tuple(cupy.moveaxis(x, axis, 0))

    def var(x: Any, /, *, axis: Any = None, correction: float = 0.0, keepdims: bool = False) -> Any:
        return cupy.var(x, axis=axis, ddof=correction, keepdims=keepdims)

    def std(x: Any, /, *, axis: Any = None, correction: float = 0.0, keepdims: bool = False) -> Any:
        return cupy.std(x, axis=axis, ddof=correction, keepdims=keepdims)

    def argsort(x: Any, /, *, axis: int = -1, stable: bool = True) -> Any:
        return cupy.argsort(x, axis=axis, kind="stable")

    def sort(x: Any, /, *, axis: int = -1, stable: bool = True) -> Any:
        return cupy.sort(x, axis=axis, kind="stable")

    def diagonal(x: Any, /, *, offset: int = 0) -> Any:
        return cupy.diagonal(x, offset=offset, axis1=-2, axis2=-1)

    linalg = SimpleNamespace(**{"diagonal": diagonal, "vecdot": vecdot, **vars(cupy.linalg)})
    lacking = {
        "vecdot": vecdot,
        "unstack": unstack,
        "cumulative_sum": cupy.cumsum,
        "cumulative_prod": cupy.cumprod,
    }
    own = {"var": var, "std": std, "argsort": argsort, "sort": sort, "linalg": linalg, "launch": launcher(cupy)}
    return {**lacking, **functions, **own}


def launcher(cupy: Any) -> Callable[[Kernel, str, tuple[Any, ...]], None]:
    """``launch(kernel, real, arguments)``: compile the kernel for this type once, run it on the current stream."""
    functions: dict[tuple[str, str], Any] = {}

    def launch(kernel: Kernel, real: str, arguments: tuple[Any, ...]) -> None:
        function = functions.get((kernel.name, real))
        if function is None:
            function = cupy.RawKernel(kernel.source(real), kernel.name, options=("--std=c++14",))
            functions[(kernel.name, real)] = function
        function((kernel.blocks(int(arguments[-1])),), (BLOCK,), arguments)

    return launch


class CuPy(Namespace):
    """CuPy's functions. What an op refuses by values is raised when the host next waits for the GPU.

    ``cudnn`` is what runs cuDNN's graphs; None where it is not installed.
    """

    cudnn: Any = None

    def refuse(self, wrong: Any, explain: Callable[[], Exception]) -> None:
        checks.add(wrong, explain, PatchgradError(""))


class CUDA(Backend):
    """Arrays are ``cupy.ndarray``."""

    def __init__(self, cupy: Any) -> None:
        xp = CuPy("cupy", completed(cupy))
        super().__init__("cuda", xp, (cupy.ndarray,))
        self.cupy = cupy
        xp.cudnn = find_cudnn(cupy)
        if xp.cudnn is not None:
            self.low_kernels = {name: getattr(home, name) for home, names in LOW.items() for name in names}

    place: device | None = None
    """Where new arrays lie; None: on the current GPU."""

    def on(self, where: device) -> CUDA:
        self.at(where)
        if where.index is None or where.index == self.cupy.cuda.runtime.getDevice():
            return self
        other = copy(self)
        other.place = where
        return other

    def here(self) -> Any:
        return nullcontext() if self.place is None else self.at(self.place)

    def at(self, where: device) -> Any:
        count = self.cupy.cuda.runtime.getDeviceCount()
        index = where.index
        if index is not None and index >= count:
            raise DeviceError(f"there is no device '{where}'", got=f"{count} GPUs", want=f"cuda:0 to cuda:{count - 1}")
        return self.cupy.cuda.Device(index)

    def asarray(self, value: Any, dtype: Any = None) -> Any:
        with self.here():
            return self.cupy.asarray(value, dtype=dtype)

    def to_host(self, array: Any) -> Any:
        checks.settle()
        return self.cupy.asnumpy(array)

    def pinned(self, array: Any) -> Any:
        out = import_module("cupyx").empty_pinned(array.shape, array.dtype)
        numpy.copyto(out, array)
        return out

    def device_of(self, array: Any) -> str:
        return f"cuda:{array.device.id}"
