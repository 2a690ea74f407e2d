"""A `Function` under autocast: which dtypes its forward sees, and that its backward runs as its forward did."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from patchgrad.amp.autocast import autocast, get_autocast_dtype, is_autocast_enabled
from patchgrad.autograd.op import find
from patchgrad.backend.device import device as Device
from patchgrad.backend.dtype import as_dtype, dtype
from patchgrad.tensor import Tensor, apply

Static = Callable[..., Any]


def custom_fwd(fwd: Static | None = None, *, device_type: str, cast_inputs: dtype | None = None) -> Any:
    """Decorate ``forward`` of a `Function`; `custom_bwd` decorates its ``backward``.

    Parameters
        device_type  "cpu" or "cuda"
        cast_inputs  under autocast, cast floating inputs on that device to this dtype and run ``forward`` without
                     autocast; by default ``forward`` runs under the autocast that is in force
    """
    if fwd is None:
        return partial(custom_fwd, device_type=device_type, cast_inputs=cast_inputs)
    kind, target = Device(device_type).type, None if cast_inputs is None else as_dtype(cast_inputs)

    @wraps(fwd)
    def forward(ctx: Any, *args: Any, **kwargs: Any) -> Any:
        ctx.autocast_dtype = get_autocast_dtype(kind)
        ctx.ran_under_autocast = is_autocast_enabled(kind)
        if target is None or not ctx.ran_under_autocast:
            return fwd(ctx, *args, **kwargs)
        ctx.ran_under_autocast = False
        with autocast(kind, enabled=False):
            return fwd(ctx, *_cast(args, kind, target), **_cast(kwargs, kind, target))

    return forward


def custom_bwd(bwd: Static | None = None, *, device_type: str) -> Any:
    """Decorate ``backward`` of a `Function` whose ``forward`` has `custom_fwd`: it runs under the same autocast."""
    if bwd is None:
        return partial(custom_bwd, device_type=device_type)
    kind = Device(device_type).type

    @wraps(bwd)
    def backward(ctx: Any, *args: Any, **kwargs: Any) -> Any:
        with autocast(kind, dtype=ctx.autocast_dtype, enabled=ctx.ran_under_autocast):
            return bwd(ctx, *args, **kwargs)

    return backward


def _cast(value: Any, kind: str, target: dtype) -> Any:
    """Tensors in a nest of lists, tuples and dicts, cast to a dtype: floats of up to 32 bits on this kind of device."""
    if isinstance(value, Tensor):
        fits = value.dtype.is_floating_point and value.dtype.name != "float64" and value.device.type == kind
        return apply(find("cast"), value, dtype=target) if fits and value.dtype is not target else value
    if isinstance(value, dict):
        return {key: _cast(entry, kind, target) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)([_cast(entry, kind, target) for entry in value])
    return value
