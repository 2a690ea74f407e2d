"""A module without the work of drawing first values."""

from __future__ import annotations

import inspect
from typing import Any

from patchgrad.errors import ArgumentError
from patchgrad.nn.module import Module


def skip_init(module_cls: Any, *args: Any, device: Any = "cpu", **kwargs: Any) -> Any:
    """``module_cls(*args, **kwargs)`` on ``device``, whose parameters hold no meaningful values yet.

    Errors
        ArgumentError  if it is no class of modules that take a device.
    """
    taken = inspect.signature(module_cls).parameters
    any_name = any(entry.kind is entry.VAR_KEYWORD for entry in taken.values())
    is_module = isinstance(module_cls, type) and issubclass(module_cls, Module)
    if not (is_module and ("device" in taken or any_name)):
        raise ArgumentError(
            "skip_init cannot make this", got=repr(module_cls), want="a class of modules that take device="
        )
    made: Any = module_cls
    return made(*args, **kwargs, device="meta").to_empty(device=device)
