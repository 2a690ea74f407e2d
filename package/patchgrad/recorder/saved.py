"""What the tape keeps for the backward pass: which array, how many bytes, and whether anything else keeps it anyway."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from patchgrad.tensor.tensor import Tensor


@dataclass(frozen=True, slots=True)
class Kept:
    """An array that a tape entry keeps.

    Fields
        argument  the input or output of the op that its gradient rules read
        value     number of the value it holds; -1 if it is a copy in another dtype
        memory    number of the value that owns the memory; -1 for memory that nothing else has
        bytes     its own size
    """

    argument: str
    value: int
    memory: int
    bytes: int


def kept_by(node: Any, inputs: tuple[Any, ...], event: Any, memory_of: Callable[[Tensor], int]) -> tuple[Kept, ...]:
    """What ``node`` keeps. ``event`` has the numbers of its inputs and outputs."""
    op, saved = node.op, node.saved
    if not isinstance(saved, (list, tuple)):
        return ()
    found: list[Kept] = []
    places = range(len(inputs)) if op.variadic and op.saved_inputs else op.saved_inputs
    for place, array in zip(places, saved, strict=False):
        size = getattr(array, "nbytes", 0)
        if not size:
            continue
        name = f"{op.inputs[0]}{place}" if op.variadic else op.inputs[place]
        tensor = inputs[place]
        if isinstance(tensor, Tensor) and tensor.data is array:
            found.append(Kept(name, event.inputs[place].number, memory_of(tensor), size))
        else:
            found.append(Kept(name, -1, -1, size))
    for place, array in zip(op.saved_outputs, saved[len(places) :], strict=False):
        number = event.outputs[place]
        found.append(Kept(op.outputs[place], number, number, getattr(array, "nbytes", 0)))
    return tuple(found)
