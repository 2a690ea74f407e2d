"""The loss of each step."""

from __future__ import annotations

from collections.abc import Mapping

from patchgrad.recorder.evidence import Evidence
from patchgrad.recorder.quantities.registry import quantity


@quantity(
    "loss",
    question="Does the network learn?",
    formula=r"L",
    healthy="falls, and is lower than that of guessing: log of the number of classes for cross entropy",
    source="definition",
    when="step",
    needs=("loss",),
)
def loss(evidence: Evidence) -> Mapping[str, float]:
    """The loss before the update, as the session or loop reported it."""
    return {} if evidence.loss is None else {"": evidence.loss}
