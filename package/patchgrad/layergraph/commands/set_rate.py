"""A rate of its own for one layer."""

from __future__ import annotations

import math

from patchgrad.errors import GraphError
from patchgrad.layergraph.commands.command import Command, name_of
from patchgrad.layergraph.graph import LayerGraph


class SetRate(Command, frozen=True, tag="set-rate"):
    """Let a layer learn with ``factor`` times the rate of the optimizer; 1: with that rate itself."""

    node: str
    factor: float

    def apply(self, graph: LayerGraph) -> LayerGraph:
        node = graph.node(graph.owner(self.node))
        factor = require_rate(self.factor, node.name)
        if node.kind in ("Input", "Output"):
            raise GraphError(f"{node.name} learns nothing", got=node.kind, want="a layer with weights")
        return graph.changed(node.uid, rate=factor)

    def label(self, graph: LayerGraph | None = None) -> str:
        return f"rate of {name_of(graph, self.node)} × {self.factor:g}"

    def python(self, graph: LayerGraph | None = None) -> str:
        return f'pg.edit.rate("{name_of(graph, self.node)}", {float(self.factor)!r})'


def require_rate(factor: object, name: str) -> float:
    """The factor; GraphError unless it is a finite number of 0 or more."""
    if isinstance(factor, int | float) and not isinstance(factor, bool) and math.isfinite(factor) and factor >= 0:
        return float(factor)
    raise GraphError(
        f"{name} cannot learn with this rate",
        got=repr(factor),
        want="a factor of 0 or more on the rate of the optimizer",
        hint=f'pg.edit.rate("{name}", 0.1); to stop it from learning, pg.edit.freeze("{name}")',
    )
