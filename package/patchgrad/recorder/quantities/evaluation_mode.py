"""Layers that behave as in evaluation while the network is trained."""

from __future__ import annotations

from collections.abc import Mapping

from patchgrad.recorder.evidence import Evidence
from patchgrad.recorder.quantities.registry import quantity

KINDS = ("Dropout", "BatchNorm")


@quantity(
    "evaluation_mode",
    question="Do layers train in evaluation mode?",
    unit="share",
    formula=r"1 \text{ if not training}",
    healthy="0, unless layers are kept in evaluation mode on purpose, as the batch norms of a pretrained model",
    source="definition",
)
def evaluation_mode(evidence: Evidence) -> Mapping[str, float]:
    """Of each Dropout and BatchNorm: 1 if it ran in evaluation mode in a step of training."""
    kinds = [layer.uid for layer in evidence.layers if layer.kind.startswith(KINDS)]
    return {uid: float(uid in evidence.seen.evaluating) for uid in kinds}
