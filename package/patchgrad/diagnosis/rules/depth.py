"""Gradients that fade or grow on their way to the first layer."""

from __future__ import annotations

from patchgrad.diagnosis.cures import norms_behind, replacing
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


@rule(
    "vanishing_gradient",
    threshold="the first layer gets less than 1/1,000 of the gradient of the last, in the middle of 5 looks",
    source=SOURCE,
    explains=("rate_too_low", "loss_at_chance", "labels_unrelated"),
)
def vanishing_gradient(facts: Facts) -> Trouble | None:
    """The first layer gets less than a thousandth of the gradient of the last."""
    found = _ends(facts)
    if found is None or found[1] >= 1 / FAR:
        return None
    squashing = [layer.uid for layer in facts.layers[:-1] if layer.kind in ("Sigmoid", "Tanh")]
    relus = ("ReLU in place of the squashing layers", replacing(facts.graph, squashing, "ReLU"))
    return Trouble(
        "The gradient vanishes on its way to the first layers",
        "Each layer passes on less than it gets, so the first ones hardly learn. ReLU with Kaiming weights, norms "
        "between the layers, or connections around them keep it alive.",
        {"first / last": found[1], "layers": float(len(found[0]))},
        tuple(found[0][: max(1, len(found[0]) // 2)]),
        relus if squashing else ("Batch norms between the layers", norms_behind(facts.graph, found[0][:-1])),
    )


@rule(
    "exploding_gradient",
    threshold="the first layer gets more than 1,000 times the gradient of the last, in the middle of 5 looks",
    source=SOURCE,
)
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
        ("Batch norms between the layers", norms_behind(facts.graph, found[0][:-1])),
    )
