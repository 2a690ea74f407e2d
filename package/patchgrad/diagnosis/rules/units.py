"""Units that do not work: dead, saturated, all the same."""

from __future__ import annotations

from patchgrad.diagnosis.cures import drawn_anew, replacing
from patchgrad.diagnosis.facts import Facts
from patchgrad.diagnosis.rules.registry import Trouble, rule

LOOKS = 10
DEAD, SATURATED, CERTAIN, TWINS = 0.5, 0.3, 0.9, 0.9


def _hidden(facts: Facts, quantity: str, above: float) -> dict[str, float]:
    """Layers above a share, but the last one: what the output says may well be decided."""
    last = facts.layers[-1].uid if facts.layers else ""
    shares = facts.by_layer(quantity, LOOKS)
    return {uid: share for uid, share in shares.items() if share > above and uid != last}


@rule(
    "twin_units",
    threshold="more than 90 % of the units, in the middle of 10 looks",
    source="Goodfellow, Bengio and Courville 2016, Deep learning, section 8.4; 90 % is ours",
    explains=("vanishing_gradient", "loss_at_chance", "labels_unrelated", "dead_relus"),
)
def twin_units(facts: Facts) -> Trouble | None:
    """Nearly all units of a layer have the same weights, and keep them."""
    found = {uid: share for uid, share in facts.by_layer("twin_units", LOOKS).items() if share > TWINS}
    if not found:
        return None
    return Trouble(
        "All units of a layer compute the same",
        "Weights that begin equal get equal gradients and stay equal: the layer is worth one unit. Begin with random "
        "weights (nn.init.kaiming_uniform_).",
        {"share of units": max(found.values())},
        tuple(found),
        ("Draw their weights anew", drawn_anew(facts.graph, found)),
    )


@rule(
    "dead_relus",
    threshold="more than half of the units, in the middle of 10 looks",
    source="Lu et al. 2020, Dying ReLU and initialization; CS231n notes, neural networks part 1; more than half: ours",
    explains=("vanishing_gradient", "loss_at_chance", "labels_unrelated", "rate_too_low"),
)
def dead_relus(facts: Facts) -> Trouble | None:
    """More than half of the units of a ReLU did not fire in the last looks."""
    found = {uid: share for uid, share in facts.by_layer("dead_units", LOOKS).items() if share > DEAD}
    if not found:
        return None
    return Trouble(
        "Most units of a ReLU are dead",
        "They give 0 for every example and get no gradient, so they do not come back. The rate was too high, or a bias "
        "too low. LeakyReLU lets a gradient through.",
        {"share of units": max(found.values())},
        tuple(found),
        ("LeakyReLU in place of ReLU", replacing(facts.graph, found, "LeakyReLU")),
    )


@rule(
    "saturated_units",
    threshold="more than 30 % of the outputs, in the middle of 10 looks",
    source="Glorot and Bengio 2010, section 3; Karpathy, makemore part 3 (3 % is usual); more than 30 %: ours",
    explains=("vanishing_gradient", "loss_at_chance", "labels_unrelated", "rate_too_low"),
)
def saturated_units(facts: Facts) -> Trouble | None:
    """Many outputs of a hidden Tanh or Sigmoid are at the ends of its range."""
    found = _hidden(facts, "saturation", SATURATED)
    if not found:
        return None
    return Trouble(
        "Units are saturated",
        "At the flat ends of tanh and sigmoid hardly any gradient gets through. Smaller initial weights or inputs, a "
        "norm in front, or another activation help.",
        {"share of outputs": max(found.values())},
        tuple(found),
        ("ReLU in place of them", replacing(facts.graph, found, "ReLU")),
    )


@rule(
    "saturated_softmax",
    threshold="more than 90 % of the rows above 0.99, in the middle of 10 looks",
    source="Vaswani et al. 2017, Attention is all you need, section 3.2.1; 90 % of the rows above 0.99: ours",
)
def saturated_softmax(facts: Facts) -> Trouble | None:
    """A softmax inside the network gives nearly all to one entry, in nearly all rows."""
    found = _hidden(facts, "softmax_certainty", CERTAIN)
    if not found:
        return None
    return Trouble(
        "A softmax inside the network is saturated",
        "It gives everything to one entry, and its gradient is almost zero. Divide what goes in by the root of its "
        "width, as attention does, or normalise it.",
        {"share of rows": max(found.values())},
        tuple(found),
    )
