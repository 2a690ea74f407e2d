"""Lead an output port into an input port."""

from __future__ import annotations

from patchgrad.errors import GraphError
from patchgrad.layergraph.check import settle
from patchgrad.layergraph.commands.command import Command, name_of, port_text, require_input, require_output
from patchgrad.layergraph.graph import Edge, LayerGraph, PortRef
from patchgrad.layergraph.walk import reaches


class Connect(Command, frozen=True, tag="connect"):
    """Lead an output port into an input port, displacing the edge that was there."""

    source: PortRef
    target: PortRef

    def apply(self, graph: LayerGraph) -> LayerGraph:
        source, target = require_output(graph, self.source), require_input(graph, self.target)
        if reaches(graph, target.uid, source.uid):
            raise GraphError(
                f"connecting {graph.say(self.source)} to {graph.say(self.target)} would make a loop",
                got=f"{target.name} already feeds {source.name}" if target != source else f"{source.name} to itself",
                hint=f"lead it through a Delay, which gives the value of the step before: {_through(graph, self)}",
                ports=(self.source, self.target),
            )
        return settle(graph.with_edge(Edge(self.source, self.target)))

    def label(self, graph: LayerGraph | None = None) -> str:
        return f"connect {name_of(graph, self.source.node)} to {name_of(graph, self.target.node)}"

    def python(self, graph: LayerGraph | None = None) -> str:
        return f'pg.edit.connect("{port_text(graph, self.source)}", "{port_text(graph, self.target)}")'


def _through(graph: LayerGraph, command: Connect) -> str:
    return f'pg.edit.adapt("{port_text(graph, command.source)}", "{port_text(graph, command.target)}")'
