"""Which layers could come here: at the open end of an edge, or in the place of a layer; each with its edit.

Asked once per gesture, of the whole catalogue; answered from the remembered outcomes of layers.
Read next: ``targets.py``.
"""

from __future__ import annotations

from typing import Any

import msgspec

from patchgrad.layergraph import catalogue
from patchgrad.layergraph.adapters import Card, cards, takes
from patchgrad.layergraph.check import check, input_shapes
from patchgrad.layergraph.commands import AddNode, Connect, InsertOnEdge, ReplaceNode, Several
from patchgrad.layergraph.commands.command import name_of, require_input, require_output
from patchgrad.layergraph.commands.replace_node import takes_setting
from patchgrad.layergraph.cost import layer_flops
from patchgrad.layergraph.graph import LayerGraph, PortRef
from patchgrad.layergraph.kind import LayerKind, SymbolicShape
from patchgrad.layergraph.probe import Spec, outcome, parameter_count
from patchgrad.layergraph.sizes import shape_text
from patchgrad.layergraph.targets import changes, fitted, follower_cost, insertions
from patchgrad.layergraph.walk import reaches

Position = tuple[float, float] | None


class Offer(msgspec.Struct, frozen=True):
    """A kind that fits, what it gives in words, what it costs, and the edit that puts it there."""

    kind: str
    text: str
    parameters: int
    command: Any
    flops: int | None = None
    """For one sample going forward; None if not known."""


def takers(graph: LayerGraph, source: PortRef, position: Position = None) -> list[Offer]:
    """Layers that take what an output port gives: added at ``position`` and connected, as one edit.

    Errors
        GraphError  for a port that is not there.
    """
    require_output(graph, source)
    carried = check(graph).specs.get(source)
    found = [(kind, _taken(kind, carried)) for kind in catalogue.kinds().values() if kind.addable and kind.inputs]
    shape = None if carried is None else carried.shape
    return [_added(graph, source, position, kind, *taken, shape) for kind, taken in found if taken is not None]


def _taken(kind: LayerKind, carried: Spec | None) -> tuple[dict[str, Any], str] | None:
    """Settings with which the kind takes this, and what it then gives; None if it does not."""
    if carried is None or not kind.outputs:
        return kind.settings({}), "" if carried is None else f"the network gives {shape_text(carried.shape)}"
    settings, given, _ = fitted(kind.name, carried)
    return None if given is None else (dict(settings), f"gives {shape_text(given.shape)}")


def _added(
    graph: LayerGraph,
    source: PortRef,
    position: Position,
    kind: LayerKind,
    settings: dict[str, Any],
    text: str,
    taken: Any,
) -> Offer:
    add = AddNode(kind.name, settings, position=position)
    end = PortRef(graph.fresh_uid(), kind.inputs[0])
    words = f"add {kind.name} behind {name_of(graph, source.node)}"
    command = Several((add, Connect(source, end)), words)
    return Offer(kind.name, text, _count(kind, settings), command, _flops(kind, settings, taken))


def givers(graph: LayerGraph, target: PortRef, position: Position = None) -> list[Offer]:
    """Layers that may feed an input port: on the edge that leads into it, else added at ``position`` and connected.

    Errors
        GraphError  for a port that is not there.
    """
    require_input(graph, target)
    edge = graph.edge_into(target)
    kinds = [kind for kind in catalogue.kinds().values() if kind.addable and kind.outputs]
    if edge is None:
        return [_fed(graph, target, position, kind) for kind in kinds]
    alone = LayerGraph(graph.nodes, (edge,))
    vars(alone)["report"] = check(graph)
    judged = [(kind, insertions(alone, kind.name)[0]) for kind in kinds]
    found = [
        Offer(
            kind.name,
            at.reason,
            _count(kind, at.settings),
            InsertOnEdge(target, kind.name, at.settings),
            _flops(kind, at.settings, check(graph).shape(edge.source)),
        )
        for kind, at in judged
        if at.verdict == "valid"
    ]
    return _running(graph, found)


def _fed(graph: LayerGraph, target: PortRef, position: Position, kind: LayerKind) -> Offer:
    start = PortRef(graph.fresh_uid(), kind.outputs[0])
    add = AddNode(kind.name, position=position)
    words = f"add {kind.name} in front of {name_of(graph, target.node)}"
    return Offer(kind.name, "", _count(kind, kind.settings({})), Several((add, Connect(start, target)), words))


def adapters(graph: LayerGraph, source: PortRef, target: PortRef) -> list[Offer]:
    """What makes an edge fit that does not as it is: the layer follows, or others stand in between; cheapest first.

    An edge that would close a loop is led through a Delay.

    Errors
        GraphError  for a port that is not there, and for a loop of values that a Delay cannot hold.
    """
    require_output(graph, source)
    node, plain = require_input(graph, target), Connect(source, target)
    loop = reaches(graph, target.node, source.node)
    carried = check(graph).specs.get(source)
    if loop and not _can_wait(carried):
        plain.apply(graph)
    after = graph if loop else plain.apply(graph)
    if carried is None or node.kind == "Closed":
        return []
    ports = catalogue.inputs_of(node)
    specs = check(graph).specs
    inputs = tuple(carried if port == target.port else specs.get(PortRef(node.uid, port)) for port in ports)
    made = cards(carried, node, ports.index(target.port), inputs)
    if loop:
        direct = [] if takes(node, inputs).failed else [Card((), 0)]
        rounds = _running(graph, [_round(graph, source, target, card) for card in (*direct, *made)])
        if not rounds:
            plain.apply(graph)
        return rounds
    found = [_between(graph, source, target, card) for card in made]
    follower = after.node(node.uid)
    if follower.key != node.key and not check(after).of_node(node.uid):
        cost, flops = follower_cost(node.key, follower.key, inputs)
        found.insert(0, Offer(node.kind, changes(node.settings, follower.settings), cost, plain, flops))
    return _running(graph, found)


def _running(graph: LayerGraph, found: list[Offer]) -> list[Offer]:
    """Those after which the network runs, if it ran before."""
    return [offer for offer in found if not check(graph).ok or check(offer.command.apply(graph)).ok]


def _can_wait(carried: Spec | None) -> bool:
    """May a Delay hold this: one value or more for each sample?"""
    return carried is not None and carried.shape[:1] == ("N",) and "float" in carried.dtype


def _round(graph: LayerGraph, source: PortRef, target: PortRef, card: Card) -> Offer:
    """The layers of a card, and a Delay behind them."""
    settings = catalogue.find("Delay").settings({})  # its shape follows when it is connected
    delay = Card((*card.layers, ("Delay", tuple(settings.items()))), card.parameters, card.flops)
    offer = _between(graph, source, target, delay)
    summary = ", ".join(text for text in (card.summary, "Delay") if text)
    return Offer(offer.kind, f"{summary}: the value of the step before", card.parameters, offer.command, card.flops)


def _between(graph: LayerGraph, source: PortRef, target: PortRef, card: Card) -> Offer:
    commands: list[Any] = []
    now, last = graph, source
    for kind, settings in card.layers:
        entry, uid = catalogue.find(kind), now.fresh_uid()
        for command in (AddNode(kind, dict(settings)), Connect(last, PortRef(uid, entry.inputs[0]))):
            now = command.apply(now)
            commands.append(command)
        last = PortRef(uid, entry.outputs[0])
    commands.append(Connect(last, target))
    kinds = ", ".join(kind for kind, _ in card.layers)
    words = f"connect {name_of(graph, source.node)} to {name_of(graph, target.node)} through {kinds}"
    return Offer(kinds, card.summary, card.parameters, Several(tuple(commands), words), card.flops)


def swaps(graph: LayerGraph, uid: str) -> list[Offer]:
    """Layers that may take the place of this one and give the same.

    Errors
        GraphError  for a layer that is not there.
    """
    node = graph.node(uid)
    old = catalogue.find(node.kind)
    specs, shapes = check(graph).specs, input_shapes(graph, uid)
    inputs = tuple(specs.get(PortRef(uid, port)) for port in catalogue.inputs_of(node))
    given = tuple(specs.get(PortRef(uid, port)) for port in catalogue.outputs_of(node))
    found: list[Offer] = []
    for kind in catalogue.kinds().values():
        same = kind.name != old.name and kind.make and len(kind.outputs) == len(given)
        if not same or kind.inputs != old.inputs or None in inputs:
            continue
        kept = _kept(kind, node.settings)
        settings = kind.fitting(kept, shapes)
        result = outcome((kind.name, *sorted(settings.items())), inputs)
        if not result.failed and result.outputs == given:
            text = f"gives {shape_text(result.outputs[0].shape)}"
            flops = _flops(kind, settings, inputs[0].shape if inputs and inputs[0] else None)
            found.append(Offer(kind.name, text, _count(kind, settings), ReplaceNode(uid, kind.name), flops))
    return found


def _kept(kind: LayerKind, settings: Any) -> dict[str, Any]:
    """Settings that both kinds have in the same form, as ``ReplaceNode`` keeps them."""
    return {n: v for n, v in settings.items() if n in kind.field_names and takes_setting(kind, n, v)}


def _count(kind: LayerKind, settings: Any) -> int:
    return parameter_count((kind.name, *sorted(settings.items()))) if kind.make else 0


def _flops(kind: LayerKind, settings: Any, taken: SymbolicShape | None) -> int | None:
    """Of the layer for what its first input carries."""
    key = (kind.name, *sorted(settings.items()))
    if not _count(kind, settings) or taken is None:
        return None if _count(kind, settings) else 0
    given = outcome(key, (Spec(taken, "float32"), *[None] * (len(kind.inputs) - 1))).outputs
    return layer_flops(key, taken, given[0].shape if given else None)
