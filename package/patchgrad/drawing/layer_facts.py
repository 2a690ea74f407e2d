"""What the check and the catalogue know of each layer of a graph: ports, shapes, counts, problems."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from patchgrad.layergraph import catalogue
from patchgrad.layergraph.check import Report
from patchgrad.layergraph.graph import LayerGraph, LayerNode, PortRef


@dataclass(frozen=True, slots=True)
class LayerFacts:
    """What the graph alone does not say about a layer. Shapes by port, the batch axis as ``N``."""

    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    parameters: int = 0
    shapes: Mapping[str, Sequence[int | str]] | None = None
    family: str = ""
    problem: str = ""
    summary: str = ""


Facts = Mapping[str, LayerFacts]


def layer_facts(graph: LayerGraph) -> Facts:
    """The facts of all layers, by uid; a layer of an unknown kind has none but its problem."""
    report = graph.check()
    return {uid: _facts(graph, node, report) for uid, node in graph.nodes.items()}


def _facts(graph: LayerGraph, node: LayerNode, report: Report) -> LayerFacts:
    problems = report.of_node(node.uid)
    problem = problems[0].title if problems else ""
    kind = catalogue.kinds().get(node.kind)
    if kind is None:
        return LayerFacts(problem=problem)
    outputs = catalogue.outputs_of(node)
    known = {port: report.shape(PortRef(node.uid, port)) for port in outputs}
    shapes = {port: shape for port, shape in known.items() if shape is not None}
    parameters = report.parameters.get(node.uid, 0)
    summary = kind.summary(node.settings)
    if node.shares is not None:
        summary = f"the weights of {graph.nodes[node.shares].name}"
    return LayerFacts(catalogue.inputs_of(node), outputs, parameters, shapes, kind.family, problem, summary)
