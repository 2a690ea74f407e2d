"""What there is to know and do about GPUs, with PyTorch's names: ``pg.cuda.is_available()``, ``pg.cuda.synchronize()``.

Questions have an answer without a GPU (no, 0); what needs one raises DeviceError with the way to get it.
"""

from patchgrad.cuda.devices import (
    current_device,
    device,
    device_count,
    get_device_capability,
    get_device_name,
    get_device_properties,
    is_available,
    is_bf16_supported,
    is_initialized,
    set_device,
    synchronize,
)
from patchgrad.cuda.memory import empty_cache, mem_get_info, memory_allocated, memory_reserved
from patchgrad.cuda.seeds import (
    get_rng_state,
    initial_seed,
    manual_seed,
    manual_seed_all,
    seed,
    seed_all,
    set_rng_state,
)
from patchgrad.cuda.streams import Event, Stream, current_stream, default_stream, set_stream, stream

__all__ = [
    "Event", "Stream", "current_device", "current_stream", "default_stream", "device", "device_count", "empty_cache",
    "get_device_capability", "get_device_name", "get_device_properties", "get_rng_state", "initial_seed",
    "is_available", "is_bf16_supported", "is_initialized", "manual_seed", "manual_seed_all", "mem_get_info",
    "memory_allocated", "memory_reserved", "seed", "seed_all", "set_device", "set_rng_state", "set_stream", "stream",
    "synchronize",
]  # fmt: skip
