"""Units at the flat ends of their function, where no gradient gets through."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from patchgrad.backend import host
from patchgrad.recorder.evidence import Evidence
from patchgrad.recorder.quantities.registry import quantity

SURE = 0.99


def _ends(sample: Any, kind: str) -> Any:
    if kind == "Tanh":
        return abs(sample) > 0.97
    return (sample < 0.015) | (sample > 0.985)


@quantity(
    "saturation",
    question="How many units are saturated?",
    unit="share",
    formula=r"\frac{1}{n} \#\{i : |\tanh x_i| > 0.97\};\quad \sigma(x_i) \notin [0.015, 0.985]",
    healthy="about 3 %; above 10 % learning is slowed, above 30 % hardly any gradient gets through",
    source="Karpathy, makemore part 3 (0.97, and 3 % in a healthy network); 10 and 30 % are ours",
    needs=("activations",),
)
def saturation(evidence: Evidence) -> Mapping[str, float]:
    """Share of the outputs of each Tanh and Sigmoid at the ends of their range."""
    found: dict[str, float] = {}
    for uid, sample in evidence.activations.items():
        kind = evidence.layers[uid].kind
        if kind in ("Tanh", "Sigmoid"):
            found[uid] = float(_ends(sample, kind).mean())
    return found


@quantity(
    "softmax_certainty",
    question="Does each softmax choose one entry only?",
    unit="share",
    formula=r"\frac{1}{r} \#\{r : \max_j p_{rj} > 0.99\}",
    healthy="below 90 % inside a network; of its output it may come near 100 % late in training",
    source="Vaswani et al. 2017, section 3.2.1 (large products, tiny gradients); 0.99 and 90 % are ours",
    needs=("activations",),
)
def softmax_certainty(evidence: Evidence) -> Mapping[str, float]:
    """Share of the rows of a softmax with one probability above 0.99, by the module in which it ran."""
    return {uid: float((host.asarray(rows) > SURE).mean()) for uid, rows in evidence.seen.certainty.items()}
