"""A few layers with the edges among them as text: what a clipboard carries from one graph, or notebook, to another.

The text is data: kinds and settings by name, never code. Weights do not travel. Read next: ``templates.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Literal

import msgspec

from patchgrad.errors import GraphError
from patchgrad.layergraph import catalogue
from patchgrad.layergraph.commands import AddNode, Connect, Several
from patchgrad.layergraph.commands.command import require_nodes
from patchgrad.layergraph.graph import LayerGraph, PortRef
from patchgrad.layergraph.walk import topological

MOST_LAYERS = 500
LEFT_BEHIND = ("Input", "Output", "Closed")
"""Kinds that are not copied: a network has its own ends, and a closed module is no data."""


class Layer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A layer of a fragment."""

    kind: str
    name: str = ""
    settings: dict[str, Any] = {}


class Wire(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An edge of a fragment, between two places in its list of layers."""

    source: int
    target: int
    output: str = "y"
    input: str = "x"


class Fragment(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Layers in the order of the data, and edges among them."""

    patchgrad: Literal["layers"]
    layers: tuple[Layer, ...]
    edges: tuple[Wire, ...] = ()
    version: Literal[1] = 1

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
    layers = (Layer(graph.nodes[u].kind, graph.nodes[u].name, dict(graph.nodes[u].settings)) for u in order)
    edges = (
        Wire(place[e.source.node], place[e.target.node], e.source.port, e.target.port)
        for e in graph.edges
        if e.source.node in place and e.target.node in place
    )
    return Fragment("layers", tuple(layers), tuple(edges)).text


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
) -> Several:
    """The edit that adds the layers of a fragment; names that are taken are made anew.

    Parameters
        target  an input port with an edge: the layers go onto that edge, which needs one last layer
        at      where the first layer is pinned, when there is no target
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
    if target is not None:
        add(
            Connect(
                PortRef(uids[_last(fragment)], catalogue.find(fragment.layers[_last(fragment)].kind).outputs[0]), target
            )
        )
    return Several(tuple(commands), words or f"paste {len(uids)} layer{'s' * (len(uids) != 1)}")


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
