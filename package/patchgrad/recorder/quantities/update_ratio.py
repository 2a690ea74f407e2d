"""How far an update moves the weights, measured on the weights themselves."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt

from patchgrad.backend import host
from patchgrad.recorder.evidence import Evidence, weights
from patchgrad.recorder.quantities.registry import quantity


@quantity(
    "update_ratio",
    question="Are the steps of the right size?",
    unit="change / weight",
    formula=r"\lVert w_{t+1} - w_t \rVert_2 / \lVert w_t \rVert_2",
    healthy="about 1e-3; above 1e-2 the rate is high for this layer, below 1e-4 it hardly moves",
    source="Karpathy, CS231n notes, neural networks part 3; the thresholds are the customary decade to either side",
    when="sampled",
    needs=("updates",),
)
def update_ratio(evidence: Evidence) -> Mapping[str, float]:
    """By layer, over strided elements of its weights (its vectors where it has no matrix)."""
    found: dict[str, float] = {}
    for layer in evidence.layers:
        pairs = [evidence.updates[name] for name, _ in weights(layer) if name in evidence.updates]
        before = sum(float(host.dot(old, old)) for old, _ in pairs)
        moved = sum(float(host.dot(new - old, new - old)) for old, new in pairs)
        if before > 0:
            found[layer.uid] = sqrt(moved / before)
    return found
