"""Arrays that an optimizer writes over and over, so that a step allocates nothing after the first."""

from __future__ import annotations

from typing import Any

MOST = 64
"""Forms that are kept; where more come up, they hardly come up again."""


class Scratch:
    """One spare array per shape, dtype and use, made when first asked for."""

    def __init__(self) -> None:
        self._arrays: dict[tuple[Any, ...], Any] = {}

    def like(self, xp: Any, array: Any, use: str = "") -> Any:
        """A spare array of the form of ``array``; its content is whatever was left there."""
        key = (array.shape, array.dtype, use)
        spare = self._arrays.get(key)
        if spare is None:
            if len(self._arrays) >= MOST:
                self._arrays.clear()
            spare = self._arrays[key] = xp.empty_like(array)
        return spare
