"""Places in a shape, and counts in several dimensions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from patchgrad.errors import ArgumentError, DtypeError, RangeError, ShapeError
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed

__all__ = ["histogramdd", "unravel_index"]


def unravel_index(indices: Tensor, shape: int | Sequence[int]) -> tuple[Tensor, ...]:
    """Coordinates, one tensor for each axis of ``shape``, of places counted through all its elements; (*) -> (*) each.

    Raises DtypeError unless they are whole numbers, RangeError for a place outside.
    """
    sizes = (shape,) if isinstance(shape, int) else tuple(shape)
    if indices.dtype.kind not in "iu":
        raise placed(DtypeError("places are whole numbers", got=indices.dtype.name, want="int64"))
    data, count = indices.data, math.prod(sizes)
    if math.prod(data.shape) and not -1 < int(data.min()) <= int(data.max()) < count:
        raise placed(
            RangeError(
                "there is no such place", got=f"{int(data.min())} to {int(data.max())}", want=f"0 to {count - 1}"
            )
        )
    found: list[Tensor] = []
    for size in reversed(sizes):
        found.append(Tensor(data % size))
        data = data // size
    return tuple(reversed(found))


class HistogramDD(NamedTuple):
    hist: Tensor
    bin_edges: tuple[Tensor, ...]


def histogramdd(
    input: Tensor,
    bins: Any,
    *,
    range: Sequence[float] | None = None,
    weight: Tensor | None = None,
    density: bool = False,
) -> HistogramDD:
    """(hist, bin_edges): how many of the points in ``input``, (*, D), lie in each cell of a grid of D dimensions.

    ``bins`` is a number of equal parts, one for each dimension, or D tensors of edges; ``range`` has the lowest and the
    highest edge of each dimension in turn. The last part includes its upper edge. ``weight`` (*) counts for 1;
    ``density`` divides so that the volume is 1.
    """
    if input.dtype.kind != "f" or input.ndim < 2:
        raise placed(
            ShapeError("histogramdd takes points of floats", got=f"{input.dtype.name} {input.shape}", want="(*, D)")
        )
    xp, kind, dims = input.backend.xp, input.data.dtype, input.shape[-1]
    parts = [bins] * dims if isinstance(bins, int) else list(bins)
    if len(parts) != dims or (range is not None and len(range) != 2 * dims):
        raise placed(ArgumentError("each dimension needs its parts", got=f"{len(parts)} for {dims} dimensions"))
    points = xp.reshape(input.data, (-1, dims))
    edges = [
        _edges(xp, points[:, i], part, None if range is None else range[2 * i : 2 * i + 2])
        for i, part in enumerate(parts)
    ]
    cell, kept = xp.zeros(points.shape[0], dtype=xp.int64), xp.ones(points.shape[0], dtype=bool)
    for i, edge in enumerate(edges):
        last = edge.shape[0] - 2
        place = xp.searchsorted(edge, points[:, i], side="right") - 1
        place = xp.where(points[:, i] == edge[-1], last, place)
        kept = kept & (place >= 0) & (place <= last)
        cell = cell * (last + 1) + place
    shape = [edge.shape[0] - 1 for edge in edges]
    weights = None if weight is None else xp.reshape(weight.data, (-1,))[kept]
    counts = xp.bincount(cell[kept], weights=weights, minlength=math.prod(shape))
    hist = xp.astype(xp.reshape(counts, tuple(shape)), kind)
    if density:
        hist = hist / xp.sum(hist)
        for i, edge in enumerate(edges):
            hist = hist / xp.reshape(edge[1:] - edge[:-1], (-1, *[1] * (dims - 1 - i)))
    return HistogramDD(Tensor(hist), tuple(Tensor(edge) for edge in edges))


def _edges(xp: Any, values: Any, part: Any, limits: Sequence[float] | None) -> Any:
    if isinstance(part, Tensor):
        return part.data
    if limits is not None:
        low, high = (float(entry) for entry in limits)
    else:
        low, high = (float(xp.min(values)), float(xp.max(values))) if values.size else (0.0, 1.0)
    low, high = (low - 0.5, high + 0.5) if low == high else (low, high)
    return xp.astype(xp.linspace(low, high, part + 1), values.dtype)
