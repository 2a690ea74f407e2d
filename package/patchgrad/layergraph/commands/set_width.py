"""Change how many units a layer gives, and all that must follow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from patchgrad.errors import GraphError
from patchgrad.layergraph import catalogue
from patchgrad.layergraph.check import settle
from patchgrad.layergraph.commands.chain import require_running
from patchgrad.layergraph.commands.command import Command, name_of
from patchgrad.layergraph.followers import Followers, depthwise
from patchgrad.layergraph.graph import LayerGraph, LayerNode
from patchgrad.layergraph.importance import best


class SetWidth(Command, frozen=True, tag="set-width"):
    """Set the number of units of a layer, and of those whose units are added to them or pass through it: the other
    side of a residual Add, norms, heads of attention, groups of filters. Layers that only read the units follow.

    A narrower layer keeps those of its units that weigh most (``keep="norm"``: the Euclidean norm of the weights that
    make them, over all layers that share them), or the first ones.
    """

    node: str
    width: int
    keep: Literal["norm", "first"] = "norm"

    def apply(self, graph: LayerGraph) -> LayerGraph:
        maker = _maker(graph, self.node)
        catalogue.find(maker.kind).field(width_field(maker)).parse(self.width, maker.name)
        return grown(graph, maker, self.width - width_of(maker))

    def chosen(self, graph: LayerGraph, module: Any) -> Mapping[str, tuple[int, ...]]:
        maker = _maker(graph, self.node)
        if self.keep == "first" or self.width >= width_of(maker):
            return {}
        return best(graph, module, Followers(graph, maker.uid).makers, self.width)

    def label(self, graph: LayerGraph | None = None) -> str:
        return f"set width of {name_of(graph, self.node)} to {self.width}"

    def python(self, graph: LayerGraph | None = None) -> str:
        keep = f", keep={self.keep!r}" if self.keep != "norm" else ""
        return f'pg.edit.width("{name_of(graph, self.node)}", {self.width}{keep})'


class PruneUnits(Command, frozen=True, tag="prune-units"):
    """Take some units out of a layer, and out of all layers whose units are added to them."""

    node: str
    units: tuple[int, ...]

    def apply(self, graph: LayerGraph) -> LayerGraph:
        maker = _maker(graph, self.node)
        width, gone = width_of(maker), set(self.units)
        if not gone or min(gone) < 0 or max(gone) >= width or len(gone) == width:
            raise GraphError(
                f"these units cannot be taken out of {maker.name}",
                got=f"{len(gone)} units: {sorted(gone)[:8]}",
                want=f"some of the units 0 to {width - 1}, and not all",
            )
        return grown(graph, maker, -len(gone))

    def chosen(self, graph: LayerGraph, module: Any) -> Mapping[str, tuple[int, ...]]:
        maker = _maker(graph, self.node)
        width = width_of(maker)
        kept = tuple(unit for unit in range(width) if unit not in set(self.units))
        makers = [graph.nodes[uid] for uid in Followers(graph, maker.uid).makers]
        return {node.uid: kept for node in makers if node.kind != "Learned" and width_of(node) == width}

    def label(self, graph: LayerGraph | None = None) -> str:
        return f"prune {len(set(self.units))} units of {name_of(graph, self.node)}"

    def python(self, graph: LayerGraph | None = None) -> str:
        return f'pg.edit.prune("{name_of(graph, self.node)}", {self.units!r})'


def _maker(graph: LayerGraph, uid: str) -> LayerNode:
    node = graph.node(graph.owner(uid))
    if not catalogue.find(node.kind).width:
        raise GraphError(
            f"{node.name} has no width of its own",
            got=f"a {node.kind}",
            want="a layer that makes units: Linear, a convolution, Embedding, LSTM",
            hint="choose the layer before it",
        )
    return node


def width_field(node: LayerNode) -> str:
    """The setting that says how many units go out."""
    return "proj_size" if node.settings.get("proj_size") else catalogue.find(node.kind).width


def width_of(node: LayerNode) -> int:
    """How many units a layer makes."""
    return node.settings[width_field(node)]


def grown(graph: LayerGraph, maker: LayerNode, units: int) -> LayerGraph:
    """The graph in which a layer, and all that must follow, has so many units more, or fewer."""
    found = Followers(graph, maker.uid)
    twice = 2 if maker.settings.get("bidirectional") else 1
    changed = graph
    for uid in found.makers:
        changed = changed.with_node(_wider(graph.nodes[uid], graph, units * twice))
    for uid in found.bound:
        node = changed.nodes[uid]
        if node.kind in ("MultiheadAttention", "GroupNorm") or not depthwise(graph.nodes[uid]):
            changed = changed.with_node(_regrouped(node, units * twice))
    for uid, axis in found.delays.items():
        sizes = list(changed.nodes[uid].settings["shape"])
        sizes[axis - 1] += units * twice
        changed = changed.with_node(_with(changed.nodes[uid], shape=tuple(sizes)))
    settled = settle(changed)
    require_running(graph, settled, f"{maker.name} cannot have another width")
    return settled


def _wider(node: LayerNode, graph: LayerGraph, units: int) -> LayerNode:
    if node.kind == "Learned":
        *rest, last = node.settings["shape"]
        return _with(node, shape=(*rest, last + units))
    if node.settings.get("bidirectional"):
        if units % 2:
            raise GraphError(f"{node.name} reads in both directions", got=f"{units} units", want="an even number")
        units //= 2
    field, width = width_field(node), width_of(node) + units
    value = catalogue.find(node.kind).field(field).parse(width, node.name)
    if depthwise(node):
        return _with(node, **{field: value, "groups": value, "in_channels": value})
    return _with(node, **{field: value})


def _regrouped(node: LayerNode, units: int) -> LayerNode:
    """As many heads or groups as go with the new width: of the old size if it fits, else as many as before."""
    size, parts = SIZES.get(node.kind, ("in_channels", "groups"))
    width, count = node.settings[size] + units, node.settings[parts]
    each = node.settings[size] // count
    if width > 0 and width % each == 0:
        count = width // each
    elif width <= 0 or width % count:
        raise GraphError(
            f"{node.name} cannot divide {width} units among its {parts.replace('num_', '')}",
            got=f"{width} units",
            want=f"a multiple of {each}, which adds to their number, or of {count}, which adds to their size",
        )
    return _with(node, **{size: width, parts: count})


SIZES = {"MultiheadAttention": ("embed_dim", "num_heads"), "GroupNorm": ("num_channels", "num_groups")}


def _with(node: LayerNode, **settings: Any) -> LayerNode:
    return msgspec.structs.replace(node, settings={**node.settings, **settings})
