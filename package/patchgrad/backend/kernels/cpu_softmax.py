"""Softmax and its logarithm along the last axis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy

from patchgrad.backend.kernels import kernel, rule
from patchgrad.backend.kernels.cpu_arrays import in_one_piece, rows_of
from patchgrad.backend.native import native
from patchgrad.backend.native.mathematics import exp, largest, log

if TYPE_CHECKING:
    from patchgrad.backend.native.language import Reals, part


@native
def softmax_rows(y: Reals, x: Reals, rows: int, size: int, *, logarithm: bool):
    for row in part(rows):
        a = x + row * size
        b = y + row * size
        top = largest(a, size)
        total = 0.0
        if logarithm:
            for i in range(size):
                total += exp(a[i] - top)
            level = log(total)
            for i in range(size):
                b[i] = a[i] - top - level
        else:
            for i in range(size):
                e = exp(a[i] - top)
                b[i] = e
                total += e
            for i in range(size):
                b[i] = b[i] / total


@native
def softmax_slopes(out: Reals, ct: Reals, y: Reals, rows: int, size: int, *, logarithm: bool):
    for row in part(rows):
        a = ct + row * size
        b = y + row * size
        c = out + row * size
        total = 0.0
        if logarithm:
            for i in range(size):
                total += a[i]
            for i in range(size):
                c[i] = a[i] - exp(b[i]) * total
        else:
            for i in range(size):
                total += a[i] * b[i]
            for i in range(size):
                c[i] = b[i] * (a[i] - total)


def _forward(x: Any, axis: int, logarithm: bool) -> Any:
    rows = rows_of(x, axis)
    run = softmax_rows(x.dtype, logarithm=logarithm) if rows else None
    if run is None:
        return NotImplemented
    out = numpy.empty(x.shape, x.dtype)
    run.shared(20 * x.size, out, in_one_piece(x), rows, x.shape[-1])
    return out


def _rule(ct: Any, s: Any, logarithm: bool) -> Any:
    rows = rows_of(s.y, s.axis)
    run = softmax_slopes(s.y.dtype, logarithm=logarithm) if rows else None
    if run is None or ct.dtype != s.y.dtype:
        return NotImplemented
    out = numpy.empty(ct.shape, ct.dtype)
    run.shared(5 * ct.size, out, in_one_piece(ct), in_one_piece(s.y), rows, ct.shape[-1])
    return out


@kernel("cpu", "softmax")
def softmax(xp: Any, x: Any, axis: int) -> Any:
    return _forward(x, axis, False)


@kernel("cpu", "log_softmax")
def log_softmax(xp: Any, x: Any, axis: int) -> Any:
    return _forward(x, axis, True)


@rule("cpu", "softmax", "x")
def softmax_x(xp: Any, ct: Any, s: Any) -> Any:
    return _rule(ct, s, False)


@rule("cpu", "log_softmax", "x")
def log_softmax_x(xp: Any, ct: Any, s: Any) -> Any:
    return _rule(ct, s, True)
