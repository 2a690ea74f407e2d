"""Pooling into as many windows as wanted: means and largest values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from patchgrad.nn import functional
from patchgrad.nn.arguments import several
from patchgrad.nn.settings import Shown
from patchgrad.tensor import Tensor

Sizes = int | None | tuple[int | None, ...]


class _Adaptive(Shown):
    axes: int
    pool: Callable[..., Any]
    shown = ("output_size",)

    def _take(self, output_size: Any) -> None:
        self.output_size = output_size
        each: Any = output_size if isinstance(output_size, (tuple, list)) else (output_size,) * self.axes
        sizes = tuple(1 if size is None else size for size in each)
        several(type(self).__name__, self.axes, output_size=sizes)


class _AdaptiveAvg(_Adaptive):
    def __init__(self, output_size: Sizes) -> None:
        super().__init__()
        self._take(output_size)

    def forward(self, input: Tensor) -> Tensor:
        return type(self).pool(input, self.output_size)


class _AdaptiveMax(_Adaptive):
    def __init__(self, output_size: Sizes, return_indices: bool = False) -> None:
        super().__init__()
        self._take(output_size)
        self.return_indices = return_indices

    def forward(self, input: Tensor) -> Any:
        return type(self).pool(input, self.output_size, self.return_indices)


class AdaptiveAvgPool1d(_AdaptiveAvg):
    """The mean of ``output_size`` windows: (batch, channels, length) -> (batch, channels, output_size)."""

    axes = 1
    pool = functional.adaptive_avg_pool1d


class AdaptiveAvgPool2d(_AdaptiveAvg):
    """The mean of as many windows as wanted: ``AdaptiveAvgPool2d(1)`` is the mean of each channel.

    Shapes
        input (batch, channels, height, width)  ->  y (batch, channels, *output_size)
    Settings
        output_size  an integer or a pair; None keeps that size
    """

    axes = 2
    pool = functional.adaptive_avg_pool2d


class AdaptiveAvgPool3d(_AdaptiveAvg):
    """The mean of as many windows of a volume as wanted.

    Shapes
        input (batch, channels, depth, height, width)  ->  y (batch, channels, *output_size)
    Settings
        output_size  an integer or three; None keeps that size
    """

    axes = 3
    pool = functional.adaptive_avg_pool3d


class AdaptiveMaxPool1d(_AdaptiveMax):
    """The largest value of ``output_size`` windows: (batch, channels, length) -> (batch, channels, output_size)."""

    axes = 1
    pool = functional.adaptive_max_pool1d


class AdaptiveMaxPool2d(_AdaptiveMax):
    """The largest value of as many windows as wanted; None keeps that size.

    Shapes
        input (batch, channels, height, width)  ->  y (batch, channels, *output_size)
    Settings
        return_indices  also give the place of each maximum in the flattened image
    """

    axes = 2
    pool = functional.adaptive_max_pool2d


class AdaptiveMaxPool3d(_AdaptiveMax):
    """The largest value of as many windows of a volume as wanted; settings as `AdaptiveMaxPool2d`.

    Shapes
        input (batch, channels, depth, height, width)  ->  y (batch, channels, *output_size)
    """

    axes = 3
    pool = functional.adaptive_max_pool3d
