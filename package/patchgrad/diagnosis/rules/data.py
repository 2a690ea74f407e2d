"""What goes in: inputs of an unusual scale, labels of one class, tables that are too large."""

from __future__ import annotations

from math import sqrt
from statistics import fmean, pvariance

from patchgrad.diagnosis.cures import norm_behind_input, shuffled
from patchgrad.diagnosis.facts import LOOKS, Facts
from patchgrad.diagnosis.rules.registry import Trouble, rule

LARGE, SMALL, OFF_CENTRE, UNEVEN = 10.0, 1e-3, 5.0, 1000.0
NORMALIZING = ("BatchNorm", "LayerNorm", "InstanceNorm", "GroupNorm", "RMSNorm", "Embedding")
ENOUGH = 64
"""Labels, at least."""
MET = 50
"""Looks at a table, at least."""
UNREAD = 0.5


@rule(
    "input_scale",
    threshold="deviation above 10 or below 0.001, mean beyond 5 deviations, or features 1,000 times apart",
    source="LeCun, Bottou, Orr and Müller 1998, Efficient BackProp, section 4.3; deviation above 10 or below 1/1000, "
    "mean beyond 5 deviations, features 1,000 times apart: ours",
    explains=("rate_too_high", "exploding_gradient", "vanishing_gradient", "dead_relus", "saturated_units"),
)
def input_scale(facts: Facts) -> Trouble | None:
    """The first input is far from mean 0 and deviation 1, and the first layer does not make it so."""
    if len(facts.values("input_mean")) < LOOKS or not facts.layers or facts.layers[0].kind.startswith(NORMALIZING):
        return None
    mean, std = _pooled(facts.values("input_mean"), facts.values("input_std"))
    uneven = facts.recent("feature_spread") or 1.0
    if not (std > LARGE or std < SMALL or abs(mean) > OFF_CENTRE * std or uneven > UNEVEN):
        return None
    evidence = {"mean": mean, "deviation": std, "largest to smallest feature": uneven}
    return Trouble(
        "The input is not normalised",
        "Layers are made for inputs with a mean near 0 and a deviation near 1. Subtract the mean of the training data "
        "and divide by its deviation, feature by feature; or let a batch norm stand first.",
        evidence,
        (facts.layers[0].uid,),
        ("A batch norm behind the input", norm_behind_input(facts.graph)),
    )


def _pooled(means: list[float], deviations: list[float]) -> tuple[float, float]:
    """Mean and deviation over all batches that were looked at: a batch of sorted data is not like the whole."""
    return fmean(means), sqrt(fmean(d * d for d in deviations) + pvariance(means))


@rule(
    "one_class",
    threshold="one class among the labels of 16 steps, where the output has two or more",
    source="definition",
    explains=("labels_unrelated", "loss_at_chance", "rate_too_low"),
)
def one_class(facts: Facts) -> Trouble | None:
    """All labels so far were of one class."""
    classes, output = facts.recent("label_classes"), facts.recent("label_classes", "output")
    if classes != 1 or output is None or output < 2 or facts.recorder.series("label_classes").steps[-1] < ENOUGH // 4:
        return None
    return Trouble(
        "All labels are of one class",
        "There is nothing to tell apart: the network learns to say the same whatever it sees. Data sorted by class "
        "need shuffle=True in the loader; or the column of the labels is the wrong one.",
        {"classes seen": classes, "classes of the output": output},
        cure=("Shuffle the data", shuffled(facts)),
    )


@rule(
    "unread_rows",
    threshold="more than half of the rows after 50 looks, and no new one in half of them",
    source="definition of a lookup; more than half, and no new one in half of the looks: ours",
)
def unread_rows(facts: Facts) -> Trouble | None:
    """Most rows of an embedding were never looked up, and no new ones are met."""
    found: dict[str, float] = {}
    for layer in facts.layers:
        shares = facts.values("unread_rows", layer.uid)
        if len(shares) >= MET and shares[-1] > UNREAD and shares[len(shares) // 2] == shares[-1]:
            found[layer.uid] = shares[-1]
    if not found:
        return None
    return Trouble(
        "Most rows of an embedding are never read",
        "They stay as random as they began, and take memory and steps of the optimizer. Make the table as large as the "
        "vocabulary, and check that tokens are not cut off or all mapped to a few numbers.",
        {"share of rows": max(found.values())},
        tuple(found),
    )
