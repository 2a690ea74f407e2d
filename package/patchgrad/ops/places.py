"""Where elements lie: places counted through, places of elements that are not 0, counts in cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from patchgrad.backend import host
from patchgrad.errors import ArgumentError, RangeError, ShapeError
from patchgrad.ops import searching, shapes
from patchgrad.ops.out import takes_out
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed

__all__ = ["histogramdd", "nonzero_static", "unravel_index"]
METHODS = "nonzero_static"


@takes_out
def nonzero_static(input: Tensor, *, size: int, fill_value: int = -1) -> Tensor:
    """The first ``size`` rows of `nonzero`; rows of ``fill_value`` where there are fewer: (size, axes) int64."""
    if size < 0:
        raise placed(ArgumentError("the number of rows cannot be negative", got=f"size={size}"))
    xp, found = input.backend.xp, searching.nonzero(input).data[:size]
    rest = xp.full((size - found.shape[0], input.ndim), fill_value, dtype=xp.int64)
    return Tensor(xp.concat((found, rest)))


def unravel_index(indices: Tensor, shape: Any) -> tuple[Tensor, ...]:
    """The places in a tensor of this shape that are counted through in row order: one tensor for each axis.

    Raises RangeError for a place that the shape does not have.
    """
    sizes = (shape,) if isinstance(shape, int) else tuple(shape)
    count = shapes.count(sizes)
    if indices.data.size and not (int(indices.data.min()) >= 0 and int(indices.data.max()) < count):
        raise placed(RangeError("this shape has no such place", got=f"shape {sizes}", want=f"0 to {count - 1}"))
    found: list[Tensor] = []
    rest: Any = indices
    for size in reversed(sizes):
        found.append(rest % size)
        rest = rest // size
    return tuple(reversed(found))


class HistogramDD(NamedTuple):
    """Counts, and the edges of the cells along each axis."""

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
    """(hist, bin_edges): how many points (*, N) lie in each cell of a grid of N axes; counted on the host.

    Parameters
        bins     cells along every axis (one number, or one for each), or the edges along each
        range    the least and the largest edge of each axis, one after another
        weight   counts in place of 1, of the shape (*)
        density  divide so that the volume is 1
    """
    if input.dtype.kind != "f" or input.ndim < 2:
        raise placed(ShapeError("histogramdd takes points", got=f"{input.shape}", want="(*, N) floats"))
    backend, kind = input.backend, input.data.dtype
    points = backend.to_host(input.data).reshape(-1, input.shape[-1])
    ends = None if range is None else list(zip(range[::2], range[1::2], strict=True))
    edges: Any = bins if isinstance(bins, int) else [_edges(entry) for entry in bins]
    counted = None if weight is None else backend.to_host(weight.data).reshape(-1)
    try:
        hist, found = host.histogramdd(points, edges, ends, density, counted)
    except ValueError as error:
        raise placed(ArgumentError(f"histogramdd cannot count: {error}", got=f"{input.shape}")) from None
    wrap = [Tensor(backend.asarray(array.astype(kind))) for array in (hist, *found)]
    return HistogramDD(wrap[0], tuple(wrap[1:]))


def _edges(entry: Any) -> Any:
    return entry.backend.to_host(entry.data) if isinstance(entry, Tensor) else entry
