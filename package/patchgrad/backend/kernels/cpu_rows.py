"""Rows of a table on NumPy: adding into repeated rows by sorted segments."""

from __future__ import annotations

from typing import Any

import numpy

from patchgrad.backend.kernels import kernel


@kernel("cpu", "embedding_weight")
def embedding_weight(xp: Any, ct: Any, index: Any, rows: int, padding_idx: int | None, by_frequency: bool) -> Any:
    """Sum the cotangents of each row: a stable sort of the indices, then one segment sum."""
    out = numpy.zeros((rows, ct.shape[-1]), dtype=ct.dtype)
    flat, values = index.reshape(-1), ct.reshape(-1, ct.shape[-1])
    if flat.size:
        order = numpy.argsort(flat, kind="stable")
        ordered = flat[order]
        starts = numpy.flatnonzero(numpy.concatenate(([True], ordered[1:] != ordered[:-1])))
        sums = numpy.add.reduceat(values[order], starts, axis=0)
        if by_frequency:
            sums /= numpy.diff(starts, append=len(ordered))[:, None]
        out[ordered[starts]] = sums
    if padding_idx is not None:
        out[padding_idx] = 0
    return out
