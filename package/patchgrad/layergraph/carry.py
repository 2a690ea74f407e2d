"""From one layer to another of the same node: parameters, buffers, random streams, and overlaps of arrays.

Nothing here changes the old layer: what fits is shared, the rest is copied.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import msgspec

from patchgrad.layergraph.receipt import Mapped


class Resized(msgspec.Struct, frozen=True):
    """A parameter that a fresh one stands for from now on. ``blocks``: parts stacked along the first axis."""

    name: str
    old: Any
    new: Any
    blocks: int

    def mapped(self) -> Mapped:
        return Mapped(self.name, tuple(self.old.shape), tuple(self.new.shape))


def carry(old: Any, new: Any, blocks: Any, prefix: str) -> list[Resized]:
    """Give a fresh layer what the old one learned. Parameters of the same shape become the same objects; of others
    the overlap is copied. Returns those others."""
    before = dict(old.named_parameters())
    resized: list[Resized] = []
    for name, fresh in list(new.named_parameters()):
        held = before.get(name)
        if held is None or held.ndim != fresh.ndim:
            continue
        if alike(held, fresh):
            place(new, name, held)
        else:
            count = blocks(name) if blocks else 1
            keep_overlap(held.data, fresh.data, count)
            fresh.requires_grad = held.requires_grad
            resized.append(Resized(f"{prefix}.{name}", held, fresh, count))
    carry_state(old, new)
    return resized


def carry_state(old: Any, new: Any) -> None:
    """Buffers of the same shape and random streams become those of the old layer."""
    before = dict(old.named_buffers())
    for name, fresh in list(new.named_buffers()):
        held = before.get(name)
        if held is not None and alike(held, fresh):
            place(new, name, held)
        elif held is not None and held.ndim == fresh.ndim:
            keep_overlap(held.data, fresh.data, 1)
    modules = dict(old.named_modules())
    for path, module in new.named_modules():
        if path in modules and hasattr(modules[path], "stream_key"):
            module.stream_key, module.stream = modules[path].stream_key, modules[path].stream


def alike(a: Any, b: Any) -> bool:
    return tuple(a.shape) == tuple(b.shape) and a.dtype == b.dtype


def place(module: Any, path: str, value: Any) -> None:
    """Put a parameter or buffer at a dotted path."""
    owner, _, name = path.rpartition(".")
    setattr(module.get_submodule(owner), name, value)


def keep_overlap(old: Any, new: Any, blocks: int) -> None:
    """Copy into ``new`` what it shares with ``old``, block by block along the first axis.

    What an old row did not have (new columns) becomes 0, so that a layer which grew to take more inputs still
    computes what it did. Rows that are new stay as they were drawn.
    """
    for source, target in zip(_blocks(old, blocks), _blocks(new, blocks), strict=True):
        if target.ndim > 1:
            target[: source.shape[0]] = 0
        shared = tuple(slice(min(a, b)) for a, b in zip(source.shape, target.shape, strict=True))
        target[shared] = source[shared]


def _blocks(array: Any, count: int) -> Iterator[Any]:
    if array.ndim == 0:
        return iter((array.reshape(1),))
    rows = array.shape[0] // count
    return (array[start * rows : (start + 1) * rows] for start in range(count))


def resized_slots(slots: dict[str, Any], resized: Resized) -> dict[str, Any]:
    """Optimizer slots for the new shape: the overlap, and 0 where nothing was; counts stay.

    Slots of another form than their parameter (sums along an axis) tell nothing of the new one: it starts afresh.
    """
    shapes = [tuple(value.shape) for value in slots.values() if getattr(value, "ndim", 0)]
    if any(shape != tuple(resized.old.shape) for shape in shapes):
        return {}
    return {name: _resized(value, resized) for name, value in slots.items()}


def _resized(value: Any, resized: Resized) -> Any:
    if tuple(getattr(value, "shape", ())) != tuple(resized.old.shape) or not hasattr(value, "dtype"):
        return value
    array = resized.new.backend.asarray(resized.new.data, dtype=value.dtype).copy()
    array[...] = 0
    keep_overlap(value, array, resized.blocks)
    return array


def values(parameters: Any) -> int:
    """How many numbers parameters hold."""
    return sum(math.prod(parameter.shape) for parameter in parameters)
