"""How much an edit changes the output: both networks on the same batch, in evaluation mode, without a tape."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from patchgrad.backend import host
from patchgrad.layergraph.probe import quiet
from patchgrad.nn.delay import Delay
from patchgrad.typing import Shape


def largest_change(old: Any, new: Any, batch: tuple[Any, ...]) -> tuple[Shape | None, Shape | None, float | None]:
    """Shapes of the first output where they differ, and the largest absolute change otherwise."""
    before, after = _first(evaluated(old, batch)), _first(evaluated(new, batch))
    if tuple(before.shape) != tuple(after.shape):
        return tuple(before.shape), tuple(after.shape), None
    a, b = (host.asarray(y.numpy(force=True), dtype=host.float64) for y in (before, after))
    with host.errstate(invalid="ignore"):
        change = host.where(a == b, 0.0, host.abs(a - b))
    return None, None, float(change.max(initial=0.0))


def evaluated(module: Any, batch: tuple[Any, ...]) -> Any:
    """The output of a module in evaluation mode; its modes are then as they were."""
    with quiet(), evaluating(module):
        return module(*batch)


@contextmanager
def evaluating(module: Any) -> Iterator[None]:
    """Every layer in evaluation mode inside the block; Delays are then as they were."""
    modes = [(child, child.training) for child in module.modules()]
    for child, _ in modes:
        child.__dict__["training"] = False
    delays = [(child, child.memory.data) for child, _ in modes if isinstance(child, Delay)]
    try:
        yield
    finally:
        for delay, memory in delays:
            delay.memory.data = memory
        for child, training in modes:
            child.__dict__["training"] = training


def _first(output: Any) -> Any:
    return output[0] if isinstance(output, tuple) else output
