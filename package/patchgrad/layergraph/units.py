"""Where the units of a layer lie after an edit: which unit of before each one is, at every port of a graph.

A layer that grows gives new units at the end, or where the edit says; from there the places move along the edges,
through norms and activations, side by side in a Concat, many times over in a Flatten, up to the weights that read them.
Read next: ``roles.py`` (which axis of a weight is meant), ``carry.py`` (what becomes of the numbers).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from patchgrad.layergraph import catalogue
from patchgrad.layergraph.check import check
from patchgrad.layergraph.flow import edges_read, passes, ports_into
from patchgrad.layergraph.followers import depthwise
from patchgrad.layergraph.graph import LayerGraph, LayerNode, PortRef
from patchgrad.layergraph.passing import RULES, Places, Units, elsewhere, side_by_side, straight
from patchgrad.layergraph.walk import looping, topological

Chosen = Mapping[str, Places]
"""By node: which of its units a layer keeps, in their new order; -1 for new ones."""


class Moves(msgspec.Struct, frozen=True):
    """Where units lie after an edit.

    Fields
        into  by node and input port: the units that come in, where they are not those of before
        own   by node: units that the layer itself has (``out``, ``state``, ``heads``)
    """

    into: dict[str, dict[str, Units]] = msgspec.field(default_factory=dict)
    own: dict[str, dict[str, Places]] = msgspec.field(default_factory=dict)

    def places(self, uid: str, of: str) -> Places | None:
        """The places of the units that one axis of a parameter stands for; None: as before."""
        own = self.own.get(uid, {}).get(of)
        units = self.into.get(uid, {}).get(of)
        return own if own is not None else units.of if units is not None else None


def overlap(before: int, now: int) -> Places:
    """The first units stay, further ones are new."""
    return tuple(place if place < before else -1 for place in range(now))


def moves(old: LayerGraph, new: LayerGraph, chosen: Chosen | None = None) -> Moves:
    """The places of all units in ``new``, told by those in ``old``."""
    walk = _Walk(old, new, chosen or {})
    if walk.needed():
        for _ in range(len(looping(new)) + 1):
            walk.walk()
            if not walk.came_round():
                break
    return walk.found


class _Carried(msgspec.Struct, frozen=True):
    """What a port carries now: the port of the old graph that it stands for, and where its units are."""

    origin: PortRef
    units: Units | None


class _Walk:
    def __init__(self, old: LayerGraph, new: LayerGraph, chosen: Chosen) -> None:
        self.old, self.new, self.chosen = old, new, chosen
        self.found = Moves()
        self.given: dict[PortRef, _Carried] = {}
        self.round: dict[PortRef, _Carried] = {}
        """What came into Delays on a loop when it was walked last."""

    def walk(self) -> None:
        self.found, self.given = Moves(), dict(self.round)
        for uid in topological(self.new):
            self.visit(self.new.nodes[uid])

    def came_round(self) -> bool:
        """Has what comes into a Delay on a loop turned out to be something else than it was taken for?"""
        edges = [edge for uid in looping(self.new) for edge in self.new.edges_into(uid)]
        round_, self.round = self.round, {e.source: self.given[e.source] for e in edges if e.source in self.given}
        return self.round != round_

    def needed(self) -> bool:
        """Can any unit have moved: did a layer change, or a Concat get or lose an edge?"""
        concats = {uid for graph in (self.old, self.new) for uid, n in graph.nodes.items() if n.kind == "Concat"}
        around = (self.old.edges_into, self.new.edges_into)
        pairs = ((self.old.nodes.get(uid), node) for uid, node in self.new.nodes.items())
        return (
            bool(self.chosen)
            or any(before is not None and before.key != node.key for before, node in pairs)
            or any(around[0](uid) != around[1](uid) for uid in concats)
        )

    def visit(self, node: LayerNode) -> None:
        came = {
            port.port: self.given[edge.source]
            for port in ports_into(node)
            if (edge := self.new.edge_into(port)) and edge.source in self.given
        }
        before = self.old.nodes.get(node.uid)
        if before is None:
            return self.pass_fresh(node, came)
        units = {port: value.units for port, value in came.items() if value.units and self.same(node, port, value)}
        if units:
            self.found.into[node.uid] = units
        if own := self.own(before, node, units):
            self.found.own[node.uid] = own
        for port in catalogue.outputs_of(node):
            ref = PortRef(node.uid, port)
            known = all(check(graph).shape(ref) is not None for graph in (self.old, self.new))
            self.given[ref] = _Carried(ref, self.out(before, node, ref, units, came) if known else None)
        return None

    def same(self, node: LayerNode, port: str, value: _Carried) -> bool:
        """Did the same come in at this port before?"""
        edge = self.old.edge_into(PortRef(node.uid, port))
        return edge is not None and edge.source == value.origin

    def pass_fresh(self, node: LayerNode, came: Mapping[str, _Carried]) -> None:
        """A layer that was not there stands for what it is given, as far as it gives the same units on."""
        first = next(iter(came.values()), None)
        if first is None or catalogue.find(node.kind).width:
            return
        units = {port: value.units for port, value in came.items() if value.units}
        for port in catalogue.outputs_of(node):
            ref = PortRef(node.uid, port)
            if check(self.new).shape(ref) is None:
                continue
            self.given[ref] = _Carried(first.origin, self.passed(node, ref, units, fresh=True))

    # --- the units of a layer's own -----------------------------------------------------------------

    def own(self, before: LayerNode, node: LayerNode, units: Mapping[str, Units]) -> dict[str, Places]:
        kind = catalogue.find(node.kind)
        if before.kind != node.kind:
            return {}
        if kind.name == "MultiheadAttention":
            copied = self.chosen.get(node.uid)
            return {"heads": copied} if copied else _of_heads(before.settings, node.settings)
        if kind.name == "Learned" and node.settings["shape"]:
            return self.one_own("out", before.settings["shape"][-1], node.settings["shape"][-1], node.uid)
        if not kind.width:
            return {}
        if "hidden_size" in node.settings:
            return self.own_of_state(before, node)
        if depthwise(before) and depthwise(node) and "x" in units:
            return {"out": units["x"].of}
        return self.one_own("out", before.settings[kind.width], node.settings[kind.width], node.uid)

    def own_of_state(self, before: LayerNode, node: LayerNode) -> dict[str, Places]:
        state = self.one_own("state", before.settings["hidden_size"], node.settings["hidden_size"], node.uid)
        if node.settings.get("proj_size") and before.settings.get("proj_size"):
            return state | self.one_own("given", before.settings["proj_size"], node.settings["proj_size"], "")
        return state | ({"given": state["state"]} if state else {})

    def one_own(self, word: str, before: int, now: int, uid: str) -> dict[str, Places]:
        chosen = self.chosen.get(self.new.owner(uid)) if uid else None
        if chosen is not None and len(chosen) == now:
            return {word: chosen}
        return {word: overlap(before, now)} if before != now else {}

    # --- what goes out -----------------------------------------------------------------------------

    def out(
        self,
        before: LayerNode,
        node: LayerNode,
        ref: PortRef,
        units: Mapping[str, Units],
        came: Mapping[str, _Carried],
    ) -> Units | None:
        own, kind = self.found.own.get(node.uid, {}), catalogue.find(node.kind)
        if before.kind != node.kind and (kind.width or catalogue.find(before.kind).width):
            return None
        if passes(self.new, node):
            read = edges_read(self.new, node)
            return units.get(read[0].target.port) if read and passes(self.old, before) else None
        if kind.name == "MultiheadAttention":
            return units.get("query") if before.kind == kind.name else None
        if kind.name == "Learned" and "out" in own:
            return Units(len(node.settings["shape"]) - 1, own["out"], before.settings["shape"][-1])
        if "hidden_size" in node.settings:
            places = own.get("state" if ref.port == "c" else "given")
            twice = ref.port == "y" and node.settings["bidirectional"]
            size = before.settings.get("proj_size") or before.settings["hidden_size"]
            times = 2 if twice else 1
            return None if places is None else Units(2, side_by_side([(places, size)] * times), size * times)
        if kind.width and "out" in own:
            shape = check(self.new).shape(ref)
            size = units["x"].before if "x" in units and depthwise(before) else before.settings[kind.width]
            return Units(kind.width_axis % len(shape), own["out"], size) if shape else None
        if kind.width:
            return elsewhere(units.get("x"), kind.width_axis, check(self.new).shape(ref))
        return self.passed(node, ref, units, fresh=False)

    def passed(self, node: LayerNode, ref: PortRef, units: Mapping[str, Units], *, fresh: bool) -> Units | None:
        """Units that go through a layer without units of its own."""
        if node.kind == "Concat" and not passes(self.new, node):
            return self.concatenated(node, units, fresh)
        entry = next(iter(units.items()), None)
        if entry is None:
            return None
        port, first = entry
        shapes = [check(self.new).shape(end) for end in (PortRef(node.uid, port), ref)]
        if shapes[0] is None or shapes[1] is None:
            return None
        rule = RULES.get(node.kind, straight)
        return rule(node.settings, first, shapes[0], shapes[1])

    def concatenated(self, node: LayerNode, units: Mapping[str, Units], fresh: bool) -> Units | None:
        """Side by side; what was not there before is new, and so may be a whole path."""
        parts: list[tuple[Places, int]] = []
        first, axis = True, 0
        for port in catalogue.inputs_of(node):
            ref = PortRef(node.uid, port)
            now, was = check(self.new).shape(ref), check(self.old).shape(ref)
            if now is None or not isinstance(now[node.settings["dim"]], int):
                return None
            found, axis = units.get(port), node.settings["dim"] % len(now)
            if found is not None and found.axis != axis:
                return found
            known = first if fresh else was is not None
            size = 0 if not known else found.before if found else now[axis] if fresh or was is None else was[axis]
            places = found.of if found is not None and known else overlap(size, now[axis])
            parts.append((places, size))
            first = False
        whole = side_by_side(parts)
        size = sum(part[1] for part in parts)
        return None if whole == tuple(range(size)) and not fresh else Units(axis, whole, size)


def _of_heads(before: Any, now: Any) -> dict[str, Places]:
    """The units of attention by head: a head that stays keeps its first units, further heads are new."""
    if (before["embed_dim"], before["num_heads"]) == (now["embed_dim"], now["num_heads"]):
        return {}
    was, size = before["embed_dim"] // before["num_heads"], now["embed_dim"] // now["num_heads"]
    pairs = ((head, at) for head in range(now["num_heads"]) for at in range(size))
    known = before["num_heads"]
    return {"heads": tuple(head * was + at if head < known and at < was else -1 for head, at in pairs)}


__all__ = ["Chosen", "Moves", "Places", "Units", "moves", "overlap"]
