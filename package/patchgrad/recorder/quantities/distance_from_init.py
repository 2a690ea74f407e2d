"""How far the weights have come."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import Any

from patchgrad.backend import host
from patchgrad.recorder.evidence import Evidence, weights
from patchgrad.recorder.quantities.registry import quantity


@quantity(
    "distance_from_init",
    question="How far have the weights come?",
    formula=r"\lVert w_t - w_0 \rVert_2 / \lVert w_0 \rVert_2",
    healthy="grows about as the root of the number of steps; a straight line upwards: the weights run away",
    source="Hoffer, Hubara and Soudry 2017, Train longer, generalize better; Schneider et al. 2021, Cockpit",
    needs=("updates",),
)
def distance_from_init(evidence: Evidence) -> Mapping[str, float]:
    """By layer, from where the weights stood when they were first looked at, over strided elements."""
    first: dict[str, Any] = evidence.memory
    found: dict[str, float] = {}
    for layer in evidence.layers:
        far = size = 0.0
        for name, _ in weights(layer):
            if name in evidence.updates:
                before, now = evidence.updates[name]
                start = first.get(name)
                if start is None or start.shape != now.shape:
                    start = first[name] = before
                far += float(host.dot(now - start, now - start))
                size += float(host.dot(start, start))
        if size > 0:
            found[layer.uid] = sqrt(far / size)
    return found
