"""Arrays that an optimizer writes over and over, so that a step allocates nothing after the first."""

from __future__ import annotations

from typing import Any


class Scratch:
    """One spare array per shape, dtype and use, made when first asked for."""

    def __init__(self) -> None:
        self._arrays: dict[tuple[Any, ...], Any] = {}

    def like(self, xp: Any, array: Any, use: str = "") -> Any:
        """A spare array of the form of ``array``; its content is whatever was left there."""
        key = (array.shape, array.dtype, use)
        spare = self._arrays.get(key)
        if spare is None:
            spare = self._arrays[key] = xp.empty_like(array)
        return spare
