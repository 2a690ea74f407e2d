"""A layer graph as a Module class, the way a person would write it. Tracing that class gives the graph back."""

from __future__ import annotations

import textwrap
from collections import Counter

from patchgrad.layergraph import catalogue
from patchgrad.layergraph.check import check
from patchgrad.layergraph.flow import edges_read, live, passes
from patchgrad.layergraph.graph import LayerGraph, LayerNode, PortRef
from patchgrad.layergraph.names import require_name
from patchgrad.layergraph.probe import parameter_count
from patchgrad.layergraph.records import uid_number
from patchgrad.layergraph.sizes import shape_text
from patchgrad.layergraph.walk import looping, topological

INDENT = "    "


def to_source(graph: LayerGraph, name: str = "Model") -> str:
    """The source of a class ``name``; executing it needs nothing but patchgrad.

    Errors
        GraphError  if the graph cannot be built, or ``name`` is no Python name.
    """
    check(graph).require()
    require_name(name, ())
    body = [*_docstring(graph), "", *_constructor(graph), "", *_Forward(graph).lines()]
    return "\n".join(["from patchgrad import nn", "", "", f"class {name}(nn.Module):", *_indented(body)]) + "\n"


def _docstring(graph: LayerGraph) -> list[str]:
    specs = check(graph).specs
    entries = [f"{node.name} {shape_text(specs[PortRef(node.uid, 'y')].shape)}" for node in graph.of_kind("Input")]
    ends = [shape_text(specs[PortRef(node.uid, "x")].shape) for node in graph.of_kind("Output")]
    return [f'"""{", ".join(entries)} -> {", ".join(ends)}."""']


# --- __init__ -------------------------------------------------------------------------------------


def _constructor(graph: LayerGraph) -> list[str]:
    closed = [node for node in graph.nodes.values() if node.kind == "Closed" and node.shares is None]
    arguments = "".join(f", {node.name}" for node in closed)
    lines = [f"def __init__(self{arguments}):", f"{INDENT}super().__init__()"]
    group: str | None = None
    for uid in topological(graph):
        node = graph.nodes[uid]
        if node.kind in ("Input", "Output") or node.shares is not None:
            continue
        if node.group != group:
            group = node.group
            lines += _comments(graph, group) if group else []
        lines += [INDENT + line for line in _layer(graph, node)]
    return lines


def _layer(graph: LayerGraph, node: LayerNode) -> list[str]:
    made = node.name if node.kind == "Closed" else catalogue.find(node.kind).source(node.settings)
    remark = f"  # a {node.settings['module']}, made elsewhere" if node.kind == "Closed" else ""
    remark = "  # bypassed" if node.bypassed else remark if node.uid in live(graph) else "  # not in use"
    lines = [f"self.{node.name} = {made}{remark}"]
    learns = node.kind == "Closed" or parameter_count(node.key)
    return [*lines, f"self.{node.name}.requires_grad_(False)"] if node.frozen and learns else lines


def _comments(graph: LayerGraph, group: str) -> list[str]:
    """The group's name, then its note."""
    return [f"{INDENT}# {line}".rstrip() for line in (_path(graph, group), *graph.groups[group].note.splitlines())]


def _path(graph: LayerGraph, group: str | None) -> str:
    """Names of a group and those around it: ``encoder / block``."""
    names: list[str] = []
    while group is not None:
        names.append(graph.groups[group].name)
        group = graph.groups[group].parent
    return " / ".join(reversed(names))


# --- forward --------------------------------------------------------------------------------------


class _Forward:
    """Writes the lines of ``forward``. A value that only one layer reads hands its variable on."""

    def __init__(self, graph: LayerGraph) -> None:
        self.graph = graph
        self.live = live(graph)
        self.names: dict[PortRef, str] = {}
        self.aliases: dict[PortRef, PortRef] = {}
        self.left = Counter(edge.source for uid in self.live for edge in edges_read(graph, graph.nodes[uid]))

    def lines(self) -> list[str]:
        entries = self.graph.of_kind("Input")
        for node in entries:
            self.names[PortRef(node.uid, "y")] = node.name
        delays = [self.graph.nodes[uid] for uid in sorted(looping(self.graph) & self.live, key=uid_number)]
        body = [self.read(node, entries[0].name) for node in delays]
        body += [line for uid in topological(self.graph) for line in self.call(self.graph.nodes[uid])]
        body += [f"self.{node.name}({self.names[self.source(PortRef(node.uid, 'x'))]})" for node in delays]
        ends = [self.source(PortRef(node.uid, "x")) for node in self.graph.of_kind("Output")]
        result = ", ".join(self.names[end] for end in ends)
        header = f"def forward({', '.join(['self', *(node.name for node in entries)])}):"
        return [header, *_indented([*body, f"return {result}"])]

    def read(self, node: LayerNode, like: str) -> str:
        """What a Delay on a loop gives is read first; it gets what comes round when all is computed."""
        self.names[PortRef(node.uid, "y")] = node.name
        return f"{node.name} = self.{node.name}.last({like})"

    def call(self, node: LayerNode) -> list[str]:
        if node.uid not in self.live or node.kind in ("Input", "Output") or node.uid in looping(self.graph):
            return []
        inputs = [(edge.target.port, self.source(edge.target)) for edge in edges_read(self.graph, node)]
        if passes(self.graph, node):
            return self.passed(node, inputs[0][1])
        taken = {port: self.names[source] for port, source in inputs}
        for _, source in inputs:
            self.left[source] -= 1
        outputs = self.name_outputs(node, [source for _, source in inputs])
        return [self.text(node, taken, outputs)]

    def passed(self, node: LayerNode, source: PortRef) -> list[str]:
        """A layer that is not called: what reads it reads what it is given."""
        result = PortRef(node.uid, catalogue.outputs_of(node)[0])
        self.names[result] = self.names[source]
        self.aliases[result] = source
        self.left[source] += self.left[result] - 1
        return []

    def source(self, port: PortRef) -> PortRef:
        """The output port whose value comes into an input port, past layers that are not called."""
        edge = self.graph.edge_into(port)
        if edge is None:
            raise LookupError(port)
        found = edge.source
        while found in self.aliases:
            found = self.aliases[found]
        return found

    def name_outputs(self, node: LayerNode, sources: list[PortRef]) -> dict[str, str]:
        """Variables for the results: the first takes over one that nobody reads any more."""
        found: dict[str, str] = {}
        free = [self.names[source] for source in sources if not self.left[source]]
        for at, port in enumerate(catalogue.outputs_of(node)):
            ref = PortRef(node.uid, port)
            fresh = node.name if at == 0 else f"{node.name}_{port}"
            found[port] = (free[0] if at == 0 and free else fresh) if self.left[ref] else "_"
            self.names[ref] = found[port]
        return found

    def text(self, node: LayerNode, inputs: dict[str, str], outputs: dict[str, str]) -> str:
        kind, layer = catalogue.find(node.kind), f"self.{self.graph.nodes[self.graph.owner(node.uid)].name}"
        if not kind.call:
            ports = catalogue.inputs_of(node)
            return f"{', '.join(outputs.values())} = {layer}({', '.join(inputs[port] for port in ports)})"
        if node.kind == "MultiheadAttention":
            inputs.setdefault("key", inputs["query"])
            inputs.setdefault("value", inputs["key"])
        return kind.call.format(self=layer, **inputs, **outputs).replace("(_, _)", "_")


def _indented(lines: list[str]) -> list[str]:
    return textwrap.indent("\n".join(lines), INDENT).split("\n")
