"""From a layer graph to a module that computes it. Read next: ``transplant.py`` (from one build to the next)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from patchgrad import nn
from patchgrad.errors import ArgumentError, GraphError
from patchgrad.layergraph import catalogue
from patchgrad.layergraph.check import check
from patchgrad.layergraph.flow import edges_read, live, passes, ports_into
from patchgrad.layergraph.graph import LayerGraph, LayerNode, PortRef
from patchgrad.layergraph.kind import LayerKind
from patchgrad.layergraph.records import uid_number
from patchgrad.layergraph.repeats import written_names
from patchgrad.layergraph.walk import looping, topological


class Step(NamedTuple):
    """One call of a layer: places of its arguments (None where open) and results, and places to clear after it."""

    layer: Any
    kind: LayerKind | None
    inputs: tuple[int | None, ...]
    outputs: tuple[int, ...]
    drop: tuple[int, ...]


class GraphModule(nn.Module):
    """Computes a layer graph. Each layer is a child under its node's name; ``graph`` is the graph.

    Shapes
        one argument per Input, in the order they were made  ->  one tensor per Output (a tuple if several)
    """

    def __init__(self, graph: LayerGraph, layers: Mapping[str, Any]) -> None:
        super().__init__()
        for uid in topological(graph):
            if uid in layers:
                setattr(self, graph.nodes[uid].name, layers[uid])
        self.graph = graph
        self.plan = plan(graph, layers)

    @property
    def layers(self) -> dict[str, Any]:
        """The layers by node uid; nodes that share a layer have the same one."""
        names = {uid: self.graph.nodes[self.graph.owner(uid)].name for uid in self.graph.nodes}
        return {uid: self._modules[name] for uid, name in names.items() if name in self._modules}

    def layer(self, uid: str) -> Any:
        """The layer of a node; GraphError for a node that has none (Input, Output)."""
        node = self.graph.node(self.graph.owner(uid))
        if node.name not in self._modules:
            raise GraphError(f"{node.name} has no layer", got=f"it is an {node.kind}")
        return self._modules[node.name]

    def source_state(self) -> dict[str, Any]:
        """The state dict under the names of the class that ``graph.to_source()`` writes, to be loaded into it."""
        names = written_names(self.graph)
        parts = ((key.partition("."), value) for key, value in self.state_dict().items())
        return {f"{names[name]}{dot}{rest}": value for (name, dot, rest), value in parts}

    def forward(self, *inputs: Any) -> Any:
        """Run the plan."""
        program = self.plan
        if len(inputs) != len(program.inputs):
            raise ArgumentError(
                f"the network takes {len(program.inputs)} inputs",
                got=str(len(inputs)),
                want=", ".join(program.inputs),
            )
        values: list[Any] = [*inputs, *program.empty]
        for layer, kind, sources, results, drop in program.steps:
            if kind is None:
                values[results[0]] = layer(*[values[place] for place in sources if place is not None])
            else:
                given = tuple(None if place is None else values[place] for place in sources)
                for place, value in zip(results, kind.split(layer(*kind.arrange(given))), strict=True):
                    values[place] = value
            for place in drop:
                values[place] = None
        given_back = tuple(values[place] for place in program.outputs)
        return given_back[0] if len(given_back) == 1 else given_back

    def extra_repr(self) -> str:
        return ""


class Plan(NamedTuple):
    """The order of calls, with places in a list of values instead of ports."""

    inputs: tuple[str, ...]
    steps: tuple[Step, ...]
    outputs: tuple[int, ...]
    empty: tuple[None, ...]


def plan(graph: LayerGraph, layers: Mapping[str, Any]) -> Plan:
    """The plan of a graph that has no blocking problem: only layers that the result needs are called."""
    needed = live(graph)
    entries = graph.of_kind("Input")
    place: dict[PortRef, int] = {PortRef(node.uid, "y"): at for at, node in enumerate(entries)}
    steps: list[Step] = []
    size = len(entries)
    for uid in topological(graph):
        node = graph.nodes[uid]
        if uid not in needed or node.kind in ("Input", "Output"):
            continue
        results = [PortRef(uid, port) for port in catalogue.outputs_of(node)]
        if passes(graph, node):
            place[results[0]] = place[edges_read(graph, node)[0].source]
            continue
        if uid in looping(graph):
            place[results[0]] = size
            steps.append(Step(layers[uid].last, None, (0,), (size,), ()))
            size += 1
            continue
        sources = [place[edge.source] if (edge := graph.edge_into(port)) else None for port in ports_into(node)]
        places = tuple(range(size, size + len(results)))
        size += len(results)
        place.update(zip(results, places, strict=True))
        steps.append(Step(layers[graph.owner(uid)], _odd(node), tuple(sources), places, ()))
    for uid in sorted(looping(graph) & needed, key=uid_number):
        edge = edges_read(graph, graph.nodes[uid])[0]
        steps.append(Step(layers[uid], None, (place[edge.source],), (size,), ()))
        size += 1
    ends = tuple(
        place[edge.source] for node in graph.of_kind("Output") if (edge := graph.edge_into(PortRef(node.uid, "x")))
    )
    names = tuple(node.name for node in entries)
    return Plan(names, _dropping(steps, ends), ends, (None,) * (size - len(entries)))


def _odd(node: LayerNode) -> LayerKind | None:
    """The kind, where calling the layer needs more than arguments in order and one result."""
    kind = catalogue.find(node.kind)
    several = len(catalogue.outputs_of(node)) > 1
    return kind if several or kind.ins or kind.outs else None


def _dropping(steps: list[Step], ends: tuple[int, ...]) -> tuple[Step, ...]:
    """The steps, each told which values nobody needs after it."""
    seen = set(ends)
    marked: list[Step] = []
    for step in reversed(steps):
        used = {place for place in (*step.inputs, *step.outputs) if place is not None}
        marked.append(step._replace(drop=tuple(sorted(used - seen))))
        seen |= used
    return tuple(reversed(marked))


def build(graph: LayerGraph, layers: Mapping[str, Any] | None = None, **place: Any) -> GraphModule:
    """A module that computes the graph.

    Parameters
        layers  layers to use, by node uid; the rest are those that were traced, or fresh ones
        place   ``device`` and ``dtype`` of fresh layers
    Errors
        GraphError  naming the ports, if the graph has a problem that keeps it from running.
    """
    check(graph).require()
    given = layers or {}
    made = {node.uid: given.get(node.uid) or layer_for(graph, node, **place) for node in holders(graph)}
    for node in holders(graph):
        key_streams(made[node.uid], node.uid)
        made[node.uid].node_uid = node.uid  # by which the recorder knows the layer again after a rename
        if node.frozen:
            made[node.uid].requires_grad_(False)
    return GraphModule(graph, made)


def holders(graph: LayerGraph) -> list[LayerNode]:
    """The nodes that have a layer of their own: all but Inputs, Outputs, and those that call that of another."""
    return [node for node in graph.nodes.values() if node.kind not in ("Input", "Output") and node.shares is None]


def layer_for(graph: LayerGraph, node: LayerNode, **place: Any) -> Any:
    """The layer that was traced for this node, if its settings are still the same; else a fresh one."""
    origin = graph.origin.get(node.uid)
    if origin is not None and origin.key == node.key:
        return origin.module
    if node.kind == "Closed":
        raise GraphError(f"{node.name} has no module", got="a closed layer", hint="trace the model again")
    return catalogue.find(node.kind).build(node.settings, **place)


def key_streams(layer: Any, uid: str) -> None:
    """Let the random streams of a layer depend on the uid of its node alone, never on its name or place."""
    for path, module in layer.named_modules():
        if getattr(module, "stream_key", "") is None:
            module.stream_key = f"{uid}/{path}" if path else uid
