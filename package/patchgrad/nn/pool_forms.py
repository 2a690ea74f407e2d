"""Pooling of sequences, adaptive maxima, p-norms, and the way back from maxima."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from patchgrad.nn import functional
from patchgrad.nn.arguments import counts, several
from patchgrad.nn.conv import Pair
from patchgrad.nn.module import Module
from patchgrad.nn.settings import Shown
from patchgrad.tensor import Tensor

Single = int | tuple[int]


class MaxPool1d(Shown):
    """The largest value of each window: (batch, channels, length) -> (batch, channels, length').

    ``length' = (length + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1``; stride is by default the kernel.
    """

    shown = ("kernel_size", "stride", "padding", "dilation", "ceil_mode")

    def __init__(
        self,
        kernel_size: Single,
        stride: Single | None = None,
        padding: Single = 0,
        dilation: Single = 1,
        *,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.dilation = dilation
        self.ceil_mode = ceil_mode
        _check(self)
        several("MaxPool1d", 1, dilation=dilation)

    def forward(self, x: Tensor) -> Tensor:
        return functional.max_pool1d(x, self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode)


class AvgPool1d(Shown):
    """The mean of each window: (batch, channels, length) -> (batch, channels, length').

    ``length' = (length + 2 * padding - kernel) // stride + 1``; stride is by default the kernel.
    """

    shown = ("kernel_size", "stride", "padding")

    def __init__(
        self,
        kernel_size: Single,
        stride: Single | None = None,
        padding: Single = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        super().__init__()
        self.kernel_size = several("AvgPool1d", 1, kernel_size=kernel_size)
        self.stride = several("AvgPool1d", 1, stride=kernel_size if stride is None else stride)
        self.padding = several("AvgPool1d", 1, 0, padding=padding)
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad

    def forward(self, x: Tensor) -> Tensor:
        sizes = (self.kernel_size, self.stride, self.padding)
        return functional.avg_pool1d(x, *sizes, self.ceil_mode, self.count_include_pad)


class AdaptiveAvgPool1d(Shown):
    """The mean of ``output_size`` windows: (batch, channels, length) -> (batch, channels, output_size)."""

    shown = ("output_size",)

    def __init__(self, output_size: int) -> None:
        super().__init__()
        counts("AdaptiveAvgPool1d", output_size=output_size)
        self.output_size = output_size

    def forward(self, x: Tensor) -> Tensor:
        return functional.adaptive_avg_pool1d(x, self.output_size)


class AdaptiveMaxPool1d(Shown):
    """The largest value of ``output_size`` windows: (batch, channels, length) -> (batch, channels, output_size)."""

    shown = ("output_size",)

    def __init__(self, output_size: int) -> None:
        super().__init__()
        counts("AdaptiveMaxPool1d", output_size=output_size)
        self.output_size = output_size

    def forward(self, x: Tensor) -> Tensor:
        return functional.adaptive_max_pool1d(x, self.output_size)


class AdaptiveMaxPool2d(Shown):
    """The largest value of as many windows as wanted; None keeps that size.

    Shapes
        x (batch, channels, height, width)  ->  y (batch, channels, *output_size)
    """

    shown = ("output_size",)

    def __init__(self, output_size: int | tuple[int | None, int | None]) -> None:
        super().__init__()
        self.output_size = output_size
        both: Any = output_size if isinstance(output_size, (tuple, list)) else (output_size, output_size)
        several("AdaptiveMaxPool2d", 2, output_size=tuple(1 if size is None else size for size in both))

    def forward(self, x: Tensor) -> Tensor:
        return functional.adaptive_max_pool2d(x, self.output_size)


class LPPool1d(Shown):
    """The p-norm of each window, ``(sum x^p)^(1/p)``: (batch, channels, length) -> (batch, channels, length')."""

    shown = ("norm_type", "kernel_size", "stride", "ceil_mode")

    def __init__(self, norm_type: float, kernel_size: int, stride: int | None = None, ceil_mode: bool = False) -> None:
        super().__init__()
        self.norm_type = norm_type
        self.kernel_size = kernel_size
        self.stride = stride
        self.ceil_mode = ceil_mode

    def forward(self, x: Tensor) -> Tensor:
        return functional.lp_pool1d(x, self.norm_type, self.kernel_size, self.stride, self.ceil_mode)


class LPPool2d(Shown):
    """The p-norm of each window of an image, ``(sum x^p)^(1/p)``."""

    shown = ("norm_type", "kernel_size", "stride", "ceil_mode")

    def __init__(
        self, norm_type: float, kernel_size: Pair, stride: Pair | None = None, ceil_mode: bool = False
    ) -> None:
        super().__init__()
        self.norm_type = norm_type
        self.kernel_size = kernel_size
        self.stride = stride
        self.ceil_mode = ceil_mode

    def forward(self, x: Tensor) -> Tensor:
        return functional.lp_pool2d(x, self.norm_type, self.kernel_size, self.stride, self.ceil_mode)


class MaxUnpool2d(Module):
    """The way back from a max pooling of images: each value at the place of ``indices``, 0 elsewhere.

    Shapes
        x, indices (batch, channels, h, w)  ->  y (batch, channels, height, width)
    """

    def __init__(self, kernel_size: Pair, stride: Pair | None = None, padding: Pair = 0) -> None:
        super().__init__()
        self.kernel_size = several("MaxUnpool2d", 2, kernel_size=kernel_size)
        self.stride = several("MaxUnpool2d", 2, stride=kernel_size if stride is None else stride)
        self.padding = several("MaxUnpool2d", 2, 0, padding=padding)

    def forward(self, x: Tensor, indices: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        sizes = (self.kernel_size, self.stride, self.padding)
        return functional.max_unpool2d(x, indices, *sizes, output_size)

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


def _check(module: Any) -> None:
    layer = type(module).__name__
    several(layer, 1, kernel_size=module.kernel_size)
    several(layer, 1, stride=module.stride)
    several(layer, 1, 0, padding=module.padding)
