"""Gradients that fade or grow on their way to the first layer."""

from __future__ import annotations

from patchgrad.diagnosis.facts import LOOKS, Facts
from patchgrad.diagnosis.rules.registry import Trouble, rule

FAR = 1e3
SOURCE = "Hochreiter 1991; Glorot and Bengio 2010; first to last layer beyond a factor of 1,000: ours"


def _ends(facts: Facts) -> tuple[list[str], float] | None:
    """Layers with weights by depth, and the gradient of the first by that of the last; None where that says nothing."""
    norms = facts.by_layer("gradient_norm", LOOKS)
    matrices = {
        layer.uid
        for layer in facts.layers
        if any(p.ndim > 1 for _, p in layer.parameters) and not layer.kind.startswith("Embedding")
    }
    uids = [uid for uid in norms if uid in matrices]
    if len(uids) < 3 or min(norms[uids[0]], norms[uids[-1]]) <= 0:
        return None
    return uids, norms[uids[0]] / norms[uids[-1]]


@rule("vanishing_gradient", source=SOURCE, explains=("rate_too_low", "loss_at_chance", "labels_unrelated"))
def vanishing_gradient(facts: Facts) -> Trouble | None:
    """The first layer gets less than a thousandth of the gradient of the last."""
    found = _ends(facts)
    if found is None or found[1] >= 1 / FAR:
        return None
    squashing = [layer.uid for layer in facts.layers[:-1] if layer.kind in ("Sigmoid", "Tanh")]
    return Trouble(
        "The gradient vanishes on its way to the first layers",
        "Each layer passes on less than it gets, so the first ones hardly learn. ReLU with Kaiming weights, norms "
        "between the layers, or connections around them keep it alive.",
        {"first / last": found[1], "layers": float(len(found[0]))},
        tuple(found[0][: max(1, len(found[0]) // 2)]),
        ("ReLU in place of the squashing layers", facts.replacing(squashing, "ReLU")),
    )


@rule("exploding_gradient", source=SOURCE)
def exploding_gradient(facts: Facts) -> Trouble | None:
    """The first layer gets more than a thousand times the gradient of the last."""
    found = _ends(facts)
    if found is None or found[1] <= FAR:
        return None
    return Trouble(
        "The gradient explodes on its way to the first layers",
        "Each layer passes on more than it gets. Smaller initial weights, norms between the layers, or "
        "nn.utils.clip_grad_norm_ keep it in bounds.",
        {"first / last": found[1], "layers": float(len(found[0]))},
        tuple(found[0][: max(1, len(found[0]) // 2)]),
    )
