"""Windows of images as columns, and columns back into images: two linear ops, each the other's gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from patchgrad.autograd.op import Sample, define
from patchgrad.errors import ShapeError
from patchgrad.ops import shapes
from patchgrad.ops.conv import Pair, cropped, output_size, padded, pair, places, window_slices
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed
from patchgrad.typing import Shape


def _around(padding: Pair) -> tuple[Pair, Pair]:
    return (padding[0], padding[0]), (padding[1], padding[1])


def _windows(size: Shape, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair) -> Pair:
    return output_size(tuple(size), kernel, stride, _around(padding), dilation)


def _to_columns(xp: Any, x: Any, size: Pair, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair) -> Any:
    _columns_shape(x.shape, size=size, kernel=kernel, stride=stride, padding=padding, dilation=dilation)
    batch, channels = x.shape[:2]
    count = _windows(x.shape, kernel, stride, padding, dilation)
    wide = padded(xp, x, _around(padding))
    out = xp.empty((batch, channels, kernel[0] * kernel[1], *count), dtype=x.dtype)
    for place, offset in enumerate(places(kernel)):
        out[:, :, place, ...] = wide[window_slices(offset, count, stride, dilation)]
    return xp.reshape(out, (batch, channels * kernel[0] * kernel[1], count[0] * count[1]))


def _to_image(xp: Any, x: Any, size: Pair, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair) -> Any:
    _image_shape(x.shape, size=size, kernel=kernel, stride=stride, padding=padding, dilation=dilation)
    batch, channels = x.shape[0], x.shape[1] // (kernel[0] * kernel[1])
    count = _windows(size, kernel, stride, padding, dilation)
    columns = xp.reshape(x, (batch, channels, kernel[0] * kernel[1], *count))
    out = xp.zeros((batch, channels, size[0] + 2 * padding[0], size[1] + 2 * padding[1]), dtype=x.dtype)
    for place, offset in enumerate(places(kernel)):
        out[window_slices(offset, count, stride, dilation)] += columns[:, :, place, ...]
    return cropped(out, _around(padding))


def _columns_shape(x: Shape, *, size: Pair, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair) -> Shape:
    if len(x) != 4:
        raise ShapeError("unfold wants images", got=f"{tuple(x)}", want="(batch, channels, height, width)")
    count = _windows(x, kernel, stride, padding, dilation)
    return (x[0], x[1] * kernel[0] * kernel[1], count[0] * count[1])


def _image_shape(x: Shape, *, size: Pair, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair) -> Shape:
    count, area = _windows(size, kernel, stride, padding, dilation), kernel[0] * kernel[1]
    if len(x) != 3 or x[1] % area or x[2] != count[0] * count[1]:
        raise ShapeError(
            "fold cannot place these columns",
            got=f"{tuple(x)}",
            want=f"(batch, channels * {area}, {count[0] * count[1]}), for output_size={size}",
        )
    return (x[0], x[1] // area, *size)


def _settings(s: Any) -> dict[str, Any]:
    return {name: getattr(s, name) for name in ("size", "kernel", "stride", "padding", "dilation")}


def _attrs(
    size: Pair, kernel: Pair, stride: Pair = (1, 1), padding: Pair = (0, 0), dilation: Pair = (1, 1)
) -> dict[str, Any]:
    return {"size": size, "kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation}


_CASES = {
    "overlaps": ((2, 2, 4, 3), _attrs((4, 3), (2, 2))),
    "padded": ((1, 2, 3, 4), _attrs((3, 4), (3, 2), (2, 1), (1, 1))),
    "dilated": ((1, 1, 5, 5), _attrs((5, 5), (2, 2), (1, 2), (0, 1), (3, 2))),
}


def _samples(make: Callable[..., Any]) -> Callable[..., list[Sample]]:
    return lambda draw: [Sample((make(draw, x, attrs),), attrs, label) for label, (x, attrs) in _CASES.items()]


IM2COL = define(
    "im2col",
    inputs=("x",),
    forward=_to_columns,
    shape=_columns_shape,
    dtype="same",
    vjps={"x": lambda xp, ct, s: xp.ops.col2im(ct, **_settings(s))},
    cost=lambda x, **attrs: shapes.count(_columns_shape(x, **attrs)),
    formula=r"y_{n,\,cij,\,hw} = x_{nc,\,h+i,\,w+j}",
    samples=_samples(lambda draw, x, attrs: draw(*x)),
    errors=lambda draw: [
        Sample((draw(1, 1, 2, 2),), _attrs((2, 2), (3, 3)), "kernel too large"),
        Sample((draw(4, 4),), _attrs((4, 4), (2, 2)), "axes"),
    ],
)
COL2IM = define(
    "col2im",
    inputs=("x",),
    forward=_to_image,
    shape=_image_shape,
    dtype="same",
    vjps={"x": lambda xp, ct, s: xp.ops.im2col(ct, **_settings(s))},
    cost=lambda x, **_: shapes.count(x),
    formula=r"y_{nc,\,h+i,\,w+j} \mathrel{+}= x_{n,\,cij,\,hw}",
    samples=_samples(lambda draw, x, attrs: draw(*_columns_shape(x, **attrs))),
    errors=lambda draw: [Sample((draw(1, 8, 5),), _attrs((3, 3), (2, 2)), "wrong number of windows")],
)


def _pairs(kernel_size: Any, dilation: Any, padding: Any, stride: Any) -> dict[str, Pair]:
    return {
        "kernel": pair(kernel_size, "kernel_size"),
        "dilation": pair(dilation, "dilation"),
        "padding": pair(padding, "padding", 0),
        "stride": pair(stride, "stride"),
    }


def unfold(input: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> Tensor:
    """Every window of an image as a column.

    Shapes
        input (batch, channels, height, width)  ->  (batch, channels * kernel elements, windows); batch may be absent
    Errors
        ShapeError  if the kernel is larger than the padded image.
    """
    if input.ndim == 3:
        return unfold(input.unsqueeze(0), kernel_size, dilation, padding, stride).squeeze(0)  # type: ignore[attr-defined]
    size = tuple(input.shape[-2:])
    return apply(IM2COL, input, size=size, **_pairs(kernel_size, dilation, padding, stride))


def fold(
    input: Any, output_size: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1
) -> Tensor:
    """Columns summed into the windows of an image that they came from: the gradient of `unfold`.

    Shapes
        input (batch, channels * kernel elements, windows)  ->  (batch, channels, *output_size); batch may be absent
    Errors
        ShapeError  if the columns do not fit the windows of such an image.
    """
    if input.ndim == 2:
        return fold(input.unsqueeze(0), output_size, kernel_size, dilation, padding, stride).squeeze(0)  # type: ignore[attr-defined]
    if input.ndim != 3:
        raise placed(ShapeError("fold wants columns", got=f"{tuple(input.shape)}", want="(batch, rows, windows)"))
    settings = _pairs(kernel_size, dilation, padding, stride)
    return apply(COL2IM, input, size=pair(output_size, "output_size"), **settings)
