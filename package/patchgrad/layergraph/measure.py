"""How much an edit changes the output: both networks on the same batch, in evaluation mode, without a tape."""

from __future__ import annotations

from typing import Any

from patchgrad.backend import host
from patchgrad.layergraph.probe import quiet
from patchgrad.nn.keep import evaluating
from patchgrad.typing import Shape


def largest_change(old: Any, new: Any, batch: tuple[Any, ...]) -> tuple[Shape | None, Shape | None, float | None]:
    """Shapes of the first output where they differ, and the largest absolute change otherwise.

    Nothing of these where the old network fails on the batch: an edit may be what mends it.
    """
    after = _first(evaluated(new, batch))
    try:
        before = _first(evaluated(old, batch))
    except Exception:
        return None, None, None
    if tuple(before.shape) != tuple(after.shape):
        return tuple(before.shape), tuple(after.shape), None
    a, b = (host.asarray(y.numpy(force=True), dtype=host.float64) for y in (before, after))
    with host.errstate(invalid="ignore"):
        change = host.where(a == b, 0.0, host.abs(a - b))
    return None, None, float(change.max(initial=0.0))


def evaluated(module: Any, batch: tuple[Any, ...]) -> Any:
    """The output of a module in evaluation mode; the module is then as it was."""
    with quiet(), evaluating(module):
        return module(*batch)


def _first(output: Any) -> Any:
    return output[0] if isinstance(output, tuple) else output
