"""A loss that stays where guessing is."""

from __future__ import annotations

from statistics import median

from patchgrad.diagnosis.cures import other_rate
from patchgrad.diagnosis.facts import Facts
from patchgrad.diagnosis.rules.registry import Trouble, rule

STEPS = 200
NEWEST = 50
LOW, HIGH = 0.97, 1.10
MOVES = 1e-4
AGREE = 0.3


def _at_chance(facts: Facts) -> tuple[float, float] | None:
    """The newest loss and that of guessing, where the first is not below the second after many steps."""
    losses, chance = facts.values("loss"), facts.recent("chance_loss")
    if chance is None or chance <= 0 or facts.recorder.series("loss").steps[-1:].sum() < STEPS:
        return None
    newest = median(losses[-NEWEST:])
    return (newest, chance) if LOW * chance <= newest <= HIGH * chance else None


@rule(
    "labels_unrelated",
    threshold="as loss_at_chance; weights move by 1e-4 of themselves, and gradients agree by less than 0.3",
    source="Zhang et al. 2017, Understanding deep learning requires rethinking generalization (random labels); ours: "
    "loss not 3 % below the entropy of the labels after 200 steps, weights that move, gradients that do not agree",
    explains=("loss_at_chance",),
)
def labels_unrelated(facts: Facts) -> Trouble | None:
    """The network moves, its gradients point everywhere, and the loss stays at that of guessing."""
    found = _at_chance(facts)
    ratios = [ratio for ratio in facts.by_layer("update_ratio").values() if ratio > 0]
    cosines = facts.values("gradient_cosine")[-NEWEST:]
    if found is None or not ratios or not cosines or median(ratios) < MOVES or median(cosines) > AGREE:
        return None
    return Trouble(
        "The labels seem to have nothing to do with the inputs",
        "The weights move, and yet the loss is that of guessing: the gradients of different batches do not agree. Look "
        "at a few examples with their labels: they may be shuffled, shifted by one, or the inputs all alike.",
        {"loss": found[0], "loss of guessing": found[1], "agreement of gradients": median(cosines)},
    )


@rule(
    "loss_at_chance",
    threshold="after 200 steps the loss is between 97 and 110 % of guessing",
    source="Shannon 1948: the entropy of the labels is the loss of the best guess",
    last=True,
)
def loss_at_chance(facts: Facts) -> Trouble | None:
    """The loss stays at that of guessing, and no other rule says why."""
    found = _at_chance(facts)
    if found is None:
        return None
    ratios = facts.by_layer("update_ratio")
    slow = bool(ratios) and median(ratios.values()) < MOVES
    return Trouble(
        "The loss is that of guessing",
        "After many steps the network knows no more than how frequent the classes are. Does the output depend on the "
        "input? Try to learn a single batch by heart: if that fails, the fault is in the network or the rate.",
        {"loss": found[0], "loss of guessing": found[1]},
        cure=("Ten times the rate", other_rate(facts, tuple(ratios), 10.0, all_layers=True)) if slow else None,
    )
