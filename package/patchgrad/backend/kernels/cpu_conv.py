"""Convolutions of images without columns: sums of shifted planes; of 3 x 3 and many channels by Winograd's way.

Each image is copied once, padded, into planes with one row behind the other, a plane for each remainder by the stride.
A kernel's tap is then one offset into these planes, the same for every output, and a tile of outputs (`BLOCK` channels
by three registers of places) is a loop over taps with all sums in registers. Rows are as long as the padded input's, so
that some places between two rows are computed for nothing.

The gradient by the input is the same sum over padded cotangents, once for each remainder by the stride.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy

from patchgrad.backend.kernels import cpu_pixels, cpu_winograd, kernel
from patchgrad.backend.kernels.conv_plans import SLACK, Plan, backward_plans, forward_plan
from patchgrad.backend.kernels.conv_tiles import BLOCK, SPANS, pack, tile
from patchgrad.backend.kernels.cpu_arrays import in_one_piece, large, whole
from patchgrad.backend.native import native

if TYPE_CHECKING:
    from patchgrad.backend.native.language import (
        Reals,
        Wholes,
        fma,
        lanes,
        load,
        minimum,
        part,
        registers,
        total,
        unroll,
        vector,
        worker,
        workers,
    )  # fmt: skip

NEAR = 2**18
"""Bytes of planes that stay in the cache while the gradient by the weight passes over them many times."""


@native
def shifted_sums(
    y: Reals, x: Reals, weights: Reals, bias: Reals, scratch: Reals, offsets: Wholes, rests_h: Wholes, rests_w: Wholes,
    batch: int, groups: int, channels: int, height: int, width: int, stride_h: int, stride_w: int, top: int, left: int,
    phases: int, rows: int, pitch: int, taps: int, outs: int, count: int, out_h: int, out_w: int, out_plane: int,
    out_first: int, step_h: int, step_w: int, room: int, *, biased: bool,
):  # fmt: skip
    blocks = (outs + BLOCK - 1) // BLOCK
    plane = phases * rows * pitch
    planes = scratch + worker * room
    wide = planes + (channels * plane + SLACK)
    size = count + SLACK
    for n in part(batch):
        for group in range(groups):
            pack(
                planes, x + (n * groups + group) * channels * height * width, channels, height, width,
                stride_h, stride_w, top, left, rests_h, rests_w, phases, rows, pitch,
            )  # fmt: skip
            for i in range(SLACK):
                planes[channels * plane + i] = 0.0
            for first in range(0, count, SPANS * lanes):
                for block in range(blocks):
                    out = wide + block * BLOCK * size
                    factors = weights + (group * blocks + block) * channels * taps * BLOCK
                    if first + 2 * lanes < count:
                        tile(out, size, planes, factors, offsets, channels, taps, plane, first, 3)
                    else:
                        if first + lanes < count:
                            tile(out, size, planes, factors, offsets, channels, taps, plane, first, 2)
                        else:
                            tile(out, size, planes, factors, offsets, channels, taps, plane, first, 1)
            for channel in range(outs):
                level = bias[group * outs + channel] if biased else 0.0
                for row in range(out_h):
                    source = wide + (channel * size + row * pitch)
                    out = y + (((n * groups + group) * outs + channel) * out_plane + out_first + row * step_h)
                    if step_w == 1:
                        for i in range(out_w):
                            out[i] = source[i] + level
                    else:
                        for i in range(out_w):
                            out[i * step_w] = source[i] + level


@native
def shifted_products(
    out: Reals, x: Reals, ct: Reals, scratch: Reals, offsets: Wholes, rests_h: Wholes, rests_w: Wholes,
    batch: int, groups: int, channels: int, height: int, width: int, stride_h: int, stride_w: int, top: int, left: int,
    phases: int, rows: int, pitch: int, spans: int, outs: int, size: int, out_h: int, out_w: int, room: int,
    images: int,
):  # fmt: skip
    """``out[worker]`` is (groups, outs, spans): products of cotangents and planes, summed over the worker's images."""
    plane = phases * rows * pitch
    stored = channels * plane + SLACK
    planes = scratch + worker * room
    wide = planes + images * stored
    blocks = (outs + BLOCK - 1) // BLOCK
    each = (batch + workers - 1) // workers
    last = minimum(batch, each * worker + each)
    result = out + worker * groups * blocks * BLOCK * spans
    for i in range(groups * blocks * BLOCK * spans):
        result[i] = 0.0
    for start in range(each * worker, last, images):
        near = minimum(images, last - start)
        for group in range(groups):
            for n in range(near):
                at = (start + n) * groups + group
                pack(
                    planes + n * stored, x + at * channels * height * width, channels, height, width,
                    stride_h, stride_w, top, left, rests_h, rests_w, phases, rows, pitch,
                )  # fmt: skip
                for i in range(SLACK):
                    planes[n * stored + channels * plane + i] = 0.0
                for channel in range(blocks * BLOCK):
                    line = wide + (n * blocks * BLOCK + channel) * size
                    source = ct + (at * outs + minimum(channel, outs - 1)) * out_h * out_w
                    for i in range(size):
                        line[i] = 0.0
                    if channel < outs:
                        for row in range(out_h):
                            for i in range(out_w):
                                line[row * pitch + i] = source[row * out_w + i]
            for block in range(blocks):
                for span in range(0, spans, SPANS):
                    sums = registers(BLOCK * SPANS)
                    for k in unroll(BLOCK * SPANS):
                        sums[k] = vector(0.0)
                    for n in range(near):
                        a = planes + n * stored
                        first = a + offsets[span]
                        second = a + offsets[span + 1]
                        third = a + offsets[span + 2]
                        b = wide + (n * blocks + block) * BLOCK * size
                        for i in range(0, size, lanes):
                            u = load(first, i)
                            v = load(second, i)
                            w = load(third, i)
                            for r in unroll(BLOCK):
                                c = load(b, r * size + i)
                                sums[r * 3] = fma(c, u, sums[r * 3])
                                sums[r * 3 + 1] = fma(c, v, sums[r * 3 + 1])
                                sums[r * 3 + 2] = fma(c, w, sums[r * 3 + 2])
                    line = result + ((group * blocks + block) * BLOCK * spans + span)
                    for r in unroll(BLOCK):
                        for k in unroll(SPANS):
                            line[r * spans + k] = line[r * spans + k] + total(sums[r * 3 + k])


def _blocks(matrix: Any) -> Any:
    """(groups, outs, taps) as (groups, blocks, taps, BLOCK), outputs filled up with zeros."""
    groups, outs, taps = matrix.shape
    blocks = -(-outs // BLOCK)
    padded = numpy.zeros((groups, blocks * BLOCK, taps), matrix.dtype)
    padded[:, :outs] = matrix
    return numpy.ascontiguousarray(padded.reshape(groups, blocks, BLOCK, taps).transpose(0, 1, 3, 2))


def _run(run: Any, y: Any, x: Any, weights: Any, bias: Any, plan: Plan, groups: int) -> None:
    """``y`` where the plan says: sums over the channels of ``x`` and the taps of ``weights`` (groups, outs, ...)."""
    outs, channels = weights.shape[1], x.shape[1] // groups
    matrix = _blocks(weights.reshape(groups, outs, -1))
    room = channels * plan.plane + SLACK + matrix.shape[1] * BLOCK * (plan.count + SLACK)
    work = x.shape[0] * plan.count * weights.size
    scratch = numpy.empty(run.parts(work) * room, x.dtype)
    run.shared(
        work, y, in_one_piece(x), matrix, bias, scratch, plan.offsets, plan.rests_h, plan.rests_w, x.shape[0], groups,
        channels, *x.shape[2:], *plan.packing, len(plan.offsets), outs, plan.count, *plan.size, y.shape[2] * y.shape[3],
        *plan.placing(y.shape[3]), room,
    )  # fmt: skip


def _takes(x: Any, weight: Any) -> bool:
    """Arrays that a kernel can take."""
    return (
        large(x)
        and whole(x)
        and type(weight) is numpy.ndarray
        and x.ndim == weight.ndim == 4
        and weight.dtype == x.dtype
        and weight.size > 0
    )


def _one_tap(weight: Any) -> bool:
    """A product of matrices, as fast the plain way."""
    return weight[2] * weight[3] == 1


def _by_tiles(weight: Any, groups: int, stride: Any, padding: Any, dilation: Any) -> bool:
    return cpu_winograd.fits(weight[1], weight[0], weight[2:], stride, dilation, groups)


@kernel("cpu", "conv2d")
def conv2d(xp: Any, x: Any, weight: Any, bias: Any, groups: int, **attrs: Any) -> Any:
    if not _takes(x, weight) or x.shape[1] != weight.shape[1] * groups or weight.shape[0] % groups:
        return NotImplemented
    bias = None if bias is None else in_one_piece(bias)
    if _by_tiles(weight.shape, groups, **attrs):
        found = cpu_winograd.sums(x, weight, bias, attrs["padding"])
        if found is not NotImplemented:
            return found
    if attrs["stride"] != (1, 1) and cpu_pixels.fits(x.shape[1], weight.shape[0], groups):
        found = cpu_pixels.forward(x, weight, bias, **attrs)
        if found is not NotImplemented:
            return found
    if _one_tap(weight.shape):
        return NotImplemented
    plan = forward_plan(x.shape[2:], weight.shape[2:], **attrs)
    run = shifted_sums(x.dtype, biased=bias is not None)
    if run is None or plan is None:
        return NotImplemented
    y = numpy.empty((x.shape[0], weight.shape[0], *plan.size), x.dtype)
    _run(run, y, x, weight.reshape(groups, -1, *weight.shape[1:]), bias, plan, groups)
    return y


@kernel("cpu", "conv2d_input")
def conv2d_input(xp: Any, ct: Any, weight: Any, size: tuple[int, int], groups: int, **attrs: Any) -> Any:
    ct = in_one_piece(ct)
    if not _takes(ct, weight):
        return NotImplemented
    if _by_tiles(weight.shape, groups, **attrs):
        found = cpu_winograd.sums(ct, weight, None, cpu_winograd.turned(attrs["padding"]), back=True)
        if found is not NotImplemented:
            return found
    simple = _one_tap(weight.shape) and attrs["stride"] == (1, 1)
    if simple or not numpy.isfinite(weight).all():  # zeros at the border times infinity
        return NotImplemented
    if cpu_pixels.fits(weight.shape[1], weight.shape[0], groups):
        found = cpu_pixels.by_input(ct, weight, size, **attrs)
        if found is not NotImplemented:
            return found
    run = shifted_sums(ct.dtype, biased=False)
    if run is None or _one_tap(weight.shape):
        return NotImplemented
    out_channels, channels = weight.shape[:2]
    y = numpy.zeros((ct.shape[0], channels * groups, *size), ct.dtype)
    taps = weight.reshape(groups, out_channels // groups, channels, -1).swapaxes(1, 2)
    for chosen, plan in backward_plans(size, ct.shape[2:], weight.shape[2:], **attrs):
        _run(run, y, ct, taps[..., chosen], None, plan, groups)
    return y


@kernel("cpu", "conv2d_weight")
def conv2d_weight(xp: Any, x: Any, ct: Any, kernel: tuple[int, int], groups: int, **attrs: Any) -> Any:
    ct = in_one_piece(ct)
    if ct.dtype != x.dtype or not large(x) or not whole(x) or not ct.size:
        return NotImplemented
    if _by_tiles((ct.shape[1], x.shape[1], *kernel), groups, **attrs):
        found = cpu_winograd.products(x, ct, attrs["padding"])
        if found is not NotImplemented:
            return found
    if kernel == (1, 1):
        return NotImplemented
    if attrs["stride"] != (1, 1) and cpu_pixels.fits(x.shape[1], ct.shape[1], groups):
        found = cpu_pixels.by_weight(x, ct, kernel, **attrs)
        if found is not NotImplemented:
            return found if numpy.isfinite(found).all() else NotImplemented
    plan = forward_plan(x.shape[2:], kernel, **attrs)
    run = shifted_products(x.dtype)
    if run is None or plan is None:
        return NotImplemented
    batch, outs, channels = ct.shape[0], ct.shape[1] // groups, x.shape[1] // groups
    blocks, size = -(-outs // BLOCK), -(-plan.count // 16) * 16
    offsets = plan.spans(channels, SPANS)
    each = channels * plan.plane + SLACK + blocks * BLOCK * size
    images = max(1, min(batch, NEAR // (each * x.dtype.itemsize)))
    work = batch * plan.count * groups * outs * len(offsets)
    scratch = numpy.empty(run.parts(work) * images * each, x.dtype)
    out = numpy.empty((run.parts(work), groups, blocks * BLOCK, len(offsets)), x.dtype)
    run.shared(
        work, out, in_one_piece(x), ct, scratch, offsets, plan.rests_h, plan.rests_w, batch, groups, channels,
        *x.shape[2:], *plan.packing, len(offsets), outs, size, *plan.size, images * each, images,
    )  # fmt: skip
    found = out.sum(axis=0)[:, :outs, : channels * len(plan.offsets)].reshape(groups * outs, channels, *kernel)
    return found if numpy.isfinite(found).all() else NotImplemented
