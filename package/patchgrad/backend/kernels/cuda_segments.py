"""Sums into repeated places on a GPU, always in the same order: sort the places, then add up each segment."""

from __future__ import annotations

from typing import Any

from patchgrad.backend.kernels import kernel
from patchgrad.backend.kernels.cuda_language import Kernel, real_of
from patchgrad.backend.ranges import check_range

SEGMENTS = Kernel(
    "segments",
    "real *out, const real *values, const whole *order, const whole *places, whole rows, whole entries, "
    "whole features, whole mean",
    """
    whole start = i / features, feature = i % features;
    whole place = places[start];
    if (place < 0 || place >= rows || (start > 0 && places[start - 1] == place)) return;
    real sum = 0;
    whole j = start;
    for (; j < entries && places[j] == place; j++) sum += values[order[j] * features + feature];
    out[place * features + feature] += mean ? sum / (j - start) : sum;
""",
)


def add_segments(xp: Any, out: Any, places: Any, values: Any, mean: bool = False) -> None:
    """``out[places[i]] += values[i]``: (rows, features) contiguous, (entries,), (entries, features).

    Places that are no rows are left out: the op that checks them says so at the GPU's next wait.
    With ``mean`` each sum is divided by how many values it has.
    """
    order = xp.argsort(places, stable=True)
    entries, features = values.shape
    sorted_places = xp.ascontiguousarray(xp.astype(places[order], xp.int64))
    arguments = (
        out,
        xp.ascontiguousarray(values),
        xp.astype(order, xp.int64),
        sorted_places,
        out.shape[0],
        entries,
        features,
        int(mean),
    )
    SEGMENTS(xp, real_of(values), entries * features, *arguments)


@kernel("cuda", "embedding_weight")
def embedding_weight(xp: Any, ct: Any, index: Any, rows: int, padding_idx: int | None, by_frequency: bool) -> Any:
    """The cotangents of each row of the table, summed."""
    if not real_of(ct):
        return NotImplemented
    out = xp.zeros((rows, ct.shape[-1]), dtype=ct.dtype)
    add_segments(xp, out, xp.reshape(index, (-1,)), xp.reshape(ct, (-1, ct.shape[-1])), by_frequency)
    if padding_idx is not None:
        out[padding_idx] = 0
    return out


@kernel("cuda", "scatter_add")
def scatter_add(xp: Any, x: Any, index: Any, src: Any, axis: int) -> Any:
    """``x`` with ``src`` added where ``index`` says along ``axis``."""
    if not real_of(x, src) or not x.ndim or any(a < b for a, b in zip(src.shape, index.shape, strict=True)):
        return NotImplemented
    axis %= x.ndim
    check_range(xp, index, x.shape[axis])
    out = xp.ascontiguousarray(xp.asarray(x, copy=True))
    values = src[tuple(slice(0, size) for size in index.shape)]
    add_segments(xp, xp.reshape(out, (-1, 1)), _flat(xp, index, x.shape, axis), xp.reshape(values, (-1, 1)))
    return out


def _flat(xp: Any, index: Any, shape: tuple[int, ...], axis: int) -> Any:
    """The place of each element of ``index`` in memory."""
    total = xp.zeros(index.shape, dtype=xp.int64)
    step = 1
    for i in range(len(shape) - 1, -1, -1):
        along = [1] * len(shape)
        along[i] = index.shape[i]
        place = index if i == axis else xp.reshape(xp.arange(index.shape[i], dtype=xp.int64), tuple(along))
        total = total + place * step
        step *= shape[i]
    return xp.reshape(total, (-1,))
