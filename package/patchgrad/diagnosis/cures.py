"""Edits that may help, as ordinary commands; None where there is no graph to edit, or nothing fits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from patchgrad.diagnosis.facts import Facts
from patchgrad.layergraph.commands import (
    AnyCommand,
    HoldParameters,
    InsertOnEdge,
    Reinitialise,
    RemoveNodes,
    ReplaceNode,
    SetData,
    SetOptimizer,
    SetRate,
    Several,
)
from patchgrad.layergraph.commands.one import OneCommand
from patchgrad.layergraph.graph import LayerGraph
from patchgrad.layergraph.probe import parameter_count
from patchgrad.layergraph.targets import Verdict, insertions
from patchgrad.layergraph.walk import upstream

NORMS = ("BatchNorm1d", "BatchNorm2d")


def replacing(
    graph: LayerGraph | None, uids: Iterable[str], kind: str, settings: dict[str, Any] | None = None
) -> AnyCommand | None:
    """Another kind of layer in the place of each."""
    return together([ReplaceNode(uid, kind, settings or {}) for uid in present(graph, uids)], f"{kind} in")


def drawn_anew(graph: LayerGraph | None, uids: Iterable[str]) -> AnyCommand | None:
    """New random weights for each that has any."""
    found = present(graph, uids)
    learning = [uid for uid in found if graph is not None and parameter_count(graph.nodes[uid].key)]
    return together([Reinitialise(uid) for uid in learning], "new weights in")


def norm_behind_input(graph: LayerGraph | None) -> AnyCommand | None:
    """A batch norm as the first layer."""
    sources = [uid for uid, node in graph.nodes.items() if node.kind == "Input"] if graph is not None else []
    return next(iter(_norms_behind(graph, sources)), None)


def norms_behind(graph: LayerGraph | None, uids: Iterable[str]) -> AnyCommand | None:
    """A batch norm behind each."""
    return together(_norms_behind(graph, present(graph, uids)), "batch norms in")


def without_unused(graph: LayerGraph | None, uids: Iterable[str]) -> AnyCommand | None:
    """Those that lead to no output are taken away."""
    if graph is None:
        return None
    used = upstream(graph, [uid for uid, node in graph.nodes.items() if node.kind == "Output"])
    loose = tuple(uid for uid in present(graph, uids) if uid not in used)
    return RemoveNodes(loose) if loose else None


def other_rate(facts: Facts, uids: Sequence[str], factor: float, *, all_layers: bool) -> AnyCommand | None:
    """Another learning rate: of the optimizer where all layers need it, else of these layers alone."""
    if facts.graph is None:
        return None
    if all_layers and facts.rate is not None:
        return SetOptimizer(settings={"lr": float(f"{facts.rate * factor:.6g}")})
    nodes = [(uid, facts.graph.nodes[uid].rate) for uid in present(facts.graph, uids)]
    return together([SetRate(uid, float(f"{rate * factor:.6g}")) for uid, rate in nodes], "another rate in")


def held(graph: LayerGraph | None, uids: Iterable[str]) -> AnyCommand | None:
    """The optimizer gets the parameters that it does not hold."""
    found = tuple(present(graph, uids))
    return HoldParameters(found) if found else None


def shuffled(facts: Facts) -> AnyCommand | None:
    """Data that were drawn in order are shuffled."""
    return SetData(shuffle=True) if facts.graph is not None and facts.ordered else None


def present(graph: LayerGraph | None, uids: Iterable[str]) -> list[str]:
    """Those that the graph has."""
    return [uid for uid in uids if graph is not None and uid in graph.nodes]


def together(commands: list[OneCommand], words: str) -> AnyCommand | None:
    """One edit of them, undone as one."""
    if len(commands) < 2:
        return next(iter(commands), None)
    return Several(tuple(commands), f"{words} {len(commands)} places")


def _norms_behind(graph: LayerGraph | None, uids: list[str]) -> list[OneCommand]:
    found: dict[str, OneCommand] = {}
    if graph is None or not uids:
        return []
    for kind in NORMS:
        for verdict in insertions(graph, kind):
            source = _source(graph, verdict)
            if source in uids and source not in found:
                found[source] = InsertOnEdge(verdict.port, kind, dict(verdict.settings))
    return list(found.values())


def _source(graph: LayerGraph, verdict: Verdict) -> str:
    """The layer whose output would go through; empty where the norm does not fit."""
    edge = graph.edge_into(verdict.port) if verdict.verdict == "valid" else None
    return edge.source.node if edge is not None else ""
