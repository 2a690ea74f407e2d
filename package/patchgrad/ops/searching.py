"""Finding values: where they belong in an order, whether they are there, and what is distinct."""

from __future__ import annotations

from typing import Any

from patchgrad.autograd.op import Sample, define
from patchgrad.backend import MetaArray, host
from patchgrad.errors import ArgumentError, DeviceError, DtypeError, ShapeError
from patchgrad.ops import elementwise, shapes
from patchgrad.ops.out import takes_out
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed
from patchgrad.typing import Shape

__all__ = ["argwhere", "bucketize", "isin", "nonzero", "nonzero_static", "searchsorted", "unique", "unique_consecutive"]
METHODS = "argwhere bucketize isin nonzero nonzero_static searchsorted unique unique_consecutive"


def _searchsorted(xp: Any, edges: Any, x: Any, right: bool) -> Any:
    """Bisection of all at once. Source: Knuth 1998, The Art of Computer Programming, volume 3, section 6.2.1."""
    size = edges.shape[-1]
    low = xp.zeros(x.shape, dtype=xp.int64)
    high = xp.full(x.shape, size, dtype=xp.int64)
    batch = x if len(edges.shape) > 1 else xp.reshape(x, (-1,))
    low, high = xp.reshape(low, batch.shape), xp.reshape(high, batch.shape)
    for _ in range(size.bit_length()):
        middle = (low + high) // 2
        here = xp.take_along_axis(edges, xp.clip(middle, 0, max(size - 1, 0)), axis=-1)
        after = xp.logical_not(here > batch) if right else xp.logical_not(here >= batch)
        after = xp.logical_and(after, low < high)
        low, high = xp.where(after, middle + 1, low), xp.where(after, high, middle)
    return xp.reshape(low, x.shape)


def _searchsorted_shape(edges: Shape, x: Shape, **_: Any) -> Shape:
    if not edges or (len(edges) > 1 and tuple(edges[:-1]) != tuple(x[:-1])):
        raise ShapeError(
            "the sorted sequence does not fit the values",
            got=f"{tuple(edges)} and {tuple(x)}",
            want="a vector, or equal sizes on all axes but the last",
        )
    return tuple(x)


SEARCHSORTED = define(
    "searchsorted",
    inputs=("edges", "x"),
    forward=_searchsorted,
    shape=_searchsorted_shape,
    dtype="int64",
    formula=r"\min \{ i : edges_i \geq x \}",
    samples=lambda draw: [
        Sample((host.sort(draw(7)), draw(3, 4)), {"right": False}),
        Sample((host.sort(draw(3, 5)), draw(3, 4)), {"right": True}, "rows"),
    ],
    errors=lambda draw: [Sample((draw(2, 5), draw(3, 4)), {"right": False})],
)


@takes_out
def searchsorted(
    sorted_sequence: Any,
    input: Any,
    *,
    out_int32: bool = False,
    right: bool = False,
    side: str | None = None,
    sorter: Tensor | None = None,
) -> Tensor:
    """Where each value would be put in to keep the last axis in order: before equal ones, or after (``right``).

    Parameters
        side    "left" or "right", in place of ``right``
        sorter  the order of a sequence that is not sorted
    """
    if side not in (None, "left", "right") or (side == "left" and right):
        raise placed(ArgumentError("searchsorted has two sides", got=f"side={side!r}, right={right}"))
    if sorter is not None:
        from patchgrad.ops.gather import gather

        sorted_sequence = gather(sorted_sequence, -1, sorter)
    if not isinstance(input, Tensor):
        input = Tensor(sorted_sequence.backend.xp.asarray(input))
    if "c" in (input.dtype.kind, sorted_sequence.dtype.kind):
        raise placed(DtypeError("complex numbers have no order", got="complex"))
    found = apply(SEARCHSORTED, sorted_sequence, input, right=right or side == "right")
    return found.to(dtype="int32") if out_int32 else found


@takes_out
def bucketize(input: Any, boundaries: Any, *, out_int32: bool = False, right: bool = False) -> Tensor:
    """The part between ``boundaries`` (a vector in order) that each value falls in."""
    if boundaries.ndim != 1:
        raise placed(ShapeError("boundaries are a vector", got=f"{boundaries.shape}"))
    return searchsorted(boundaries, input, out_int32=out_int32, right=right)


def _isin(xp: Any, x: Any, values: Any) -> Any:
    flat = xp.sort(xp.reshape(values, (-1,)))
    if not flat.shape[0]:
        return xp.zeros(x.shape, dtype=xp.bool)
    place = xp.clip(xp.searchsorted(flat, xp.reshape(x, (-1,))), 0, flat.shape[0] - 1)
    return xp.reshape(xp.take(flat, place, axis=0), x.shape) == x


ISIN = define(
    "isin",
    inputs=("x", "values"),
    forward=_isin,
    shape=shapes.same,
    dtype="bool",
    formula=r"x \in values",
    samples=lambda draw: [Sample((draw(3, 4) // 1, draw(5) // 1))],
)


@takes_out
def isin(elements: Any, test_elements: Any, *, assume_unique: bool = False, invert: bool = False) -> Tensor:
    """Is each element among ``test_elements``? One of the two may be a number."""
    first = elements if isinstance(elements, Tensor) else test_elements
    both = [x if isinstance(x, Tensor) else Tensor(first.backend.xp.asarray(x)) for x in (elements, test_elements)]
    found = apply(ISIN, *both)
    return elementwise.logical_not(found) if invert else found


def known(what: str, input: Tensor) -> None:
    """Refuse a tensor without values where the result's shape depends on them."""
    if isinstance(input.data, MetaArray):
        raise placed(DeviceError(f"{what} is unknown on 'meta'", got=f"shape {input.shape}", hint="use a real tensor"))


@takes_out
def nonzero(input: Tensor, *, as_tuple: bool = False) -> Any:
    """Indices of the elements that are not 0: (count, axes) int64, or one vector per axis with ``as_tuple``."""
    known("how many elements are not 0", input)
    xp = input.backend.xp
    found = xp.nonzero(input.data if input.ndim else xp.reshape(input.data, (1,)))
    if as_tuple:
        return tuple(Tensor(entry) for entry in found)
    if not input.ndim:
        return Tensor(xp.zeros((found[0].shape[0], 0), dtype=xp.int64))
    return Tensor(xp.stack(found, axis=1))


@takes_out
def nonzero_static(input: Tensor, *, size: int, fill_value: int = -1) -> Tensor:
    """The first ``size`` rows of `nonzero`; rows of ``fill_value`` where there are fewer: (size, axes) int64."""
    if size < 0:
        raise placed(ArgumentError("the number of rows cannot be negative", got=f"size={size}"))
    xp, found = input.backend.xp, nonzero(input).data[:size]
    rest = xp.full((size - found.shape[0], input.ndim), fill_value, dtype=xp.int64)
    return Tensor(xp.concat((found, rest)))


def argwhere(input: Tensor) -> Tensor:
    """`nonzero` as one matrix."""
    return nonzero(input)


def unique(
    input: Any,
    sorted: bool = True,
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: int | None = None,
) -> Any:
    """The distinct values in order (slices along ``dim``); on request where each went, and how often each occurs."""
    known("how many values are distinct", input)
    xp = input.backend.xp
    values, inverse, counts = xp.unique(input.data, return_inverse=True, return_counts=True, axis=dim, equal_nan=False)
    inverse = xp.reshape(inverse, input.shape if dim is None else (-1,))
    return _asked(values, inverse, counts, return_inverse, return_counts)


def unique_consecutive(
    input: Any, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Any:
    """Each run of equal values (slices along ``dim``) as one; on request where each went, and how long each run is."""
    known("how many runs there are", input)
    xp = input.backend.xp
    rows = xp.reshape(input.data, (-1, 1)) if dim is None else xp.moveaxis(input.data, dim, 0)
    flat = xp.reshape(rows, (rows.shape[0], shapes.count(rows.shape[1:])))
    starts = xp.concat((xp.ones(min(1, flat.shape[0]), dtype=bool), (flat[1:] != flat[:-1]).any(axis=1)))
    inverse = xp.cumulative_sum(xp.astype(starts, xp.int64)) - 1
    place = xp.nonzero(starts)[0]
    counts = xp.diff(xp.concat((place, xp.asarray([flat.shape[0]]))))
    values = xp.reshape(rows[place], (-1,)) if dim is None else xp.moveaxis(rows[place], 0, dim)
    return _asked(
        values, xp.reshape(inverse, input.shape) if dim is None else inverse, counts, return_inverse, return_counts
    )


def _asked(values: Any, inverse: Any, counts: Any, with_inverse: bool, with_counts: bool) -> Any:
    found = [values, *([inverse] if with_inverse else ()), *([counts] if with_counts else ())]
    result = [Tensor(entry) for entry in found]
    return tuple(result) if len(result) > 1 else result[0]
