"""How much would be lost in half precision."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from patchgrad.recorder.evidence import Evidence
from patchgrad.recorder.quantities.exponent_histogram import BIAS, exponents
from patchgrad.recorder.quantities.registry import quantity

MARGIN = 2
"""Powers of two."""
LOWEST, HIGHEST = -14, 15
"""Exponents of the smallest normal and of the largest number of float16."""
FORMULA = r"\frac{\#\{i : \log_2|x_i| < -14 + 2 \text{ or } \ge 16 - 2\}}{\#\{i : x_i \ne 0\}}"
HEALTHY = "below 5 %; more: train with a loss scale (GradScaler), or in bfloat16, whose range is that of float32"
SOURCE = "IEEE 754, binary16; Micikevicius et al. 2018, Mixed precision training, section 3.2; the margin is ours"


def half_range(sample: Any) -> float | None:
    """Share of the numbers within a factor of 4 of the ends of float16 or beyond; None if all are zero."""
    counts = exponents(sample)
    whole = int(counts[1:].sum())
    if whole == 0:
        return None
    inside = counts[LOWEST + MARGIN + BIAS : HIGHEST - MARGIN + BIAS + 1].sum()
    return 1.0 - float(inside) / whole


def _by_layer(samples: Mapping[str, Any]) -> dict[str, float]:
    shares = {uid: half_range(sample) for uid, sample in samples.items()}
    return {uid: share for uid, share in shares.items() if share is not None}


@quantity(
    "activation_half_range",
    question="Do the activations fit into half precision?",
    formula=FORMULA,
    healthy=HEALTHY,
    source=SOURCE,
    needs=("activations",),
)
def activation_half_range(evidence: Evidence) -> Mapping[str, float]:
    """By layer; zeros and float32's subnormal numbers do not count."""
    return _by_layer(evidence.activations)


@quantity(
    "gradient_half_range",
    question="Do the gradients fit into half precision?",
    formula=FORMULA,
    healthy=HEALTHY,
    source=SOURCE,
    needs=("gradients",),
)
def gradient_half_range(evidence: Evidence) -> Mapping[str, float]:
    """By layer, of its largest gradient; zeros and float32's subnormal numbers do not count."""
    return _by_layer(evidence.gradient_samples)
