"""Pooling: each window of an image becomes its largest element or its mean.

Pooling forwards, and the op that hands cotangents back, are linear once the places of the maxima are known,
and each other's gradients.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from patchgrad.autograd.op import Sample, define
from patchgrad.backend import MetaArray, host
from patchgrad.errors import ArgumentError, ShapeError
from patchgrad.ops import shapes
from patchgrad.ops.conv import Padding, Pair, cropped, output_size, padded, pair, places, single, window_slices
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed
from patchgrad.typing import Shape


def _pool_shape(x: Shape, *, kernel: Pair, stride: Pair, padding: Padding, dilation: Pair = (1, 1), **_: Any) -> Shape:
    return (*x[:-2], *_pooled(x, kernel, stride, padding, dilation))


def _pooled(x: Shape, kernel: Pair, stride: Pair, padding: Padding, dilation: Pair = (1, 1)) -> Pair:
    if len(x) < 3:
        raise ShapeError("pooling wants images", got=f"{tuple(x)}", want="(batch, channels, height, width)")
    return output_size(x, kernel, stride, padding, dilation)


def _lowest(xp: Any, kind: Any) -> Any:
    return -xp.inf if xp.isdtype(kind, "real floating") else xp.iinfo(kind).min


def _max_pool(xp: Any, x: Any, kernel: Pair, stride: Pair, padding: Padding, dilation: Pair) -> tuple[Any, Any]:
    size = _pooled(x.shape, kernel, stride, padding, dilation)
    wide = padded(xp, x, padding, _lowest(xp, x.dtype)) if padding != ((0, 0), (0, 0)) else x
    kind = xp.uint8 if kernel[0] * kernel[1] < 256 else xp.int32
    best = place = None
    for number, offset in enumerate(places(kernel)):
        values = wide[window_slices(offset, size, stride, dilation)]
        if best is None:
            best, place = xp.asarray(values, copy=True), xp.zeros(values.shape, dtype=kind)
            continue
        better = xp.logical_not(values <= best)
        best = xp.maximum(best, values)
        place = xp.where(better, xp.asarray(number, dtype=kind), place)
    return best, place


def _spread_max(
    xp: Any, ct: Any, place: Any, size: Pair, kernel: Pair, stride: Pair, padding: Padding, dilation: Pair
) -> Any:
    """Each cotangent to the place of its maximum, in the shape of the input."""
    wide = (size[0] + sum(padding[0]), size[1] + sum(padding[1]))
    out = xp.zeros((*ct.shape[:-2], *wide), dtype=ct.dtype)
    for number, offset in enumerate(places(kernel)):
        out[window_slices(offset, ct.shape[-2:], stride, dilation)] += ct * xp.astype(place == number, ct.dtype)
    return cropped(out, padding)


def _pick_max(
    xp: Any, x: Any, place: Any, size: Pair, kernel: Pair, stride: Pair, padding: Padding, dilation: Pair
) -> Any:
    """The element of each window that lies at ``place``."""
    wide = padded(xp, x, padding)
    out = xp.zeros(place.shape, dtype=x.dtype)
    for number, offset in enumerate(places(kernel)):
        values = wide[window_slices(offset, place.shape[-2:], stride, dilation)]
        out += values * xp.astype(place == number, x.dtype)
    return out


def _window(s: Any) -> dict[str, Any]:
    return {"kernel": s.kernel, "stride": s.stride, "padding": s.padding, "dilation": s.dilation}


_CASES = {
    "halves": ((2, 2, 4, 6), {"kernel": (2, 2), "stride": (2, 2), "padding": ((0, 0), (0, 0)), "dilation": (1, 1)}),
    "overlaps": ((1, 2, 5, 5), {"kernel": (3, 2), "stride": (1, 2), "padding": ((1, 1), (1, 0)), "dilation": (1, 1)}),
    "dilated": ((1, 1, 6, 6), {"kernel": (2, 3), "stride": (2, 1), "padding": ((0, 0), (1, 1)), "dilation": (3, 2)}),
}  # fmt: skip


def _samples(make: Callable[..., Sample]) -> Callable[..., list[Sample]]:
    return lambda draw: [make(draw, x, attrs, label) for label, (x, attrs) in _CASES.items()]


def _some_places(x: Shape, attrs: dict[str, Any]) -> Any:
    shape = _pool_shape(x, **attrs)
    count = attrs["kernel"][0] * attrs["kernel"][1]
    return (host.arange(shapes.count(shape)) * 7 % count).reshape(shape).astype("uint8")


MAX_POOL2D = define(
    "max_pool2d",
    inputs=("x",),
    outputs=("y", "place"),
    forward=_max_pool,
    shape=lambda x, **attrs: (_pool_shape(x, **attrs),) * 2,
    dtype=lambda kinds, attrs: (kinds[0], host.dtype("uint8" if shapes.count(attrs["kernel"]) < 256 else "int32")),
    saves=("place",),
    vjps={
        "x": lambda xp, ct, s: xp.ops.max_pool2d_spread(ct[0], s.place, size=s.shape_of("x")[-2:], **_window(s)),
    },
    cost=lambda x, kernel, **attrs: shapes.count(_pool_shape(x, kernel=kernel, **attrs)) * kernel[0] * kernel[1],
    formula=r"y_{hw} = \max_{ij} x_{h+i,\,w+j}",
    samples=_samples(lambda draw, x, attrs, label: Sample((draw(*x),), attrs, label)),
    errors=lambda draw: [Sample((draw(1, 1, 2, 2),), {**_CASES["halves"][1], "kernel": (3, 3)}, "kernel too large")],
)
MAX_POOL2D_SPREAD = define(
    "max_pool2d_spread",
    inputs=("ct", "place"),
    forward=_spread_max,
    shape=lambda ct, place, size, **_: (*ct[:-2], *size),
    dtype="same",
    saves=("place",),
    vjps={"ct": lambda xp, ct, s: xp.ops.max_pool2d_pick(ct, s.place, size=s.size, **_window(s))},
    formula=r"y_{place} \mathrel{+}= ct",
    samples=_samples(
        lambda draw, x, attrs, label: Sample(
            (draw(*_pool_shape(x, **attrs)), _some_places(x, attrs)), {**attrs, "size": x[-2:]}, label
        )
    ),
)
MAX_POOL2D_PICK = define(
    "max_pool2d_pick",
    inputs=("x", "place"),
    forward=_pick_max,
    shape=lambda x, place, **_: tuple(place),
    dtype="same",
    saves=("place",),
    vjps={"x": lambda xp, ct, s: xp.ops.max_pool2d_spread(ct, s.place, size=s.size, **_window(s))},
    formula=r"y = x_{place}",
    samples=_samples(
        lambda draw, x, attrs, label: Sample((draw(*x), _some_places(x, attrs)), {**attrs, "size": x[-2:]}, label)
    ),
)


@lru_cache(maxsize=256)
def _shares(size: Pair, kernel: Pair, stride: Pair, padding: Padding, border: Pair, divisor: int | None) -> Any:
    """What each window's sum is multiplied by: (h, w). Windows count what lies within ``border`` of the image."""
    out = output_size(size, kernel, stride, padding, (1, 1))
    if divisor is not None:
        return host.full(out, 1.0 / divisor)
    counts: list[Any] = []
    for i in (0, 1):
        start = host.arange(out[i]) * stride[i] - padding[i][0]
        end = host.minimum(start + kernel[i], size[i] + border[i])
        counts.append(end - host.maximum(start, -border[i]))
    return 1.0 / host.maximum(counts[0][:, None] * counts[1], 1)


def _scaled(xp: Any, x: Any, size: Pair, s: dict[str, Any]) -> Any:
    share = _shares(tuple(size), s["kernel"], s["stride"], s["padding"], s["border"], s["divisor"])
    if (share == share[0, 0]).all():
        return x * float(share[0, 0])
    return x * xp.asarray(share, dtype=x.dtype)


def _avg_pool(xp: Any, x: Any, **attrs: Any) -> Any:
    kernel, stride, padding = attrs["kernel"], attrs["stride"], attrs["padding"]
    size = _pooled(x.shape, kernel, stride, padding)
    wide = padded(xp, x, padding)
    first, *others = places(kernel)
    total = xp.asarray(wide[window_slices(first, size, stride, (1, 1))], copy=True)
    for offset in others:
        total += wide[window_slices(offset, size, stride, (1, 1))]
    return _scaled(xp, total, x.shape[-2:], attrs)


def _spread_avg(xp: Any, ct: Any, size: Pair, **attrs: Any) -> Any:
    kernel, stride, padding = attrs["kernel"], attrs["stride"], attrs["padding"]
    wide = (size[0] + sum(padding[0]), size[1] + sum(padding[1]))
    share = _scaled(xp, ct, size, attrs)
    out = xp.zeros((*ct.shape[:-2], *wide), dtype=ct.dtype)
    for offset in places(kernel):
        out[window_slices(offset, ct.shape[-2:], stride, (1, 1))] += share
    return cropped(out, padding)


def _avg_attrs(s: Any) -> dict[str, Any]:
    return {"kernel": s.kernel, "stride": s.stride, "padding": s.padding, "border": s.border, "divisor": s.divisor}


def _avg_samples(make: Callable[..., Sample]) -> Callable[..., list[Sample]]:
    cases: list[tuple[Shape, dict[str, Any], str]] = [
        ((2, 2, 4, 6), {"padding": ((0, 0), (0, 0)), "border": (0, 0), "divisor": None}, "halves"),
        ((1, 2, 5, 5), {"padding": ((1, 1), (1, 2)), "border": (1, 1), "divisor": None}, "border counts"),
        ((1, 1, 5, 5), {"padding": ((1, 1), (1, 1)), "border": (0, 0), "divisor": None}, "border does not count"),
        ((1, 1, 4, 4), {"padding": ((0, 0), (0, 0)), "border": (0, 0), "divisor": 3}, "divisor"),
    ]
    return lambda draw: [
        make(draw, x, {"kernel": (2, 2), "stride": (2, 2), **attrs}, label) for x, attrs, label in cases
    ]


AVG_POOL2D = define(
    "avg_pool2d",
    inputs=("x",),
    forward=_avg_pool,
    shape=_pool_shape,
    dtype="same",
    vjps={"x": lambda xp, ct, s: xp.ops.avg_pool2d_spread(ct, size=s.shape_of("x")[-2:], **_avg_attrs(s))},
    cost=lambda x, kernel, **attrs: shapes.count(_pool_shape(x, kernel=kernel, **attrs)) * kernel[0] * kernel[1],
    formula=r"y_{hw} = \frac{1}{n} \sum_{ij} x_{h+i,\,w+j}",
    samples=_avg_samples(lambda draw, x, attrs, label: Sample((draw(*x),), attrs, label)),
)
AVG_POOL2D_SPREAD = define(
    "avg_pool2d_spread",
    inputs=("ct",),
    forward=_spread_avg,
    shape=lambda ct, size, **_: (*ct[:-2], *size),
    dtype="same",
    vjps={"ct": lambda xp, ct, s: xp.ops.avg_pool2d(ct, **_avg_attrs(s))},
    formula=r"y_{h+i,\,w+j} \mathrel{+}= ct_{hw} / n",
    samples=_avg_samples(
        lambda draw, x, attrs, label: Sample((draw(*_pool_shape(x, **attrs)),), {**attrs, "size": x[-2:]}, label)
    ),
)


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
    _pool_shape(input.shape, kernel=(1, 1), stride=(1, 1), padding=((0, 0), (0, 0)))
    around = tuple(
        (border[i], _end(input.shape[i - 2], kernel[i], step[i], border[i], dilated[i], ceil_mode)) for i in (0, 1)
    )
    return {"kernel": kernel, "stride": step, "padding": around, "dilation": dilated}


def _end(size: int, kernel: int, stride: int, border: int, dilation: int, ceil_mode: bool) -> int:
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
    input: Any, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1, ceil_mode: bool = False
) -> Tensor:
    """`max_pool2d` along the last axis: (*, length) -> (*, l)."""
    kernel, step = ((1, single(value)) for value in (kernel_size, kernel_size if stride is None else stride))
    found = max_pool2d(input.unsqueeze(-2), kernel, step, (0, single(padding)), (1, single(dilation)), ceil_mode)
    return found.squeeze(-2)


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


@lru_cache(maxsize=64)
def _bins(size: int, count: int) -> Any:
    """The matrix (count, size) that averages ``size`` elements in ``count`` bins, which may overlap."""
    out = host.zeros((count, size))
    for i in range(count):
        start, end = i * size // count, -(-(i + 1) * size // count)
        out[i, start:end] = 1 / (end - start)
    return out


def adaptive_avg_pool2d(input: Any, output_size: Any) -> Tensor:
    """The mean of ``output_size`` bins that cover the image; None keeps a size.

    Shapes
        input (*, height, width)  ->  (*, *output_size)
    """
    wanted = (output_size, output_size) if output_size is None or isinstance(output_size, int) else tuple(output_size)
    size = tuple(input.shape[i - 2] if wanted[i] is None else wanted[i] for i in (0, 1))
    height, width = input.shape[-2:]
    if height % size[0] == 0 and width % size[1] == 0:
        if size == (1, 1):
            return input.mean((-2, -1), keepdim=True)
        return avg_pool2d(input, (height // size[0], width // size[1]))
    rows, columns = (
        Tensor(input.backend.asarray(_bins(input.shape[i - 2], size[i]).astype(input.data.dtype))) for i in (0, 1)
    )
    return rows @ input @ columns.T


def adaptive_avg_pool1d(input: Any, output_size: int) -> Tensor:
    """`adaptive_avg_pool2d` along the last axis: (*, length) -> (*, output_size)."""
    return adaptive_avg_pool2d(input.unsqueeze(-2), (1, output_size)).squeeze(-2)
