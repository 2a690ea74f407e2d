"""One file per measured thing. A file put here is found by itself."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from patchgrad.recorder.quantities.registry import QUANTITIES, REGISTERED, Quantity, quantity

__all__ = ["QUANTITIES", "REGISTERED", "Quantity", "quantity"]

for _found in iter_modules(__path__):
    import_module(f"{__name__}.{_found.name}")
