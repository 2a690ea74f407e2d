"""Where may the dragged edge go, which edges would take the dragged layer: a verdict for every port.

Answered from the last check and the remembered outcomes of layers, so that a thousand ports take
milliseconds: ports of layers with equal settings and equal inputs share one answer.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from patchgrad.layergraph import catalogue
from patchgrad.layergraph.adapters import cards, takes
from patchgrad.layergraph.check import check
from patchgrad.layergraph.cost import cost_text, layer_flops
from patchgrad.layergraph.graph import Edge, LayerGraph, LayerNode, PortRef
from patchgrad.layergraph.memory import remembered
from patchgrad.layergraph.probe import Inputs, Spec, outcome, parameter_count
from patchgrad.layergraph.sizes import shape_text
from patchgrad.layergraph.walk import at_once, needed_at_once

Judgement = Literal["valid", "adapter", "invalid"]


class Verdict(msgspec.Struct, frozen=True):
    """May this port be the target? With the reason in words and fixes in words, cheapest first.

    For an insertion ``port`` is the input port that the edge leads into, ``settings`` those with which the layer fits.
    """

    port: PortRef
    verdict: Judgement
    reason: str = ""
    fixes: tuple[str, ...] = ()
    settings: dict[str, Any] = {}


def targets(graph: LayerGraph, source: PortRef, reverse: bool = False) -> list[Verdict]:
    """A verdict for every port that the edge from ``source`` could lead to.

    Parameters
        source   the output port that the edge starts at; an input port when ``reverse``
        reverse  the edge is dragged backwards, from an input to an output
    """
    node = graph.node(source.node)
    closed = needed_at_once(graph, node.uid) if not reverse else at_once(graph, node.uid)
    if reverse:
        ends = [PortRef(uid, port) for uid, n in graph.nodes.items() for port in catalogue.outputs_of(n)]
        return [_verdict(graph, end, source, end, loop=end.node in closed) for end in ends]
    ends = [PortRef(uid, port) for uid, n in graph.nodes.items() for port in catalogue.inputs_of(n)]
    return [_verdict(graph, source, end, end, loop=end.node in closed) for end in ends]


def _verdict(graph: LayerGraph, source: PortRef, target: PortRef, port: PortRef, *, loop: bool) -> Verdict:
    if loop:
        start, end = graph.nodes[source.node].name, graph.nodes[target.node].name
        words = f"{end} already feeds {start}" if start != end else f"{end} would feed itself"
        return _through_delay(graph, source, target, port, f"this would make a loop: {words}")
    specs = check(graph).specs
    carried = specs.get(source)
    if carried is None:
        return Verdict(port, "valid", "the shape is not known yet")
    node = graph.nodes[target.node]
    if node.kind == "Closed":
        return Verdict(port, "valid", "what a closed module takes is seen when it runs")
    ports = catalogue.inputs_of(node)
    at = ports.index(target.port)
    inputs = tuple(carried if p == target.port else specs.get(PortRef(node.uid, p)) for p in ports)
    judged = _judge(carried, node.key, at, inputs, _is_new(graph, node, target))
    return Verdict(port, *_named(judged, node.name))


def _through_delay(graph: LayerGraph, source: PortRef, target: PortRef, port: PortRef, reason: str) -> Verdict:
    """A loop may lead through a Delay, after layers that make the shapes fit."""
    carried, node = check(graph).specs.get(source), graph.nodes[target.node]
    if carried is None or node.kind == "Closed" or carried.shape[:1] != ("N",) or "float" not in carried.dtype:
        return Verdict(port, "invalid", reason)
    ports = catalogue.inputs_of(node)
    inputs = tuple(carried if p == target.port else check(graph).specs.get(PortRef(node.uid, p)) for p in ports)
    verdict, why, fixes = _named(_judge(carried, node.key, ports.index(target.port), inputs, False), node.name)
    if verdict == "valid":
        return Verdict(port, "adapter", reason, ("Delay (+0)",))
    rounds = tuple(f"{fix}, then Delay" for fix in fixes if " in " not in fix.partition("(")[0])
    return Verdict(port, "adapter" if rounds else "invalid", f"{reason}; {why}", rounds)


Judged = tuple[Judgement, str, tuple[str, ...]]


def _named(judged: Judged, name: str) -> Judged:
    """A judgement on a layer of these settings, with the name of one of them."""
    return judged[0], judged[1].replace("{name}", name), tuple(fix.replace("{name}", name) for fix in judged[2])


def _is_new(graph: LayerGraph, node: LayerNode, target: PortRef) -> bool:
    """Was nothing connected here, so that no learned weights have to change to fit?"""
    return graph.edge_into(target) is None


@remembered(8192)
def _judge(carried: Spec, key: tuple[Any, ...], at: int, inputs: Inputs, is_open: bool) -> Judged:
    """Verdict, reason and fixes for a layer of these settings; ``{name}`` stands for its name."""
    kind = catalogue.find(key[0])
    node = LayerNode("", key[0], "{name}", dict(key[1:]))
    needed = [spec for port, spec in zip(kind.inputs, inputs, strict=True) if port not in kind.optional]
    if any(spec is None for spec in needed):
        return ("valid", "", ())
    if kind.family == "join" and sum(spec is not None for spec in inputs) == 1:
        return ("valid", "", ())
    found = takes(node, inputs)
    if not found.failed:
        return ("valid", f"carries {shape_text(carried.shape)}", ())
    shapes = {port: spec.shape for port, spec in zip(kind.inputs, inputs, strict=True) if spec}
    followed = kind.following(node.settings, shapes)
    follows = followed is not node.settings and not outcome((key[0], *sorted(followed.items())), inputs).failed
    fixes = tuple(card.text for card in cards(carried, node, at, inputs))
    if follows and is_open:
        return ("valid", f"{{name}} follows: {changes(node.settings, followed)}", ())
    if follows:
        text = f"{changes(node.settings, followed)} in {{name}} ({_cost(key, followed, inputs)})"
        return ("adapter", f"{{name}} {_wants(found, carried)}", (text, *fixes))
    return ("adapter" if fixes else "invalid", f"{{name}} {_wants(found, carried)}", fixes)


def _wants(found: Any, carried: Spec) -> str:
    wants = f"wants {found.want}, " if found.want else ""
    reason = "" if found.want else f": {found.title}"
    return f"{wants}the edge carries {shape_text(carried.shape)} {carried.dtype}{reason}"


def changes(before: Any, after: Any) -> str:
    return ", ".join(f"{name} {before[name]} → {after[name]}" for name in after if before[name] != after[name])


def _cost(key: tuple[Any, ...], followed: Any, inputs: Inputs) -> str:
    return cost_text(*follower_cost(key, (key[0], *sorted(followed.items())), inputs))


def follower_cost(before: tuple[Any, ...], after: tuple[Any, ...], inputs: Inputs) -> tuple[int, int | None]:
    """How many parameters and FLOPs a layer has more with other settings that fit these inputs."""
    taken = inputs[0].shape if inputs and inputs[0] is not None else None
    given = outcome(after, inputs).outputs
    old, new = (layer_flops(key, taken, given[0].shape if given else None) for key in (before, after))
    more = None if old is None or new is None else new - old
    return parameter_count(after) - parameter_count(before), more


# --- insertions -----------------------------------------------------------------------------------


def insertions(graph: LayerGraph, kind: str) -> list[Verdict]:
    """A verdict for every edge: would a layer of this kind fit on it, and with which settings?"""
    entry = catalogue.find(kind)
    return [_on_edge(graph, edge, entry) for edge in graph.edges]


def _on_edge(graph: LayerGraph, edge: Edge, kind: catalogue.LayerKind) -> Verdict:
    if not kind.inputs or not kind.outputs or not kind.addable:
        return Verdict(edge.target, "invalid", f"{kind.name} cannot stand on an edge")
    specs = check(graph).specs
    carried = specs.get(edge.source)
    if carried is None:
        return Verdict(edge.target, "valid", "the shape is not known yet", settings=kind.settings({}))
    settings, first, title = fitted(kind.name, carried)
    if first is None:
        return Verdict(edge.target, "invalid", title)
    node = graph.nodes[edge.target.node]
    if first == carried or node.kind == "Closed":
        return Verdict(edge.target, "valid", f"keeps {shape_text(first.shape)}", settings=dict(settings))
    ports = catalogue.inputs_of(node)
    inputs = tuple(first if p == edge.target.port else specs.get(PortRef(node.uid, p)) for p in ports)
    verdict, reason, fixes = _named(_judge(first, node.key, ports.index(edge.target.port), inputs, False), node.name)
    return Verdict(edge.target, verdict, f"gives {shape_text(first.shape)}: {reason}", fixes, dict(settings))


@remembered(2048)
def fitted(name: str, carried: Spec) -> tuple[tuple[tuple[str, Any], ...], Spec | None, str]:
    """Settings of a new layer on an edge, what it gives, or why it cannot stand there."""
    kind = catalogue.find(name)
    settings = kind.fitting({}, {kind.inputs[0]: carried.shape})
    inputs = (carried, *[None] * (len(kind.inputs) - 1))
    if kind.family == "join":
        return tuple(settings.items()), carried, ""
    if others := [port for port in kind.inputs[1:] if port not in kind.optional]:
        return (), None, f"{name} also needs {', '.join(others)}: add it, then connect its ports"
    found = outcome((name, *sorted(settings.items())), inputs)
    if found.failed:
        return (), None, f"{name} {_wants(found, carried)}"
    return tuple(settings.items()), found.outputs[0], ""
