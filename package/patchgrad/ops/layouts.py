"""In which order the elements of a tensor lie in memory. Values never depend on it."""

from __future__ import annotations

from typing import Any

from patchgrad.errors import ArgumentError
from patchgrad.ops import movement, shapes
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed

__all__ = [
    "channels_last", "channels_last_3d", "contiguous_format", "layout", "memory_format", "preserve_format", "strided",
]  # fmt: skip
METHODS = "contiguous dim_order is_contiguous"


class layout:
    """How a tensor keeps its elements. There is one: ``strided``."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"patchgrad.{self.name}"

    def __reduce__(self) -> str:
        return self.name


class memory_format(layout):
    """An order of the axes in memory: rows first, or the channels of images last."""

    __slots__ = ()


strided = layout("strided")
contiguous_format, preserve_format = memory_format("contiguous_format"), memory_format("preserve_format")
channels_last, channels_last_3d = memory_format("channels_last"), memory_format("channels_last_3d")
_IMAGES = {channels_last: 4, channels_last_3d: 5}
"""How many axes a tensor must have to lie in this order."""


def wants_strided(given: Any) -> None:
    """Raise for another layout than ``strided``."""
    if given not in (None, strided):
        raise placed(ArgumentError("all tensors are dense", got=f"layout={given!r}", want="patchgrad.strided"))


def arranged(input: Tensor, order: Any) -> Tensor:
    """The same values in memory of this order; the tensor itself if they lie so, or if the order is to be kept."""
    if order is None or order is preserve_format:
        return input
    if order is contiguous_format:
        return movement.contiguous(input)
    if is_contiguous(input, order):
        return input
    last = movement.contiguous(movement.movedim(input, 1, -1))
    return movement.movedim(last, -1, 1)


def contiguous(input: Tensor, memory_format: Any = contiguous_format) -> Tensor:
    """The tensor itself if its memory is in this order, else a copy."""
    return arranged(input, memory_format)


def is_contiguous(input: Tensor, memory_format: Any = contiguous_format) -> bool:
    """Does its memory run in this order, without gaps?"""
    order = _order(input, memory_format)
    flags = getattr(input.data if order is None else input.data.transpose(order), "flags", None)
    return flags is None or bool(flags.c_contiguous)


def _order(input: Tensor, order: Any) -> tuple[int, ...] | None:
    """The axes from the slowest to the fastest; None for row order."""
    if order is contiguous_format:
        return None
    if order not in _IMAGES:
        raise placed(
            ArgumentError("this is no order of memory", got=repr(order), want="contiguous_format or channels_last")
        )
    if input.ndim != _IMAGES[order]:
        raise placed(
            ArgumentError(f"{order.name} is for {_IMAGES[order]} axes", got=f"shape {input.shape}", hint="unsqueeze(0)")
        )
    return None if not hasattr(input.data, "strides") else (0, *range(2, input.ndim), 1)


def dim_order(input: Tensor) -> tuple[int, ...]:
    """The axes from the one whose neighbours lie farthest apart in memory to the one where they lie closest."""
    strides = getattr(input.data, "strides", None) or [shapes.count(input.shape[i:]) for i in range(input.ndim)]
    return tuple(sorted(range(input.ndim), key=lambda axis: -strides[axis]))
