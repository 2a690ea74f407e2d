"""How unlike the examples of a batch are to the network."""

from __future__ import annotations

from collections.abc import Mapping

from patchgrad.backend import host
from patchgrad.recorder.probe import Probe
from patchgrad.recorder.quantities.registry import quantity


@quantity(
    "sample_gradient_norm",
    question="Do single examples lead the batch?",
    formula=r"\lVert \nabla_\theta L(x_i, y_i) \rVert_2",
    healthy="within about one decade; single large ones: outliers, or wrong labels",
    source="Goodfellow 2015, Efficient per-example gradient computations, arXiv 1510.01799",
    when="request",
)
def sample_gradient_norm(probe: Probe) -> Mapping[str, float]:
    """Of each example of the batch, by its number."""
    return {str(place): float(norm) for place, norm in enumerate(sample_norms(probe))}


def sample_norms(probe: Probe) -> list[float]:
    """The 2-norm of the gradient of each example, over all parameters."""
    squares = sum((g.reshape(len(g), -1) ** 2).sum(axis=1) for g in probe.sample_gradients.values())
    return host.sqrt(squares).tolist()
