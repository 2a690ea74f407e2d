"""The model that a session was made for, as its author wrote it."""

from __future__ import annotations

from typing import Any

from patchgrad.errors import GraphError
from patchgrad.layergraph.build import GraphModule
from patchgrad.layergraph.graph import LayerGraph
from patchgrad.layergraph.source_diff import source_diff
from patchgrad.nn import Module


class Original:
    """The model and its first layer graph."""

    def __init__(self, model: Any, graph: LayerGraph) -> None:
        self.model = model
        self.graph = graph

    def paths(self) -> dict[str, str]:
        """By node: where its layer stands in the model."""
        if not isinstance(self.model, Module):
            return {}
        known = {id(module): path for path, module in self.model.named_modules()}
        return {uid: known[id(o.module)] for uid, o in self.graph.origin.items() if known.get(id(o.module))}

    def diff(self, now: LayerGraph) -> str:
        """What to change in the class; GraphError if that cannot be said."""
        cls = type(self.model)
        if not isinstance(self.model, Module) or isinstance(self.model, GraphModule) or _ours(cls):
            raise GraphError(
                "there is no source to change",
                got=f"a session of a {cls.__name__}",
                want="one of a Module class of your own",
                hint="session.graph.to_source() writes the network as a class",
            )
        return source_diff(cls, self.graph, now, self.paths())


def _ours(cls: type) -> bool:
    return cls.__module__.startswith("patchgrad.")
