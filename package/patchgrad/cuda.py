"""What there is to know and do about GPUs, with PyTorch's names: ``pg.cuda.is_available()``, ``pg.cuda.synchronize()``.

Questions have an answer without a GPU (no, 0); what needs one raises DeviceError with the way to get it.
"""

from __future__ import annotations

from typing import Any

from patchgrad.backend import get_backend, random
from patchgrad.backend.device import device as Device
from patchgrad.backend.waiting import checks
from patchgrad.errors import DeviceError

__all__ = [
    "current_device", "device", "device_count", "empty_cache", "get_device_capability", "get_device_name",
    "initial_seed", "is_available", "is_initialized", "manual_seed", "manual_seed_all", "mem_get_info",
    "memory_allocated", "memory_reserved", "seed", "seed_all", "set_device", "synchronize",
]  # fmt: skip


def is_available() -> bool:
    """Is there CuPy, and a GPU that it can use?"""
    return device_count() > 0


def device_count() -> int:
    """How many GPUs there are; 0 without CuPy."""
    try:
        return int(_cupy().cuda.runtime.getDeviceCount())
    except DeviceError:
        return 0


def is_initialized() -> bool:
    """Was the GPU used in this process, or asked for?"""
    return is_available()


def _cupy() -> Any:
    return get_backend("cuda").cupy  # type: ignore[attr-defined]


def _index(device: Any) -> int:
    """The number of a device: of the current one for None; DeviceError for one that is not there."""
    if device is None:
        return current_device()
    where = Device("cuda", device) if isinstance(device, int) else Device(device)
    if where.type != "cuda":
        raise DeviceError("this is not a GPU", got=str(where), want="'cuda', 'cuda:0' or a number")
    return int(get_backend("cuda").at(where).id)


def current_device() -> int:
    """The number of the GPU on which new tensors lie."""
    return int(_cupy().cuda.runtime.getDevice())


def set_device(device: Any) -> None:
    """Let new tensors lie on this GPU."""
    _cupy().cuda.Device(_index(device)).use()


class device:
    """A block in which new tensors lie on this GPU."""

    def __init__(self, device: Any) -> None:
        self.idx = _index(device)
        self._block = _cupy().cuda.Device(self.idx)

    def __enter__(self) -> device:
        self._block.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._block.__exit__(*error)


def synchronize(device: Any = None) -> None:
    """Wait until the GPU has done all that was asked of it."""
    _cupy().cuda.Device(_index(device)).synchronize()
    checks.settle()


def get_device_name(device: Any = None) -> str:
    """The name of the GPU."""
    name = _cupy().cuda.runtime.getDeviceProperties(_index(device))["name"]
    return name.decode() if isinstance(name, bytes) else str(name)


def get_device_capability(device: Any = None) -> tuple[int, int]:
    """Major and minor number of the GPU's generation."""
    text = str(_cupy().cuda.Device(_index(device)).compute_capability)
    return int(text[:-1]), int(text[-1])


def memory_allocated(device: Any = None) -> int:
    """Bytes that tensors hold; 0 without a GPU."""
    return _pool(device).used_bytes() if is_available() else 0


def memory_reserved(device: Any = None) -> int:
    """Bytes taken from the GPU, those kept for later included; 0 without a GPU."""
    return _pool(device).total_bytes() if is_available() else 0


def _pool(device: Any) -> Any:
    with _cupy().cuda.Device(_index(device)):
        return _cupy().get_default_memory_pool()


def mem_get_info(device: Any = None) -> tuple[int, int]:
    """Free and total bytes of the GPU."""
    with _cupy().cuda.Device(_index(device)):
        free, total = _cupy().cuda.runtime.memGetInfo()
    return int(free), int(total)


def empty_cache() -> None:
    """Give back memory that no tensor holds; nothing to do without a GPU."""
    if is_available():
        _cupy().get_default_memory_pool().free_all_blocks()


def manual_seed(seed: int) -> None:
    """Start all random numbers anew. They are the same on every device, so this is `patchgrad.manual_seed`."""
    random.manual_seed(seed)


manual_seed_all = manual_seed


def seed() -> None:
    """Start all random numbers anew with a seed that nobody can foretell, on every device."""
    random.seed()


seed_all = seed


def initial_seed() -> int:
    """The seed that all random numbers started with."""
    return random.initial_seed()
