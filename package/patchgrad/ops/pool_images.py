"""Pooling of sequences and images as functions: on the ops of ``pool.py``."""

from __future__ import annotations

from typing import Any

from patchgrad.backend import MetaArray
from patchgrad.errors import ArgumentError, ShapeError
from patchgrad.ops.conv import Padding, Pair, pair, single
from patchgrad.ops.pool import AVG_POOL2D, MAX_POOL2D
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed
from patchgrad.typing import Shape


def _settings(
    input: Tensor, kernel_size: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool
) -> dict[str, Any]:
    kernel, dilated = pair(kernel_size, "kernel_size"), pair(dilation, "dilation")
    step = kernel if stride is None else pair(stride, "stride")
    border = pair(padding, "padding", 0)
    if any(border[i] > kernel[i] // 2 for i in (0, 1)):
        raise placed(
            ArgumentError("padding may be at most half the kernel", got=f"padding={padding}, kernel_size={kernel_size}")
        )
    wants_places(input, 2)
    around = tuple(
        (border[i], last_padding(input.shape[i - 2], kernel[i], step[i], border[i], dilated[i], ceil_mode))
        for i in (0, 1)
    )
    return {"kernel": kernel, "stride": step, "padding": around, "dilation": dilated}


def wants_places(input: Tensor, axes: int) -> None:
    """Raise ShapeError unless there are channels before ``axes`` axes of places."""
    if input.ndim < axes + 1:
        names = ("depth", "height", "width")[3 - axes :]
        want = f"(batch, channels, {', '.join(names)})"
        raise placed(ShapeError("pooling cannot take its input", got=f"{tuple(input.shape)}", want=want))


def last_padding(size: int, kernel: int, stride: int, border: int, dilation: int, ceil_mode: bool) -> int:
    """Padding at the end of an axis; with ``ceil_mode`` enough for a last window that begins inside."""
    if not ceil_mode:
        return border
    reach = dilation * (kernel - 1) + 1
    count = -(-(size + 2 * border - reach) // stride) + 1
    if (count - 1) * stride >= size + border:
        count -= 1
    return max(border, (count - 1) * stride + reach - size - border)


def max_pool2d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The largest element of each window.

    Shapes
        input (*, height, width)  ->  (*, h, w) with h = (height + 2 padding - dilation (kernel - 1) - 1) / stride + 1
    Parameters
        stride          kernel_size if left out
        ceil_mode       round h and w up instead of down
        return_indices  also give the place of each maximum, counted along the flattened image (int64)
    """
    attrs = _settings(input, kernel_size, stride, padding, dilation, ceil_mode)
    y, place = apply(MAX_POOL2D, input, **attrs)
    return (y, _flat_index(place, input.shape, **attrs)) if return_indices else y


def _flat_index(place: Tensor, x: Shape, kernel: Pair, stride: Pair, padding: Padding, dilation: Pair) -> Tensor:
    if isinstance(place.data, MetaArray):
        return Tensor(MetaArray(place.shape, "int64"))
    xp = place.backend.xp
    number = xp.astype(place.data, xp.int64)
    rows = xp.arange(place.shape[-2])[:, None] * stride[0] - padding[0][0] + number // kernel[1] * dilation[0]
    columns = xp.arange(place.shape[-1]) * stride[1] - padding[1][0] + number % kernel[1] * dilation[1]
    return Tensor(rows * x[-1] + columns)


def avg_pool2d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """The mean of each window.

    Shapes
        input (*, height, width)  ->  (*, h, w) with h = (height + 2 padding - kernel) / stride + 1
    Parameters
        count_include_pad  zeros of the padding count as elements
        divisor_override   divide the sums by this instead
    """
    if divisor_override == 0:
        raise placed(ArgumentError("avg_pool2d cannot divide by 0", got="divisor_override=0"))
    attrs = _settings(input, kernel_size, stride, padding, 1, ceil_mode)
    attrs.pop("dilation")
    border = pair(padding, "padding", 0) if count_include_pad else (0, 0)
    return apply(AVG_POOL2D, input, **attrs, border=border, divisor=divisor_override)


def max_pool1d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """`max_pool2d` along the last axis: (*, length) -> (*, l), and the places of the maxima if asked for."""
    kernel, step = ((1, single(value)) for value in (kernel_size, kernel_size if stride is None else stride))
    settings = (kernel, step, (0, single(padding)), (1, single(dilation)), ceil_mode, return_indices)
    found = max_pool2d(input.unsqueeze(-2), *settings)
    return tuple(entry.squeeze(-2) for entry in found) if return_indices else found.squeeze(-2)


def avg_pool1d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """`avg_pool2d` along the last axis: (*, length) -> (*, l)."""
    kernel, step = ((1, single(value)) for value in (kernel_size, kernel_size if stride is None else stride))
    found = avg_pool2d(input.unsqueeze(-2), kernel, step, (0, single(padding)), ceil_mode, count_include_pad)
    return found.squeeze(-2)
