"""Convolution over volumes, and transposed convolution over sequences and volumes: compositions of ops of images."""

from __future__ import annotations

from typing import Any

from patchgrad.errors import ArgumentError, ShapeError
from patchgrad.ops.arrange import pad
from patchgrad.ops.conv import single
from patchgrad.ops.conv_forms import conv2d, conv_transpose2d
from patchgrad.ops.fold import COL2IM
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed
from patchgrad.tensor.precision import under_autocast

Triple = tuple[int, int, int]


def triple(value: Any, name: str, least: int = 1) -> Triple:
    """A number or three, as three; raises ArgumentError for anything else."""
    three = (value,) * 3 if isinstance(value, int) else tuple(value)
    if len(three) != 3 or not all(isinstance(entry, int) and entry >= least for entry in three):
        raise placed(ArgumentError(f"conv3d cannot use {name}={value!r}", want=f"one or three integers from {least}"))
    return three[0], three[1], three[2]


@under_autocast
def conv3d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Tensor:
    """Slide kernels over volumes: for each layer of the kernel `conv2d` of the layers that it meets, summed.

    Shapes
        input (batch, in, depth, height, width) or without batch, weight (out, in / groups, *kernel), bias (out,)
        ->  (batch, out, d, h, w), d = (depth + 2 padding - dilation (kernel - 1) - 1) / stride + 1
    Parameters
        padding  a number, one per axis, "same" (stride 1 only) or "valid"
    Cost
        2 * batch * out * d * h * w * in / groups * kernel elements; keeps each met layer until backward.
    """
    if input.ndim == 4:
        return conv3d(input.unsqueeze(0), weight, bias, stride, padding, dilation, groups).squeeze(0)  # type: ignore[attr-defined]
    _check(input, weight)
    stride, dilation = triple(stride, "stride"), triple(dilation, "dilation")
    x = _padded(input, weight.shape[2:], stride, padding, dilation)
    reach = dilation[0] * (weight.shape[2] - 1)
    count = (x.shape[2] - reach - 1) // stride[0] + 1
    if count < 1:
        raise placed(
            ShapeError("the kernel is larger than the input", got=f"input {input.shape}, weight {weight.shape}")
        )
    total: Any = None
    for place in range(weight.shape[2]):
        first = place * dilation[0]
        met = x[:, :, first : first + (count - 1) * stride[0] + 1 : stride[0]].transpose(1, 2).flatten(0, 1)
        part = conv2d(met, weight[:, :, place], None, stride[1:], 0, dilation[1:], groups)
        total = part if total is None else total + part  # type: ignore[operator]
    y = total.unflatten(0, (x.shape[0], count)).transpose(1, 2)
    return y if bias is None else y + bias.reshape(-1, 1, 1, 1)


def _check(input: Any, weight: Any) -> None:
    if input.ndim != 5 or weight.ndim != 5:
        raise placed(
            ShapeError(
                "conv3d cannot take its input",
                got=f"input {input.shape}, weight {weight.shape}",
                want="input (batch, in, depth, height, width), weight (out, in / groups, depth, height, width)",
            )
        )


def _padded(x: Any, kernel: Any, stride: Triple, padding: Any, dilation: Triple) -> Any:
    if padding == "same":
        if stride != (1, 1, 1):
            raise placed(ArgumentError("padding='same' needs a stride of 1", got=f"stride={stride}"))
        totals = [dilation[axis] * (kernel[axis] - 1) for axis in range(3)]
        widths = [(total // 2, total - total // 2) for total in totals]
    else:
        widths = [(size, size) for size in triple(0 if padding == "valid" else padding, "padding", 0)]
    flat = [size for pair in widths[::-1] for size in pair]
    return pad(x, flat) if any(flat) else x


@under_autocast
def conv_transpose1d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Tensor:
    """The gradient of `conv1d` by its input, as a layer that makes sequences longer.

    Shapes
        input (batch, in, length) or (in, length), weight (in, out / groups, kernel), bias (out,)
        ->  (batch, out, (length - 1) stride - 2 padding + dilation (kernel - 1) + output_padding + 1)
    """
    if input.ndim == 2:
        longer = conv_transpose1d(input.unsqueeze(0), weight, bias, stride, padding, output_padding, groups, dilation)
        return longer.squeeze(0)  # type: ignore[attr-defined]
    found = conv_transpose2d(
        input.unsqueeze(-2),
        weight.unsqueeze(-2),
        bias,
        (1, single(stride)),
        (0, single(padding)),
        (0, single(output_padding)),
        groups,
        (1, single(dilation)),
    )
    return found.squeeze(-2)  # type: ignore[attr-defined]


@under_autocast
def conv_transpose3d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Tensor:
    """The gradient of `conv3d` by its input, as a layer that makes volumes larger.

    Shapes
        input (batch, in, d, h, w) or (in, d, h, w), weight (in, out / groups, *kernel), bias (out,)
        ->  (batch, out, (d - 1) stride - 2 padding + dilation (kernel - 1) + output_padding + 1, ...)
    """
    if input.ndim == 4:
        settings = (bias, stride, padding, output_padding, groups, dilation)
        return conv_transpose3d(input.unsqueeze(0), weight, *settings).squeeze(0)  # type: ignore[attr-defined]
    if input.ndim != 5 or weight.ndim != 5 or input.shape[1] != weight.shape[0]:
        raise placed(
            ShapeError(
                "conv_transpose3d cannot match the channels",
                got=f"input {tuple(input.shape)}, weight {tuple(weight.shape)}",
                want="input (batch, in, depth, height, width), weight (in, out / groups, depth, height, width)",
            )
        )
    stride, dilation = triple(stride, "stride"), triple(dilation, "dilation")
    around, extra = triple(padding, "padding", 0), triple(output_padding, "output_padding", 0)
    _check_extra(extra, stride, dilation)
    batch, _, depth = input.shape[:3]
    layers = input.transpose(1, 2).flatten(0, 1)
    flat: Any = conv_transpose2d(
        layers, weight.flatten(1, 2), None, stride[1:], around[1:], extra[1:], groups, dilation[1:]
    )
    places, (height, width) = weight.shape[2], flat.shape[-2:]
    parts = flat.reshape(batch, depth, -1, places, height, width).permute(0, 2, 4, 5, 3, 1)
    out = parts.shape[1]
    size = (depth - 1) * stride[0] - 2 * around[0] + dilation[0] * (places - 1) + extra[0] + 1
    settings = {"stride": (stride[0], 1), "padding": (around[0], 0), "dilation": (dilation[0], 1)}
    columns = parts.reshape(-1, places, depth)
    summed: Any = apply(COL2IM, columns, size=(size, 1), kernel=(places, 1), **settings)
    y = summed.reshape(batch, out, height, width, size).permute(0, 1, 4, 2, 3)
    return y if bias is None else y + bias.reshape(-1, 1, 1, 1)


def _check_extra(extra: Triple, stride: Triple, dilation: Triple) -> None:
    if any(more >= max(stride[i], dilation[i]) for i, more in enumerate(extra)):
        raise placed(
            ArgumentError(
                "output_padding must be smaller than stride or dilation",
                got=f"output_padding={extra}, stride={stride}, dilation={dilation}",
            )
        )
