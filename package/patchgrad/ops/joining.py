"""Joining and taking apart along the first axes, and into pieces of nearly equal size."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from patchgrad.errors import ArgumentError, ShapeError
from patchgrad.ops import axes, movement
from patchgrad.ops.out import takes_out
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed

__all__ = [
    "column_stack", "dsplit", "dstack", "hsplit", "hstack", "row_stack", "split_with_sizes", "tensor_split",
    "unsafe_chunk", "unsafe_split", "unsafe_split_with_sizes", "vsplit", "vstack",
]  # fmt: skip
METHODS = "dsplit hsplit split_with_sizes tensor_split unsafe_chunk unsafe_split unsafe_split_with_sizes vsplit"


@takes_out
def hstack(tensors: Sequence[Tensor]) -> Tensor:
    """Joined along the second axis; vectors along their only one."""
    grown: Any = axes.atleast_1d(list(tensors))
    return movement.cat(grown, 0 if grown and grown[0].ndim == 1 else 1)


@takes_out
def vstack(tensors: Sequence[Tensor]) -> Tensor:
    """Joined along the first axis; vectors as rows."""
    return movement.cat(axes.atleast_2d(list(tensors)), 0)


@takes_out
def row_stack(tensors: Sequence[Tensor]) -> Tensor:
    """`vstack`."""
    return vstack(tensors)


@takes_out
def dstack(tensors: Sequence[Tensor]) -> Tensor:
    """Joined along the third axis."""
    return movement.cat(axes.atleast_3d(list(tensors)), 2)


@takes_out
def column_stack(tensors: Sequence[Tensor]) -> Tensor:
    """Joined along the second axis; vectors as columns."""
    return movement.cat([x if x.ndim > 1 else movement.reshape(x, -1, 1) for x in tensors], 1)


def split_with_sizes(input: Tensor, split_sizes: Sequence[int], dim: int = 0) -> tuple[Tensor, ...]:
    """Views of pieces of these sizes."""
    return movement.pieces(input, movement.existing(input, dim), list(split_sizes))


def unsafe_split(input: Tensor, split_size: int, dim: int = 0) -> tuple[Tensor, ...]:
    """`split`: nothing is unsafe here."""
    return movement.split(input, split_size, dim)


def unsafe_split_with_sizes(input: Tensor, split_sizes: Sequence[int], dim: int = 0) -> tuple[Tensor, ...]:
    """`split_with_sizes`: nothing is unsafe here."""
    return split_with_sizes(input, split_sizes, dim)


def unsafe_chunk(input: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """`chunk`: nothing is unsafe here."""
    return movement.chunk(input, chunks, dim)


def tensor_split(input: Tensor, indices_or_sections: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """Views of so many pieces (the first ones larger by one where it does not divide), or cut before these places."""
    axis = movement.existing(input, dim)
    size, given = input.shape[axis], indices_or_sections
    if isinstance(given, Tensor):
        given = given.tolist()
    head = (slice(None),) * axis
    if not isinstance(given, int):
        edges = [0, *[min(max(i + size if i < 0 else i, 0), size) for i in given], size]
        return tuple(input[(*head, slice(a, max(a, b)))] for a, b in pairwise(edges))
    if given < 1:
        raise placed(ArgumentError("tensor_split makes at least one piece", got=f"{given}"))
    small, more = divmod(size, given)
    return movement.pieces(input, axis, [small + 1] * more + [small] * (given - more))


def _evenly(name: str, input: Tensor, given: Any, axis: int, least: int) -> tuple[Tensor, ...]:
    if input.ndim < least:
        raise placed(ShapeError(f"{name} needs {least} axes", got=f"{input.shape}"))
    if isinstance(given, int) and (given < 1 or input.shape[axis] % given):
        raise placed(ArgumentError(f"{name} makes equal pieces", got=f"{given} of {input.shape[axis]}"))
    return tensor_split(input, given, axis)


def hsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """Equal pieces (or cut before these places) of the second axis; of a vector's only one."""
    return _evenly("hsplit", input, indices_or_sections, 0 if input.ndim == 1 else 1, 1)


def vsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """Equal pieces (or cut before these places) of the first axis."""
    return _evenly("vsplit", input, indices_or_sections, 0, 2)


def dsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """Equal pieces (or cut before these places) of the third axis."""
    return _evenly("dsplit", input, indices_or_sections, 2, 3)
