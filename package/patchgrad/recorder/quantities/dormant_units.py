"""Units that say next to nothing compared with their neighbours."""

from __future__ import annotations

from collections.abc import Mapping

from patchgrad.recorder.evidence import Evidence
from patchgrad.recorder.quantities.registry import quantity

THRESHOLD = 0.025


@quantity(
    "dormant_units",
    question="Which units have gone to sleep?",
    unit="share",
    formula=r"\frac{1}{m} \#\{j : \frac{E|h_j|}{\frac{1}{m} \sum_k E|h_k|} \le \tau\},\quad \tau = 0.025",
    healthy="a few per cent; a share that grows during training: the network loses its ability to learn",
    source="Sokar, Agarwal, Castro and Evci 2023, The dormant neuron phenomenon, arXiv 2302.12902, definition 3.1",
    needs=("activations",),
)
def dormant_units(evidence: Evidence) -> Mapping[str, float]:
    """Share of the units of each activation layer, over up to 64 rows of a batch; 1 where all are zero."""
    found: dict[str, float] = {}
    for uid, scales in evidence.seen.scales.items():
        found[uid] = float((scales <= THRESHOLD * scales.mean()).mean())
    return found
