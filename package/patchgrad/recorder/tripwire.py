"""Where a number stopped being finite: found from the loss and from norms that are computed anyway."""

from __future__ import annotations

from dataclasses import dataclass

from patchgrad.recorder.evidence import Evidence


@dataclass(frozen=True, slots=True)
class NonFinite:
    """The first step with a number that is infinite or not a number, and where it was seen first."""

    step: int
    what: str
    layer: str
    """Uid of the layer; empty for the loss."""

    def __str__(self) -> str:
        return f"{self.what} is not finite at step {self.step}"


def tripwire(evidence: Evidence, *, norms: bool) -> NonFinite | None:
    """What is not finite in this step. ``norms``: also look at the gradients."""
    if norms:
        for layer in evidence.layers:
            for name, _ in layer.parameters:
                if not _finite(evidence.squared_norms.get(name, 0.0)):
                    return NonFinite(evidence.step, f"the gradient of {name}", layer.uid)
    if evidence.loss is not None and not _finite(evidence.loss):
        return NonFinite(evidence.step, "the loss", "")
    return None


def _finite(value: float) -> bool:
    return value - value == 0.0
