"""Units of a rectifier that never fire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from patchgrad.backend import host
from patchgrad.recorder.evidence import Evidence
from patchgrad.recorder.quantities.registry import quantity

WINDOW = 100


@quantity(
    "dead_units",
    question="Which units never fire?",
    unit="share",
    formula=r"\frac{1}{m} \#\{j : \max_{t \in W} a_j(t) \le 0\}",
    healthy="a few per cent; much more after a jump of the loss: the rate was too high",
    source="Lu, Shin, Su and Karniadakis 2020, Dying ReLU and initialization; window of 50 to 100 looks is ours",
    needs=("peaks",),
)
def dead_units(evidence: Evidence) -> Mapping[str, float]:
    """Share of the units of each ReLU whose output was never above 0 in the last 50 to 100 looks.

    Two running maxima, each over half a window, stand for the window; up to 64 rows of a batch count.
    """
    found: dict[str, float] = {}
    for uid, peaks in evidence.peaks.items():
        halves = evidence.memory.get(uid)
        if halves is None or halves[0].shape != peaks.shape:
            halves = evidence.memory[uid] = [host.full(peaks.shape, -host.inf, "float32") for _ in range(2)] + [0]
        found[uid] = _share(halves, peaks)
    return found


def _share(halves: list[Any], peaks: Any) -> float:
    if halves[2] == WINDOW // 2:
        halves[:] = [halves[1], host.full(peaks.shape, -host.inf, "float32"), 0]
    host.maximum(halves[1], peaks, out=halves[1])
    halves[2] += 1
    return float((host.maximum(halves[0], halves[1]) <= 0).mean())
