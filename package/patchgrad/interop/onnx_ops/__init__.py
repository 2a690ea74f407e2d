"""What each op and layer is in ONNX, and back: one file per family.

``WRITE`` of a family maps the name of an op or layer to a function that adds its nodes; ``READ`` maps the name of an
ONNX operator to a function that says what computes it here. Read next: ``elementwise.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

FAMILIES = (
    "elementwise", "numbers", "reduction", "sorting", "movement", "indexing", "windows", "linear", "convolution",
    "normalization", "recurrence", "losses", "incoming",
)  # fmt: skip
Table = dict[str, Callable[..., Any]]


@cache
def table(name: str) -> Table:
    """``WRITE`` or ``READ`` of all families."""
    found: Table = {}
    for family in FAMILIES:
        found |= getattr(import_module(f"patchgrad.interop.onnx_ops.{family}"), name, {})
    return found
