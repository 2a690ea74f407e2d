"""Pooling by p-norms and in random windows, and the way back from maxima."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from patchgrad.backend.random import Stream, stream_for
from patchgrad.errors import ArgumentError
from patchgrad.nn import functional
from patchgrad.nn.arguments import several
from patchgrad.nn.module import Module
from patchgrad.nn.pool import Sizes
from patchgrad.nn.settings import Shown
from patchgrad.tensor import Tensor


class _LPPool(Shown):
    """What LPPool1d, 2d and 3d share."""

    pool: Callable[..., Any]
    shown = ("norm_type", "kernel_size", "stride", "ceil_mode")

    def __init__(
        self, norm_type: float, kernel_size: Sizes, stride: Sizes | None = None, ceil_mode: bool = False
    ) -> None:
        super().__init__()
        self.norm_type = norm_type
        self.kernel_size = kernel_size
        self.stride = stride
        self.ceil_mode = ceil_mode

    def forward(self, input: Tensor) -> Tensor:
        return type(self).pool(input, float(self.norm_type), self.kernel_size, self.stride, self.ceil_mode)


class LPPool1d(_LPPool):
    """The p-norm of each window, ``(sum x^p)^(1/p)``: (batch, channels, length) -> (batch, channels, length')."""

    pool = functional.lp_pool1d


class LPPool2d(_LPPool):
    """The p-norm of each window of an image, ``(sum x^p)^(1/p)``."""

    pool = functional.lp_pool2d


class LPPool3d(_LPPool):
    """The p-norm of each window of a volume, ``(sum x^p)^(1/p)``."""

    pool = functional.lp_pool3d


class _MaxUnpool(Shown):
    """What MaxUnpool1d, 2d and 3d share."""

    axes: int
    unpool: Callable[..., Tensor]
    shown = ("kernel_size", "stride", "padding")

    def __init__(self, kernel_size: Sizes, stride: Sizes | None = None, padding: Sizes = 0) -> None:
        super().__init__()
        layer = type(self).__name__
        self.kernel_size = several(layer, self.axes, kernel_size=kernel_size)
        self.stride = several(layer, self.axes, stride=kernel_size if stride is None else stride)
        self.padding = several(layer, self.axes, 0, padding=padding)

    def forward(self, input: Tensor, indices: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        sizes = (self.kernel_size, self.stride, self.padding)
        return type(self).unpool(input, indices, *sizes, output_size)


class MaxUnpool1d(_MaxUnpool):
    """The way back from a max pooling of sequences: each value at the place of ``indices``, 0 elsewhere.

    Shapes
        x, indices (batch, channels, l)  ->  y (batch, channels, length)
    """

    axes = 1
    unpool = functional.max_unpool1d


class MaxUnpool2d(_MaxUnpool):
    """The way back from a max pooling of images: each value at the place of ``indices``, 0 elsewhere.

    Shapes
        x, indices (batch, channels, h, w)  ->  y (batch, channels, height, width)
    """

    axes = 2
    unpool = functional.max_unpool2d


class MaxUnpool3d(_MaxUnpool):
    """The way back from a max pooling of volumes: each value at the place of ``indices``, 0 elsewhere.

    Shapes
        x, indices (batch, channels, d, h, w)  ->  y (batch, channels, depth, height, width)
    """

    axes = 3
    unpool = functional.max_unpool3d


class _FractionalMaxPool(Module):
    """What FractionalMaxPool2d and 3d share."""

    axes: int
    pool: Callable[..., Any]

    def __init__(
        self,
        kernel_size: Sizes,
        output_size: Sizes | None = None,
        output_ratio: float | tuple[float, ...] | None = None,
        return_indices: bool = False,
        _random_samples: Tensor | None = None,
    ) -> None:
        super().__init__()
        layer = type(self).__name__
        if (output_size is None) == (output_ratio is None):
            raise ArgumentError(
                f"{layer} wants output_size or output_ratio", got=f"output_size={output_size}, {output_ratio=}"
            )
        self.kernel_size = several(layer, self.axes, kernel_size=kernel_size)
        self.return_indices = return_indices
        self.register_buffer("_random_samples", _random_samples)
        self.output_size = None if output_size is None else several(layer, self.axes, output_size=output_size)
        ratios: Any = (output_ratio,) * self.axes if isinstance(output_ratio, (int, float)) else output_ratio
        self.output_ratio: tuple[float, ...] | None = ratios
        if self.output_ratio is not None and not all(0 < part < 1 for part in self.output_ratio):
            raise ArgumentError(f"{layer} cannot use output_ratio={output_ratio}", want="numbers between 0 and 1")
        self.stream_key: str | None = None
        self.stream: Stream | None = None

    def forward(self, input: Tensor) -> Any:
        if self._random_samples is None and self.stream is None:
            self.stream = stream_for(self.stream_key or self.path)
        settings = (self.kernel_size, self.output_size, self.output_ratio, self.return_indices, self._random_samples)
        return type(self).pool(input, *settings, stream=self.stream)


class FractionalMaxPool2d(_FractionalMaxPool):
    """The largest value of windows at random places of an image, so that sizes shrink by any fraction.

    Shapes
        input (batch, channels, height, width)  ->  y (batch, channels, *output_size)
    Settings
        output_ratio    instead of output_size: the part of each size that is left
        return_indices  also give the place of each maximum in the flattened image
    Source
        Graham 2014, Fractional max-pooling.
    """

    axes = 2
    pool = functional.fractional_max_pool2d


class FractionalMaxPool3d(_FractionalMaxPool):
    """The largest value of windows at random places of a volume; settings as `FractionalMaxPool2d`.

    Shapes
        input (batch, channels, depth, height, width)  ->  y (batch, channels, *output_size)
    """

    axes = 3
    pool = functional.fractional_max_pool3d
