"""Whether indices lie where they must. On a GPU the answer is looked at when the GPU is waited for anyway."""

from __future__ import annotations

from typing import Any

from patchgrad.errors import ArgumentError


def check_range(xp: Any, index: Any, size: int, low: int = 0) -> None:
    """Raise ArgumentError for an index outside ``low`` to ``size - 1``."""
    if index.size:
        xp.refuse(
            (xp.min(index) < low) | (xp.max(index) >= size),
            lambda: ArgumentError(
                "an index lies outside the axis",
                got=f"indices from {int(xp.min(index))} to {int(xp.max(index))}",
                want=f"{low} to {size - 1}",
            ),
        )
