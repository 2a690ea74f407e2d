"""Layers that only change the shape."""

from __future__ import annotations

from collections.abc import Sequence

from patchgrad.nn.module import Module
from patchgrad.tensor import Tensor


class Flatten(Module):
    """Join the axes from ``start_dim`` to ``end_dim`` into one: an image becomes a row of pixels.

    Shapes
        input (batch, *)  ->  y (batch, product of the rest)
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim = start_dim
        self.end_dim = end_dim

    def forward(self, input: Tensor) -> Tensor:
        return input.flatten(self.start_dim, self.end_dim)

    def extra_repr(self) -> str:
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Unflatten(Module):
    """Split the axis ``dim`` into axes of the sizes ``unflattened_size``, one of which may be -1.

    Shapes
        input (batch, n)  ->  y (batch, *unflattened_size)
    """

    def __init__(self, dim: int, unflattened_size: Sequence[int]) -> None:
        super().__init__()
        self.dim = dim
        self.unflattened_size = tuple(unflattened_size)

    def forward(self, input: Tensor) -> Tensor:
        return input.unflatten(self.dim, self.unflattened_size)

    def extra_repr(self) -> str:
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"
