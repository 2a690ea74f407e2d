"""Fourier transforms: three ops that all others are made of. Each is linear; its rule is its adjoint.

A transform without scale has the transform in the other direction, without scale, as its adjoint; scales stay. A half
spectrum stands for the whole: its inner frequencies count twice, so they are halved or doubled on the way back.
"""

from __future__ import annotations

from math import log2
from typing import Any

from patchgrad.autograd.op import Sample, define
from patchgrad.errors import ShapeError
from patchgrad.ops import matrices, shapes
from patchgrad.typing import Shape

OTHER = {"backward": "forward", "forward": "backward", "ortho": "ortho"}
"""The norm that gives the transform in the other direction the same scale."""


def _flops(x: Shape, axes: tuple[int, ...]) -> int:
    size = shapes.count(x[axis] for axis in axes)
    return int(5 * shapes.count(x) * log2(max(size, 2)))


def _whole(xp: Any, x: Any, axes: tuple[int, ...], inverse: bool, norm: str) -> Any:
    return (xp.fft.ifftn if inverse else xp.fft.fftn)(x, axes=axes, norm=norm)


def _waves(draw: Any, *shape: int) -> Any:
    return draw(*shape) + 1j * draw(*shape)


FFT_WHOLE = define(
    "fft_whole",
    inputs=("x",),
    batching="along_axes",
    forward=_whole,
    shape=shapes.same,
    dtype="same",
    vjps={"x": lambda xp, ct, s: xp.ops.fft_whole(ct, axes=s.axes, inverse=not s.inverse, norm=OTHER[s.norm])},
    cost=lambda x, axes, **_: _flops(x, axes),
    formula=r"y_k = \sum_t x_t e^{-2 \pi i k t / n}",
    samples=lambda draw: [
        Sample((_waves(draw, 2, 4),), {"axes": (1,), "inverse": False, "norm": "backward"}, "one axis"),
        Sample((_waves(draw, 3, 2),), {"axes": (0, 1), "inverse": True, "norm": "ortho"}, "inverse, two axes"),
    ],
)


def _inner(xp: Any, x: Any, axis: int, n: int, factor: float) -> Any:
    """Times ``factor``, but for the frequency 0 and, for an even ``n``, the highest, which stand alone."""
    head, end = (slice(None),) * (axis % len(x.shape)), (n + 1) // 2
    first, inner, last = (x[(*head, part, ...)] for part in (slice(1), slice(1, end), slice(max(end, 1), None)))
    return xp.concat((first, inner * factor, last), axis=axis)


def _half_shape(x: Shape, *, axis: int, norm: str) -> Shape:
    place = shapes.axis_in(axis, len(x))
    return (*x[:place], x[place] // 2 + 1, *x[place + 1 :])


def _half_rule(xp: Any, ct: Any, s: Any) -> Any:
    n = s.shape_of("x")[s.axis]
    return xp.ops.fft_real(_inner(xp, ct, s.axis, n, 0.5), n=n, axis=s.axis, norm=OTHER[s.norm])


FFT_HALF = define(
    "fft_half",
    inputs=("x",),
    batching="along_axes",
    forward=lambda xp, x, axis, norm: xp.fft.rfft(x, axis=axis, norm=norm),
    shape=_half_shape,
    dtype=lambda kinds, attrs: matrices.complex_kind(kinds[0]),
    vjps={"x": _half_rule},
    cost=lambda x, axis, **_: _flops(x, (axis,)) // 2,
    formula=r"y_k = \sum_t x_t e^{-2 \pi i k t / n}, \; k \leq n / 2",
    samples=lambda draw: [
        Sample((draw(2, 4),), {"axis": 1, "norm": "backward"}, "even"),
        Sample((draw(5, 2),), {"axis": 0, "norm": "ortho"}, "odd"),
    ],
    errors=lambda draw: [Sample((draw(2, 4),), {"axis": 2, "norm": "backward"})],
)


def _real_shape(x: Shape, *, n: int, axis: int, norm: str) -> Shape:
    place = shapes.axis_in(axis, len(x))
    if x[place] != n // 2 + 1:
        raise ShapeError(
            f"{n} real numbers have {n // 2 + 1} frequencies",
            got=f"shape {tuple(x)}, axis {axis}",
            want=f"{n // 2 + 1}",
        )
    return (*x[:place], n, *x[place + 1 :])


FFT_REAL = define(
    "fft_real",
    inputs=("x",),
    batching="along_axes",
    forward=lambda xp, x, n, axis, norm: xp.fft.irfft(x, n=n, axis=axis, norm=norm),
    shape=_real_shape,
    dtype=lambda kinds, attrs: matrices.real_kind(kinds[0]),
    vjps={"x": lambda xp, ct, s: _inner(xp, xp.ops.fft_half(ct, axis=s.axis, norm=OTHER[s.norm]), s.axis, s.n, 2.0)},
    cost=lambda x, n, axis, **_: _flops(x, (axis,)),
    formula=r"y_t = \frac{1}{n} \sum_k w_k \,\mathrm{Re}\, x_k e^{2 \pi i k t / n}, \; w_0 = w_{n/2} = 1, w_k = 2",
    samples=lambda draw: [
        Sample((_waves(draw, 2, 3),), {"n": 4, "axis": 1, "norm": "backward"}, "even"),
        Sample((_waves(draw, 3, 2),), {"n": 5, "axis": 0, "norm": "forward"}, "odd"),
    ],
    errors=lambda draw: [Sample((draw(2, 4),), {"n": 4, "axis": 2, "norm": "backward"})],
)
