"""Automatic mixed precision: `autocast` chooses the dtype of each op, `GradScaler` keeps small gradients alive."""

from patchgrad.amp.autocast import (
    autocast,
    clear_autocast_cache,
    get_autocast_dtype,
    is_autocast_available,
    is_autocast_cache_enabled,
    is_autocast_enabled,
)
from patchgrad.amp.custom import custom_bwd, custom_fwd
from patchgrad.amp.grad_scaler import GradScaler

__all__ = [
    "GradScaler", "autocast", "clear_autocast_cache", "custom_bwd", "custom_fwd", "get_autocast_dtype",
    "is_autocast_available", "is_autocast_cache_enabled", "is_autocast_enabled",
]  # fmt: skip
