"""Max pooling of images, and the way back to the places of the maxima."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy

from patchgrad.backend.kernels import kernel
from patchgrad.backend.kernels.cpu_arrays import in_one_piece, large
from patchgrad.backend.kernels.cpu_arrays import whole as filled
from patchgrad.backend.native import native

if TYPE_CHECKING:
    from patchgrad.backend.native.language import Bytes, Reals, as_word, part, reals, unroll, whole

Pair = tuple[int, int]
LOWEST = -math.inf
MOST = 32
"""Windows of more elements are left to NumPy: the code for each would be long."""


@native
def largest_of_windows(
    out: Reals, places: Bytes, x: Reals, planes: int, height: int, width: int, out_h: int, out_w: int,
    stride_h: int, top: int, left: int, dilation_h: int,
    *, kernel_h: int, kernel_w: int, stride_w: int, dilation_w: int, padded: bool,
):  # fmt: skip
    for line in part(planes * out_h):
        image = x + line // out_h * height * width
        first = line % out_h * stride_h - top
        values = out + line * out_w
        chosen = places + line * out_w
        for ow in range(out_w):
            given = reals(kernel_h * kernel_w)
            best = LOWEST
            for a in unroll(kernel_h):
                for b in unroll(kernel_w):
                    h = first + a * dilation_h
                    w = ow * stride_w + b * dilation_w
                    if padded:
                        w = w - left
                        given[a * kernel_w + b] = LOWEST
                        if h >= 0 and h < height and w >= 0 and w < width:
                            given[a * kernel_w + b] = image[h * width + w]
                    else:
                        given[a * kernel_w + b] = image[h * width + w]
                    value = given[a * kernel_w + b]
                    best = value if value > best or value != value else best
            place = as_word(0)
            further = as_word(1)
            for k in unroll(kernel_h * kernel_w - 1):  # no branch: which one is largest cannot be foreseen
                other = given[k] != best
                further = further & as_word(other)
                place = place + further
            values[ow] = best
            chosen[ow] = whole(place)


@native
def spread_to_places(
    out: Reals, ct: Reals, places: Bytes, planes: int, height: int, width: int, out_h: int, out_w: int,
    stride_h: int, stride_w: int, top: int, left: int, dilation_h: int, dilation_w: int,
    *, kernel_h: int, kernel_w: int, apart: bool,
):  # fmt: skip
    """``apart``: windows that lie beside each other, without padding."""
    for plane in part(planes):
        image = out + plane * height * width
        if apart:
            for oh in range(out_h):
                values = ct + (plane * out_h + oh) * out_w
                chosen = places + (plane * out_h + oh) * out_w
                for a in unroll(kernel_h):
                    line = image + (oh * kernel_h + a) * width
                    for ow in range(out_w):
                        for b in unroll(kernel_w):
                            line[ow * kernel_w + b] = values[ow] if chosen[ow] == a * kernel_w + b else 0.0
                    for w in range(out_w * kernel_w, width):
                        line[w] = 0.0
            for i in range(out_h * kernel_h * width, height * width):
                image[i] = 0.0
        else:
            for i in range(height * width):
                image[i] = 0.0
            for oh in range(out_h):
                for ow in range(out_w):
                    at = (plane * out_h + oh) * out_w + ow
                    place = places[at]
                    h = oh * stride_h - top + place // kernel_w * dilation_h
                    w = ow * stride_w - left + place % kernel_w * dilation_w
                    if h >= 0 and h < height and w >= 0 and w < width:
                        image[h * width + w] = image[h * width + w] + ct[at]


def numbers_of(size: Any, out: Any, attrs: dict[str, Any]) -> tuple[int, ...]:
    (top, _), (left, _) = attrs["padding"]
    return (*size, *out, *attrs["stride"], top, left, *attrs["dilation"])


def spread_of(attrs: dict[str, Any]) -> dict[str, Any]:
    """What the code for the way back is made for."""
    (kernel_h, kernel_w), padded = attrs["kernel"], any(map(any, attrs["padding"]))
    apart = attrs["stride"] == attrs["kernel"] and attrs["dilation"] == (1, 1) and not padded
    return {"kernel_h": kernel_h, "kernel_w": kernel_w, "apart": apart}


def statics_of(attrs: dict[str, Any]) -> dict[str, Any]:
    """What the code for windows is made for: whatever along a row, so that rows are vectors."""
    (kernel_h, kernel_w), padded = attrs["kernel"], any(map(any, attrs["padding"]))
    along = {"stride_w": attrs["stride"][1], "dilation_w": attrs["dilation"][1]}
    return {"kernel_h": kernel_h, "kernel_w": kernel_w, **along, "padded": padded}


def _result(size: Any, attrs: dict[str, Any]) -> list[int]:
    kernel, padding, dilation = attrs["kernel"], attrs["padding"], attrs["dilation"]
    reach = [size[i] + sum(padding[i]) - dilation[i] * (kernel[i] - 1) - 1 for i in (0, 1)]
    return [reach[i] // attrs["stride"][i] + 1 for i in (0, 1)]


@kernel("cpu", "max_pool2d")
def max_pool2d(xp: Any, x: Any, **attrs: Any) -> Any:
    """As the plain forward: the largest of each window, and its place; a NaN is larger than all."""
    if not large(x) or not filled(x) or x.ndim < 3 or math.prod(attrs["kernel"]) > MOST:
        return NotImplemented
    size = _result(x.shape[-2:], attrs)
    run = largest_of_windows(x.dtype, **statics_of(attrs))
    if min(size) < 1 or run is None:
        return NotImplemented
    out = numpy.empty((*x.shape[:-2], *size), x.dtype)
    places = numpy.empty(out.shape, numpy.uint8)
    planes = math.prod(x.shape[:-2])
    (top, _), (left, _) = attrs["padding"]
    where = (attrs["stride"][0], top, left, attrs["dilation"][0])
    run.shared(4 * x.size, out, places, in_one_piece(x), planes, *x.shape[-2:], *size, *where)
    return out, places


@kernel("cpu", "max_pool2d_spread")
def max_pool2d_spread(xp: Any, ct: Any, place: Any, size: Pair, **attrs: Any) -> Any:
    """As the plain forward: each cotangent to the place of its maximum."""
    run = spread_to_places(ct.dtype, **spread_of(attrs)) if math.prod(attrs["kernel"]) <= MOST else None
    if run is None or not large(ct) or place.dtype != numpy.uint8 or not filled(place):
        return NotImplemented
    out = numpy.empty((*ct.shape[:-2], *size), ct.dtype)
    numbers = numbers_of(size, ct.shape[-2:], attrs)
    run.shared(4 * out.size, out, in_one_piece(ct), in_one_piece(place), math.prod(ct.shape[:-2]), *numbers)
    return out
