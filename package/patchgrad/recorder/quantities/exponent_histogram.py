"""On what scale the numbers are: a histogram of float32 exponents, without a pass to find the range."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from patchgrad.backend import host
from patchgrad.recorder.evidence import Evidence
from patchgrad.recorder.quantities.registry import quantity

BINS = 256
BIAS = 127
FORMULA = r"\#\{i : \lfloor \log_2 |x_i| \rfloor = e\}"
HEALTHY = (
    "one hump, far from both ends; a tall bin of zeros: dead units; anything in the last bin: infinite or not a number"
)
SOURCE = "IEEE 754, binary32: bits 23 to 30 are the exponent plus 127"


def exponents(sample: Any) -> Any:
    """Counts (256,) by biased exponent. Bin 0: zero and subnormal; bin 255: infinite and not a number."""
    bits = host.ascontiguousarray(sample, dtype="float32").view("uint32")
    return host.bincount((bits >> 23) & 0xFF, minlength=BINS)


def exponent(bin_: Any) -> Any:
    """The power of two of a bin: its numbers are in [2**e, 2**(e+1))."""
    return bin_ - BIAS


@quantity(
    "activation_histogram",
    question="How are the activations of this layer distributed?",
    unit="share",
    formula=FORMULA,
    healthy=HEALTHY,
    source=SOURCE,
    needs=("activations",),
    width=BINS,
)
def activation_histogram(evidence: Evidence) -> Mapping[str, Any]:
    """Of about 4,096 strided elements of the output, by layer."""
    return {uid: exponents(sample) for uid, sample in evidence.activations.items()}


@quantity(
    "gradient_histogram",
    question="How are the gradients of this layer distributed?",
    unit="share",
    formula=FORMULA,
    healthy=HEALTHY,
    source=SOURCE,
    needs=("gradients",),
    width=BINS,
)
def gradient_histogram(evidence: Evidence) -> Mapping[str, Any]:
    """Of about 4,096 strided elements of the layer's largest gradient."""
    return {uid: exponents(sample) for uid, sample in evidence.gradient_samples.items()}
