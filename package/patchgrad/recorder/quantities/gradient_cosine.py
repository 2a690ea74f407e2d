"""Do gradients that follow each other point the same way?"""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import Any

from patchgrad.backend import host
from patchgrad.recorder.evidence import Evidence
from patchgrad.recorder.quantities.registry import quantity


@quantity(
    "gradient_cosine",
    question="Do successive gradients agree?",
    unit="cosine",
    formula=r"\frac{g_t \cdot g_{t-1}}{\lVert g_t \rVert \lVert g_{t-1} \rVert}",
    healthy="between 0 and 1, and falling; near -1: steps jump across a valley, the rate is too high; "
    "near 1 for long: it could be higher",
    source="definition; on a parabola, steps longer than 1 / curvature turn the gradient round",
    needs=("gradients",),
)
def gradient_cosine(evidence: Evidence) -> Mapping[str, float]:
    """Of this look's gradient with that of the look before, over strided samples; by layer and of all."""
    before: dict[str, Any] = evidence.memory
    found: dict[str, float] = {}
    sums = [0.0, 0.0, 0.0]
    for uid, sample in evidence.gradient_samples.items():
        old = before.get(uid)
        before[uid] = sample
        if old is None or old.shape != sample.shape:
            continue
        dots = [float(host.dot(a, b)) for a, b in ((sample, old), (sample, sample), (old, old))]
        sums = [total + dot for total, dot in zip(sums, dots, strict=True)]
        _put(found, uid, dots)
    _put(found, "", sums)
    return found


def _put(found: dict[str, float], uid: str, dots: list[float]) -> None:
    both, one, other = dots
    if one > 0 and other > 0:
        found[uid] = both / (sqrt(one) * sqrt(other))
