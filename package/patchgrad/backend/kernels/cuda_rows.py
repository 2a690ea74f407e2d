"""Softmax and norms on a GPU: one block of threads per row, one pass over memory per sum."""

from __future__ import annotations

import math
from typing import Any

from patchgrad.backend.kernels import cudnn_norm, first, kernel
from patchgrad.backend.kernels.cuda_language import TOTAL, Kernel, real_of

_LARGEST = """
    const real *from = x + row * size;
    real *to = out + row * size;
    real best = thread < size ? from[thread] : from[0];
    for (whole j = thread; j < size; j += blockDim.x) if (from[j] > best) best = from[j];
    best = largest(shared, best);
    real sum = 0;
    for (whole j = thread; j < size; j += blockDim.x) sum += exp(from[j] - best);
    sum = total(shared, sum);
"""
SOFTMAX = Kernel(
    "softmax_rows",
    "real *out, const real *x, whole size",
    _LARGEST + "    for (whole j = thread; j < size; j += blockDim.x) to[j] = exp(from[j] - best) / sum;\n",
    rows=True,
    before=TOTAL,
)
LOG_SOFTMAX = Kernel(
    "log_softmax_rows",
    "real *out, const real *x, whole size",
    _LARGEST
    + "    sum = log(sum);\n    for (whole j = thread; j < size; j += blockDim.x) to[j] = from[j] - best - sum;\n",
    rows=True,
    before=TOTAL,
)
NORMALIZE = Kernel(
    "normalize_rows",
    "real *out, real *means, real *vars, const real *x, const real *weight, const real *bias, real eps, "
    "whole size, whole inner, whole row_step, whole outer_step, whole each",
    """
    real sum = 0;
    for (whole j = thread; j < size; j += blockDim.x)
        sum += x[j / inner * outer_step + row * row_step + j % inner];
    real mean = total(shared, sum) / size;
    sum = 0;
    for (whole j = thread; j < size; j += blockDim.x) {
        real off = x[j / inner * outer_step + row * row_step + j % inner] - mean;
        sum += off * off;
    }
    real var = total(shared, sum) / size;
    real scale = 1 / sqrt(var + eps);
    for (whole j = thread; j < size; j += blockDim.x) {
        whole place = j / inner * outer_step + row * row_step + j % inner;
        whole own = each ? j : row;
        real y = (x[place] - mean) * scale;
        if (weight != x) y *= weight[own];
        if (bias != x) y += bias[own];
        out[place] = y;
    }
    if (thread == 0) {
        means[row] = mean;
        vars[row] = var;
    }
""",
    rows=True,
    before=TOTAL,
)
ROOT_MEAN_SQUARE = Kernel(
    "root_mean_square_rows",
    "real *out, real *squares, const real *x, const real *weight, real eps, whole size",
    """
    const real *from = x + row * size;
    real *to = out + row * size;
    real sum = 0;
    for (whole j = thread; j < size; j += blockDim.x) sum += from[j] * from[j];
    real square = total(shared, sum) / size;
    real scale = 1 / sqrt(square + eps);
    for (whole j = thread; j < size; j += blockDim.x) {
        real y = from[j] * scale;
        to[j] = weight == x ? y : y * weight[j];
    }
    if (thread == 0) squares[row] = square;
""",
    rows=True,
    before=TOTAL,
)


@kernel("cuda", "softmax")
def softmax(xp: Any, x: Any, axis: int) -> Any:
    """``e^x`` divided by its sum along the axis."""
    return _along(xp, SOFTMAX, x, axis)


@kernel("cuda", "log_softmax")
def log_softmax(xp: Any, x: Any, axis: int) -> Any:
    """``x`` less the logarithm of the sum of ``e^x`` along the axis."""
    return _along(xp, LOG_SOFTMAX, x, axis)


def _along(xp: Any, made: Kernel, x: Any, axis: int) -> Any:
    real = real_of(x)
    if not real or not x.size or not -x.ndim <= axis < x.ndim:
        return NotImplemented
    rows = xp.ascontiguousarray(xp.moveaxis(x, axis, -1))
    out = xp.empty(rows.shape, dtype=x.dtype)
    made(xp, real, rows.size // rows.shape[-1], out, rows, rows.shape[-1])
    return xp.moveaxis(out, -1, axis)


def _normalize(xp: Any, x: Any, weight: Any, bias: Any, axes: tuple[int, ...], eps: float) -> Any:
    """Rows are what is normalised together: the last axes (layer, group), or all but the channels (batch)."""
    real, layout = real_of(x, weight, bias), _layout(x.shape, tuple(axis % x.ndim for axis in axes))
    fused = [entry is None or _fits(entry.shape, x.shape, axes) for entry in (weight, bias)]
    if not real or not x.size or layout is None or not all(fused):
        return NotImplemented
    rows, size, inner, row_step, outer_step = layout
    x = xp.ascontiguousarray(x)
    kept = tuple(1 if i in axes else n for i, n in enumerate(x.shape))
    out, mean, var = xp.empty(x.shape, dtype=x.dtype), xp.empty(kept, dtype=x.dtype), xp.empty(kept, dtype=x.dtype)
    w, b = (x if entry is None else xp.ascontiguousarray(entry) for entry in (weight, bias))
    each = int(outer_step == 0)
    NORMALIZE(xp, real, rows, out, mean, var, x, w, b, x.dtype.type(eps), size, inner, row_step, outer_step, each)
    return out, mean, var


@kernel("cuda", "rms_norm")
@first(cudnn_norm.rms_norm)
def rms_norm(xp: Any, x: Any, weight: Any, axes: tuple[int, ...], eps: float) -> Any:
    """Over the last axes: each row by the root of its mean square, times the weight."""
    real, layout = real_of(x, weight), _layout(x.shape, axes)
    if (
        not real
        or not x.size
        or layout is None
        or layout[4]
        or (weight is not None and not _fits(weight.shape, x.shape, axes))
    ):
        return NotImplemented
    x = xp.ascontiguousarray(x)
    kept = tuple(1 if i in axes else n for i, n in enumerate(x.shape))
    out, square = xp.empty(x.shape, dtype=x.dtype), xp.empty(kept, dtype=x.dtype)
    w = x if weight is None else xp.ascontiguousarray(weight)
    ROOT_MEAN_SQUARE(xp, real, layout[0], out, square, x, w, x.dtype.type(eps), layout[1])
    return out, square


def _layout(shape: tuple[int, ...], axes: tuple[int, ...]) -> tuple[int, ...] | None:
    """Rows, elements of a row, run of neighbours, step to the next row, step to the next run; None for other axes."""
    if axes == tuple(range(len(shape) - len(axes), len(shape))):
        size = math.prod(shape[i] for i in axes)
        return math.prod(shape) // max(size, 1), size, size, size, 0
    if axes == (0, *range(2, len(shape))):
        inner = math.prod(shape[2:])
        return shape[1], shape[0] * inner, inner, inner, shape[1] * inner
    return None


def _fits(entry: tuple[int, ...], shape: tuple[int, ...], axes: tuple[int, ...]) -> bool:
    """One number for each element of a row (layer norm), or for each row (batch norm)."""
    if axes[0] == 0 and len(axes) < len(shape):
        return math.prod(entry) == shape[1] == entry[0]
    return entry == tuple(shape[i] for i in axes)


for _name, _cudnn in {
    "layer_norm": cudnn_norm.layer_norm,
    "batch_norm": cudnn_norm.batch_norm,
    "group_norm": cudnn_norm.group_norm,
}.items():
    kernel("cuda", _name)(first(_cudnn)(_normalize))
