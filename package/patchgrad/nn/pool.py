"""Pooling of sequences, images and volumes: the largest or the mean value of each window. More: pool_forms.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from patchgrad.nn import functional
from patchgrad.nn.arguments import several
from patchgrad.nn.settings import Shown
from patchgrad.tensor import Tensor

Sizes = int | tuple[int, ...]


class _MaxPool(Shown):
    """What MaxPool1d, 2d and 3d share: all but the number of axes."""

    axes: int
    pool: Callable[..., Any]
    shown = ("kernel_size", "stride", "padding", "dilation", "ceil_mode")

    def __init__(
        self,
        kernel_size: Sizes,
        stride: Sizes | None = None,
        padding: Sizes = 0,
        dilation: Sizes = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.dilation = dilation
        self.return_indices = return_indices
        self.ceil_mode = ceil_mode
        _check(self)
        several(type(self).__name__, self.axes, dilation=dilation)

    def forward(self, input: Tensor) -> Any:
        sizes = (self.kernel_size, self.stride, self.padding, self.dilation)
        return type(self).pool(input, *sizes, self.ceil_mode, self.return_indices)


class MaxPool1d(_MaxPool):
    """The largest value of each window: (batch, channels, length) -> (batch, channels, length').

    ``length' = (length + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1``; stride is by default the kernel.
    """

    axes = 1
    pool = functional.max_pool1d


class MaxPool2d(_MaxPool):
    """The largest value of each window.

    Shapes
        input (batch, channels, height, width)  ->  y (batch, channels, height', width'), with
        height' = (height + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1
    Settings
        stride          by default the size of the window
        return_indices  also give the place of each maximum in the flattened image: what `MaxUnpool2d` takes
        ceil_mode       round the sizes up instead of down
    """

    axes = 2
    pool = functional.max_pool2d


class MaxPool3d(_MaxPool):
    """The largest value of each window of a volume; settings as `MaxPool2d`.

    Shapes
        input (batch, channels, depth, height, width)  ->  y (batch, channels, depth', height', width')
    """

    axes = 3
    pool = functional.max_pool3d


class AvgPool1d(Shown):
    """The mean of each window: (batch, channels, length) -> (batch, channels, length').

    ``length' = (length + 2 * padding - kernel) // stride + 1``; stride is by default the kernel.
    """

    shown = ("kernel_size", "stride", "padding")

    def __init__(
        self,
        kernel_size: Sizes,
        stride: Sizes | None = None,
        padding: Sizes = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        super().__init__()
        self.kernel_size = several("AvgPool1d", 1, kernel_size=kernel_size)
        self.stride = several("AvgPool1d", 1, stride=kernel_size if stride is None else stride)
        self.padding = several("AvgPool1d", 1, 0, padding=padding)
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad

    def forward(self, input: Tensor) -> Tensor:
        sizes = (self.kernel_size, self.stride, self.padding)
        return functional.avg_pool1d(input, *sizes, self.ceil_mode, self.count_include_pad)


class _AvgPool(Shown):
    """What AvgPool2d and 3d share."""

    axes: int
    pool: Callable[..., Any]
    shown = ("kernel_size", "stride", "padding")

    def __init__(
        self,
        kernel_size: Sizes,
        stride: Sizes | None = None,
        padding: Sizes = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad
        self.divisor_override = divisor_override
        _check(self)

    def forward(self, input: Tensor) -> Tensor:
        sizes = (self.kernel_size, self.stride, self.padding)
        return type(self).pool(input, *sizes, self.ceil_mode, self.count_include_pad, self.divisor_override)


class AvgPool2d(_AvgPool):
    """The mean of each window.

    Shapes
        input (batch, channels, height, width)  ->  y (batch, channels, height', width'), with
        height' = (height + 2 * padding - kernel) // stride + 1
    Settings
        stride             by default the size of the window
        count_include_pad  count the zeros of the padding in the mean
        divisor_override   divide the sums by this instead
    """

    axes = 2
    pool = functional.avg_pool2d


class AvgPool3d(_AvgPool):
    """The mean of each window of a volume; settings as `AvgPool2d`.

    Shapes
        input (batch, channels, depth, height, width)  ->  y (batch, channels, depth', height', width')
    """

    axes = 3
    pool = functional.avg_pool3d


def _check(module: Any) -> None:
    layer, axes = type(module).__name__, module.axes
    several(layer, axes, kernel_size=module.kernel_size)
    several(layer, axes, stride=module.stride)
    several(layer, axes, 0, padding=module.padding)
