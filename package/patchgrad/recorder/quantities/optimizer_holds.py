"""Parameters that learn in vain: they get a gradient, and no optimizer has them."""

from __future__ import annotations

from collections.abc import Mapping

from patchgrad.recorder.evidence import Evidence
from patchgrad.recorder.quantities.registry import quantity


@quantity(
    "unheld_parameters",
    question="Which parameters does the optimizer not know?",
    unit="parameters",
    formula=r"\#\{p : g_p \ne 0,\; p \notin \text{optimizer}\}",
    healthy="0",
    source="definition",
    needs=("gradients",),
)
def unheld_parameters(evidence: Evidence) -> Mapping[str, float]:
    """By layer, parameters with a gradient that are in no optimizer that was seen so far."""
    if evidence.seen.held is None:
        return {}
    known: set[int] = evidence.memory.setdefault("known", set())
    known |= evidence.seen.held
    found: dict[str, float] = {}
    for layer in evidence.layers:
        given = [p for name, p in layer.parameters if evidence.squared_norms.get(name, 0.0) > 0 and p.requires_grad]
        if given:
            found[layer.uid] = float(sum(id(parameter) not in known for parameter in given))
    return found


@quantity(
    "ungraded_parameters",
    question="Which parameters get no gradient?",
    unit="parameters",
    formula=r"\#\{p : g_p \text{ is not there}\}",
    healthy="0: a parameter that wants a gradient and gets none is not wired",
    source="definition",
    needs=("gradients",),
)
def ungraded_parameters(evidence: Evidence) -> Mapping[str, float]:
    """By layer, parameters that ask for a gradient and have none; of a step with none at all, nothing."""
    if not evidence.gradients:
        return {}
    found: dict[str, float] = {}
    for layer in evidence.layers:
        wanted = [p for _, p in layer.parameters if p.requires_grad]
        if wanted:
            found[layer.uid] = float(sum(parameter.grad is None for parameter in wanted))
    return found
