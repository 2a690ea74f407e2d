"""Layers without input: a tensor that is learned, and one that is not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from patchgrad.nn.module import Module
from patchgrad.nn.parameter import Parameter
from patchgrad.ops import filled
from patchgrad.tensor import Tensor


class Learned(Module):
    """A learned tensor that no input enters: positions of a sequence, a token for the class, a scale.

    Shapes
        nothing  ->  y (*shape)
    Parameters
        value (*shape), zeros at first
    """

    def __init__(self, shape: Sequence[int] = (1,), *, device: Any = None, dtype: Any = None) -> None:
        super().__init__()
        self.shape = tuple(shape)
        self.value = Parameter(filled.zeros(*self.shape, device=device, dtype=dtype))

    def forward(self) -> Tensor:
        return self.value

    def extra_repr(self) -> str:
        return f"shape={self.shape}"


class Constant(Module):
    """A tensor that stays: a mask, a table. It is kept in the state dict as ``value``.

    Shapes
        nothing  ->  y (*shape)
    """

    def __init__(self, shape: Sequence[int] = (), kind: str = "float32", *, device: Any = None) -> None:
        super().__init__()
        self.shape = tuple(shape)
        self.kind = kind
        self.register_buffer("value", filled.zeros(self.shape, dtype=kind, device=device))

    def forward(self) -> Tensor:
        return self.value

    def extra_repr(self) -> str:
        return f"shape={self.shape}, kind={self.kind!r}"
