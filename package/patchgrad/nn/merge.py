"""Layers that pass on, or join two paths of a network."""

from __future__ import annotations

from patchgrad.nn.module import Module
from patchgrad.ops.movement import cat
from patchgrad.tensor import Tensor


class Identity(Module):
    """Its input, unchanged."""

    def forward(self, input: Tensor) -> Tensor:
        return input


class Add(Module):
    """``a + b``: joins a shortcut with the path it went around.

    Shapes
        a, b of shapes that broadcast  ->  y of the broadcast shape
    """

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        return a + b


class Multiply(Module):
    """``a * b``: one path opens and closes the other, as a gate.

    Shapes
        a, b of shapes that broadcast  ->  y of the broadcast shape
    """

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        return a * b


class Concat(Module):
    """``a`` and ``b`` one after the other along ``dim``; all other axes must agree.

    Shapes
        a (batch, n, *), b (batch, m, *)  ->  y (batch, n + m, *)
    """

    def __init__(self, dim: int = 1) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        return cat((a, b), self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"
