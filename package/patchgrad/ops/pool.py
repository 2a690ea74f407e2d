"""Pooling: each window of an image becomes its largest element or its mean.

Pooling forwards, and the op that hands cotangents back, are linear once the places of the maxima are known,
and each other's gradients.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from patchgrad.autograd.op import Sample, define
from patchgrad.backend import host
from patchgrad.errors import ShapeError
from patchgrad.ops import shapes
from patchgrad.ops.conv import Padding, Pair, cropped, output_size, padded, places, window_slices, windows
from patchgrad.typing import Shape


def pool_shape(x: Shape, *, kernel: Pair, stride: Pair, padding: Padding, dilation: Pair = (1, 1), **_: Any) -> Shape:
    return (*x[:-2], *_pooled(x, kernel, stride, padding, dilation))


def _pooled(x: Shape, kernel: Pair, stride: Pair, padding: Padding, dilation: Pair = (1, 1)) -> Pair:
    if len(x) < 3:
        raise ShapeError("pooling wants places", got=f"{tuple(x)}", want="(batch, channels, height, width)")
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
    shape = pool_shape(x, **attrs)
    count = attrs["kernel"][0] * attrs["kernel"][1]
    return (host.arange(shapes.count(shape)) * 7 % count).reshape(shape).astype("uint8")


MAX_POOL2D = define(
    "max_pool2d",
    inputs=("x",),
    outputs=("y", "place"),
    forward=_max_pool,
    shape=lambda x, **attrs: (pool_shape(x, **attrs),) * 2,
    dtype=lambda kinds, attrs: (kinds[0], host.dtype("uint8" if shapes.count(attrs["kernel"]) < 256 else "int32")),
    saves=("place",),
    vjps={
        "x": lambda xp, ct, s: xp.ops.max_pool2d_spread(ct[0], s.place, size=s.shape_of("x")[-2:], **_window(s)),
    },
    cost=lambda x, kernel, **attrs: shapes.count(pool_shape(x, kernel=kernel, **attrs)) * kernel[0] * kernel[1],
    formula=r"y_{hw} = \max_{ij} x_{h+i,\,w+j}",
    samples=_samples(lambda draw, x, attrs, label: Sample((draw(*x),), attrs, label)),
    errors=lambda draw: [Sample((draw(1, 1, 2, 2),), {**_CASES["halves"][1], "kernel": (3, 3)}, "kernel too large")],
    real=True,
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
            (draw(*pool_shape(x, **attrs)), _some_places(x, attrs)), {**attrs, "size": x[-2:]}, label
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


def window_counts(size: int, kernel: int, stride: int, padding: Pair, border: int) -> Any:
    """How many elements each window along an axis counts: those within ``border`` of the axis."""
    start = host.arange(windows(size, kernel, stride, padding, 1)) * stride - padding[0]
    return host.minimum(start + kernel, size + border) - host.maximum(start, -border)


@lru_cache(maxsize=256)
def _shares(size: Pair, kernel: Pair, stride: Pair, padding: Padding, border: Pair, divisor: int | None) -> Any:
    """What each window's sum is multiplied by: (h, w). Windows count what lies within ``border`` of the image."""
    out = output_size(size, kernel, stride, padding, (1, 1))
    if divisor is not None:
        return host.full(out, 1.0 / divisor)
    counts = [window_counts(size[i], kernel[i], stride[i], padding[i], border[i]) for i in (0, 1)]
    return 1.0 / host.maximum(counts[0][:, None] * counts[1], 1)


def _scaled(xp: Any, x: Any, size: Pair, s: dict[str, Any]) -> Any:
    share = _shares(tuple(size), s["kernel"], s["stride"], s["padding"], s["border"], s["divisor"])
    if getattr(x.dtype, "kind", "f") in "biu":  # whole numbers stay whole, rounded towards 0
        return xp.astype(xp.trunc(x / xp.asarray(host.rint(1.0 / share))), x.dtype)
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
    shape=pool_shape,
    dtype="same",
    vjps={"x": lambda xp, ct, s: xp.ops.avg_pool2d_spread(ct, size=s.shape_of("x")[-2:], **_avg_attrs(s))},
    cost=lambda x, kernel, **attrs: shapes.count(pool_shape(x, kernel=kernel, **attrs)) * kernel[0] * kernel[1],
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
        lambda draw, x, attrs, label: Sample((draw(*pool_shape(x, **attrs)),), {**attrs, "size": x[-2:]}, label)
    ),
)
