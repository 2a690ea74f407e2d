"""Transposed convolution: the way back through a convolution, as a layer that makes sequences and images larger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from patchgrad.errors import ShapeError
from patchgrad.nn import functional
from patchgrad.nn.arguments import choice, several
from patchgrad.nn.conv import Convolution, Sizes
from patchgrad.tensor import Tensor


class TransposedConvolution(Convolution):
    """What transposed convolutions share."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Sizes,
        stride: Sizes = 1,
        padding: Sizes = 0,
        output_padding: Sizes = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Sizes = 1,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        choice(type(self).__name__, ("zeros",), padding_mode=padding_mode)
        super().__init__(
            in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias, device=device, dtype=dtype
        )
        self.output_padding = several(type(self).__name__, self.axes, 0, output_padding=output_padding)

    def _weight_shape(self) -> tuple[int, ...]:
        return (self.in_channels, self.out_channels // self.groups, *self.kernel_size)

    def _checked_padding(self, padding: Any) -> tuple[int, ...]:
        return several(type(self).__name__, self.axes, 0, padding=padding)

    def forward(self, input: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        """Convolve; with ``output_size``, of the several sizes that a stride cannot tell apart, to that one."""
        extra = self.output_padding if output_size is None else self._extra(input, output_size)
        settings = (self.stride, self.padding, extra, self.groups, self.dilation)
        return type(self).convolve(input, self.weight, self.bias, *settings)

    def _extra(self, x: Tensor, output_size: Sequence[int]) -> tuple[int, ...]:
        wanted = tuple(output_size)[-self.axes :]
        least = [
            (x.shape[axis - self.axes] - 1) * self.stride[axis]
            - 2 * int(self.padding[axis])
            + self.dilation[axis] * (self.kernel_size[axis] - 1)
            + 1
            for axis in range(self.axes)
        ]
        extra = tuple(size - start for size, start in zip(wanted, least, strict=True))
        if any(not 0 <= more < step for more, step in zip(extra, self.stride, strict=True)):
            most = [start + step - 1 for start, step in zip(least, self.stride, strict=True)]
            raise ShapeError(
                f"{type(self).__name__} cannot give this size",
                got=f"output_size {wanted}",
                want=f"from {tuple(least)} to {tuple(most)}",
                where=self.path,
            )
        return extra

    def _usual(self) -> dict[str, Any]:
        usual = super()._usual()
        return {
            "padding": usual["padding"],
            "dilation": usual["dilation"],
            "output_padding": usual["padding"],
            "groups": 1,
        }


class ConvTranspose1d(TransposedConvolution):
    """The way back through a `Conv1d`: makes sequences longer.

    Shapes
        input (batch, in_channels, length)  ->  y (batch, out_channels, length'), with
        length' = (length - 1) * stride - 2 * padding + dilation * (kernel - 1) + output_padding + 1
    Parameters
        weight (in_channels, out_channels / groups, kernel), uniform in ±sqrt(1 / fan_in)
        bias   (out_channels,), the same; absent if ``bias=False``
    """

    axes = 1
    convolve = functional.conv_transpose1d


class ConvTranspose2d(TransposedConvolution):
    """The way back through a `Conv2d`: makes images larger.

    Shapes
        input (batch, in_channels, height, width)  ->  y (batch, out_channels, height', width'), with
        height' = (height - 1) * stride - 2 * padding + dilation * (kernel - 1) + output_padding + 1
    Parameters
        weight (in_channels, out_channels / groups, kernel height, kernel width), uniform in ±sqrt(1 / fan_in)
        bias   (out_channels,), the same; absent if ``bias=False``
    """

    axes = 2
    convolve = functional.conv_transpose2d


class ConvTranspose3d(TransposedConvolution):
    """The way back through a `Conv3d`: makes volumes larger.

    Shapes
        input (batch, in_channels, depth, height, width)  ->  y (batch, out_channels, depth', height', width'), with
        depth' = (depth - 1) * stride - 2 * padding + dilation * (kernel - 1) + output_padding + 1
    Parameters
        weight (in_channels, out_channels / groups, *kernel), uniform in ±sqrt(1 / fan_in)
        bias   (out_channels,), the same; absent if ``bias=False``
    """

    axes = 3
    convolve = functional.conv_transpose3d
