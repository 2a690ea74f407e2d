"""The cross-entropy of class indices, one row of scores per sample."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy

from patchgrad.backend.kernels import kernel, rule
from patchgrad.backend.kernels.cpu_arrays import in_one_piece, large, whole
from patchgrad.backend.native import inline, native
from patchgrad.backend.native.mathematics import exp, log

if TYPE_CHECKING:
    from patchgrad.backend.native.language import Reals, Wholes, maximum, part


@inline
def largest(x: Reals, size: int) -> float:
    top = x[0]
    for i in range(size):
        top = maximum(top, x[i])
    return top


@native
def class_losses(out: Reals, x: Reals, target: Wholes, rows: int, size: int, ignored: int):
    for row in part(rows):
        a = x + row * size
        found = 0.0
        if target[row] != ignored:
            top = largest(a, size)
            total = 0.0
            for i in range(size):
                total += exp(a[i] - top)
            found = log(total) - (a[target[row]] - top)
        out[row] = found


@native
def class_slopes(out: Reals, x: Reals, target: Wholes, ct: Reals, each: int, rows: int, size: int, ignored: int):
    for row in part(rows):
        a = x + row * size
        b = out + row * size
        top = largest(a, size)
        total = 0.0
        for i in range(size):
            e = exp(a[i] - top)
            b[i] = e
            total += e
        factor = 0.0 if target[row] == ignored else ct[row * each]
        for i in range(size):
            b[i] = b[i] / total * factor
        if target[row] != ignored:
            b[target[row]] = b[target[row]] - factor


def _indices(x: Any, target: Any, weight: Any, ignored: int, smoothing: float) -> Any:
    """The targets as int64; None where a kernel cannot take them, or the plain rule has an error to raise."""
    if weight is not None or smoothing or not large(x) or not whole(x) or x.ndim != 2 or target.shape != x.shape[:1]:
        return None
    return _valid(target, x.shape[1], ignored)


def _valid(target: Any, classes: int, ignored: int) -> Any:
    found = numpy.ascontiguousarray(target, dtype=numpy.int64)
    if found.size and found.min() >= 0 and found.max() < classes:
        return found
    return found if ((found >= 0) & (found < classes) | (found == ignored)).all() else None


def checked(target: Any, classes: int, ignored: int) -> Any:
    """Targets as a kernel wants them. Raises IndexError for a class that there is not."""
    found = _valid(target, classes, ignored)
    if found is None:
        raise IndexError("a target is no class")
    return found


def counted(found: Any, ignored: int) -> int:
    return found.size - int(numpy.count_nonzero(found == ignored))


@kernel("cpu", "cross_entropy")
def cross_entropy(
    xp: Any, x: Any, target: Any, weight: Any, ignore_index: int, label_smoothing: float, reduction: str
) -> Any:
    found = _indices(x, target, weight, ignore_index, label_smoothing)
    run = class_losses(x.dtype)
    if found is None or run is None:
        return NotImplemented
    out = numpy.empty(found.shape, x.dtype)
    run.shared(20 * x.size, out, in_one_piece(x), found, *x.shape, ignore_index)
    if reduction == "none":
        return out
    return out.sum() if reduction == "sum" else out.sum() / x.dtype.type(counted(found, ignore_index))


@rule("cpu", "cross_entropy", "input")
def cross_entropy_input(xp: Any, ct: Any, s: Any) -> Any:
    found = _indices(s.input, s.target, s.weight, s.ignore_index, s.label_smoothing)
    run = class_slopes(s.input.dtype)
    if found is None or run is None or ct.dtype != s.input.dtype:
        return NotImplemented
    if s.reduction == "mean":
        ct = ct / ct.dtype.type(counted(found, s.ignore_index))
    out = numpy.empty(s.input.shape, ct.dtype)
    each = int(s.reduction == "none")
    run.shared(
        20 * out.size,
        out,
        in_one_piece(s.input),
        found,
        in_one_piece(numpy.asarray(ct)),
        each,
        *s.input.shape,
        s.ignore_index,
    )
    return out
