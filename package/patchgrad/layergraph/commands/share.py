"""Let two layers be one, and give each its own again."""

from __future__ import annotations

import msgspec

from patchgrad.errors import GraphError
from patchgrad.layergraph.check import settle
from patchgrad.layergraph.commands.command import Command, name_of
from patchgrad.layergraph.graph import LayerGraph, LayerNode
from patchgrad.layergraph.probe import Outcome, layer_without_data
from patchgrad.layergraph.reading import has_state


class Share(Command, frozen=True, tag="share"):
    """Call the layer of ``owner`` at ``node`` too: one set of weights, learned from both places."""

    node: str
    owner: str

    def apply(self, graph: LayerGraph) -> LayerGraph:
        node, owner = graph.node(self.node), graph.node(graph.owner(self.owner))
        _require_alike(node, owner)
        for uid in (node.uid, *graph.sharers(node.uid)):
            graph = graph.with_node(msgspec.structs.replace(graph.node(uid), shares=owner.uid))
        return settle(graph)

    def label(self, graph: LayerGraph | None = None) -> str:
        return f"share {name_of(graph, self.owner)} with {name_of(graph, self.node)}"

    def python(self, graph: LayerGraph | None = None) -> str:
        return f'pg.edit.share("{name_of(graph, self.node)}", "{name_of(graph, self.owner)}")'


class Unshare(Command, frozen=True, tag="unshare"):
    """Give a node that calls the layer of another one of its own, with the same weights at first."""

    node: str

    def apply(self, graph: LayerGraph) -> LayerGraph:
        node = graph.node(self.node)
        if node.shares is None:
            raise GraphError(f"{node.name} shares its layer with none", want="a layer that calls that of another")
        if node.kind == "Closed":
            raise GraphError(
                f"{node.name} is a module of your own, which cannot be copied", hint="trace the model again"
            )
        return settle(graph.changed(node.uid, shares=None))

    def label(self, graph: LayerGraph | None = None) -> str:
        return f"unshare {name_of(graph, self.node)}"

    def python(self, graph: LayerGraph | None = None) -> str:
        return f'pg.edit.unshare("{name_of(graph, self.node)}")'


def _require_alike(node: LayerNode, owner: LayerNode) -> None:
    layer = None if owner.kind in ("Input", "Output", "Closed") else layer_without_data(owner.key)
    if layer is not None and not isinstance(layer, Outcome) and (owner.kind == "Delay" or not has_state(layer)):
        raise GraphError(f"{owner.name} has nothing to share", got=f"a {owner.kind}", want="a layer with weights")
    if node.uid == owner.uid or node.shares == owner.uid:
        raise GraphError(f"{node.name} and {owner.name} are one layer already", want="two layers")
    if node.kind != owner.kind or node.kind in ("Input", "Output"):
        raise GraphError(
            f"{node.name} cannot be the same layer as {owner.name}",
            got=f"{node.kind} and {owner.kind}",
            want="two layers of one kind",
            hint=f'pg.edit.replace("{node.name}", ...) first',
        )
