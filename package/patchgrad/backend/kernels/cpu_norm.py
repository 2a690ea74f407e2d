"""Layer norm over the last axes, and batch norm of images."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy

from patchgrad.backend.kernels import kernel, rule
from patchgrad.backend.kernels.cpu_arrays import in_one_piece, large, whole
from patchgrad.backend.native import native

if TYPE_CHECKING:
    from patchgrad.backend.native.language import Reals, part, real, sqrt, worker


@native
def layer_rows(
    y: Reals,
    mean: Reals,
    var: Reals,
    x: Reals,
    weight: Reals,
    bias: Reals,
    rows: int,
    size: int,
    eps: float,
    *,
    weighted: bool,
    shifted: bool,
):
    for row in part(rows):
        a = x + row * size
        b = y + row * size
        level = 0.0
        for i in range(size):
            level += a[i]
        level = level / real(size)
        spread = 0.0
        for i in range(size):
            spread += (a[i] - level) * (a[i] - level)
        spread = spread / real(size)
        mean[row] = level
        var[row] = spread
        scale = 1.0 / sqrt(spread + eps)
        for i in range(size):
            value = (a[i] - level) * scale
            if weighted:
                value = value * weight[i]
            if shifted:
                value = value + bias[i]
            b[i] = value


@native
def layer_slopes(
    out: Reals, dweight: Reals, dbias: Reals, ct: Reals, x: Reals, weight: Reals, mean: Reals, var: Reals,
    rows: int, size: int, eps: float, *, weighted: bool, learned: bool, shifted: bool
):  # fmt: skip
    weight_sums = dweight + worker * size
    bias_sums = dbias + worker * size
    for row in part(rows):
        a = x + row * size
        b = ct + row * size
        c = out + row * size
        level = mean[row]
        scale = 1.0 / sqrt(var[row] + eps)
        along = 0.0
        height = 0.0
        for i in range(size):
            inner = b[i] * weight[i] if weighted else b[i]
            along += inner * (a[i] - level) * scale
            height += inner
        along = along / real(size)
        height = height / real(size)
        for i in range(size):
            unit = (a[i] - level) * scale
            inner = b[i] * weight[i] if weighted else b[i]
            c[i] = (inner - height - unit * along) * scale
            if learned:
                weight_sums[i] = weight_sums[i] + b[i] * unit
            if shifted:
                bias_sums[i] = bias_sums[i] + b[i]


@native
def batch_images(
    y: Reals, mean: Reals, var: Reals, x: Reals, weight: Reals, bias: Reals,
    batch: int, channels: int, size: int, eps: float, *, weighted: bool, shifted: bool
):  # fmt: skip
    """Image by image, as they lie in memory. Means and spreads of planes are put together as by Chan et al. 1983."""
    for channel in part(channels):
        mean[channel] = 0.0
        var[channel] = 0.0
    for n in range(batch):
        for channel in part(channels):
            a = x + (n * channels + channel) * size
            level = 0.0
            for i in range(size):
                level += a[i]
            level = level / real(size)
            spread = 0.0
            for i in range(size):
                spread += (a[i] - level) * (a[i] - level)
            ahead = level - mean[channel]
            mean[channel] = mean[channel] + ahead / real(n + 1)
            var[channel] = var[channel] + spread + ahead * ahead * (real(size) * real(n) / real(n + 1))
    for channel in part(channels):
        var[channel] = var[channel] / real(batch * size)
    for n in range(batch):
        for channel in part(channels):
            a = x + (n * channels + channel) * size
            b = y + (n * channels + channel) * size
            level = mean[channel]
            scale = 1.0 / sqrt(var[channel] + eps)
            if weighted:
                scale = scale * weight[channel]
            shift = bias[channel] if shifted else 0.0
            for i in range(size):
                b[i] = (a[i] - level) * scale + shift


@native
def batch_slopes(
    out: Reals, dweight: Reals, dbias: Reals, ct: Reals, x: Reals, weight: Reals, mean: Reals, var: Reals,
    batch: int, channels: int, size: int, eps: float, *, weighted: bool
):  # fmt: skip
    for channel in part(channels):
        dweight[channel] = 0.0
        dbias[channel] = 0.0
    for n in range(batch):
        for channel in part(channels):
            a = x + (n * channels + channel) * size
            b = ct + (n * channels + channel) * size
            level = mean[channel]
            along = 0.0
            height = 0.0
            for i in range(size):
                along += b[i] * (a[i] - level)
                height += b[i]
            dweight[channel] = dweight[channel] + along
            dbias[channel] = dbias[channel] + height
    for channel in part(channels):
        dweight[channel] = dweight[channel] / sqrt(var[channel] + eps)
    for n in range(batch):
        for channel in part(channels):
            a = x + (n * channels + channel) * size
            b = ct + (n * channels + channel) * size
            c = out + (n * channels + channel) * size
            level = mean[channel]
            scale = 1.0 / sqrt(var[channel] + eps)
            along = dweight[channel] * scale / real(batch * size)
            height = dbias[channel] / real(batch * size)
            factor = scale * weight[channel] if weighted else scale
            for i in range(size):
                c[i] = (b[i] - height - (a[i] - level) * along) * factor


def sizes_of(x: Any, axes: tuple[int, ...]) -> tuple[int, ...]:
    """(rows, size) of a norm over the last axes, (batch, channels, size) of one over all but axis 1; else ()."""
    if not large(x) or not whole(x):
        return ()
    axes = tuple(sorted(axis % x.ndim for axis in axes))
    if axes == tuple(range(x.ndim - len(axes), x.ndim)) and axes[0]:
        size = math.prod(x.shape[axes[0] :])
        return (x.size // size, size)
    if x.ndim > 2 and axes == (0, *range(2, x.ndim)):
        return (x.shape[0], x.shape[1], x.size // (x.shape[0] * x.shape[1]))
    return ()


def _fits(entry: Any, x: Any, sizes: tuple[int, ...]) -> bool:
    """Has this weight or bias one number for each of a row, or for each channel?"""
    return entry is None or (whole(entry) and entry.dtype == x.dtype and varies_as_it_should(entry.shape, x, sizes))


def varies_as_it_should(shape: tuple[int, ...], x: Any, sizes: tuple[int, ...]) -> bool:
    if len(sizes) == 2:
        return x.shape[x.ndim - len(shape) :] == shape and math.prod(shape) == sizes[1]
    places = (1,) * (x.ndim - 2)
    return shape in ((sizes[1], *places), (1, sizes[1], *places))


def _forward(xp: Any, x: Any, weight: Any, bias: Any, axes: tuple[int, ...], eps: float) -> Any:
    sizes = sizes_of(x, axes)
    if not sizes or not _fits(weight, x, sizes) or not _fits(bias, x, sizes):
        return NotImplemented
    chosen = layer_rows if len(sizes) == 2 else batch_images
    run = chosen(x.dtype, weighted=weight is not None, shifted=bias is not None)
    if run is None:
        return NotImplemented
    kept = tuple(1 if axis in axes or axis - x.ndim in axes else size for axis, size in enumerate(x.shape))
    y, mean, var = numpy.empty(x.shape, x.dtype), numpy.empty(kept, x.dtype), numpy.empty(kept, x.dtype)
    x, weight, bias = (None if entry is None else in_one_piece(entry) for entry in (x, weight, bias))
    run.shared(5 * x.size, y, mean, var, x, weight, bias, *sizes, eps)
    return y, mean, var


def _rule(xp: Any, cts: Any, s: Any, wanted: list[bool]) -> Any:
    ct, x, weight = cts[0], s.x, s.weight
    if ct is None or cts[1] is not None or cts[2] is not None:
        return NotImplemented
    sizes = sizes_of(x, s.axes)
    if not sizes or not _fits(weight, x, sizes) or ct.dtype != x.dtype or not wanted[0]:
        return NotImplemented
    shapes = [s.shape_of(name) if want else () for name, want in zip(("weight", "bias"), wanted[1:], strict=True)]
    if any(shape and not varies_as_it_should(tuple(shape), x, sizes) for shape in shapes):
        return NotImplemented
    out, statistics = numpy.empty(x.shape, x.dtype), (in_one_piece(s.mean), in_one_piece(s.var))
    work = 10 * x.size
    if len(sizes) == 2:
        run = layer_slopes(x.dtype, weighted=weight is not None, learned=wanted[1], shifted=wanted[2])
    else:
        run = batch_slopes(x.dtype, weighted=weight is not None)
    if run is None:
        return NotImplemented
    parts = run.parts(work) if len(sizes) == 2 else 1
    sums = [numpy.zeros((parts, sizes[1]), x.dtype) for _ in shapes]
    x, weight = in_one_piece(x), None if weight is None else in_one_piece(weight)
    run.shared(work, out, *sums, in_one_piece(ct), x, weight, *statistics, *sizes, s.eps)
    gradients = [entry.sum(axis=0).reshape(shape) if shape else None for entry, shape in zip(sums, shapes, strict=True)]
    return (out, *gradients)


for _name in ("layer_norm", "batch_norm"):
    kernel("cpu", _name)(_forward)
    rule("cpu", _name)(_rule)
