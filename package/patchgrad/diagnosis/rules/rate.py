"""Steps that are too long or too short."""

from __future__ import annotations

from statistics import median

from patchgrad.diagnosis.cures import other_rate
from patchgrad.diagnosis.facts import Facts
from patchgrad.diagnosis.rules.registry import Trouble, rule

LOOKS = 20
JUMP, HIGH = 0.1, 1e-2
LOW, ASLEEP, AWAKE = 1e-5, 1e-6, 1e-4
ROSE, STILL = 2.0, 0.02
STEPS = 50
SOURCE = "Karpathy, CS231n notes, neural networks part 3 (update : weight about 1e-3); "


def moved(facts: Facts) -> tuple[float, float] | None:
    """Medians of the first and of the newest losses; None before there are enough."""
    losses = facts.values("loss")
    return (median(losses[:10]), median(losses[-10:])) if len(losses) >= STEPS else None


def _ratios(facts: Facts) -> dict[str, float]:
    """By layer that moves, the middle of the newest ratios."""
    return {uid: ratio for uid, ratio in facts.by_layer("update_ratio", LOOKS).items() if ratio > 0}


@rule(
    "rate_too_high",
    threshold="change / weight above 0.1, or above 0.01 while the loss has doubled, in the middle of 20 looks",
    source=SOURCE + "above 1e-1, or above 1e-2 with a loss that has doubled: ours",
    explains=("exploding_gradient", "dead_relus", "saturated_units", "labels_unrelated", "loss_at_chance"),
)
def rate_too_high(facts: Facts) -> Trouble | None:
    """A layer changes by a tenth with each step, or by a hundredth while the loss rises."""
    ratios, losses = _ratios(facts), moved(facts)
    rose = losses is not None and losses[0] > 0 and losses[1] > ROSE * losses[0]
    nodes = tuple(uid for uid, ratio in ratios.items() if ratio > (HIGH if rose else JUMP))
    if not nodes:
        return None
    evidence = {"largest change / weight": max(ratios.values())}
    if losses is not None:
        evidence |= {"loss at first": losses[0], "loss now": losses[1]}
    where = "" if len(nodes) == len(ratios) else " for some layers"
    return Trouble(
        f"The learning rate is too high{where}",
        "Each step changes the weights by more than a slope holds for: what was learned is thrown away again. Divide "
        "the rate by 10 (optimizer.param_groups[0]['lr']), for these layers at least.",
        evidence,
        nodes,
        ("A tenth of the rate", other_rate(facts, nodes, 0.1, all_layers=not where)),
    )


@rule(
    "rate_too_low",
    threshold="change / weight below 1e-5 while the loss stands still, or below 1e-6 where other layers move",
    source=SOURCE + "below 1e-5 with a loss that stands, or 1e-6 of one layer where others move: ours",
    explains=("labels_unrelated", "loss_at_chance"),
)
def rate_too_low(facts: Facts) -> Trouble | None:
    """All layers hardly move and the loss stands still; or one layer sleeps though it has a gradient."""
    ratios, losses = _ratios(facts), moved(facts)
    if not ratios or losses is None:
        return None
    stands = abs(losses[1] - losses[0]) < STILL * abs(losses[0])
    if stands and max(ratios.values()) < LOW:
        nodes = tuple(ratios)
    elif median(ratios.values()) > AWAKE:
        nodes = tuple(uid for uid, ratio in ratios.items() if ratio < ASLEEP and _reached(facts, uid))
    else:
        nodes = ()
    if not nodes:
        return None
    where = "" if len(nodes) == len(ratios) else " for some layers"
    return Trouble(
        f"The learning rate is too low{where}",
        "The steps are so short that the weights stay where they are. Multiply the rate by 10 until the change of the "
        "weights is about a thousandth of them.",
        {"change / weight": max(ratios[uid] for uid in nodes), "loss at first": losses[0], "loss now": losses[1]},
        nodes,
        ("Ten times the rate", other_rate(facts, nodes, 10.0, all_layers=not where)),
    )


def _reached(facts: Facts, uid: str) -> bool:
    norms = facts.by_layer("gradient_norm")
    return uid in norms and norms[uid] > 1e-2 * median(norms.values())
