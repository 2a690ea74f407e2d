"""Convolution in two dimensions, and its two partners in the backward pass.

The three ops are bilinear and each other's gradients, so derivatives of any order exist. All of them work
on columns: every window of the padded input as a column, then one matrix product per sample.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from patchgrad.autograd.op import Sample, define
from patchgrad.errors import ArgumentError, ShapeError
from patchgrad.ops import shapes
from patchgrad.tensor.explain import placed
from patchgrad.typing import Shape

Pair = tuple[int, int]
Padding = tuple[Pair, Pair]


def pair(value: Any, name: str, least: int = 1) -> Pair:
    """One number for both axes, or one for each."""
    found = (value, value) if isinstance(value, int) else tuple(value)
    if len(found) == 1:
        found = (found[0], found[0])
    if len(found) != 2 or any(not isinstance(entry, int) or entry < least for entry in found):
        raise placed(ArgumentError(f"{name} is one or two whole numbers", got=f"{value!r}", want=f"{least} or more"))
    return found


def single(value: Any) -> int:
    """The one number of a setting for one axis."""
    return value if isinstance(value, int) else next(iter(value))


def windows(size: int, kernel: int, stride: int, padding: Pair, dilation: int) -> int:
    """How many windows fit along an axis."""
    return (size + sum(padding) - dilation * (kernel - 1) - 1) // stride + 1


def output_size(x: Shape, kernel: Pair, stride: Pair, padding: Padding, dilation: Pair) -> Pair:
    """Height and width after the windows. Raises ShapeError where the kernel is larger than the padded input."""
    found = tuple(windows(x[i - 2], kernel[i], stride[i], padding[i], dilation[i]) for i in (0, 1))
    if min(found) < 1:
        padded = tuple(x[i - 2] + sum(padding[i]) for i in (0, 1))
        reach = tuple(dilation[i] * (kernel[i] - 1) + 1 for i in (0, 1))
        raise ShapeError(
            "the kernel is larger than the padded input",
            got=f"input {tuple(x[-2:])}, with padding {padded}; kernel {reach} with dilation",
            want="a kernel that fits at least once",
            hint="use a smaller kernel, or more padding",
        )
    return found  # type: ignore[return-value]


def _conv_shape(
    x: Shape, weight: Shape, bias: Shape | None = None, *, stride: Pair, padding: Padding, dilation: Pair, groups: int
) -> Shape:
    if len(x) != 4 or len(weight) != 4:
        raise ShapeError(
            "conv2d wants four axes",
            got=f"x: {tuple(x)}, weight: {tuple(weight)}",
            want="x: (batch, channels, height, width), weight: (out, in / groups, height, width)",
        )
    if x[1] != weight[1] * groups or weight[0] % groups:
        raise ShapeError(
            "conv2d cannot match the channels",
            got=f"x has {x[1]} channels, weight {tuple(weight)} takes {weight[1] * groups} (groups={groups})",
            want="x: (batch, in, height, width), weight: (out, in / groups, height, width)",
            hint=f"Conv2d({x[1]}, {weight[0]}, ...)" if groups == 1 else "",
        )
    if bias is not None and tuple(bias) != (weight[0],):
        raise ShapeError("bias holds one number per output channel", got=f"{tuple(bias)}", want=f"{(weight[0],)}")
    return (x[0], weight[0], *output_size(x, weight[2:], stride, padding, dilation))


def window_slices(offset: Pair, size: Pair, stride: Pair, dilation: Pair) -> tuple[Any, ...]:
    """Index of the elements that lie at one place of the kernel, for all windows."""
    starts = [offset[i] * dilation[i] for i in (0, 1)]
    return (..., *[slice(starts[i], starts[i] + (size[i] - 1) * stride[i] + 1, stride[i]) for i in (0, 1)])


def places(kernel: Pair) -> list[Pair]:
    """Every place of a kernel, row by row."""
    return [(i, j) for i in range(kernel[0]) for j in range(kernel[1])]


def padded(xp: Any, x: Any, padding: Padding, value: float = 0.0) -> Any:
    """``x`` with a border of ``value`` around its last two axes."""
    (top, bottom), (left, right) = padding
    if not (top or bottom or left or right):
        return x
    height, width = x.shape[-2:]
    out = xp.full((*x.shape[:-2], height + top + bottom, width + left + right), value, dtype=x.dtype)
    out[..., top : top + height, left : left + width] = x
    return out


def cropped(x: Any, padding: Padding) -> Any:
    """The inverse of `padded`."""
    (top, bottom), (left, right) = padding
    return x[..., top : x.shape[-2] - bottom, left : x.shape[-1] - right]


def _columns(xp: Any, x: Any, kernel: Pair, size: Pair, stride: Pair, dilation: Pair, groups: int) -> Any:
    """(batch, channels, h, w) padded -> (batch, groups, channels / groups * places, windows)."""
    batch, channels = x.shape[:2]
    if kernel == (1, 1) and stride == (1, 1):
        return xp.reshape(x, (batch, groups, channels // groups, size[0] * size[1]))
    out = xp.empty((batch, channels, kernel[0] * kernel[1], *size), dtype=x.dtype)
    for place, offset in enumerate(places(kernel)):
        out[:, :, place, ...] = x[window_slices(offset, size, stride, dilation)]
    return xp.reshape(out, (batch, groups, -1, size[0] * size[1]))


def _chunks(xp: Any, batch: int, bytes_per_sample: int) -> list[slice]:
    step = max(1, xp.cache_bytes // max(bytes_per_sample, 1))
    return [slice(start, min(start + step, batch)) for start in range(0, batch, step)]


def _column_bytes(weight: Any, groups: int, size: Pair) -> int:
    return weight[1] * weight[2] * weight[3] * groups * size[0] * size[1] * 4


def _conv2d(
    xp: Any, x: Any, weight: Any, bias: Any, stride: Pair, padding: Padding, dilation: Pair, groups: int
) -> Any:
    shape = _conv_shape(x.shape, weight.shape, stride=stride, padding=padding, dilation=dilation, groups=groups)
    batch, out_channels, size = shape[0], shape[1], (shape[2], shape[3])
    matrix = xp.reshape(weight, (groups, out_channels // groups, -1))
    out = xp.empty((batch, groups, out_channels // groups, size[0] * size[1]), dtype=x.dtype)
    for part in _chunks(xp, batch, _column_bytes(weight.shape, groups, size)):
        columns = _columns(xp, padded(xp, x[part, ...], padding), weight.shape[2:], size, stride, dilation, groups)
        out[part, ...] = xp.matmul(matrix, columns)
    out = xp.reshape(out, shape)
    if bias is not None:
        out += xp.reshape(bias, (-1, 1, 1))
    return out


def _conv2d_input(
    xp: Any, ct: Any, weight: Any, size: Pair, stride: Pair, padding: Padding, dilation: Pair, groups: int
) -> Any:
    batch, out_channels = ct.shape[:2]
    channels = weight.shape[1] * groups
    wide = (size[0] + sum(padding[0]), size[1] + sum(padding[1]))
    transposed = xp.matrix_transpose(xp.reshape(weight, (groups, out_channels // groups, -1)))
    out = xp.zeros((batch, channels, *wide), dtype=ct.dtype)
    rows = xp.reshape(ct, (batch, groups, out_channels // groups, -1))
    for part in _chunks(xp, batch, _column_bytes(weight.shape, groups, ct.shape[2:])):
        columns = xp.matmul(transposed, rows[part, ...])
        columns = xp.reshape(columns, (columns.shape[0], channels, -1, *ct.shape[2:]))
        for place, offset in enumerate(places(weight.shape[2:])):
            out[(part, *window_slices(offset, ct.shape[2:], stride, dilation))] += columns[:, :, place, ...]
    return cropped(out, padding)


def _conv2d_weight(
    xp: Any, x: Any, ct: Any, kernel: Pair, stride: Pair, padding: Padding, dilation: Pair, groups: int
) -> Any:
    batch, out_channels, size = ct.shape[0], ct.shape[1], ct.shape[2:]
    shape = (out_channels, x.shape[1] // groups, *kernel)
    rows = xp.reshape(ct, (batch, groups, out_channels // groups, -1))
    total = xp.zeros((groups, out_channels // groups, shape[1] * kernel[0] * kernel[1]), dtype=ct.dtype)
    for part in _chunks(xp, batch, _column_bytes(shape, groups, size)):
        columns = _columns(xp, padded(xp, x[part, ...], padding), kernel, size, stride, dilation, groups)
        total += xp.sum(xp.matmul(rows[part, ...], xp.matrix_transpose(columns)), axis=0)
    return xp.reshape(total, shape)


def _settings(s: Any) -> dict[str, Any]:
    return {"stride": s.stride, "padding": s.padding, "dilation": s.dilation, "groups": s.groups}


def _conv_cost(x: Shape, weight: Shape, bias: Shape | None = None, **attrs: Any) -> int:
    return 2 * shapes.count(_conv_shape(x, weight, **attrs)) * weight[1] * weight[2] * weight[3]


def _attrs(
    stride: Pair = (1, 1), padding: Padding = ((0, 0), (0, 0)), dilation: Pair = (1, 1), groups: int = 1
) -> dict[str, Any]:
    return {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}


_CASES = {
    "plain": ((2, 3, 5, 4), (2, 3, 3, 2), _attrs()),
    "padded": ((1, 2, 4, 3), (2, 2, 3, 3), _attrs(padding=((1, 1), (0, 2)))),
    "strided": ((1, 2, 6, 5), (2, 2, 2, 2), _attrs(stride=(2, 3))),
    "dilated": ((1, 1, 6, 6), (1, 1, 2, 3), _attrs(dilation=(3, 2), padding=((1, 1), (1, 1)))),
    "groups": ((2, 4, 4, 4), (6, 2, 2, 2), _attrs(groups=2)),
    "one by one": ((2, 3, 2, 2), (4, 3, 1, 1), _attrs()),
}


def _samples(make: Callable[..., Sample]) -> Callable[..., list[Sample]]:
    return lambda draw: [make(draw, x, w, attrs, label) for label, (x, w, attrs) in _CASES.items()]


def _ct(draw: Callable[..., Any], x: Shape, w: Shape, attrs: dict[str, Any]) -> Any:
    return draw(*_conv_shape(x, w, **attrs))


CONV2D = define(
    "conv2d",
    inputs=("x", "weight", "bias"),
    forward=_conv2d,
    shape=_conv_shape,
    saves=("x", "weight"),
    vjps={
        "x": lambda xp, ct, s: xp.ops.conv2d_input(ct, s.weight, size=s.shape_of("x")[2:], **_settings(s)),
        "weight": lambda xp, ct, s: xp.ops.conv2d_weight(s.x, ct, kernel=s.shape_of("weight")[2:], **_settings(s)),
        "bias": lambda xp, ct, s: xp.sum(ct, axis=(0, 2, 3)),
    },
    cost=_conv_cost,
    formula=r"y_{nohw} = b_o + \sum_{cij} w_{ocij}\, x_{nc,\,h+i,\,w+j}",
    samples=lambda draw: [
        *_samples(lambda draw, x, w, attrs, label: Sample((draw(*x), draw(*w), draw(w[0])), attrs, label))(draw),
        Sample((draw(1, 1, 3, 3), draw(1, 1, 2, 2), None), _attrs(), "no bias"),
    ],
    errors=lambda draw: [
        Sample((draw(2, 3, 5, 5), draw(4, 2, 3, 3), None), _attrs(), "channels"),
        Sample((draw(2, 3, 2, 2), draw(4, 3, 3, 3), None), _attrs(), "kernel too large"),
        Sample((draw(3, 5, 5), draw(4, 3, 3, 3), None), _attrs(), "axes"),
    ],
)  # fmt: skip
CONV2D_INPUT = define(
    "conv2d_input",
    inputs=("ct", "weight"),
    forward=_conv2d_input,
    shape=lambda ct, weight, size, groups, **_: (ct[0], weight[1] * groups, *size),
    saves=("ct", "weight"),
    vjps={
        "ct": lambda xp, ct, s: xp.ops.conv2d(ct, s.weight, None, **_settings(s)),
        "weight": lambda xp, ct, s: xp.ops.conv2d_weight(ct, s.ct, kernel=s.shape_of("weight")[2:], **_settings(s)),
    },
    cost=lambda ct, weight, **_: 2 * shapes.count(ct) * weight[1] * weight[2] * weight[3],
    formula=r"y_{nc,\,h+i,\,w+j} \mathrel{+}= \sum_o w_{ocij}\, ct_{nohw}",
    samples=_samples(
        lambda draw, x, w, attrs, label: Sample((_ct(draw, x, w, attrs), draw(*w)), {**attrs, "size": x[2:]}, label)
    ),
)
CONV2D_WEIGHT = define(
    "conv2d_weight",
    inputs=("x", "ct"),
    forward=_conv2d_weight,
    shape=lambda x, ct, kernel, groups, **_: (ct[1], x[1] // groups, *kernel),
    saves=("x", "ct"),
    vjps={
        "x": lambda xp, ct, s: xp.ops.conv2d_input(s.ct, ct, size=s.shape_of("x")[2:], **_settings(s)),
        "ct": lambda xp, ct, s: xp.ops.conv2d(s.x, ct, None, **_settings(s)),
    },
    cost=lambda x, ct, kernel, groups, **_: 2 * shapes.count(ct) * x[1] // groups * kernel[0] * kernel[1],
    formula=r"y_{ocij} = \sum_{nhw} ct_{nohw}\, x_{nc,\,h+i,\,w+j}",
    samples=_samples(
        lambda draw, x, w, attrs, label: Sample((draw(*x), _ct(draw, x, w, attrs)), {**attrs, "kernel": w[2:]}, label)
    ),
)
