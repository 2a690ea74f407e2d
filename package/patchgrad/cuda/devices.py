"""Which GPUs there are, which one is used, and waiting for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from patchgrad.backend import get_backend
from patchgrad.backend.device import device as Device
from patchgrad.backend.waiting import checks
from patchgrad.errors import DeviceError


def is_available() -> bool:
    """Is there CuPy, and a GPU that it can use?"""
    return device_count() > 0


def device_count() -> int:
    """How many GPUs there are; 0 without CuPy."""
    try:
        return int(cupy_cuda().runtime.getDeviceCount())
    except DeviceError:
        return 0


def is_initialized() -> bool:
    """Was the GPU used in this process, or asked for?"""
    return is_available()


def cupy() -> Any:
    """CuPy. Raises DeviceError where there is none, or no GPU."""
    return get_backend("cuda").cupy  # type: ignore[attr-defined]


def cupy_cuda() -> Any:
    """CuPy's part on CUDA itself."""
    return cupy().cuda


def index_of(device: Any) -> int:
    """The number of a device: of the current one for None; DeviceError for one that is not there."""
    if device is None:
        return current_device()
    where = Device("cuda", device) if isinstance(device, int) else Device(device)
    if where.type != "cuda":
        raise DeviceError("this is not a GPU", got=str(where), want="'cuda', 'cuda:0' or a number")
    return int(get_backend("cuda").at(where).id)


def current_device() -> int:
    """The number of the GPU on which new tensors lie."""
    return int(cupy_cuda().runtime.getDevice())


def set_device(device: Any) -> None:
    """Let new tensors lie on this GPU."""
    cupy_cuda().Device(index_of(device)).use()


class device:
    """A block in which new tensors lie on this GPU."""

    def __init__(self, device: Any) -> None:
        self.idx = index_of(device)
        self._block = cupy_cuda().Device(self.idx)

    def __enter__(self) -> device:
        self._block.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._block.__exit__(*error)


def synchronize(device: Any = None) -> None:
    """Wait until the GPU has done all that was asked of it."""
    cupy_cuda().Device(index_of(device)).synchronize()
    checks.settle()


def get_device_name(device: Any = None) -> str:
    """The name of the GPU."""
    name = cupy_cuda().runtime.getDeviceProperties(index_of(device))["name"]
    return name.decode() if isinstance(name, bytes) else str(name)


def get_device_capability(device: Any = None) -> tuple[int, int]:
    """Major and minor number of the GPU's generation."""
    text = str(cupy_cuda().Device(index_of(device)).compute_capability)
    return int(text[:-1]), int(text[-1])


@dataclass(frozen=True)
class DeviceProperties:
    """What a GPU is."""

    name: str
    major: int
    minor: int
    total_memory: int
    multi_processor_count: int
    warp_size: int
    L2_cache_size: int


def get_device_properties(device: Any = None) -> DeviceProperties:
    """Name, generation and sizes of a GPU."""
    found = cupy_cuda().runtime.getDeviceProperties(index_of(device))
    sizes = (int(found[name]) for name in ("totalGlobalMem", "multiProcessorCount", "warpSize", "l2CacheSize"))
    return DeviceProperties(get_device_name(device), *get_device_capability(device), *sizes)


def is_bf16_supported(including_emulation: bool = True) -> bool:
    """Does the GPU compute in bfloat16? Storing it works on all."""
    return is_available() and (including_emulation or get_device_capability() >= (8, 0))
