"""Convolutions of sequences and images, and the transposed one of images, as functions: on the ops of ``conv.py``."""

from __future__ import annotations

from typing import Any

from patchgrad.errors import ArgumentError, ShapeError
from patchgrad.ops.conv import CONV2D, CONV2D_INPUT, Padding, Pair, pair, single
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed
from patchgrad.tensor.precision import under_autocast


def _padding(padding: Any, kernel: Pair, stride: Pair, dilation: Pair) -> Padding:
    """Per axis (before, after). "same" keeps the size; the odd one goes to the end."""
    if padding == "valid":
        return ((0, 0), (0, 0))
    if padding == "same":
        if stride != (1, 1):
            raise placed(ArgumentError("padding='same' needs a stride of 1", got=f"stride={stride}"))
        total = [dilation[i] * (kernel[i] - 1) for i in (0, 1)]
        return ((total[0] // 2, total[0] - total[0] // 2), (total[1] // 2, total[1] - total[1] // 2))
    if isinstance(padding, str):
        raise placed(
            ArgumentError("there is no such padding", got=f"{padding!r}", want="a number, two, 'same' or 'valid'")
        )
    height, width = pair(padding, "padding", 0)
    return ((height, height), (width, width))


@under_autocast
def conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Tensor:
    """Slide kernels over images (cross-correlation, as every library calls convolution).

    Shapes
        input (batch, in, height, width) or (in, height, width), weight (out, in / groups, kernel height, kernel
        width), bias (out,)  ->  (batch, out, h, w), h = (height + 2 padding - dilation (kernel - 1) - 1) / stride + 1
    Parameters
        padding  a number, one per axis, "same" (stride 1 only) or "valid"
    Errors
        ShapeError  if the channels do not match, or the kernel is larger than the padded input.
    Cost
        2 * batch * out * h * w * in / groups * kernel elements; keeps input and weight until backward.
    """
    if input.ndim == 3:
        return conv2d(input.unsqueeze(0), weight, bias, stride, padding, dilation, groups).squeeze(0)
    stride, dilation = pair(stride, "stride"), pair(dilation, "dilation")
    padding = _padding(padding, weight.shape[2:], stride, dilation)  # type: ignore[arg-type]
    return apply(CONV2D, input, weight, bias, stride=stride, padding=padding, dilation=dilation, groups=groups)


@under_autocast
def conv1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Tensor:
    """Slide kernels over sequences: `conv2d` of height 1.

    Shapes
        input (batch, in, length) or (in, length), weight (out, in / groups, kernel), bias (out,) -> (batch, out, l)
    """
    image, kernel = input.unsqueeze(-2), weight.unsqueeze(-2)
    if not isinstance(padding, str):
        padding = (0, single(padding))
    return conv2d(image, kernel, bias, (1, single(stride)), padding, (1, single(dilation)), groups).squeeze(-2)


@under_autocast
def conv_transpose2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Tensor:
    """The gradient of `conv2d` by its input, as a layer that makes images larger.

    Shapes
        input (batch, in, h, w) or (in, h, w), weight (in, out / groups, kernel height, kernel width), bias (out,)
        ->  (batch, out, (h - 1) stride - 2 padding + dilation (kernel - 1) + output_padding + 1, ...)
    """
    if input.ndim == 3:
        wide = conv_transpose2d(input.unsqueeze(0), weight, bias, stride, padding, output_padding, groups, dilation)
        return wide.squeeze(0)
    stride, dilation, extra = (
        pair(stride, "stride"),
        pair(dilation, "dilation"),
        pair(output_padding, "output_padding", 0),
    )
    around = pair(padding, "padding", 0)
    if any(more >= max(stride[i], dilation[i]) for i, more in enumerate(extra)):
        raise placed(
            ArgumentError(
                "output_padding must be smaller than stride or dilation",
                got=f"output_padding={output_padding}, stride={stride}, dilation={dilation}",
            )
        )
    if len(input.shape) != 4 or len(weight.shape) != 4 or input.shape[1] != weight.shape[0]:
        raise placed(
            ShapeError(
                "conv_transpose2d cannot match the channels",
                got=f"input {input.shape}, weight {weight.shape}",
                want="input (batch, in, height, width), weight (in, out / groups, height, width)",
            )
        )
    size = tuple(
        (input.shape[2 + i] - 1) * stride[i] - 2 * around[i] + dilation[i] * (weight.shape[2 + i] - 1) + extra[i] + 1
        for i in (0, 1)
    )
    both = tuple((entry, entry) for entry in around)
    out = apply(CONV2D_INPUT, input, weight, size=size, stride=stride, padding=both, dilation=dilation, groups=groups)
    return out if bias is None else out + bias.reshape(-1, 1, 1)
