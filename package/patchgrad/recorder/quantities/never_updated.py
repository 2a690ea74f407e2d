"""Parameters that no update has ever moved: unwired, frozen by mistake, or unknown to the optimizer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from patchgrad.recorder.evidence import Evidence
from patchgrad.recorder.quantities.registry import quantity


@quantity(
    "never_updated",
    question="Which parameters does training never move?",
    unit="parameters",
    formula=r"\#\{p : w_t = w_0 \;\forall t\}",
    healthy="0, unless layers are frozen on purpose",
    source="definition",
    needs=("updates",),
)
def never_updated(evidence: Evidence) -> Mapping[str, float]:
    """By layer, how many parameters are what they were when they were first looked at, and ever since."""
    still: dict[str, Any] = evidence.memory
    for name, (before, after) in evidence.updates.items():
        start = still.get(name, before)
        if start is not None and (start.shape != after.shape or not (start == after).all()):
            start = None
        still[name] = start
    found: dict[str, float] = {}
    for layer in evidence.layers:
        known = [name for name, _ in layer.parameters if name in evidence.updates]
        if known:
            found[layer.uid] = float(sum(still[name] is not None for name in known))
    return found
