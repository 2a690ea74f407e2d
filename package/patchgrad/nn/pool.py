"""Pooling over images: the largest or the mean value of each window."""

from __future__ import annotations

from typing import Any

from patchgrad.nn import functional
from patchgrad.nn.arguments import pair
from patchgrad.nn.conv import Pair
from patchgrad.nn.module import Module
from patchgrad.tensor import Tensor


class MaxPool2d(Module):
    """The largest value of each window.

    Shapes
        x (batch, channels, height, width)  ->  y (batch, channels, height', width'), with
        height' = (height + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1
    Settings
        stride          by default the size of the window
        return_indices  also give the place of each maximum in the flattened image: what `MaxUnpool2d` takes
        ceil_mode       round the sizes up instead of down
    """

    def __init__(
        self,
        kernel_size: Pair,
        stride: Pair | None = None,
        padding: Pair = 0,
        dilation: Pair = 1,
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
        pair("MaxPool2d", dilation=dilation)

    def forward(self, x: Tensor) -> Any:
        sizes = (self.kernel_size, self.stride, self.padding, self.dilation)
        return functional.max_pool2d(x, *sizes, self.ceil_mode, self.return_indices)

    def extra_repr(self) -> str:
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, "
            f"dilation={self.dilation}, ceil_mode={self.ceil_mode}"
        )


class AvgPool2d(Module):
    """The mean of each window.

    Shapes
        x (batch, channels, height, width)  ->  y (batch, channels, height', width'), with
        height' = (height + 2 * padding - kernel) // stride + 1
    Settings
        stride             by default the size of the window
        count_include_pad  count the zeros of the padding in the mean
        divisor_override   divide the sums by this instead
    """

    def __init__(
        self,
        kernel_size: Pair,
        stride: Pair | None = None,
        padding: Pair = 0,
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

    def forward(self, x: Tensor) -> Tensor:
        sizes = (self.kernel_size, self.stride, self.padding)
        return functional.avg_pool2d(x, *sizes, self.ceil_mode, self.count_include_pad, self.divisor_override)

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AdaptiveAvgPool2d(Module):
    """The mean of as many windows as wanted: ``AdaptiveAvgPool2d(1)`` is the mean of each channel.

    Shapes
        x (batch, channels, height, width)  ->  y (batch, channels, *output_size)
    Settings
        output_size  an integer or a pair; None keeps that size
    """

    def __init__(self, output_size: int | tuple[int | None, int | None]) -> None:
        super().__init__()
        self.output_size = output_size
        both: Any = output_size if isinstance(output_size, (tuple, list)) else (output_size, output_size)
        pair("AdaptiveAvgPool2d", output_size=tuple(1 if size is None else size for size in both))

    def forward(self, x: Tensor) -> Tensor:
        return functional.adaptive_avg_pool2d(x, self.output_size)

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"


def _check(module: Any) -> None:
    layer = type(module).__name__
    pair(layer, kernel_size=module.kernel_size)
    pair(layer, stride=module.stride)
    pair(layer, 0, padding=module.padding)
