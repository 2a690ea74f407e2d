"""Windows of images as columns, and columns back into images."""

from __future__ import annotations

from patchgrad.nn import functional
from patchgrad.nn.pool import Sizes
from patchgrad.nn.settings import Shown
from patchgrad.tensor import Tensor


class Unfold(Shown):
    """Every window of an image as a column.

    Shapes
        input (batch, channels, height, width)  ->  y (batch, channels * kernel elements, windows)
    """

    shown = ("kernel_size", "dilation", "padding", "stride")

    def __init__(self, kernel_size: Sizes, dilation: Sizes = 1, padding: Sizes = 0, stride: Sizes = 1) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.dilation = dilation
        self.padding = padding
        self.stride = stride

    def forward(self, input: Tensor) -> Tensor:
        return functional.unfold(input, self.kernel_size, self.dilation, self.padding, self.stride)


class Fold(Shown):
    """Columns summed into the windows of an image that they came from.

    Shapes
        input (batch, channels * kernel elements, windows)  ->  y (batch, channels, *output_size)
    """

    shown = ("output_size", "kernel_size", "dilation", "padding", "stride")

    def __init__(
        self, output_size: Sizes, kernel_size: Sizes, dilation: Sizes = 1, padding: Sizes = 0, stride: Sizes = 1
    ) -> None:
        super().__init__()
        self.output_size = output_size
        self.kernel_size = kernel_size
        self.dilation = dilation
        self.padding = padding
        self.stride = stride

    def forward(self, input: Tensor) -> Tensor:
        settings = (self.output_size, self.kernel_size, self.dilation, self.padding, self.stride)
        return functional.fold(input, *settings)
