"""Pictures sampled at given places: grids of places, and interpolation there. Compositions of other ops.

Places are normalised: -1 and 1 are the edges of the picture, or with ``align_corners`` the centres of its outer points.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

from patchgrad.backend import MetaArray, host
from patchgrad.errors import ArgumentError, ShapeError
from patchgrad.ops.elementwise import where
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed
from patchgrad.tensor.precision import under_autocast

CUBIC = -0.75
"""The free number of the cubic kernel, as in PyTorch. Source: Keys 1981."""
MODES = ("bilinear", "nearest", "bicubic")
PADDINGS = ("zeros", "border", "reflection")


def affine_grid(theta: Any, size: Sequence[int], align_corners: bool | None = None) -> Tensor:
    """The places that an affine map sends the points of a picture to, for `grid_sample`.

    Shapes
        theta (batch, 2, 3), size (batch, channels, height, width)  ->  (batch, height, width, 2)
        theta (batch, 3, 4), size (batch, channels, depth, height, width)  ->  (batch, depth, height, width, 3)
    Source
        Jaderberg et al. 2015, Spatial transformer networks.
    """
    axes = len(size) - 2
    if axes not in (2, 3) or tuple(theta.shape) != (size[0], axes, axes + 1):
        raise placed(
            ShapeError(
                "affine_grid cannot map this size",
                got=f"theta {tuple(theta.shape)}, size {tuple(size)}",
                want="theta (batch, 2, 3) with 4 sizes, or (batch, 3, 4) with 5",
            )
        )
    if isinstance(theta.data, MetaArray):
        return Tensor(MetaArray((size[0], *size[2:], axes), theta.data.dtype))
    lines = [_line(count, bool(align_corners)) for count in size[2:]]
    points = host.stack([*host.meshgrid(*lines, indexing="ij")[::-1], host.ones(tuple(size[2:]))], -1)
    base = Tensor(theta.backend.asarray(points.reshape(-1, axes + 1).astype(theta.data.dtype)))
    return (base @ theta.transpose(1, 2)).unflatten(1, tuple(size[2:]))  # type: ignore[operator]


def _line(count: int, aligned: bool) -> Any:
    if count <= 1:
        return host.zeros(count)
    line = host.linspace(-1.0, 1.0, count)
    return line if aligned else line * ((count - 1) / count)


@under_autocast
def grid_sample(
    input: Any,
    grid: Any,
    mode: str = "bilinear",
    padding_mode: str = "zeros",
    align_corners: bool | None = None,
) -> Tensor:
    """The values of pictures at places between their points.

    Shapes
        input (batch, channels, height, width), grid (batch, h, w, 2) of (x, y)  ->  (batch, channels, h, w)
        input (batch, channels, depth, height, width), grid (batch, d, h, w, 3)  ->  (batch, channels, d, h, w)
    Parameters
        mode          "bilinear" (trilinear in volumes), "nearest" or "bicubic" (images only)
        padding_mode  outside the picture: "zeros", the nearest point of the "border", or its "reflection"
    """
    axes = input.ndim - 2
    _check(input, grid, mode, padding_mode, axes)
    if isinstance(input.data, MetaArray) or isinstance(grid.data, MetaArray):
        return Tensor(MetaArray((*input.shape[:2], *grid.shape[1:-1]), input.data.dtype))
    sizes = tuple(input.shape[2:])[::-1]
    places = [
        _inside(_unscaled(grid[..., i], size, bool(align_corners)), size, padding_mode, bool(align_corners), mode)
        for i, size in enumerate(sizes)
    ]
    if mode == "bicubic":
        corners = [[_tap(place, step) for step in (-1, 0, 1, 2)] for place in places]
    else:
        corners = [_near(place) if mode == "nearest" else _linear(place) for place in places]
    total: Any = None
    for taps in product(*corners):
        part = _picked(input, [tap[0] for tap in taps], sizes, padding_mode, bool(align_corners))
        for _, share in taps:
            part = part if share is None else part * share.unsqueeze(1)
        total = part if total is None else total + part
    return total


def _check(input: Any, grid: Any, mode: str, padding_mode: str, axes: int) -> None:
    wanted = (input.shape[0], *grid.shape[1:-1], axes)
    if axes not in (2, 3) or grid.ndim != axes + 2 or tuple(grid.shape) != wanted:
        raise placed(
            ShapeError(
                "grid_sample cannot sample there",
                got=f"input {tuple(input.shape)}, grid {tuple(grid.shape)}",
                want="input (batch, channels, height, width) with grid (batch, h, w, 2), or one axis more in both",
            )
        )
    if mode not in MODES or padding_mode not in PADDINGS or (mode == "bicubic" and axes == 3):
        raise placed(
            ArgumentError(
                "grid_sample cannot use its mode",
                got=f"mode={mode!r}, padding_mode={padding_mode!r}, {axes} axes of places",
                want=f"mode {', '.join(MODES)} (bicubic for images only); padding_mode {', '.join(PADDINGS)}",
            )
        )


def _unscaled(x: Any, size: int, aligned: bool) -> Any:
    return (x + 1) * ((size - 1) / 2) if aligned else ((x + 1) * size - 1) / 2


def _inside(x: Any, size: int, padding: str, aligned: bool, mode: str) -> Any:
    """Places folded into the picture, where the padding says so; cubic taps are folded one by one instead."""
    if padding == "zeros" or mode == "bicubic":
        return x
    if padding == "reflection":
        x = _reflected(x, size, aligned)
    return x.clamp(0, size - 1)


def _reflected(x: Any, size: int, aligned: bool) -> Any:
    low, span = (0.0, size - 1) if aligned else (-0.5, size)
    if span <= 0:
        return x * 0
    distance = (x - low).abs()
    turns = (distance.detach() / span).floor()
    rest = distance - turns * span
    return where(turns.remainder(2) == 0, rest + low, (span - rest) + low)


def _near(place: Any) -> list[tuple[Any, Any]]:
    return [(place.detach().round(), None)]


def _linear(place: Any) -> list[tuple[Any, Any]]:
    first = place.detach().floor()
    share = place - first
    return [(first, 1 - share), (first + 1, share)]


def _tap(place: Any, step: int) -> tuple[Any, Any]:
    first = place.detach().floor()
    distance = (place - (first + step)).abs()
    if step in (0, 1):
        return first + step, ((CUBIC + 2) * distance - (CUBIC + 3)) * distance * distance + 1
    return first + step, ((CUBIC * distance - 5 * CUBIC) * distance + 8 * CUBIC) * distance - 4 * CUBIC


def _picked(input: Any, points: list[Any], sizes: Sequence[int], padding: str, aligned: bool) -> Any:
    """The points (x, y, ...) of each picture, 0 outside: (batch, channels, *grid)."""
    index: Any = 0
    inside: Any = True
    for given, size in zip(reversed(points), reversed(sizes), strict=True):
        point = given.detach()
        if padding == "reflection":
            point = _reflected(point, size, aligned)
        if padding != "zeros":
            point = point.clamp(0, size - 1)
        # A place that is no number lies outside, as one beyond the edge does.
        good = (point >= 0) & (point <= size - 1)
        inside = good & inside
        index = where(good, point, 0.0).long() + index * size
    batch, channels = input.shape[:2]
    flat = index.reshape(batch, 1, -1).expand(batch, channels, -1)
    found = input.flatten(2).gather(2, flat).unflatten(2, tuple(index.shape[1:]))
    return where(inside.unsqueeze(1), found, 0.0) if padding == "zeros" else found
