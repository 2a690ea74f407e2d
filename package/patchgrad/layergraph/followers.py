"""Which layers must change with the width of one: those whose units are added to its units, or pass through it.

Read next: ``commands/set_width.py`` (the edit), ``units.py`` (where the units lie after it).
"""

from __future__ import annotations

from typing import Any

from patchgrad.errors import GraphError
from patchgrad.layergraph import catalogue
from patchgrad.layergraph.check import check
from patchgrad.layergraph.flow import passes, ports_into
from patchgrad.layergraph.graph import LayerGraph, LayerNode, PortRef

ELEMENTWISE = ("Add", "Multiply", "Subtract", "Divide", "CosineSimilarity", "PairwiseDistance")
WINDOWS = ("Reshape", "Unflatten", "MatMul", "PixelShuffle", "PixelUnshuffle", "Fold", "Unfold", "ChannelShuffle")


class Followers:
    """Walks along the axis of the units of one layer, both ways.

    Fields
        makers  uids of the layers that give these units, the first one included
        bound   uids of layers that pass them on, and have a setting for their number: heads, groups
        delays  by uid of a Delay that passes them on: the axis
    """

    def __init__(self, graph: LayerGraph, uid: str) -> None:
        self.graph = graph
        self.makers: list[str] = []
        self.bound: list[str] = []
        self.delays: dict[str, int] = {}
        self._seen: set[tuple[PortRef, int]] = set()
        node = graph.node(uid)
        for port in catalogue.outputs_of(node):
            axis = self._axis_of(node, PortRef(uid, port))
            if axis is not None:
                self._output(PortRef(uid, port), axis)

    def _axis_of(self, node: LayerNode, ref: PortRef) -> int | None:
        """The axis along which the units of a layer's own lie at one of its outputs."""
        kind, shape = catalogue.find(node.kind), check(self.graph).shape(ref)
        if shape is None or not kind.width:
            return None
        return kind.width_axis % len(shape)

    def _output(self, ref: PortRef, axis: int) -> None:
        if (ref, axis) in self._seen:
            return
        self._seen.add((ref, axis))
        node = self.graph.nodes[ref.node]
        for edge in self.graph.edges_from(ref.node, ref.port):
            self._input(edge.target, axis)
        kind = catalogue.find(node.kind)
        if kind.width and axis == self._axis_of(node, ref):
            self._maker(node, ref)
        elif node.kind == "Learned":
            self._note(self.makers, node.uid)
        elif node.kind in ("Input", "Closed", "Constant"):
            raise self._fixed(node)
        else:
            self._upwards(node, ref, axis)

    def _maker(self, node: LayerNode, ref: PortRef) -> None:
        self._note(self.makers, self.graph.owner(node.uid))
        for uid in (self.graph.owner(node.uid), *self.graph.sharers(self.graph.owner(node.uid))):
            for port in catalogue.outputs_of(node):
                axis = self._axis_of(node, PortRef(uid, port))
                if axis is not None:
                    self._output(PortRef(uid, port), axis)
        if depthwise(node):
            self._input(PortRef(node.uid, "x"), 1)

    def _note(self, found: list[str], uid: str) -> None:
        if uid not in found:
            found.append(uid)

    def _input(self, ref: PortRef, axis: int) -> None:
        if (ref, axis) in self._seen:
            return
        self._seen.add((ref, axis))
        node = self.graph.nodes[ref.node]
        edge = self.graph.edge_into(ref)
        if edge is not None:
            self._output(edge.source, axis)
        kind = catalogue.find(node.kind)
        if node.kind in ("Output", "Closed") or kind.family == "own":
            return
        if kind.width:
            self._read_by(node, ref, axis)
        elif node.kind == "MultiheadAttention":
            if ref.port == "query":
                self._note(self.bound, node.uid)
                self._output(PortRef(node.uid, "y"), axis)
        else:
            self._onwards(node, ref, axis)

    def _read_by(self, node: LayerNode, ref: PortRef, axis: int) -> None:
        """A layer that reads the units may follow at its input alone, or pass them on along another axis."""
        if depthwise(node):
            self._note(self.bound, node.uid)
            self._output(PortRef(node.uid, "y"), 1)
        elif node.settings.get("groups", 1) != 1:
            self._note(self.bound, node.uid)
        elif node.kind == "Linear":
            shape = self._shape(ref)
            if shape is not None and axis != len(shape) - 1:
                self._output(PortRef(node.uid, "y"), axis)

    def _onwards(self, node: LayerNode, ref: PortRef, axis: int) -> None:
        if node.kind == "GroupNorm" and axis == 1:
            self._note(self.bound, node.uid)
        if node.kind == "Delay":
            self.delays[node.uid] = axis
        if node.kind in ELEMENTWISE or (node.kind == "Concat" and not self._along(node, ref, axis)):
            self._beside(node, ref, axis)
        for port in catalogue.outputs_of(node):
            out = PortRef(node.uid, port)
            found = self._axis_through(node, ref, out, axis)
            if found is None:
                continue
            if node.kind == "Concat" and self._along(node, ref, axis) and (out, found) not in self._seen:
                self._seen.add((out, found))  # it grows by what one of its inputs grows: the other stays
                for edge in self.graph.edges_from(node.uid):
                    self._input(edge.target, found)
            self._output(out, found)

    def _beside(self, node: LayerNode, ref: PortRef, axis: int) -> None:
        """The other inputs of a join have as many units as this one, unless one is spread over all."""
        shape = self._shape(ref)
        for port in ports_into(node):
            other = self._shape(port)
            if port != ref and shape is not None and other is not None:
                there = axis - len(shape) + len(other)
                if 0 <= there < len(other) and other[there] == shape[axis]:
                    self._input(port, there)

    def _along(self, node: LayerNode, ref: PortRef, axis: int) -> bool:
        shape = self._shape(ref)
        return shape is not None and node.settings["dim"] % len(shape) == axis

    def _upwards(self, node: LayerNode, ref: PortRef, axis: int) -> None:
        """Units that a layer only passes on come from before it."""
        if node.kind == "MultiheadAttention":
            self._note(self.bound, node.uid)
            return self._input(PortRef(node.uid, "query"), axis)
        if node.kind == "Delay":
            self.delays[node.uid] = axis
        if node.kind == "Concat" and self._along(node, PortRef(node.uid, "a"), axis) and not passes(self.graph, node):
            raise GraphError(
                f"the units of {node.name} come from two layers",
                got="a width that both would have to share",
                hint="put a layer behind it, and change the width of that",
            )
        for port in ports_into(node):
            if self.graph.edge_into(port) is None or port.port in ("like", "mask"):
                continue
            found = self._axis_back(node, port, ref, axis)
            if found is not None:
                self._input(port, found)
            elif node.kind not in ELEMENTWISE and node.kind != "Concat":
                raise self._fixed(node)
        return None

    def _axis_through(self, node: LayerNode, ref: PortRef, out: PortRef, axis: int) -> int | None:
        """Where an axis of an input lies in the output; None where it goes up in another."""
        came, goes = self._shape(ref), self._shape(out)
        if came is None or goes is None or node.kind in WINDOWS:
            return None
        return next((at for at in range(len(goes)) if self._back(node, came, goes, at) == axis), None)

    def _axis_back(self, node: LayerNode, ref: PortRef, out: PortRef, axis: int) -> int | None:
        came, goes = self._shape(ref), self._shape(out)
        return None if came is None or goes is None else self._back(node, came, goes, axis)

    def _back(self, node: LayerNode, came: Any, goes: Any, axis: int) -> int | None:
        """Where an axis of the output lies in an input."""
        settings = node.settings
        if node.kind in WINDOWS:
            return None
        if node.kind == "Permute":
            return settings["dims"][axis] % len(came)
        if node.kind == "Flatten":
            start, end = settings["start_dim"] % len(came), settings["end_dim"] % len(came)
            if axis == start and end > start:
                return None
            return axis if axis < start else axis + end - start
        if node.kind in ("Index", "Reduce"):
            return len(came) - 1 if axis == len(goes) - 1 and came[-1] == goes[-1] else None
        there = axis - len(goes) + len(came)
        grows = node.kind == "Concat" and settings["dim"] % len(goes) == axis
        return there if there >= 0 and (grows or came[there] == goes[axis]) else None

    def _shape(self, ref: PortRef) -> Any:
        return check(self.graph).shape(ref)

    def _fixed(self, node: LayerNode) -> GraphError:
        return GraphError(
            f"this width cannot change: it is that of {node.name}",
            got=f"{node.name}, a {node.kind}, whose units are added to those of the layer",
            hint="put a layer between them, or choose a layer whose units only other layers read",
        )


def depthwise(node: LayerNode) -> bool:
    """Has a convolution one filter for each channel?"""
    settings = node.settings
    return settings.get("groups", 1) != 1 and settings["groups"] == settings["in_channels"] == settings["out_channels"]
