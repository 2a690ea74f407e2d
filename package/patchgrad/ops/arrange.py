"""Ops that repeat, shift and pad."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from patchgrad.autograd.op import Sample, define
from patchgrad.backend import host
from patchgrad.errors import ArgumentError, ShapeError
from patchgrad.ops import movement, shapes
from patchgrad.ops.out import takes_out
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed
from patchgrad.tensor.precision import under_autocast
from patchgrad.typing import Shape

__all__ = [
    "cartesian_prod", "combinations", "fliplr", "flipud", "meshgrid", "repeat_interleave", "roll", "rot90", "tile",
]  # fmt: skip
METHODS = "fliplr flipud repeat repeat_interleave roll rot90 tile"

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
        mode  "constant" (``value``, 0 if left out; negative widths cut), "reflect", "replicate" or "circular":
              these leave the first axis, or the first two, as they are
    """
    if len(pad) % 2 or len(pad) > 2 * input.ndim:
        raise placed(ArgumentError("pad has two numbers per axis", got=f"{tuple(pad)} for {input.ndim} axes"))
    pairs = [(pad[i], pad[i + 1]) for i in range(0, len(pad), 2)]
    widths = tuple([(0, 0)] * (input.ndim - len(pairs)) + pairs[::-1])
    if mode == "constant":
        return apply(PAD, input, widths=widths, value=0.0 if value is None else value)
    _check_mode(input, pairs, mode, value)
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


def _check_mode(input: Tensor, pairs: list[tuple[int, int]], mode: str, value: Any) -> None:
    if mode not in ("reflect", "replicate", "circular"):
        raise placed(
            ArgumentError("pad has no such mode", got=f"{mode!r}", want="constant, reflect, replicate or circular")
        )
    if value not in (None, 0):
        raise placed(ArgumentError(f"padding of mode {mode!r} has no value", got=f"value={value}"))
    if input.ndim - len(pairs) not in (1, 2) or len(pairs) > 3:
        raise placed(
            ArgumentError(
                f"{mode} padding takes the last 1 to 3 axes and leaves 1 or 2",
                got=f"{len(pairs)} axes of shape {input.shape}",
            )
        )


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


@takes_out
def roll(input: Tensor, shifts: Any, dims: Any = None) -> Tensor:
    """Elements shifted along ``dims``, coming in again at the other end; without dims in the flattened tensor."""
    pair = [tuple(entry) if isinstance(entry, list) else entry for entry in (shifts, dims)]
    axis = None if pair[1] == () else pair[1]
    steps = pair[0] if isinstance(pair[0], int) or axis is not None else pair[0][0]
    numbers = [1 if isinstance(entry, int) else len(entry) for entry in (steps, () if axis is None else axis)]
    if axis is not None and numbers[0] != numbers[1]:
        raise placed(ArgumentError("roll needs one shift per axis", got=f"shifts {shifts}, dims {dims}"))
    if not input.ndim:
        return movement.clone(input)
    return apply(ROLL, input, shift=steps, axis=axis)


def tile(input: Tensor, *dims: Any) -> Tensor:
    """The whole tensor repeated along each axis; missing axes are put in front."""
    repeats = shapes.sizes(dims)
    return _tiled("tile", input, (1,) * (input.ndim - len(repeats)) + repeats)


def repeat(input: Tensor, *repeats: Any) -> Tensor:
    """`tile` with a number for every axis."""
    wanted = shapes.sizes(repeats)
    if len(wanted) < input.ndim:
        raise placed(
            ArgumentError(
                "repeat needs a number for every axis",
                got=f"{wanted} for shape {input.shape}",
                want=f"{input.ndim} numbers or more",
                hint="tile() repeats along the last axes; repeat_interleave() each element",
            )
        )
    return _tiled("repeat", input, wanted)


def _tiled(name: str, input: Tensor, repeats: Shape) -> Tensor:
    if min(repeats, default=0) < 0:
        raise placed(ArgumentError(f"{name} cannot repeat less than 0 times", got=f"{repeats}", want="0 or more"))
    return apply(TILE, input, repeats=repeats)


@takes_out
def repeat_interleave(
    input: Any, repeats: Any = None, dim: int | None = None, *, output_size: int | None = None
) -> Tensor:
    """Each element ``repeats`` times in a row (a number, or one for each), along ``dim`` or in the flattened tensor.

    With a tensor of repeats alone: the place of each, so often.
    """
    if repeats is None:
        numbers = input.backend.to_host(input.data)
        return Tensor(input.backend.asarray(host.repeat(host.arange(numbers.shape[0]), numbers)))
    if dim is None:
        input, dim = input.reshape(-1), 0
    elif not input.ndim:
        input = input.reshape(1)
    axis = shapes.axis_in(dim, input.ndim)
    size = input.shape[axis]
    if isinstance(repeats, Tensor) and repeats.data.size > 1:
        return input[(slice(None),) * axis + (_each_so_often(repeats, size),)]
    count = int(repeats)
    if count < 0:
        raise placed(ArgumentError("repeat_interleave cannot repeat less than 0 times", got=f"{count}"))
    wide = input.unsqueeze(axis + 1).expand(*input.shape[: axis + 1], count, *input.shape[axis + 1 :])
    return wide.reshape(*input.shape[:axis], size * count, *input.shape[axis + 1 :])


def _each_so_often(repeats: Any, size: int) -> Tensor:
    numbers = repeats.backend.to_host(repeats.data)
    if repeats.ndim != 1 or numbers.shape[0] != size or numbers.dtype.kind not in "iu" or numbers.min(initial=0) < 0:
        raise placed(
            ArgumentError("repeats has a whole number for each place", got=f"{repeats.shape}", want=f"({size},)")
        )
    return Tensor(repeats.backend.asarray(host.repeat(host.arange(size), numbers)))


def fliplr(input: Tensor) -> Tensor:
    """The order along the second axis reversed."""
    if input.ndim < 2:
        raise placed(ShapeError("fliplr needs two axes", got=f"{input.shape}"))
    return movement.flip(input, 1)


def flipud(input: Tensor) -> Tensor:
    """The order along the first axis reversed."""
    if not input.ndim:
        raise placed(ShapeError("flipud needs an axis", got="shape ()"))
    return movement.flip(input, 0)


@takes_out
def rot90(input: Tensor, k: int = 1, dims: Sequence[int] = (0, 1)) -> Tensor:
    """Turned ``k`` times by 90 degrees from the first towards the second of two axes."""
    if len(dims) != 2 or input.ndim < 2:
        raise placed(ShapeError("rot90 turns two axes", got=f"shape {input.shape}, dims {tuple(dims)}"))
    a, b = shapes.axes_in(tuple(dims), input.ndim)
    turns = k % 4
    if turns == 2:
        return movement.flip(input, a, b)
    if not turns:
        return movement.clone(input)
    return (
        movement.transpose(movement.flip(input, b), a, b)
        if turns == 1
        else movement.flip(movement.transpose(input, a, b), b)
    )


def meshgrid(*tensors: Any, indexing: str = "ij") -> tuple[Tensor, ...]:
    """Coordinates of a grid from one vector per axis; "xy" exchanges the first two axes."""
    vectors = list(tensors[0]) if len(tensors) == 1 and not isinstance(tensors[0], Tensor) else list(tensors)
    if indexing not in ("ij", "xy"):
        raise placed(ArgumentError("meshgrid has no such indexing", got=f"{indexing!r}", want="'ij' or 'xy'"))
    if any(vector.ndim > 1 for vector in vectors):
        raise placed(
            ShapeError(
                "meshgrid takes vectors",
                got=", ".join(str(x.shape) for x in vectors),
                want="one axis each",
                hint=".flatten()",
            )
        )
    count, sizes = len(vectors), tuple(shapes.count(vector.shape) for vector in vectors)
    grids = tuple(
        vector.reshape((1,) * i + (-1,) + (1,) * (count - i - 1)).expand(*sizes) for i, vector in enumerate(vectors)
    )
    if indexing == "ij" or count < 2:
        return grids
    return tuple(movement.transpose(grid, 0, 1) for grid in grids)


def cartesian_prod(*tensors: Any) -> Tensor:
    """All combinations of one element from each vector, the last changing fastest: (count, vectors)."""
    if len(tensors) == 1:
        return tensors[0].clone()
    return movement.stack([grid.reshape(-1) for grid in meshgrid(*tensors)], 1)  # type: ignore[attr-defined]


def combinations(input: Any, r: int = 2, with_replacement: bool = False) -> Tensor:
    """All ways of taking ``r`` elements of a vector in their order: (count, r)."""
    if input.ndim != 1 or r < 0:
        raise placed(ArgumentError("combinations takes a vector and r >= 0", got=f"shape {input.shape}, r={r}"))
    if r == 0:
        return input.detach()[:0]
    choose = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    rows = host.asarray(list(choose(range(input.shape[0]), r)), dtype=host.int64).reshape(-1, r)
    return input[Tensor(input.backend.asarray(rows))]
