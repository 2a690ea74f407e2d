"""How many directions a matrix of weights really uses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from patchgrad.backend import backend_of, host
from patchgrad.recorder.evidence import weights
from patchgrad.recorder.probe import Probe
from patchgrad.recorder.quantities.registry import quantity


@quantity(
    "effective_rank",
    question="How many directions do the weights use?",
    unit="directions",
    formula=r"\exp\left(-\sum_i p_i \ln p_i\right),\quad p_i = \sigma_i / \sum_k \sigma_k",
    healthy="a good part of the smaller side of the matrix; near 1 the layer lets one direction through",
    source="Roy and Vetterli 2007, The effective rank: a measure of effective dimensionality",
    when="request",
)
def effective_rank(probe: Probe) -> Mapping[str, float]:
    """Of the first matrix of each layer, with the axes behind the first as one; not of zeros."""
    found: dict[str, float] = {}
    for layer in probe.layers:
        matrices = [parameter for _, parameter in weights(layer) if parameter.ndim > 1 and parameter.data.size]
        if matrices:
            rank = rank_of(backend_of(matrices[0].data).to_host(matrices[0].data))
            if rank is not None:
                found[layer.uid] = rank
    return found


def rank_of(matrix: Any) -> float | None:
    """The effective rank of an array with the axes behind the first as one; None of zeros, or what is not finite."""
    flat = matrix.reshape(matrix.shape[0], -1).astype("float64")
    if not host.isfinite(flat).all() or not flat.any():
        return None
    values = host.linalg.svd(flat, compute_uv=False)
    shares = values[values > 0] / values.sum()
    return float(host.exp(-(shares * host.log(shares)).sum()))
