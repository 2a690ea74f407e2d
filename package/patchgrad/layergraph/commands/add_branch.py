"""Lead a second path around layers, and bring both together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from patchgrad.errors import GraphError
from patchgrad.layergraph import catalogue
from patchgrad.layergraph.check import check, output_shape, settle
from patchgrad.layergraph.commands.chain import ends_of, require_running
from patchgrad.layergraph.commands.command import Command, names_of, quoted, require_addable
from patchgrad.layergraph.graph import Edge, LayerGraph, LayerNode, PortRef


class BranchLayer(msgspec.Struct, frozen=True):
    """A layer of a new path: kind and settings; those not given follow from the shape that comes."""

    kind: str
    settings: Mapping[str, Any] = {}


class AddBranch(Command, frozen=True, tag="add-branch"):
    """Put a path beside the selected layers: what feeds them goes through ``layers`` too (none: as it is), and both
    come together in an Add or a Concat. A path whose last layer has weights adds 0 at first, so that nothing changes.
    """

    nodes: tuple[str, ...]
    layers: tuple[BranchLayer, ...] = ()
    merge: Literal["Add", "Concat"] = "Add"

    def apply(self, graph: LayerGraph) -> LayerGraph:
        start, end = ends_of(graph, self.nodes)
        readers = [edge.target for edge in graph.edges_from(end.node, end.port) if edge.target.node not in self.nodes]
        made, last, group = graph, start, graph.nodes[end.node].group
        for layer in self.layers:
            made, last = _behind(made, last, layer, group)
        merge = catalogue.find(self.merge)
        node = LayerNode(
            made.fresh_uid(), merge.name, made.fresh_name(merge.stem), merge.settings(self._dim(graph, end)),
            group=group,
        )  # fmt: skip
        a, b = (PortRef(node.uid, port) for port in merge.inputs)
        made = made.with_node(node).with_edges((Edge(end, a), Edge(last, b)))
        made = settle(made.with_edges(Edge(PortRef(node.uid, "y"), target) for target in readers))
        require_running(graph, made, f"a path around {names_of(graph, self.nodes)} does not fit")
        return made

    def _dim(self, graph: LayerGraph, end: PortRef) -> dict[str, Any]:
        shape = output_shape(graph, end)
        return {"dim": 1 if shape is None or len(shape) > 3 else len(shape) - 1} if self.merge == "Concat" else {}

    def label(self, graph: LayerGraph | None = None) -> str:
        return f"add a path around {names_of(graph, self.nodes)}"

    def python(self, graph: LayerGraph | None = None) -> str:
        layers = ", ".join(self._source(layer) for layer in self.layers)
        merge = "" if self.merge == "Add" else f", merge={self.merge!r}"
        return f"pg.edit.branch([{quoted(graph, self.nodes)}], [{layers}]{merge})"

    def _source(self, layer: BranchLayer) -> str:
        return f'("{layer.kind}", {dict(layer.settings)!r})' if layer.settings else f'"{layer.kind}"'


def _behind(graph: LayerGraph, last: PortRef, layer: BranchLayer, group: str | None) -> tuple[LayerGraph, PortRef]:
    kind = require_addable(layer.kind)
    shape = check(graph).shape(last)
    settings = kind.fitting(layer.settings, {kind.inputs[0]: shape} if shape and kind.inputs else {})
    node = LayerNode(graph.fresh_uid(), kind.name, graph.fresh_name(kind.stem), settings, group=group)
    ports = (catalogue.inputs_of(node), catalogue.outputs_of(node))
    if not all(ports):
        raise GraphError(f"{kind.name} cannot stand on a path", want="a layer with an input and an output")
    made = graph.with_node(node).with_edge(Edge(last, PortRef(node.uid, ports[0][0])))
    return made, PortRef(node.uid, ports[1][0])
