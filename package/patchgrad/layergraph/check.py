"""Shapes and dtypes of every port of a layer graph, found without data; and what is wrong, port by port.

A bad graph raises nothing here: it gets a Report that names the problems. ``settle`` also brings the
settings that follow from input shapes up to date. A report is kept with its graph, the outcome of each
layer with its settings and input shapes, so that a check after an edit asks only what is new.
"""

from __future__ import annotations

from typing import Any

import msgspec

from patchgrad.layergraph import catalogue
from patchgrad.layergraph.flow import edges_read, live, passes, ports_into
from patchgrad.layergraph.graph import Edge, LayerGraph, LayerNode, PortRef
from patchgrad.layergraph.kind import SymbolicShape
from patchgrad.layergraph.probe import Inputs, Outcome, Spec, outcome, parameter_count
from patchgrad.layergraph.report import Problem, Report
from patchgrad.layergraph.sizes import shape_text
from patchgrad.layergraph.walk import looping, topological


def check(graph: LayerGraph) -> Report:
    """The report of a graph: computed once, then kept with it."""
    if "report" not in graph.__dict__:
        vars(graph)["report"] = _Walk(graph, follow=False).report()
    return graph.__dict__["report"]


def settle(graph: LayerGraph) -> LayerGraph:
    """The graph with all settings that follow from input shapes (``in_features``) brought up to date."""
    settled = _settled(graph)
    for _ in looping(graph):
        followed = _with_delays(settled)
        if followed is settled:
            break
        tried = _settled(followed)
        if len(check(tried).problems) >= len(check(settled).problems):
            break
        settled = tried
    return settled


def _with_delays(graph: LayerGraph) -> LayerGraph:
    """The graph whose loops give on the shape that comes round."""
    specs = check(graph).specs
    for uid in looping(graph):
        node, spec = graph.nodes[uid], specs.get(PortRef(uid, "x"))
        if spec is not None:
            settings = catalogue.find(node.kind).following(node.settings, {"x": spec.shape})
            graph = graph if settings is node.settings else graph.changed(uid, settings=settings)
    return graph


def _settled(graph: LayerGraph) -> LayerGraph:
    walk = _Walk(graph, follow=True)
    report = walk.report()
    settled = graph._with(nodes={**graph.nodes, **walk.changed}) if walk.changed else graph
    shared = [walk.changed[uid] for uid in walk.changed if graph.sharers(uid)]
    for owner in shared:
        settled = settled.with_node(owner)
    vars(settled)["report"] = _Walk(settled, follow=False).report() if shared else report
    return settled


def fits(graph: LayerGraph, edge: Edge) -> bool:
    """Does the layer behind this edge take what comes along it?"""
    return check(graph).at(edge.target) is None


def input_shapes(graph: LayerGraph, uid: str) -> dict[str, SymbolicShape]:
    """Shapes by input port of one node, those that are known."""
    specs = check(graph).specs
    return {edge.target.port: specs[edge.target].shape for edge in graph.edges_into(uid) if edge.target in specs}


def output_shape(graph: LayerGraph, ref: PortRef) -> SymbolicShape | None:
    """The shape that an output port carries, if known."""
    return check(graph).shape(ref)


class _Walk:
    """One pass over the graph in the order of the data."""

    def __init__(self, graph: LayerGraph, *, follow: bool) -> None:
        self.graph = graph
        self.follow = follow
        self.live = live(graph)
        self.looping = looping(graph)
        self.specs: dict[PortRef, Spec] = {}
        self.problems: list[Problem] = []
        self.parameters: dict[str, int] = {}
        self.changed: dict[str, LayerNode] = {}

    def report(self) -> Report:
        order = topological(self.graph)
        for uid in order:
            self.visit(self.graph.nodes[uid])
        for uid in sorted(self.looping):
            self.come_round(self.graph.nodes[uid])
        self.look_for_cycles(set(self.graph.nodes) - set(order))
        self.look_for_ends()
        return Report(self.specs, tuple(self.problems), self.parameters)

    def visit(self, node: LayerNode) -> None:
        if node.kind not in catalogue.kinds():
            return self.problem(node, f"{node.name} is of an unknown kind", got=node.kind)
        if node.uid in self.looping:
            self.count(node)
            return self.give(node, (Spec(("N", *node.settings["shape"])),))
        inputs = self.gather(node)
        if inputs is None:
            self.count(node)
        elif node.kind == "Input":
            self.give(node, (Spec(("N", *node.settings["shape"]), node.settings["dtype"]),))
        elif node.kind == "Output":
            self.end(node, inputs)
        elif passes(self.graph, node):
            self.count(node)
            self.pass_on(node)
        else:
            self.run(node, inputs)

    def come_round(self, node: LayerNode) -> None:
        """What comes back to a Delay on a loop must be what it gives at the next step."""
        inputs = self.gather(node)
        if inputs is None or inputs[0] is None:
            return
        port, found = PortRef(node.uid, "x"), outcome(node.key, inputs)
        if found.failed or found.outputs != (self.specs[PortRef(node.uid, "y")],):
            self.problem(
                node,
                f"what comes round the loop to {node.name} is not what it gives",
                self.with_sources([port]),
                got=f"{shape_text(inputs[0].shape)} {inputs[0].dtype}",
                want=shape_text(self.specs[PortRef(node.uid, "y")].shape),
                hint=f"put a layer that gives this shape in front of {node.name}",
            )

    def gather(self, node: LayerNode) -> Inputs | None:
        """What comes into the input ports; None where that is not known or a port must not be open."""
        ports = ports_into(node)
        for port in ports:
            edge = self.graph.edge_into(port)
            if edge and edge.source in self.specs:
                self.specs[port] = self.specs[edge.source]
        read = edges_read(self.graph, node)
        unknown = any(edge.source not in self.specs for edge in read)
        return None if self.look_for_open(node, ports, read) or unknown else tuple(self.specs.get(p) for p in ports)

    def look_for_open(self, node: LayerNode, ports: list[PortRef], read: list[Edge]) -> bool:
        """Is a port open that must not be? Of ports that may all stay open one must have an edge."""
        if passes(self.graph, node) and read:
            return False
        optional = catalogue.find(node.kind).optional
        needed = [port for port in ports if port.port not in optional] or (ports if not read else [])[:1]
        found = [port for port in needed if not self.graph.edge_into(port)]
        for port in found:
            words = self.graph.say(port)
            hint = f"connect an output to {words}, or remove {node.name}"
            self.problem(node, f"nothing leads into {words}", (port,), got="an open input", hint=hint)
        return bool(found)

    def run(self, node: LayerNode, inputs: Inputs) -> None:
        node = self.followed(node, inputs)
        found = self.closed(node, inputs) if node.kind == "Closed" else outcome(node.key, inputs)
        self.count(node)
        if found.failed:
            ports = ports_into(node)
            came = ", ".join(
                f"{p.port}: {shape_text(s.shape)} {s.dtype}" for p, s in zip(ports, inputs, strict=False) if s
            )
            title = f"{node.name} cannot take what comes in" if came else f"{node.name} cannot be made"
            reason = found.title + (f" ({found.got})" if found.got else "")
            return self.problem(
                node, f"{title}: {reason}", self.with_sources(ports), got=came, want=found.want, hint=found.hint
            )
        self.give(node, found.outputs)

    def followed(self, node: LayerNode, inputs: Inputs) -> LayerNode:
        """The node with settings that follow from its inputs."""
        kind = catalogue.find(node.kind)
        if not self.follow or kind.follow is None or node.shares is not None:
            return node
        shapes = {port: spec.shape for port, spec in zip(kind.inputs, inputs, strict=True) if spec}
        settings = kind.following(node.settings, shapes)
        if settings is node.settings:
            return node
        self.changed[node.uid] = msgspec.structs.replace(node, settings=settings)
        return self.changed[node.uid]

    def closed(self, node: LayerNode, inputs: Inputs) -> Outcome:
        origin = self.graph.origin.get(self.graph.owner(node.uid))
        if origin is None:
            return Outcome(title="its module is not here", hint="trace the model again")
        return origin.outcome(inputs)

    def pass_on(self, node: LayerNode) -> None:
        """The first output carries what is read; others carry nothing, so that nothing may hang on them."""
        self.give(node, tuple(self.specs[edge.source] for edge in edges_read(self.graph, node)))
        first = catalogue.outputs_of(node)[0]
        for edge in self.graph.edges_from(node.uid):
            if edge.source.port != first:
                title = f"{self.graph.say(edge.source)} carries nothing while {node.name} is bypassed"
                reader = self.graph.nodes[edge.target.node]
                self.problem(reader, title, (edge.source, edge.target), hint=f"use {node.name} again, or disconnect it")

    def end(self, node: LayerNode, inputs: Inputs) -> None:
        wanted, spec = node.settings["shape"], inputs[0]
        if wanted is not None and spec is not None and spec.shape[1:] != wanted:
            port = PortRef(node.uid, "x")
            self.problem(
                node,
                f"{node.name} gets another shape than it must have",
                self.with_sources([port]),
                got=shape_text(spec.shape),
                want=shape_text(("N", *wanted)),
                hint=f"empty the field shape of {node.name} to let it change",
            )

    def give(self, node: LayerNode, outputs: Inputs) -> None:
        for port, spec in zip(catalogue.outputs_of(node), outputs, strict=False):
            if spec is not None:
                self.specs[PortRef(node.uid, port)] = spec

    def count(self, node: LayerNode) -> None:
        if node.shares is not None:
            self.parameters[node.uid] = 0
        elif node.kind == "Closed":
            origin = self.graph.origin.get(node.uid)
            self.parameters[node.uid] = origin.parameters if origin else 0
        elif node.kind not in ("Input", "Output"):
            self.parameters[node.uid] = parameter_count(node.key)

    def with_sources(self, ports: list[PortRef]) -> tuple[PortRef, ...]:
        """Each input port that has an edge, after the output port at the other end."""
        edges = [edge for port in ports if (edge := self.graph.edge_into(port))]
        return tuple(port for edge in edges for port in (edge.source, edge.target))

    def problem(self, node: LayerNode, title: str, ports: tuple[PortRef, ...] = (), **parts: Any) -> None:
        self.problems.append(Problem(node.uid, title, ports, **parts, blocking=node.uid in self.live))

    def look_for_cycles(self, stuck: set[str]) -> None:
        for edge in self.graph.edges:
            if edge.source.node in stuck and edge.target.node in stuck:
                node = self.graph.nodes[edge.target.node]
                title = f"{self.graph.say(edge.source)} and {self.graph.say(edge.target)} lie on a loop"
                return self.problem(
                    node, title, (edge.source, edge.target), hint="put a Delay onto one of its edges, or take one away"
                )
        return None

    def look_for_ends(self) -> None:
        kinds = {node.kind for node in self.graph.nodes.values()}
        for kind, words in (("Input", "the network has no Input"), ("Output", "the network has no Output")):
            if kind not in kinds:
                self.problems.append(Problem("", words, hint=f"add an {kind} from the palette"))


__all__ = ["Problem", "Report", "check", "fits", "input_shapes", "output_shape", "settle"]
