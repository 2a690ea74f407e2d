"""Dropout: noise in training that keeps a network from relying on single units."""

from __future__ import annotations

from patchgrad.backend.random import Stream, stream_for
from patchgrad.errors import ShapeError
from patchgrad.nn import functional
from patchgrad.nn.arguments import probability
from patchgrad.nn.module import Module
from patchgrad.tensor import Tensor


class _Noise(Module):
    """A layer with a random stream of its own and a probability."""

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        probability(type(self).__name__, p=p)
        self.p = p
        self.inplace = inplace
        self.stream_key: str | None = None
        self.stream: Stream | None = None

    def forward(self, input: Tensor) -> Tensor:
        if not self.training or self.p == 0:
            return input
        if self.stream is None:
            self.stream = stream_for(self.stream_key or self.path)
        return self.drop(input, self.stream)

    def drop(self, x: Tensor, stream: Stream) -> Tensor:
        """The noise itself, with probability ``self.p``."""
        raise NotImplementedError(f"{type(self).__name__} has no drop method")

    def extra_repr(self) -> str:
        return f"p={self.p}, inplace={self.inplace}"


class Dropout(_Noise):
    """In training, set each element to 0 with probability ``p`` and scale the rest by ``1 / (1 - p)``.

    The random stream is the layer's own: derived from the global seed and the layer's path (or ``stream_key``, where
    an owner sets one) at first use, so that another layer, added or renamed, never changes what this one draws.

    Shapes
        input (*)  ->  y (*)
    Source
        Srivastava et al. 2014, Dropout: a simple way to prevent neural networks from overfitting.
    """

    def drop(self, x: Tensor, stream: Stream) -> Tensor:
        return functional.dropout(x, self.p, inplace=self.inplace, stream=stream)


class _ChannelDropout(_Noise):
    axes: int

    def drop(self, x: Tensor, stream: Stream) -> Tensor:
        if x.ndim == self.axes + 1:
            return self.drop(x.unsqueeze(0), stream).squeeze(0)
        if x.ndim != self.axes + 2:
            raise ShapeError(
                f"{type(self).__name__} cannot take x: {x.shape}",
                got=f"x: {x.shape}",
                want=f"(batch, channels, and {self.axes} more), or without batch",
                where=self.path,
            )
        drop = (functional.dropout1d, functional.dropout2d, functional.dropout3d)[self.axes - 1]
        return drop(x, self.p, inplace=self.inplace, stream=stream)


class Dropout1d(_ChannelDropout):
    """In training, set whole channels of sequences to 0 with probability ``p`` and scale the rest by ``1 / (1 - p)``.

    Shapes
        input (batch, channels, length) or (channels, length)  ->  y of the same shape
    Source
        Tompson et al. 2015, Efficient object localization using convolutional networks.
    """

    axes = 1


class Dropout2d(_ChannelDropout):
    """In training, set whole channels of images to 0 with probability ``p`` and scale the rest by ``1 / (1 - p)``.

    Shapes
        input (batch, channels, height, width) or (channels, height, width)  ->  y of the same shape
    """

    axes = 2


class Dropout3d(_ChannelDropout):
    """In training, set whole channels of volumes to 0 with probability ``p`` and scale the rest by ``1 / (1 - p)``.

    Shapes
        input (batch, channels, depth, height, width) or without batch  ->  y of the same shape
    """

    axes = 3


class AlphaDropout(_Noise):
    """In training, set elements to SELU's lowest value with probability ``p``, then scale and shift.

    Mean 0 and variance 1 stay what they are.

    Shapes
        input (*)  ->  y (*)
    Source
        Klambauer et al. 2017, Self-normalizing neural networks.
    """

    def drop(self, x: Tensor, stream: Stream) -> Tensor:
        return functional.alpha_dropout(x, self.p, True, self.inplace, stream=stream)


class FeatureAlphaDropout(_Noise):
    """`AlphaDropout` of whole channels: those dropped are SELU's lowest value everywhere.

    Shapes
        input (batch, channels, *)  ->  y of the same shape
    """

    def drop(self, x: Tensor, stream: Stream) -> Tensor:
        return functional.feature_alpha_dropout(x, self.p, True, self.inplace, stream=stream)
