"""Put a layer of another kind, or with other settings, in the place of one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from patchgrad.errors import GraphError
from patchgrad.layergraph import catalogue
from patchgrad.layergraph.check import input_shapes, settle
from patchgrad.layergraph.commands.chain import require_no_loop
from patchgrad.layergraph.commands.command import Command, layer_text, name_of, require_addable
from patchgrad.layergraph.graph import Edge, LayerGraph, LayerNode, PortRef


class ReplaceNode(Command, frozen=True, tag="replace-node"):
    """Change the kind of a layer; one that shares its layer gets one of its own.

    Uid, place, edges at ports of the same name (else the same rank), and settings of the
    same name stay; a name made from the old kind (``relu1``) is made anew from the new one."""

    node: str
    kind: str
    settings: Mapping[str, Any] = {}

    def apply(self, graph: LayerGraph) -> LayerGraph:
        old, kind = graph.node(self.node), require_addable(self.kind)
        _require_swappable(old, kind)
        kept = {name: value for name, value in old.settings.items() if name in kind.field_names}
        kept = {name: value for name, value in kept.items() if takes_setting(kind, name, value)}
        settings = kind.fitting({**kept, **self.settings}, input_shapes(graph, old.uid))
        name = _name(graph, old, kind)
        bypassed = old.bypassed and bool(kind.inputs)
        node = msgspec.structs.replace(
            old, kind=kind.name, settings=settings, name=name, shares=None, bypassed=bypassed
        )
        changed = _rewired(graph, old, node)
        if old.kind == "Delay":
            require_no_loop(graph, changed, f"{old.name} cannot become a {kind.name}")
        return settle(changed)

    def label(self, graph: LayerGraph | None = None) -> str:
        return f"replace {name_of(graph, self.node)} by {self.kind}"

    def python(self, graph: LayerGraph | None = None) -> str:
        layer = layer_text(self, graph, self.kind, self.settings, self.node)
        return f'pg.edit.replace("{name_of(graph, self.node)}", {layer})'


def _require_swappable(old: LayerNode, kind: catalogue.LayerKind) -> None:
    ends = {"Input", "Output"}
    if old.kind != kind.name and (old.kind in ends or kind.name in ends):
        raise GraphError(f"{old.name} cannot become a {kind.name}", hint="Input and Output stay what they are")


def takes_setting(kind: catalogue.LayerKind, name: str, value: Any) -> bool:
    try:
        kind.field(name).parse(value)
    except GraphError:
        return False
    return True


def _name(graph: LayerGraph, old: LayerNode, kind: catalogue.LayerKind) -> str:
    stem = catalogue.find(old.kind).stem
    made = re.fullmatch(rf"(.*?){stem}\d+", old.name)
    return graph.fresh_name(made[1] + kind.stem) if made and stem != kind.stem else old.name


def _rewired(graph: LayerGraph, old: LayerNode, node: LayerNode) -> LayerGraph:
    """The graph with the new node, and the edges of the old one at the ports of the new."""
    inputs = _ports(catalogue.inputs_of(old), catalogue.inputs_of(node))
    outputs = _ports(catalogue.outputs_of(old), catalogue.outputs_of(node))
    edges = [_moved(edge, old.uid, inputs, outputs) for edge in graph.edges]
    changed = graph.with_node(node)
    return changed._with(edges=tuple(sorted(edge for edge in edges if edge is not None)))


def _moved(edge: Edge, uid: str, inputs: dict[str, str], outputs: dict[str, str]) -> Edge | None:
    source, target = edge.source, edge.target
    if source.node == uid:
        if source.port not in outputs:
            return None
        source = PortRef(uid, outputs[source.port])
    if target.node == uid:
        if target.port not in inputs:
            return None
        target = PortRef(uid, inputs[target.port])
    return Edge(source, target)


def _ports(old: tuple[str, ...], new: tuple[str, ...]) -> dict[str, str]:
    """New port by old port: the same name, else the next that is free."""
    same = {port: port for port in old if port in new}
    free = iter([port for port in new if port not in same])
    rest = {port: other for port in old if port not in same for other in [next(free, None)] if other is not None}
    return same | rest
