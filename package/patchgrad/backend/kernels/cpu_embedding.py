"""Rows of a table: cotangents added in the order in which they come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy

from patchgrad.backend.kernels import kernel
from patchgrad.backend.kernels.cpu_arrays import in_one_piece, large
from patchgrad.backend.native import native

if TYPE_CHECKING:
    from patchgrad.backend.native.language import Reals, Wholes, part, worker, workers


@native
def add_rows(out: Reals, ct: Reals, index: Wholes, entries: int, rows: int, width: int):
    """Each worker has rows of its own."""
    each = (rows + workers - 1) // workers
    for entry in range(entries):
        row = index[entry]
        if row >= each * worker and row < each * worker + each:
            a = ct + entry * width
            b = out + row * width
            for i in range(width):
                b[i] = b[i] + a[i]


@native
def take_rows(out: Reals, table: Reals, index: Wholes, entries: int, width: int):
    for entry in part(entries):
        a = table + index[entry] * width
        b = out + entry * width
        for i in range(width):
            b[i] = a[i]


def checked(index: Any, rows: int) -> Any:
    """Indices as a kernel wants them. Raises IndexError for one outside a table of so many rows."""
    places = numpy.ascontiguousarray(index, dtype=numpy.int64)
    if places.size and (places.min() < 0 or places.max() >= rows):
        raise IndexError("an index lies outside the table")
    return places


@kernel("cpu", "embedding_weight")
def embedding_weight(xp: Any, ct: Any, index: Any, rows: int, padding_idx: int | None, by_frequency: bool) -> Any:
    run = add_rows(ct.dtype)
    if run is None or by_frequency or not large(ct):
        return NotImplemented
    places = numpy.ascontiguousarray(index, dtype=numpy.int64)
    if places.size and (places.min() < 0 or places.max() >= rows):
        return NotImplemented
    out = numpy.zeros((rows, ct.shape[-1]), ct.dtype)
    run.shared(ct.size, out, in_one_piece(ct), places, places.size, rows, ct.shape[-1])
    if padding_idx is not None:
        out[padding_idx] = 0
    return out
