"""How large the gradient of each parameter is."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt

from patchgrad.recorder.evidence import Evidence
from patchgrad.recorder.quantities.registry import quantity


@quantity(
    "parameter_gradient_norm",
    question="Which parameters get a gradient?",
    formula=r"\lVert g_p \rVert_2 / \sqrt{n_p}",
    healthy="not zero, and within a few decades of each other",
    source="Glorot and Bengio 2010",
    when="norms",
    needs=("gradients",),
)
def parameter_gradient_norm(evidence: Evidence) -> Mapping[str, float]:
    """Root mean square of each parameter's gradient, by parameter name."""
    arrays = evidence.gradients
    return {name: sqrt(square / max(arrays[name].size, 1)) for name, square in evidence.squared_norms.items()}
