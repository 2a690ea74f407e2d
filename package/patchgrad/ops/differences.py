"""Differences between neighbours, slopes of sampled functions, and integrals by trapezoids."""

from __future__ import annotations

from typing import Any

from patchgrad.errors import ArgumentError, ShapeError
from patchgrad.ops import cumulative, movement, shapes
from patchgrad.ops.out import takes_out
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed

__all__ = ["cumulative_trapezoid", "diff", "gradient", "trapezoid", "trapz"]
METHODS = "diff"


def cut(x: Any, axis: int, start: int | None, stop: int | None) -> Any:
    """Places ``start`` to ``stop`` of an axis."""
    return x[(slice(None),) * axis + (slice(start, stop),)]


@takes_out
def diff(input: Any, n: int = 1, dim: int = -1, prepend: Tensor | None = None, append: Tensor | None = None) -> Tensor:
    """Each element minus the one before it along ``dim``, ``n`` times; of bools, whether they differ."""
    if n < 0 or not input.ndim:
        raise placed(ShapeError("diff needs an axis and n >= 0", got=f"shape {input.shape}, n={n}"))
    axis = shapes.axis_in(dim, input.ndim)
    joined = [entry for entry in (prepend, input, append) if entry is not None]
    x: Any = movement.cat(joined, axis) if len(joined) > 1 else input
    for _ in range(min(n, x.shape[axis])):
        later, earlier = cut(x, axis, 1, None), cut(x, axis, None, -1)
        x = later ^ earlier if x.dtype.kind == "b" else later - earlier
    return x


def gradient(input: Any, *, spacing: Any = 1, dim: Any = None, edge_order: int = 1) -> tuple[Tensor, ...]:
    """Slopes along each axis by central differences, exact for parabolas; one-sided at the edges.

    Parameters
        spacing     the step, one per axis, or the coordinates of each axis as vectors
        edge_order  1: the slope of the last step; 2: of the parabola through the last three
    """
    axes = shapes.axes_in(tuple(dim) if isinstance(dim, (list, tuple)) else dim, input.ndim)
    each = list(spacing) if isinstance(spacing, (list, tuple)) else [spacing] * len(axes)
    if len(each) != len(axes):
        raise placed(ArgumentError("gradient needs one spacing per axis", got=f"{len(each)}", want=f"{len(axes)}"))
    if edge_order not in (1, 2):
        raise placed(ArgumentError("gradient has edges of order 1 or 2", got=f"edge_order={edge_order}"))
    x = input if input.dtype.kind in "fc" else input.to(dtype="float32")
    return tuple(_slope(x, axis, step, edge_order) for axis, step in zip(axes, each, strict=True))


def _slope(x: Any, axis: int, spacing: Any, order: int) -> Tensor:
    size = x.shape[axis]
    if size < order + 1:
        raise placed(
            ShapeError("gradient needs more points", got=f"{size} along axis {axis}", want=f"at least {order + 1}")
        )
    if isinstance(spacing, Tensor) and spacing.ndim:
        widths: Any = diff(spacing).reshape((1,) * axis + (-1,) + (1,) * (x.ndim - axis - 1))
        near, far = cut(widths, axis, None, -1), cut(widths, axis, 1, None)
        ends = [(cut(widths, axis, i, i + 1), cut(widths, axis, j, j + 1)) for i, j in ((0, 1), (size - 2, size - 3))]
        middle = _parabola(_three(x, axis, 0, 1, 2), near, far)
    else:
        ends = [(spacing, spacing)] * 2
        middle = (cut(x, axis, 2, None) - cut(x, axis, None, -2)) / (2 * spacing)
    first = _edge(_ends(x, axis, (0, 1, 2)), *ends[0], order)
    last = _edge(_ends(x, axis, (size - 1, size - 2, size - 3)), *ends[1], order)
    return movement.cat([first, middle, -last], axis)


def _three(x: Any, axis: int, *starts: int) -> list[Any]:
    """All points but the ends, with their neighbours."""
    size = x.shape[axis]
    return [cut(x, axis, start, size - 2 + start) for start in starts]


def _ends(x: Any, axis: int, places: tuple[int, ...]) -> list[Any]:
    return [cut(x, axis, place, place + 1) for place in places if place >= 0]


def _parabola(points: list[Any], near: Any, far: Any) -> Any:
    """The slope at the middle one of three points."""
    a, b, c = points
    return a * (-far / (near * (near + far))) + b * ((far - near) / (near * far)) + c * (near / (far * (near + far)))


def _edge(points: list[Any], near: Any, far: Any, order: int) -> Any:
    """The slope at the first point: of the line to the next, or of the parabola through three."""
    if order == 1:
        return (points[1] - points[0]) / near
    a, b, c = points
    return (
        a * (-(2 * near + far) / (near * (near + far)))
        + b * ((near + far) / (near * far))
        + c * (-near / (far * (near + far)))
    )


def _areas(y: Any, x: Any, dx: Any, dim: int) -> Any:
    """The area of each trapezoid."""
    if not y.ndim:
        raise placed(ShapeError("an integral needs an axis", got="shape ()"))
    axis = shapes.axis_in(dim, y.ndim)
    if x is None:
        return (cut(y, axis, 1, None) + cut(y, axis, None, -1)) * (dx / 2)
    if x.ndim == 1:
        if x.shape[0] != y.shape[axis]:
            raise placed(ShapeError("one x per y", got=f"{x.shape[0]} for {y.shape[axis]}"))
        widths: Any = diff(x).reshape((-1,) + (1,) * (y.ndim - axis - 1))
    else:
        widths = diff(x, 1, shapes.axis_in(dim, x.ndim))
    return (cut(y, axis, 1, None) + cut(y, axis, None, -1)) * widths / 2


def trapezoid(y: Any, x: Any = None, *, dx: Any = 1, dim: int = -1) -> Tensor:
    """The integral of ``y`` along ``dim`` by the trapezoidal rule, over points ``x`` or with step ``dx``."""
    return _areas(y, x, dx, dim).sum(dim)


def trapz(y: Any, x: Any = None, *, dx: Any = 1, dim: int = -1) -> Tensor:
    """`trapezoid`."""
    return trapezoid(y, x, dx=dx, dim=dim)


def cumulative_trapezoid(y: Any, x: Any = None, *, dx: Any = 1, dim: int = -1) -> Tensor:
    """The running integral of ``y`` along ``dim``; one element less than there are points."""
    return cumulative.cumsum(_areas(y, x, dx, dim), dim)
