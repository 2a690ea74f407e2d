"""Names for the types that many rooms share."""

from __future__ import annotations

from typing import Any

Shape = tuple[int, ...]
Axis = int | tuple[int, ...] | None
Array = Any
"""Bare data of a backend: a NumPy array, a CuPy array or a ``MetaArray``."""
