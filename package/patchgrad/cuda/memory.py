"""How much of a GPU's memory is in use. Without a GPU: nothing."""

from __future__ import annotations

from typing import Any

from patchgrad.cuda.devices import cupy, cupy_cuda, index_of, is_available


def memory_allocated(device: Any = None) -> int:
    """Bytes that tensors hold; 0 without a GPU."""
    return _pool(device).used_bytes() if is_available() else 0


def memory_reserved(device: Any = None) -> int:
    """Bytes taken from the GPU, those kept for later included; 0 without a GPU."""
    return _pool(device).total_bytes() if is_available() else 0


def _pool(device: Any) -> Any:
    with cupy_cuda().Device(index_of(device)):
        return cupy().get_default_memory_pool()


def mem_get_info(device: Any = None) -> tuple[int, int]:
    """Free and total bytes of the GPU."""
    with cupy_cuda().Device(index_of(device)):
        free, total = cupy_cuda().runtime.memGetInfo()
    return int(free), int(total)


def empty_cache() -> None:
    """Give back memory that no tensor holds; nothing to do without a GPU."""
    if is_available():
        cupy().get_default_memory_pool().free_all_blocks()
