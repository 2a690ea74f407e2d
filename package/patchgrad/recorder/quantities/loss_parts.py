"""What a loss that is a sum is made of."""

from __future__ import annotations

from collections.abc import Mapping

from patchgrad.recorder.evidence import Evidence
from patchgrad.recorder.quantities.registry import quantity


@quantity(
    "loss_parts",
    question="Which part of the loss leads?",
    formula=r"L = \sum_i L_i",
    healthy="no part so large that the others do not count",
    source="definition",
    needs=("loss",),
)
def loss_parts(evidence: Evidence) -> Mapping[str, float]:
    """The terms, weights included, found on the tape and named after the ops that made them; none for a single one."""
    return evidence.seen.parts
