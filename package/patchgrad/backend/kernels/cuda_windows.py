"""Windows over images on a GPU: pooling, and the columns that turn a convolution into a matrix product.

One thread per element of the result. What a gradient adds up is gathered, not scattered: no atomics, and always the
same sum.
"""

from __future__ import annotations

import math
from typing import Any

from patchgrad.backend.kernels import kernel
from patchgrad.backend.kernels.cuda_language import Kernel, real_of

Pair = tuple[int, int]
Attrs = dict[str, Any]

_SIZES = (
    "whole height, whole width, whole out_height, whole out_width, whole kernel_h, whole kernel_w, "
    "whole stride_h, whole stride_w, whole pad_h, whole pad_w, whole dilation_h, whole dilation_w"
)
_OUTPUT = """
    whole ow = i % out_width, oh = i / out_width % out_height, plane = i / (out_width * out_height);
    const real *image = x + plane * height * width;
"""
_EVERY_PLACE = """
    for (whole a = 0; a < kernel_h; a++) for (whole b = 0; b < kernel_w; b++) {
        whole h = oh * stride_h - pad_h + a * dilation_h, w = ow * stride_w - pad_w + b * dilation_w;
        int inside = h >= 0 && h < height && w >= 0 && w < width;
"""
_INPUT = """
    whole w = i % width, h = i / width % height, plane = i / (width * height);
    real sum = 0;
    for (whole a = 0; a < kernel_h; a++) for (whole b = 0; b < kernel_w; b++) {
        whole from_h = h + pad_h - a * dilation_h, from_w = w + pad_w - b * dilation_w;
        if (from_h < 0 || from_w < 0 || from_h % stride_h || from_w % stride_w) continue;
        whole oh = from_h / stride_h, ow = from_w / stride_w;
        if (oh >= out_height || ow >= out_width) continue;
"""
_SHARE = """
/* What the sum of a window is multiplied by: 1 / divisor, or 1 / how much of it lies within the border. */
__device__ real share(whole oh, whole ow, whole height, whole width, whole kernel_h, whole kernel_w, whole stride_h,
                      whole stride_w, whole pad_h, whole pad_w, whole border_h, whole border_w, whole divisor) {
    if (divisor) return (real)1 / divisor;
    whole h = oh * stride_h - pad_h, w = ow * stride_w - pad_w;
    whole end_h = h + kernel_h < height + border_h ? h + kernel_h : height + border_h;
    whole end_w = w + kernel_w < width + border_w ? w + kernel_w : width + border_w;
    whole count = (end_h - (h > -border_h ? h : -border_h)) * (end_w - (w > -border_w ? w : -border_w));
    return (real)1 / (count > 1 ? count : 1);
}
"""
_ITS_SHARE = (
    "share(oh, ow, height, width, kernel_h, kernel_w, stride_h, stride_w, pad_h, pad_w, border_h, border_w, divisor)"
)

COLUMNS = Kernel(
    "columns",
    f"real *out, const real *x, {_SIZES}",
    """
    whole ow = i % out_width, oh = i / out_width % out_height, rest = i / (out_width * out_height);
    whole b = rest % kernel_w, a = rest / kernel_w % kernel_h, plane = rest / (kernel_w * kernel_h);
    whole h = oh * stride_h - pad_h + a * dilation_h, w = ow * stride_w - pad_w + b * dilation_w;
    out[i] = h >= 0 && h < height && w >= 0 && w < width ? x[(plane * height + h) * width + w] : (real)0;
""",
)
IMAGES = Kernel(
    "images",
    f"real *out, const real *columns, {_SIZES}",
    _INPUT
    + """
        sum += columns[(((plane * kernel_h + a) * kernel_w + b) * out_height + oh) * out_width + ow];
    }
    out[i] = sum;
""",
)
MAX_POOL = Kernel(
    "max_pool",
    f"real *out, int *places, const real *x, real lowest, {_SIZES}",
    _OUTPUT
    + """
    real best = 0;
    int place = 0;
"""
    + _EVERY_PLACE
    + """
        real value = inside ? image[h * width + w] : lowest;
        if (a + b == 0) { best = value; continue; }
        int better = !(value <= best);
        if (better) place = (int)(a * kernel_w + b);
        if (best == best && better) best = value;
    }
    out[i] = best;
    places[i] = place;
""",
)
SPREAD_MAX = Kernel(
    "spread_max",
    f"real *out, const real *ct, const int *places, {_SIZES}",
    _INPUT
    + """
        whole from = (plane * out_height + oh) * out_width + ow;
        if (places[from] == a * kernel_w + b) sum += ct[from];
    }
    out[i] = sum;
""",
)
PICK_MAX = Kernel(
    "pick_max",
    f"real *out, const real *x, const int *places, {_SIZES}",
    _OUTPUT
    + """
    whole a = places[i] / kernel_w, b = places[i] % kernel_w;
    whole h = oh * stride_h - pad_h + a * dilation_h, w = ow * stride_w - pad_w + b * dilation_w;
    out[i] = h >= 0 && h < height && w >= 0 && w < width ? image[h * width + w] : (real)0;
""",
)
AVG_POOL = Kernel(
    "avg_pool",
    f"real *out, const real *x, {_SIZES}, whole border_h, whole border_w, whole divisor",
    _OUTPUT
    + "    real sum = 0;\n"
    + _EVERY_PLACE
    + "        if (inside) sum += image[h * width + w];\n    }\n"
    + f"    out[i] = sum * {_ITS_SHARE};\n",
    before=_SHARE,
)
SPREAD_AVG = Kernel(
    "spread_avg",
    f"real *out, const real *ct, {_SIZES}, whole border_h, whole border_w, whole divisor",
    _INPUT
    + f"        sum += ct[(plane * out_height + oh) * out_width + ow] * {_ITS_SHARE};\n    }}\n    out[i] = sum;\n",
    before=_SHARE,
)


def _numbers(size: Any, out: Any, attrs: Attrs) -> tuple[int, ...]:
    """The sizes that every kernel here takes."""
    (top, _), (left, _) = attrs["padding"]
    dilation = attrs.get("dilation", (1, 1))
    return tuple(int(n) for n in (*size, *out, *attrs["kernel"], *attrs["stride"], top, left, *dilation))


def _result(size: Any, attrs: Attrs) -> Pair:
    """How many windows fit along each axis; the op's shape rule has refused what does not fit."""
    dilation = attrs.get("dilation", (1, 1))
    reach = [size[i] + sum(attrs["padding"][i]) - dilation[i] * (attrs["kernel"][i] - 1) - 1 for i in (0, 1)]
    return tuple(reach[i] // attrs["stride"][i] + 1 for i in (0, 1))  # type: ignore[return-value]


def _windows_fit(x: Any, attrs: Attrs) -> bool:
    return x.ndim > 2 and bool(real_of(x)) and x.size > 0 and min(_result(x.shape[-2:], attrs)) > 0


@kernel("cuda", "max_pool2d")
def max_pool2d(xp: Any, x: Any, **attrs: Any) -> Any:
    """The largest number of each window, and its place in the window."""
    if not _windows_fit(x, attrs):
        return NotImplemented
    size = _result(x.shape[-2:], attrs)
    shape = (*x.shape[:-2], *size)
    out, places = xp.empty(shape, dtype=x.dtype), xp.empty(shape, dtype=xp.int32)
    numbers = _numbers(x.shape[-2:], size, attrs)
    MAX_POOL(xp, real_of(x), math.prod(shape), out, places, xp.ascontiguousarray(x), x.dtype.type(-xp.inf), *numbers)
    return out, xp.astype(places, xp.uint8) if math.prod(attrs["kernel"]) < 256 else places


@kernel("cuda", "max_pool2d_spread")
def max_pool2d_spread(xp: Any, ct: Any, place: Any, size: Pair, **attrs: Any) -> Any:
    """Each cotangent to the place of its maximum."""
    return _placed(xp, SPREAD_MAX, ct, place, size, ct.shape[-2:], (*ct.shape[:-2], *size), attrs)


@kernel("cuda", "max_pool2d_pick")
def max_pool2d_pick(xp: Any, x: Any, place: Any, size: Pair, **attrs: Any) -> Any:
    """The element of each window that lies at its place."""
    return _placed(xp, PICK_MAX, x, place, size, place.shape[-2:], place.shape, attrs)


def _placed(xp: Any, made: Kernel, x: Any, place: Any, size: Pair, windows: Pair, shape: Any, attrs: Attrs) -> Any:
    if not real_of(x) or not x.size:
        return NotImplemented
    out = xp.empty(shape, dtype=x.dtype)
    places = xp.ascontiguousarray(xp.astype(place, xp.int32))
    made(xp, real_of(x), math.prod(shape), out, xp.ascontiguousarray(x), places, *_numbers(size, windows, attrs))
    return out


@kernel("cuda", "avg_pool2d")
def avg_pool2d(xp: Any, x: Any, **attrs: Any) -> Any:
    """The mean of each window."""
    if not _windows_fit(x, attrs):
        return NotImplemented
    size = _result(x.shape[-2:], attrs)
    return _averaged(xp, AVG_POOL, x, x.shape[-2:], size, (*x.shape[:-2], *size), attrs)


@kernel("cuda", "avg_pool2d_spread")
def avg_pool2d_spread(xp: Any, ct: Any, size: Pair, **attrs: Any) -> Any:
    """Each cotangent to all elements of its window."""
    if not real_of(ct) or not ct.size:
        return NotImplemented
    return _averaged(xp, SPREAD_AVG, ct, size, ct.shape[-2:], (*ct.shape[:-2], *size), attrs)


def _averaged(xp: Any, made: Kernel, x: Any, size: Pair, windows: Pair, shape: Any, attrs: Attrs) -> Any:
    out = xp.empty(shape, dtype=x.dtype)
    numbers = (*_numbers(size, windows, attrs), *attrs["border"], attrs["divisor"] or 0)
    made(xp, real_of(x), math.prod(shape), out, xp.ascontiguousarray(x), *numbers)
    return out
