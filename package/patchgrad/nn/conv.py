"""Convolution over sequences, images and volumes. Transposed: ``conv_transpose.py``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from patchgrad.errors import ArgumentError
from patchgrad.nn import functional, init
from patchgrad.nn.arguments import choice, counts, divides, several
from patchgrad.nn.module import Module
from patchgrad.nn.parameter import Parameter
from patchgrad.tensor import Tensor

Pair = int | tuple[int, int]
Sizes = int | tuple[int, ...]
MODES = ("zeros", "reflect", "replicate", "circular")


class Convolution(Module):
    """What all convolutions share: settings, parameters, padding; a family says over how many axes."""

    axes: int
    convolve: Callable[..., Tensor]

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Sizes,
        stride: Sizes = 1,
        padding: Sizes | str = 0,
        dilation: Sizes = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        layer = type(self).__name__
        counts(layer, in_channels=in_channels, out_channels=out_channels, groups=groups)
        divides(layer, in_channels=in_channels, groups=groups)
        divides(layer, out_channels=out_channels, groups=groups)
        choice(layer, MODES, padding_mode=padding_mode)
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = several(layer, self.axes, kernel_size=kernel_size)
        self.stride = several(layer, self.axes, stride=stride)
        self.padding = self._checked_padding(padding)
        self.dilation = several(layer, self.axes, dilation=dilation)
        self.groups = groups
        self.padding_mode = padding_mode
        self.weight = Parameter.empty(self._weight_shape(), device=device, dtype=dtype)
        self.bias = Parameter.empty((out_channels,), device=device, dtype=dtype) if bias else None
        self.reset_parameters()

    def _weight_shape(self) -> tuple[int, ...]:
        return (self.out_channels, self.in_channels // self.groups, *self.kernel_size)

    def _checked_padding(self, padding: Any) -> tuple[int, ...] | str:
        layer = type(self).__name__
        if not isinstance(padding, str):
            return several(layer, self.axes, 0, padding=padding)
        choice(layer, ("same", "valid"), padding=padding)
        if padding == "same" and set(self.stride) != {1}:
            raise ArgumentError(
                f"{layer} cannot keep the size with a stride",
                got=f"padding='same', stride={self.stride}",
                want="a stride of 1",
            )
        return padding

    def reset_parameters(self) -> None:
        """Draw fresh first values."""
        fan_in, _ = init.fans(self.weight)
        init.fan_in_uniform_(self.weight, fan_in)
        if self.bias is not None:
            init.fan_in_uniform_(self.bias, fan_in)

    def forward(self, input: Tensor) -> Tensor:
        convolve, padding = type(self).convolve, self.padding
        if self.padding_mode != "zeros":
            input, padding = functional.pad(input, self._widths(), self.padding_mode), 0
        return convolve(input, self.weight, self.bias, self.stride, padding, self.dilation, self.groups)

    def _widths(self) -> list[int]:
        """(before, after) for each axis, the last one first."""
        if self.padding == "valid":
            return [0] * (2 * self.axes)
        if self.padding == "same":
            totals = [step * (size - 1) for step, size in zip(self.dilation, self.kernel_size, strict=True)]
            pairs = [(total // 2, total - total // 2) for total in totals]
        else:
            pairs = [(size, size) for size in self.padding]
        return [int(width) for pair in pairs[::-1] for width in pair]

    def extra_repr(self) -> str:
        parts = [f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"]
        parts += [
            f"{name}={getattr(self, name)}" for name, usual in self._usual().items() if getattr(self, name) != usual
        ]
        parts += ["bias=False"] if self.bias is None else []
        return ", ".join(parts + ([] if self.padding_mode == "zeros" else [f"padding_mode={self.padding_mode}"]))

    def _usual(self) -> dict[str, Any]:
        """Settings that are printed where they differ."""
        return {"padding": (0,) * self.axes, "dilation": (1,) * self.axes, "groups": 1}


class Conv1d(Convolution):
    """Slide ``out_channels`` learned kernels over a sequence (cross-correlation).

    Shapes
        input (batch, in_channels, length)  ->  y (batch, out_channels, length'), with
        length' = (length + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1
    Parameters
        weight (out_channels, in_channels / groups, kernel), uniform in ±sqrt(1 / fan_in)
        bias   (out_channels,), the same; absent if ``bias=False``
    Settings
        padding       width on both sides, "valid" (none) or "same" (keeps the length)
        padding_mode  what the padding is filled with: "zeros", "reflect", "replicate" or "circular"
    """

    axes = 1
    convolve = functional.conv1d


class Conv2d(Convolution):
    """Slide ``out_channels`` learned kernels over an image (cross-correlation, as everywhere in deep learning).

    Shapes
        input (batch, in_channels, height, width)  ->  y (batch, out_channels, height', width'), with
        height' = (height + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1
    Parameters
        weight (out_channels, in_channels / groups, kernel height, kernel width), uniform in ±sqrt(1 / fan_in)
        bias   (out_channels,), the same; absent if ``bias=False``
    Settings
        padding       around the image: an integer, a pair, "valid" (none) or "same" (keeps height and width)
        padding_mode  what the padding is filled with: "zeros", "reflect", "replicate" or "circular"
    """

    axes = 2
    convolve = functional.conv2d


class Conv3d(Convolution):
    """Slide ``out_channels`` learned kernels over a volume (cross-correlation).

    Shapes
        input (batch, in_channels, depth, height, width)  ->  y (batch, out_channels, depth', height', width'), with
        depth' = (depth + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1
    Parameters
        weight (out_channels, in_channels / groups, *kernel), uniform in ±sqrt(1 / fan_in)
        bias   (out_channels,), the same; absent if ``bias=False``
    Settings
        padding       around the volume: an integer, three, "valid" (none) or "same" (keeps the sizes)
        padding_mode  what the padding is filled with: "zeros", "reflect", "replicate" or "circular"
    """

    axes = 3
    convolve = functional.conv3d
