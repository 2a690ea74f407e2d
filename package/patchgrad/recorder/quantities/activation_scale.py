"""Mean and standard deviation of what each layer puts out."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import Any

from patchgrad.backend import host
from patchgrad.recorder.evidence import Evidence
from patchgrad.recorder.quantities.registry import quantity

SOURCE = "Glorot and Bengio 2010; Karpathy, makemore part 3"


@quantity(
    "activation_mean",
    question="Are the activations centred?",
    formula=r"\mu_l = \frac{1}{n} \sum_i a_i",
    healthy="within one standard deviation of zero (rectifiers: above zero)",
    source=SOURCE,
    needs=("activations",),
)
def activation_mean(evidence: Evidence) -> Mapping[str, float]:
    """Over about 4,096 strided elements of the output."""
    return {uid: float(sample.mean()) for uid, sample in evidence.activations.items()}


@quantity(
    "activation_std",
    question="Do the activations keep their scale over depth?",
    formula=r"\sigma_l = \sqrt{\frac{1}{n} \sum_i (a_i - \mu_l)^2}",
    healthy="nearly constant over depth; outside 0.1 to 10 times the first layer's it fades or blows up",
    source=SOURCE,
    needs=("activations",),
)
def activation_std(evidence: Evidence) -> Mapping[str, float]:
    """Over about 4,096 strided elements of the output."""
    return {uid: _deviation(sample) for uid, sample in evidence.activations.items()}


def _deviation(sample: Any) -> float:
    centred = sample - sample.mean()
    return sqrt(float(host.dot(centred, centred)) / sample.size)
