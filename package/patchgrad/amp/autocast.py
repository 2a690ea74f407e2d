"""The context in which ops choose their own dtype: products in low precision, sums of many terms in float32."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from patchgrad.autograd.state import state
from patchgrad.backend.device import device as Device
from patchgrad.backend.dtype import as_dtype, bfloat16, dtype, float16
from patchgrad.errors import DtypeError
from patchgrad.tensor.precision import Precision

DEFAULTS = {"cpu": bfloat16, "cuda": float16}
"""The low dtype of each kind of device."""


class autocast:
    """Inside the block, ops on this kind of device get inputs of the dtype that suits them.

    Matrix products, linear layers, convolutions and attention run in the low dtype; losses and other functions that
    need range or precision in float32; `cat` and `stack` in the widest dtype they are given. All others take what
    comes. Also a decorator. Losses belong inside the block, `backward()` outside.

    Parameters
        device_type    "cpu" or "cuda"
        dtype          bfloat16 or float16; by default bfloat16 on the CPU and float16 on a GPU
        enabled        False switches off an outer block
        cache_enabled  keep the cast of a parameter until the outermost block ends
    """

    def __init__(
        self, device_type: str, dtype: dtype | None = None, enabled: bool = True, cache_enabled: bool | None = None
    ) -> None:
        self.device = Device(device_type).type
        self.fast_dtype = get_autocast_dtype(self.device) if dtype is None else as_dtype(dtype)
        if enabled and self.fast_dtype not in (bfloat16, float16):
            raise DtypeError("autocast works in low precision", got=self.fast_dtype.name, want="bfloat16 or float16")
        self._enabled = enabled
        self._caches = cache_enabled
        self._before: list[Any] = []

    def __enter__(self) -> autocast:
        outer: Precision | None = state.autocast
        self._before.append(outer)
        dtypes = {} if outer is None else dict(outer.dtypes)
        dtypes.pop(self.device, None)
        if self._enabled:
            self.fast_dtype.numpy  # noqa: B018  (loads it, so that ops look for it)
            dtypes[self.device] = self.fast_dtype
        state.autocast = Precision(dtypes, self._cache(outer)) if dtypes else None
        return self

    def _cache(self, outer: Precision | None) -> dict[int, Any] | None:
        if self._caches is None:
            return {} if outer is None else outer.cache
        return ({} if outer is None or outer.cache is None else outer.cache) if self._caches else None

    def __exit__(self, *_: object) -> None:
        state.autocast = self._before.pop()

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def inside(*args: Any, **kwargs: Any) -> Any:
            with self:
                return function(*args, **kwargs)

        return inside


def is_autocast_enabled(device_type: str = "cuda") -> bool:
    """Is autocast on for this kind of device, in this thread?"""
    return state.autocast is not None and Device(device_type).type in state.autocast.dtypes


def is_autocast_available(device_type: str) -> bool:
    """Does autocast know this kind of device? Whether there is such a device is another question."""
    return Device(device_type).type in DEFAULTS


def get_autocast_dtype(device_type: str) -> dtype:
    """The low dtype in force for this kind of device, or that it would have."""
    kind = Device(device_type).type
    if state.autocast is not None and kind in state.autocast.dtypes:
        return state.autocast.dtypes[kind]
    return DEFAULTS.get(kind, bfloat16)


def is_autocast_cache_enabled() -> bool:
    """Are casts of parameters kept until the block ends?"""
    return state.autocast is None or state.autocast.cache is not None


def clear_autocast_cache() -> None:
    """Forget the casts that are kept."""
    if state.autocast is not None and state.autocast.cache is not None:
        state.autocast.cache.clear()
