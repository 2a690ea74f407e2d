"""Where the time and the memory of a step go."""

from __future__ import annotations

from collections.abc import Mapping

from patchgrad.recorder.evidence import Evidence
from patchgrad.recorder.quantities.registry import quantity

SOURCE = "definition; the clock of the host: on a GPU, ops that are queued and not waited for look short"


@quantity(
    "layer_seconds",
    question="Which layers take the time?",
    unit="s",
    formula=r"t_l",
    healthy="no single number; the largest is where to save",
    source=SOURCE,
)
def layer_seconds(evidence: Evidence) -> Mapping[str, float]:
    """Seconds of the forward pass in each layer, without our own part."""
    return evidence.seen.seconds


@quantity(
    "op_seconds",
    question="Which ops take the time?",
    unit="s",
    formula=r"t_o",
    healthy="no single number; products of matrices and convolutions should lead",
    source=SOURCE,
)
def op_seconds(evidence: Evidence) -> Mapping[str, float]:
    """Seconds by name of the op, ``matmul`` and ``matmul backward``, with the Python code in front of each call."""
    return evidence.seen.op_seconds


@quantity(
    "op_bytes",
    question="Which ops make the most memory?",
    unit="B",
    formula=r"\sum_{y \in o} \text{bytes}(y)",
    healthy="no single number",
    source="definition",
)
def op_bytes(evidence: Evidence) -> Mapping[str, float]:
    """Bytes of the outputs of the forward pass, by name of the op."""
    return evidence.seen.op_bytes
