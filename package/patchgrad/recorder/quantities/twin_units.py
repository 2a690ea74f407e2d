"""Units that compute the same: they get the same gradient and stay the same for ever."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from patchgrad.backend import backend_of, host
from patchgrad.recorder.evidence import Evidence
from patchgrad.recorder.quantities.registry import quantity

UNITS = 256
INPUTS = 256
CLOSE = 1e-6


@quantity(
    "twin_units",
    question="Do units of a layer compute the same?",
    unit="share",
    formula=r"\frac{1}{m} \#\{j : \exists k \ne j : w_j = w_k\}",
    healthy="0: random initial weights make units differ",
    source="Goodfellow, Bengio and Courville 2016, Deep learning, section 8.4 (breaking symmetry)",
)
def twin_units(evidence: Evidence) -> Mapping[str, float]:
    """Share of the units of a layer, of the first 256, whose weights equal another's; tables of rows do not count."""
    directions: dict[str, Any] = evidence.memory
    found: dict[str, float] = {}
    for layer in evidence.layers:
        if layer.kind.startswith("Embedding"):
            continue
        matrices = [p.data for _, p in layer.parameters if p.ndim > 1 and p.shape[0] > 1 and p.data.dtype.kind == "f"]
        if matrices and (part := _corner(matrices[0])).size:
            found[layer.uid] = twins(part, directions)
    return found


def _corner(array: Any) -> Any:
    units = array[:UNITS]
    rows = units.reshape(units.shape[0], -1)
    step = max(1, rows.shape[1] // INPUTS)
    return backend_of(array).to_host(rows[:, ::step][:, :INPUTS]).astype("float64")


def twins(rows: Any, directions: dict[str, Any]) -> float:
    """Share of rows that equal another: those with the same product with a fixed random vector."""
    width = str(rows.shape[1])
    if width not in directions:
        directions[width] = host.random.default_rng(0).normal(size=rows.shape[1])
    products = host.sort(rows @ directions[width])
    same = abs(host.diff(products)) <= CLOSE * host.sqrt((rows * rows).sum(axis=1)).max()
    return float((host.concatenate([[False], same]) | host.concatenate([same, [False]])).mean())
