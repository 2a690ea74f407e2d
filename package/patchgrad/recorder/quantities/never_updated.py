"""Parameters that no update has ever moved: unwired, frozen by mistake, or unknown to the optimizer."""

from __future__ import annotations

from collections.abc import Mapping

from patchgrad.recorder.evidence import Evidence
from patchgrad.recorder.quantities.registry import quantity


@quantity(
    "never_updated",
    question="Which parameters does training never move?",
    formula=r"\#\{p : w_t = w_0 \;\forall t\}",
    healthy="0, unless layers are frozen on purpose",
    source="definition",
    needs=("updates",),
)
def never_updated(evidence: Evidence) -> Mapping[str, float]:
    """By layer, how many parameters were the same before and after every update that was looked at."""
    still: dict[str, bool] = evidence.memory
    for name, (before, after) in evidence.updates.items():
        still[name] = still.get(name, True) and bool((before == after).all())
    found: dict[str, float] = {}
    for layer in evidence.layers:
        known = [name for name, _ in layer.parameters if name in still]
        if known:
            found[layer.uid] = float(sum(still[name] for name in known))
    return found
