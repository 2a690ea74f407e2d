"""What the model is given: centre, spread, and how unlike the features are."""

from __future__ import annotations

from collections.abc import Mapping

from patchgrad.recorder.evidence import Evidence
from patchgrad.recorder.quantities.registry import quantity

SOURCE = "LeCun, Bottou, Orr and Müller 1998, Efficient BackProp, section 4.3; the thresholds are ours"


@quantity(
    "input_mean",
    question="Is the input centred?",
    formula=r"\frac{1}{n} \sum_i x_i",
    healthy="near 0, within a few deviations",
    source=SOURCE,
)
def input_mean(evidence: Evidence) -> Mapping[str, float]:
    """Over about 4,096 strided elements of the first input, if it is of real numbers."""
    sample = evidence.seen.inputs
    return {} if sample is None else {"": float(sample.mean(dtype="float64"))}


@quantity(
    "input_std",
    question="Is the input scaled?",
    formula=r"\sqrt{\frac{1}{n} \sum_i (x_i - \mu)^2}",
    healthy="about 1; below 1/100 or above 10 the rates that usually work do not",
    source=SOURCE,
)
def input_std(evidence: Evidence) -> Mapping[str, float]:
    """Over about 4,096 strided elements of the first input, if it is of real numbers."""
    sample = evidence.seen.inputs
    return {} if sample is None else {"": float(sample.std(dtype="float64"))}


@quantity(
    "feature_spread",
    question="Are the features of one scale?",
    unit="largest / smallest",
    formula=r"\max_j \sigma_j / \min_{j : \sigma_j > 0} \sigma_j",
    healthy="below 100; above 1,000 the largest features drown the others",
    source=SOURCE,
)
def feature_spread(evidence: Evidence) -> Mapping[str, float]:
    """Largest deviation of a feature by the smallest, over up to 64 rows; of inputs with two axes."""
    deviations = evidence.seen.features
    if deviations is None:
        return {}
    moving = deviations[deviations > 0]
    return {"": float(moving.max() / moving.min())} if moving.size > 1 else {}
