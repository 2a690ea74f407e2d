"""What ``x.shape`` is: a tuple of sizes that can count."""

from __future__ import annotations

from math import prod
from typing import Any


class Size(tuple[int, ...]):
    """The sizes of the axes: a tuple, whose slices are of this kind too."""

    __slots__ = ()

    def numel(self) -> int:
        """How many elements a tensor of these sizes has."""
        return prod(self)

    def __getitem__(self, index: Any) -> Any:
        found = tuple.__getitem__(self, index)
        return Size(found) if type(index) is slice else found
