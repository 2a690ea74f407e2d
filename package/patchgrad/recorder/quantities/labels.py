"""What the labels alone say: how many classes there are, and the loss of guessing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from patchgrad.backend import host
from patchgrad.recorder.evidence import Evidence
from patchgrad.recorder.quantities.registry import quantity

MOST = 100_000
"""Classes that are counted; larger ones fall into the last."""


def _counts(evidence: Evidence) -> Any:
    """How often each class was seen, over all looks so far; None without labels of classes."""
    targets = evidence.seen.targets
    if targets is None or not ((targets >= 0) & (targets == host.floor(targets))).any():
        return None
    labels = targets[(targets >= 0) & (targets == host.floor(targets))].astype("int64")
    size = min(max(evidence.seen.classes, int(labels.max()) + 1), MOST)
    before = evidence.memory.get("counts", host.zeros(0, dtype="int64"))
    counts = host.bincount(labels.clip(0, size - 1), minlength=max(size, len(before)))
    counts[: len(before)] += before
    evidence.memory["counts"] = counts
    return counts


@quantity(
    "label_classes",
    question="How many classes do the labels have?",
    unit="classes",
    formula=r"\#\{c : \exists t : y_t = c\}",
    healthy="as many as the output has",
    source="definition",
)
def label_classes(evidence: Evidence) -> Mapping[str, float]:
    """Classes that were seen so far, under ""; those of the output, under "output"."""
    counts = _counts(evidence)
    if counts is None:
        return {}
    return {"": float((counts > 0).sum()), "output": float(evidence.seen.classes)}


@quantity(
    "chance_loss",
    question="What is the loss of guessing?",
    formula=r"H(y) = -\sum_c p_c \ln p_c",
    healthy="the loss should soon be well below it",
    source="Shannon 1948: the least cross entropy that can be had without looking at the input",
)
def chance_loss(evidence: Evidence) -> Mapping[str, float]:
    """The entropy of the labels that were seen so far, in nats."""
    counts = _counts(evidence)
    if counts is None:
        return {}
    shares = counts[counts > 0] / counts.sum()
    return {"": float(-(shares * host.log(shares)).sum())}
