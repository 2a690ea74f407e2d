"""Rows of a table that training never reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from patchgrad.backend import backend_of, host
from patchgrad.recorder.evidence import Evidence
from patchgrad.recorder.quantities.registry import quantity


@quantity(
    "unread_rows",
    question="Which rows of the table are never read?",
    unit="share",
    formula=r"\frac{1}{m} \#\{j : g_{j,t} = 0 \;\forall t\}",
    healthy="small after a pass over the data; large: the table is larger than the vocabulary, or rows are cut off",
    source="definition: a row that was not looked up has a gradient of zero",
    needs=("gradients",),
)
def unread_rows(evidence: Evidence) -> Mapping[str, float]:
    """Share of the rows of each Embedding whose gradient was zero at every look."""
    read: dict[str, Any] = evidence.memory
    found: dict[str, float] = {}
    for layer in evidence.layers:
        if not layer.kind.startswith("Embedding"):
            continue
        for name, _ in layer.parameters:
            gradient = evidence.gradients.get(name)
            if gradient is None or gradient.ndim != 2 or not gradient.size:
                continue
            now = backend_of(gradient).to_host((gradient != 0).any(axis=1))
            if name not in read or read[name].shape != now.shape:
                read[name] = host.zeros(now.shape, dtype=bool)
            read[name] |= now
            found[layer.uid] = float((~read[name]).mean())
    return found
