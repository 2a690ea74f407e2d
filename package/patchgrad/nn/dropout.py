"""Dropout: noise in training that keeps a network from relying on single units."""

from __future__ import annotations

from patchgrad.backend.random import Stream, stream_for
from patchgrad.nn import functional
from patchgrad.nn.arguments import probability
from patchgrad.nn.module import Module
from patchgrad.tensor import Tensor


class Dropout(Module):
    """In training, set each element to 0 with probability ``p`` and scale the rest by ``1 / (1 - p)``.

    The random stream is the layer's own: derived from the global seed and the layer's path (or ``stream_key``, where
    an owner sets one) at first use, so that another layer, added or renamed, never changes what this one draws.

    Shapes
        x (*)  ->  y (*)
    Source
        Srivastava et al. 2014, Dropout: a simple way to prevent neural networks from overfitting.
    """

    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        probability("Dropout", p=p)
        self.p = p
        self.stream_key: str | None = None
        self.stream: Stream | None = None

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.p == 0:
            return x
        if self.stream is None:
            self.stream = stream_for(self.stream_key or self.path)
        return functional.dropout(x, self.p, stream=self.stream)

    def extra_repr(self) -> str:
        return f"p={self.p}"
