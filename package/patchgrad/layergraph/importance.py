"""Which units of a layer matter most: by the norm of the weights that make them."""

from __future__ import annotations

from typing import Any

from patchgrad.backend import host
from patchgrad.layergraph import catalogue
from patchgrad.layergraph.graph import LayerGraph


def best(graph: LayerGraph, module: Any, makers: list[str], count: int) -> dict[str, tuple[int, ...]]:
    """The ``count`` units of largest norm, in their order, for each of the layers that make them together.

    Empty where that cannot be said: layers of different widths, or units that are learned by themselves.
    """
    norms = [unit_norms(graph, module, uid) for uid in makers]
    sizes = {len(norm) for norm in norms if norm is not None}
    if any(norm is None for norm in norms) or len(sizes) != 1:
        return {}
    total = host.sqrt(sum(norm * norm for norm in norms))
    kept = tuple(sorted(host.argsort(-total, kind="stable")[:count].tolist()))
    return dict.fromkeys(makers, kept)


def unit_norms(graph: LayerGraph, module: Any, uid: str) -> Any:
    """The Euclidean norm of the weights that make each unit of a layer; None for a layer that has no such weights."""
    node = graph.nodes[uid]
    kind = catalogue.find(node.kind)
    if kind.roles is None:
        return None
    total: Any = None
    for name, parameter in module.layer(uid).named_parameters():
        for at, axis in enumerate(kind.roles(name, node.settings)):
            if axis is not None and not axis.reads and axis.of in ("out", "state"):
                values = host.asarray(parameter.numpy(force=True), dtype=host.float64)
                other = tuple(range(values.ndim))
                squares = (values * values).sum(axis=tuple(place for place in other if place != at))
                squares = squares.reshape(axis.blocks, -1).sum(axis=0)
                total = squares if total is None else total + squares
    return None if total is None else host.sqrt(total)
