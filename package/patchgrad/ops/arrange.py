"""Ops that repeat, shift and pad."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from patchgrad.autograd.op import Sample, define
from patchgrad.backend import host
from patchgrad.errors import ArgumentError, ShapeError
from patchgrad.ops import movement, shapes
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed
from patchgrad.tensor.precision import under_autocast
from patchgrad.typing import Shape

__all__ = ["diag", "diagonal", "meshgrid", "repeat_interleave", "roll", "tile", "trace"]
METHODS = "diag diagonal repeat repeat_interleave roll tile trace"

Widths = tuple[tuple[int, int], ...]


def _pad(xp: Any, x: Any, widths: Widths, value: float) -> Any:
    """A negative width cuts."""
    out = xp.full(_padded_shape(x.shape, widths=widths), value, dtype=x.dtype)
    inner = tuple(slice(max(a, 0), size + a + min(b, 0)) for (a, b), size in zip(widths, x.shape, strict=True))
    kept = tuple(slice(max(-a, 0), size - max(-b, 0)) for (a, b), size in zip(widths, x.shape, strict=True))
    out[inner] = x[kept]
    return out


def _padded_shape(x: Shape, *, widths: Widths, **_: Any) -> Shape:
    found = tuple(size + a + b for size, (a, b) in zip(x, widths, strict=True))
    if any(size < 0 for size in found):
        raise ShapeError("padding cannot cut more than there is", got=f"{tuple(x)}, padding {widths}")
    return found


def _tiled_shape(x: Shape, *, repeats: Shape) -> Shape:
    own = (1,) * (len(repeats) - len(x)) + tuple(x)
    return tuple(a * b for a, b in zip(own, repeats, strict=True))


def _untile(xp: Any, ct: Any, s: Any) -> Any:
    """Sum over the copies: each axis as (copies, size)."""
    x, repeats = s.shape_of("x"), s.repeats
    own = (1,) * (len(repeats) - len(x)) + tuple(x)
    split = tuple(size for pair in zip(repeats, own, strict=True) for size in pair)
    total = xp.sum(xp.reshape(ct, split), axis=tuple(range(0, len(split), 2)))
    return xp.reshape(total, x)


PAD = define(
    "pad",
    inputs=("x",),
    forward=_pad,
    shape=_padded_shape,
    dtype="same",
    vjps={"x": lambda xp, ct, s: xp.ops.pad(ct, widths=tuple((-a, -b) for a, b in s.widths), value=0.0)},
    formula=r"y_{i + a} = x_i",
    samples=lambda draw: [
        Sample((draw(2, 3),), {"widths": ((1, 0), (2, 1)), "value": 0.5}),
        Sample((draw(4, 3),), {"widths": ((-1, 2), (0, -2)), "value": 0.0}, "cut"),
    ],
    errors=lambda draw: [Sample((draw(2, 3),), {"widths": ((0, 0), (-2, -2)), "value": 0.0})],
)
ROLL = define(
    "roll",
    inputs=("x",),
    forward=lambda xp, x, shift, axis: xp.roll(x, shift, axis=axis),
    shape=shapes.same,
    dtype="same",
    vjps={"x": lambda xp, ct, s: xp.ops.roll(ct, shift=_negative(s.shift), axis=s.axis)},
    formula=r"y_{(i + shift) \bmod n} = x_i",
    samples=lambda draw: [
        Sample((draw(3, 4),), {"shift": (1, -2), "axis": (0, 1)}),
        Sample((draw(3, 4),), {"shift": 5, "axis": None}, "flattened"),
    ],
)
TILE = define(
    "tile",
    inputs=("x",),
    forward=lambda xp, x, repeats: xp.tile(x, repeats),
    shape=_tiled_shape,
    dtype="same",
    vjps={"x": _untile},
    formula=r"y_i = x_{i \bmod n}",
    samples=lambda draw: [
        Sample((draw(2, 3),), {"repeats": (2, 1)}),
        Sample((draw(3),), {"repeats": (2, 3)}, "new axis"),
    ],
)


def _negative(shift: Any) -> Any:
    return -shift if isinstance(shift, int) else tuple(-entry for entry in shift)


def pad(input: Any, pad: Sequence[int], mode: str = "constant", value: float | None = None) -> Tensor:
    """Make the last axes longer: ``pad`` has (before, after) for the last axis, then the one before it, ...

    Parameters
        mode  "constant" (``value``, 0 if left out; negative widths cut), "reflect", "replicate" or "circular"
    """
    if len(pad) % 2 or len(pad) > 2 * input.ndim:
        raise placed(ArgumentError("pad has two numbers per axis", got=f"{tuple(pad)} for {input.ndim} axes"))
    pairs = [(pad[i], pad[i + 1]) for i in range(0, len(pad), 2)]
    widths = tuple([(0, 0)] * (input.ndim - len(pairs)) + pairs[::-1])
    if mode == "constant":
        return apply(PAD, input, widths=widths, value=0.0 if value is None else value)
    if mode not in ("reflect", "replicate", "circular"):
        raise placed(
            ArgumentError("pad has no such mode", got=f"{mode!r}", want="constant, reflect, replicate or circular")
        )
    return _wrapped(input, widths, mode) if mode == "circular" else pad_by_rule(input, widths, mode)


@under_autocast
def pad_by_rule(input: Any, widths: Widths, mode: str) -> Tensor:
    """Pad with elements of the tensor itself."""
    return _wrapped(input, widths, mode)


def _wrapped(input: Any, widths: Widths, mode: str) -> Tensor:
    for axis, width in enumerate(widths):
        if width != (0, 0):
            input = input[(slice(None),) * axis + (_source(input.shape[axis], width, mode),)]
    return input


def _source(size: int, width: tuple[int, int], mode: str) -> Any:
    """For each place along a padded axis, where it comes from."""
    if mode != "replicate" and max(width) > (size - 1 if mode == "reflect" else size):
        raise placed(ShapeError(f"{mode} padding cannot be wider than the axis", got=f"{width} for size {size}"))
    place = host.arange(-width[0], size + width[1])
    if mode == "replicate":
        return host.clip(place, 0, size - 1)
    if mode == "circular":
        return place % size
    return size - 1 - host.abs(size - 1 - host.abs(place))


def roll(input: Tensor, shifts: Any, dims: Any = None) -> Tensor:
    """Elements shifted along ``dims``, coming in again at the other end; without dims in the flattened tensor."""
    pair = [tuple(entry) if isinstance(entry, list) else entry for entry in (shifts, dims)]
    return apply(ROLL, input, shift=pair[0], axis=pair[1])


def tile(input: Tensor, *dims: Any) -> Tensor:
    """The whole tensor repeated along each axis; missing axes are put in front."""
    repeats = tuple(dims[0]) if len(dims) == 1 and not isinstance(dims[0], int) else tuple(dims)
    repeats = (1,) * (input.ndim - len(repeats)) + repeats
    return apply(TILE, input, repeats=repeats)


def repeat(input: Tensor, *repeats: Any) -> Tensor:
    """`tile` with a number for every axis."""
    wanted = tuple(repeats[0]) if len(repeats) == 1 and not isinstance(repeats[0], int) else tuple(repeats)
    if len(wanted) < input.ndim:
        raise placed(ArgumentError("repeat needs a number for every axis", got=f"{wanted} for shape {input.shape}"))
    return apply(TILE, input, repeats=wanted)


def repeat_interleave(input: Any, repeats: int, dim: int | None = None) -> Tensor:
    """Each element ``repeats`` times in a row, along ``dim`` or in the flattened tensor."""
    if dim is None:
        input, dim = input.reshape(-1), 0
    axis = shapes.axis_in(dim, input.ndim)
    wide = input.unsqueeze(axis + 1).expand(*input.shape[: axis + 1], repeats, *input.shape[axis + 1 :])
    return wide.reshape(*input.shape[:axis], input.shape[axis] * repeats, *input.shape[axis + 1 :])


def meshgrid(*tensors: Any, indexing: str = "ij") -> tuple[Tensor, ...]:
    """Coordinates of a grid from one vector per axis; "xy" exchanges the first two axes."""
    vectors = list(tensors[0]) if len(tensors) == 1 and not isinstance(tensors[0], Tensor) else list(tensors)
    if indexing not in ("ij", "xy"):
        raise placed(ArgumentError("meshgrid has no such indexing", got=f"{indexing!r}", want="'ij' or 'xy'"))
    count, sizes = len(vectors), tuple(vector.shape[0] for vector in vectors)
    grids = tuple(
        vector.reshape((1,) * i + (-1,) + (1,) * (count - i - 1)).expand(*sizes) for i, vector in enumerate(vectors)
    )
    return tuple(movement.transpose(grid, 0, 1) for grid in grids) if indexing == "xy" and count > 1 else grids


def diagonal(input: Any, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """The elements with index i in ``dim1`` and i + offset in ``dim2``, as a new last axis; a copy."""
    a, b = shapes.axis_in(dim1, input.ndim), shapes.axis_in(dim2, input.ndim)
    rest = [i for i in range(input.ndim) if i not in (a, b)]
    moved = movement.permute(input, *rest, a, b)
    count = max(0, min(moved.shape[-2] + min(offset, 0), moved.shape[-1] - max(offset, 0)))
    steps = host.arange(count)
    return moved[..., steps + max(-offset, 0), steps + max(offset, 0)]


def diag(input: Any, diagonal_offset: int = 0) -> Tensor:
    """A vector as the diagonal of a matrix of zeros, or the diagonal of a matrix."""
    if input.ndim == 2:
        return diagonal(input, diagonal_offset)
    size = input.shape[0] + abs(diagonal_offset)
    steps = host.arange(input.shape[0])
    from patchgrad.ops.index import INDEX_ADD

    place = (steps + max(-diagonal_offset, 0), steps + max(diagonal_offset, 0))
    return apply(INDEX_ADD, input, shape=(size, size), index=place)


@under_autocast
def trace(input: Any) -> Tensor:
    """The sum of the diagonal of a matrix."""
    return diagonal(input).sum()
