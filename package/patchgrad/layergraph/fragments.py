"""A few layers with the edges among them as text: what a clipboard carries from one graph, or notebook, to another.

The text is data: kinds and settings by name, never code. Weights do not travel. Read next: ``templates.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Literal

import msgspec

from patchgrad.errors import GraphError
from patchgrad.layergraph import catalogue
from patchgrad.layergraph.commands import AddNode, Connect, GroupNodes, Several, Share
from patchgrad.layergraph.commands.command import require_nodes
from patchgrad.layergraph.graph import LayerGraph, LayerNode, PortRef
from patchgrad.layergraph.probe import Outcome, layer_without_data
from patchgrad.layergraph.reading import has_state
from patchgrad.layergraph.walk import topological

MOST_LAYERS = 500
LEFT_BEHIND = ("Input", "Output", "Closed")
"""Kinds that are not copied: a network has its own ends, and a closed module is no data."""


class Layer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A layer of a fragment.

    Fields
        of     uid of the layer that it was copied from, in the graph that it was copied from
        again  the place in the fragment of the layer whose weights it calls again
    """

    kind: str
    name: str = ""
    settings: dict[str, Any] = {}
    of: str = ""
    again: int | None = None


class Wire(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An edge of a fragment, between two places in its list of layers."""

    source: int
    target: int
    output: str = "y"
    input: str = "x"


class Fragment(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Layers in the order of the data, and edges among them. ``group``: the name of the box that they come in."""

    patchgrad: Literal["layers"]
    layers: tuple[Layer, ...]
    edges: tuple[Wire, ...] = ()
    version: Literal[1] = 1
    group: str = ""

    @property
    def text(self) -> str:
        return msgspec.json.encode(self).decode()


def copied(graph: LayerGraph, uids: Iterable[str]) -> str:
    """The layers as text; Input, Output and closed modules are left behind.

    Errors
        GraphError  where nothing is left, or a layer is not there.
    """
    chosen = {node.uid for node in require_nodes(graph, tuple(uids)) if node.kind not in LEFT_BEHIND}
    if not chosen:
        raise GraphError("there is nothing to copy", got=", ".join(LEFT_BEHIND), want="at least one other layer")
    order = [uid for uid in topological(graph) if uid in chosen]
    place = {uid: at for at, uid in enumerate(order)}
    layers = (_layer(graph.nodes[uid], graph, place) for uid in order)
    edges = (
        Wire(place[e.source.node], place[e.target.node], e.source.port, e.target.port)
        for e in graph.edges
        if e.source.node in place and e.target.node in place
    )
    return Fragment("layers", tuple(layers), tuple(edges)).text


def _layer(node: LayerNode, graph: LayerGraph, place: dict[str, int]) -> Layer:
    first = next(uid for uid in place if graph.owner(uid) == graph.owner(node.uid))
    again = place[first] if first != node.uid else None
    return Layer(node.kind, node.name, dict(node.settings), graph.owner(node.uid), again)


def read(text: str) -> Fragment:
    """A fragment from text; GraphError in words for anything else."""
    try:
        found = msgspec.json.decode(text, type=Fragment)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise GraphError(
            "this text holds no layers of patchgrad",
            got=f"{text.strip()[:40]!r} ({error})",
            want="layers that were copied in a studio",
            hint="select layers there and press Ctrl+C",
        ) from None
    if not 0 < len(found.layers) <= MOST_LAYERS:
        raise GraphError("this many layers cannot be put in at once", got=str(len(found.layers)), want="1 to 500")
    calls = [layer.again for layer in found.layers if layer.again is not None]
    if any(not 0 <= again < len(found.layers) for again in calls):
        raise GraphError("a layer of these calls one that is not among them", got=str(calls))
    strays = [e for e in found.edges if not (0 <= e.source < len(found.layers) and 0 <= e.target < len(found.layers))]
    if strays:
        raise GraphError("an edge of these layers leads to a layer that is not among them", got=str(strays[0]))
    return found


def put_in(
    graph: LayerGraph,
    text: str,
    *,
    target: PortRef | None = None,
    words: str = "",
    at: tuple[float, float] | None = None,
    shared: bool = False,
) -> Several:
    """The edit that adds the layers of a fragment; names that are taken are made anew.

    Parameters
        target  an input port with an edge: the layers go onto that edge, which needs one last layer
        at      where the first layer is pinned, when there is no target
        shared  call the layers that these were copied from, with their weights; else they have their own
    Errors
        GraphError  for text that is no fragment, kinds and settings that do not exist, and edges that do not fit.
    """
    fragment = read(text)
    commands: list[Any] = []
    uids: list[str] = []

    def add(command: Any) -> None:
        nonlocal graph
        graph = command.apply(graph)
        commands.append(command)

    edge = graph.edge_into(target) if target is not None else None
    for layer in fragment.layers:
        uids.append(graph.fresh_uid())
        place = at if not commands and target is None else None
        add(AddNode(layer.kind, layer.settings, name=_free(graph, layer), position=place))
        for wire in (wire for wire in fragment.edges if wire.target == len(uids) - 1 and wire.source < wire.target):
            add(_joined(uids, wire))
        if edge is not None and not any(wire.target == len(uids) - 1 for wire in fragment.edges):
            add(Connect(edge.source, PortRef(uids[-1], catalogue.find(layer.kind).inputs[0])))
    for wire in (wire for wire in fragment.edges if wire.source >= wire.target):
        add(_joined(uids, wire))
    for uid, owner in _sharing(graph, fragment, uids, shared):
        add(Share(uid, owner))
    if fragment.group:
        add(GroupNodes(tuple(uids), fragment.group))
    if target is not None:
        add(
            Connect(
                PortRef(uids[_last(fragment)], catalogue.find(fragment.layers[_last(fragment)].kind).outputs[0]), target
            )
        )
    return Several(tuple(commands), words or f"paste {len(uids)} layer{'s' * (len(uids) != 1)}")


def _sharing(graph: LayerGraph, fragment: Fragment, uids: list[str], shared: bool) -> Iterator[tuple[str, str]]:
    """Layers, and those whose weights they are to call."""
    for uid, layer in zip(uids, fragment.layers, strict=True):
        learns = _learns(graph.nodes[uid])
        if shared and learns and (layer.of not in graph.nodes or graph.nodes[layer.of].kind != layer.kind):
            raise GraphError(
                f"{layer.name or layer.kind} cannot share its weights here",
                got="the layer that it was saved from is not in this network",
                want="a network that has it",
                hint="insert it with weights of its own: shared=False",
            )
        if shared and learns:
            yield uid, layer.of
        elif layer.again is not None:
            yield uid, uids[layer.again]


def _learns(node: LayerNode) -> bool:
    made = layer_without_data(node.key)
    return not isinstance(made, Outcome) and node.kind != "Delay" and has_state(made)


def _joined(uids: list[str], wire: Wire) -> Connect:
    return Connect(PortRef(uids[wire.source], wire.output), PortRef(uids[wire.target], wire.input))


def _last(fragment: Fragment) -> int:
    """The one layer that feeds no other."""
    feeding = {wire.source for wire in fragment.edges}
    ends = [at for at in range(len(fragment.layers)) if at not in feeding]
    if len(ends) != 1:
        names = ", ".join(fragment.layers[at].name or fragment.layers[at].kind for at in ends)
        raise GraphError(
            "these layers cannot stand on an edge", got=f"{len(ends)} loose ends: {names}", want="one",
            hint="paste them on open canvas, then connect them",
        )  # fmt: skip
    return ends[0]


def _free(graph: LayerGraph, layer: Layer) -> str | None:
    """The layer's own name where it is free, else its stem with another number; None: the kind's."""
    if not layer.name or layer.name not in graph.names:
        return layer.name or None
    return graph.fresh_name(re.sub(r"\d+$", "", layer.name) or layer.name)
