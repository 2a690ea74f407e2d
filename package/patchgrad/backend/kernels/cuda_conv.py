"""Convolutions on a GPU: by cuDNN, else as matrix products: columns of the input, times the weight."""

from __future__ import annotations

import math
from typing import Any

from patchgrad.backend.kernels import cudnn_conv, first, kernel
from patchgrad.backend.kernels.cuda_language import real_of
from patchgrad.backend.kernels.cuda_windows import COLUMNS, IMAGES, _numbers, _result

Pair = tuple[int, int]
Attrs = dict[str, Any]
BYTES = 2**28
"""Columns of so many bytes at once; a batch that needs more is done in parts."""


def _parts(batch: int, each: int) -> list[slice]:
    step = max(1, BYTES // max(each, 1))
    return [slice(start, min(start + step, batch)) for start in range(0, batch, step)]


def _columns(xp: Any, x: Any, size: Pair, groups: int, attrs: Attrs) -> Any:
    """(batch, groups, channels / groups * places, windows)."""
    batch, channels, places = x.shape[0], x.shape[1], math.prod(attrs["kernel"])
    out = xp.empty((batch, groups, channels // groups * places, math.prod(size)), dtype=x.dtype)
    COLUMNS(xp, real_of(x), out.size, out, xp.ascontiguousarray(x), *_numbers(x.shape[2:], size, attrs))
    return out


def _fit(x: Any, channels: int, attrs: Attrs) -> bool:
    return x.ndim == 4 and x.shape[1] == channels and x.size > 0 and min(_result(x.shape[2:], attrs)) > 0


@kernel("cuda", "conv2d")
@first(cudnn_conv.conv2d)
def conv2d(xp: Any, x: Any, weight: Any, bias: Any, groups: int, **attrs: Any) -> Any:
    """(batch, in, h, w) with (out, in / groups, a, b) -> (batch, out, h', w')."""
    attrs = {**attrs, "kernel": weight.shape[2:]}
    if not real_of(x, weight, bias) or not _fit(x, weight.shape[1] * groups, attrs) or weight.shape[0] % groups:
        return NotImplemented
    size, matrix = _result(x.shape[2:], attrs), xp.reshape(weight, (groups, weight.shape[0] // groups, -1))
    out = xp.empty((x.shape[0], groups, matrix.shape[1], math.prod(size)), dtype=x.dtype)
    for part in _parts(x.shape[0], groups * matrix.shape[2] * math.prod(size) * x.dtype.itemsize):
        out[part] = xp.matmul(matrix, _columns(xp, x[part], size, groups, attrs))
    out = xp.reshape(out, (x.shape[0], weight.shape[0], *size))
    if bias is not None:
        out += xp.reshape(bias, (-1, 1, 1))
    return out


@kernel("cuda", "conv2d_input")
@first(cudnn_conv.conv2d_input)
def conv2d_input(xp: Any, ct: Any, weight: Any, size: Pair, groups: int, **attrs: Any) -> Any:
    """The gradient by the input, of this size."""
    if not real_of(ct, weight) or not ct.size:
        return NotImplemented
    attrs = {**attrs, "kernel": weight.shape[2:]}
    batch, channels, windows = ct.shape[0], weight.shape[1] * groups, ct.shape[2:]
    matrix = xp.matrix_transpose(xp.reshape(weight, (groups, weight.shape[0] // groups, -1)))
    rows = xp.reshape(ct, (batch, groups, weight.shape[0] // groups, -1))
    out = xp.empty((batch, channels, *size), dtype=ct.dtype)
    for part in _parts(batch, groups * matrix.shape[1] * math.prod(windows) * ct.dtype.itemsize):
        columns, images = xp.ascontiguousarray(xp.matmul(matrix, rows[part])), out[part]
        IMAGES(xp, real_of(ct), images.size, images, columns, *_numbers(size, windows, attrs))
    return out


@kernel("cuda", "conv2d_weight")
@first(cudnn_conv.conv2d_weight)
def conv2d_weight(xp: Any, x: Any, ct: Any, kernel: Pair, groups: int, **attrs: Any) -> Any:
    """The gradient by the weight, of this kernel."""
    if not real_of(x, ct) or not ct.size:
        return NotImplemented
    attrs = {**attrs, "kernel": kernel}
    batch, each = ct.shape[0], ct.shape[1] // groups
    rows = xp.reshape(ct, (batch, groups, each, -1))
    total = xp.zeros((groups, each, x.shape[1] // groups * math.prod(kernel)), dtype=ct.dtype)
    for part in _parts(batch, groups * total.shape[2] * rows.shape[3] * ct.dtype.itemsize):
        columns = _columns(xp, x[part], ct.shape[2:], groups, attrs)
        total += xp.sum(xp.matmul(rows[part], xp.matrix_transpose(columns)), axis=0)
    return xp.reshape(total, (ct.shape[1], x.shape[1] // groups, *kernel))
