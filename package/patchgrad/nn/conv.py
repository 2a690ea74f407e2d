"""Convolution over images."""

from __future__ import annotations

from typing import Any

from patchgrad.errors import ArgumentError
from patchgrad.nn import functional, init
from patchgrad.nn.arguments import choice, counts, divides, pair
from patchgrad.nn.module import Module
from patchgrad.nn.parameter import Parameter
from patchgrad.tensor import Tensor

Pair = int | tuple[int, int]


class Conv2d(Module):
    """Slide ``out_channels`` learned kernels over an image (cross-correlation, as everywhere in deep learning).

    Shapes
        x (batch, in_channels, height, width)  ->  y (batch, out_channels, height', width'), with
        height' = (height + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1
    Parameters
        weight (out_channels, in_channels / groups, kernel height, kernel width), uniform in ±sqrt(1 / fan_in)
        bias   (out_channels,), the same; absent if ``bias=False``
    Settings
        padding  zeros around the image: an integer, a pair, "valid" (none) or "same" (keeps height and width)
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Pair,
        stride: Pair = 1,
        padding: Pair | str = 0,
        dilation: Pair = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        *,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        counts("Conv2d", in_channels=in_channels, out_channels=out_channels, groups=groups)
        divides("Conv2d", in_channels=in_channels, groups=groups)
        divides("Conv2d", out_channels=out_channels, groups=groups)
        choice("Conv2d", ("zeros",), padding_mode=padding_mode)
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = pair("Conv2d", kernel_size=kernel_size)
        self.stride = pair("Conv2d", stride=stride)
        self.padding = _padding(padding, self.stride)
        self.dilation = pair("Conv2d", dilation=dilation)
        self.groups = groups
        self.padding_mode = padding_mode
        shape = (out_channels, in_channels // groups, *self.kernel_size)
        self.weight = Parameter.empty(shape, device=device, dtype=dtype)
        self.bias = Parameter.empty((out_channels,), device=device, dtype=dtype) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw fresh first values."""
        fan_in, _ = init.fans(self.weight)
        init.fan_in_uniform_(self.weight, fan_in)
        if self.bias is not None:
            init.fan_in_uniform_(self.bias, fan_in)

    def forward(self, x: Tensor) -> Tensor:
        return functional.conv2d(x, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups)

    def extra_repr(self) -> str:
        parts = [f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"]
        defaults = {"padding": (0, 0), "dilation": (1, 1), "groups": 1}
        parts += [f"{name}={getattr(self, name)}" for name, value in defaults.items() if getattr(self, name) != value]
        return ", ".join([*parts, *(["bias=False"] if self.bias is None else [])])


def _padding(padding: Any, stride: tuple[int, int]) -> tuple[int, int] | str:
    if not isinstance(padding, str):
        return pair("Conv2d", 0, padding=padding)
    choice("Conv2d", ("same", "valid"), padding=padding)
    if padding == "same" and stride != (1, 1):
        raise ArgumentError(
            "Conv2d cannot keep the size with a stride", got=f"padding='same', stride={stride}", want="a stride of 1"
        )
    return padding
