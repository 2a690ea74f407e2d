"""A layer graph as a Module class, the way a person would write it. Tracing that class gives the graph back."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Mapping

from patchgrad.layergraph import catalogue
from patchgrad.layergraph.check import check
from patchgrad.layergraph.flow import edges_read, live, passes
from patchgrad.layergraph.graph import LayerGraph, LayerNode, PortRef
from patchgrad.layergraph.names import free_name, problem, require_name
from patchgrad.layergraph.probe import parameter_count
from patchgrad.layergraph.records import uid_number
from patchgrad.layergraph.repeats import Repeated, piece_graph, repeats
from patchgrad.layergraph.sizes import shape_text
from patchgrad.layergraph.walk import looping, topological

INDENT = "    "


def to_source(graph: LayerGraph, name: str = "Model", *, loops: bool = True) -> str:
    """The source of a class ``name``; executing it needs nothing but patchgrad.

    Groups of the same layers that follow each other become a class of their own and a loop over a list of them. Their
    layers stand there as ``blocks.0.fc``, not ``blocks_0_fc``: ``module.source_state()`` has the weights so named.

    Parameters
        loops  False: every layer stands in the class itself, under its own name
    Errors
        GraphError  if the graph cannot be built, or ``name`` is no Python name.
    """
    check(graph).require()
    require_name(name, ())
    found = repeats(graph) if loops else ()
    names = {repeated.attribute: _class_name(repeated, name, found) for repeated in found}
    parts = [_piece(graph, repeated, names[repeated.attribute]) for repeated in found]
    parts.append(_class(graph, name, _docstring(graph), {r: names[r.attribute] for r in found}))
    return "\n\n\n".join(["from patchgrad import nn", *("\n".join(part) for part in parts)]) + "\n"


def _class(graph: LayerGraph, name: str, docstring: list[str], loops: Mapping[Repeated, str]) -> list[str]:
    constructor = _constructor(graph, loops)
    body = [*docstring, "", *constructor, "", *_Forward(graph, tuple(loops)).lines()]
    return [f"class {name}(nn.Module):", *_indented(body)]


def _piece(graph: LayerGraph, repeated: Repeated, name: str) -> list[str]:
    """The class of one turn of a loop."""
    taken = {*repeated.names}
    entries: list[str] = []
    for source in repeated.pieces[0].entries:
        word = graph.nodes[source.node].name if len(entries) != repeated.chained else "x"
        entries.append(word if word not in taken and not (word != "x" and problem(word)) else free_name(word, taken))
        taken.add(entries[-1])
    group = graph.groups[repeated.pieces[0].group]
    lines = group.note.splitlines() or [f"One of ``{repeated.attribute}``."]
    docstring = [f'"""{_quoted(lines[0])}"""'] if len(lines) == 1 else [f"# {line}".rstrip() for line in lines]
    return _class(piece_graph(graph, repeated, tuple(entries)), name, docstring, {})


def _quoted(text: str) -> str:
    """Words of a person's as they can stand in a docstring."""
    return text.replace("\\", "\\\\").replace('"', "'")


def _class_name(repeated: Repeated, name: str, found: tuple[Repeated, ...]) -> str:
    """``Block`` for ``blocks``; with the number of the loop where another has that name."""
    made = [_camel(other.word) for other in found]
    own = _camel(repeated.word)
    return own if made.count(own) == 1 and own not in (name, "nn") else f"{own}{found.index(repeated) + 1}_"


def _camel(word: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in word.split("_")) or "Piece"


def _docstring(graph: LayerGraph) -> list[str]:
    specs = check(graph).specs
    entries = [f"{node.name} {shape_text(specs[PortRef(node.uid, 'y')].shape)}" for node in graph.of_kind("Input")]
    ends = [shape_text(specs[PortRef(node.uid, "x")].shape) for node in graph.of_kind("Output")]
    return [f'"""{", ".join(entries)} -> {", ".join(ends)}."""']


# --- __init__ -------------------------------------------------------------------------------------


def _constructor(graph: LayerGraph, loops: Mapping[Repeated, str]) -> list[str]:
    closed = [node for node in graph.nodes.values() if node.kind == "Closed" and node.shares is None]
    arguments = "".join(f", {node.name}" for node in closed)
    lines = [f"def __init__(self{arguments}):", f"{INDENT}super().__init__()"]
    group: str | None = None
    looped = {node.uid: repeated for repeated in loops for node, _, _ in repeated.paths()}
    for uid in topological(graph):
        node = graph.nodes[uid]
        if uid in looped:
            repeated = looped[uid]
            if uid == repeated.pieces[0].nodes[0].uid:
                made = f"nn.ModuleList([{loops[repeated]}() for _ in range({len(repeated.pieces)})])"
                lines += [f"{INDENT}self.{repeated.attribute} = {made}"]
            group = graph.groups[repeated.pieces[0].group].parent
            continue
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

    def __init__(self, graph: LayerGraph, loops: tuple[Repeated, ...] = ()) -> None:
        self.graph = graph
        self.loops = {node.uid: repeated for repeated in loops for node, _, _ in repeated.paths()}
        self.live = live(graph)
        self.names: dict[PortRef, str] = {}
        self.aliases: dict[PortRef, PortRef] = {}
        self.left = Counter(
            edge.source for uid in self.live - {*self.loops} for edge in edges_read(graph, graph.nodes[uid])
        )
        self.left.update(entry for repeated in loops for entry in repeated.pieces[0].entries)

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
        if node.uid in self.loops:
            repeated = self.loops[node.uid]
            return self.loop(repeated) if node.uid == repeated.pieces[-1].nodes[-1].uid else []
        inputs = [(edge.target.port, self.source(edge.target)) for edge in edges_read(self.graph, node)]
        if passes(self.graph, node):
            return self.passed(node, inputs[0][1])
        taken = {port: self.names[source] for port, source in inputs}
        for _, source in inputs:
            self.left[source] -= 1
        outputs = self.name_outputs(node, [source for _, source in inputs])
        return [self.text(node, taken, outputs)]

    def loop(self, repeated: Repeated) -> list[str]:
        """All pieces of a repeat, one after the other, on one variable."""
        sources = [self.resolved(entry) for entry in repeated.pieces[0].entries]
        given = [self.names[source] for source in sources]
        for source in sources:
            self.left[source] -= 1
        carried, start = given[repeated.chained], given[repeated.chained]
        if self.left[sources[repeated.chained]] or sources.count(sources[repeated.chained]) > 1:
            carried = free_name(repeated.word, {*self.names.values(), *self.graph.names})
        taken = {carried, *self.names.values()}
        turn = (
            repeated.word
            if repeated.word not in taken and not problem(repeated.word)
            else free_name(repeated.word, taken)
        )
        given[repeated.chained] = carried
        self.names[repeated.pieces[-1].exit] = carried
        lines = [f"{carried} = {start}"] if carried != start else []
        call = f"{INDENT}{carried} = {turn}({', '.join(given)})"
        return [*lines, f"for {turn} in self.{repeated.attribute}:", call]

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
        return self.resolved(edge.source)

    def resolved(self, found: PortRef) -> PortRef:
        """The output port whose value is meant, past layers that are not called."""
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
