"""A module with a ``forward`` of its own in PyTorch: its layer graph as a class, under the names of the module."""

from __future__ import annotations

import linecache
from collections.abc import Iterator
from typing import Any

from patchgrad.interop.torch_source import torch_source
from patchgrad.layergraph.graph import LayerGraph


def from_graph(source: Any, example: tuple[Any, ...], giving: Any) -> Any:
    """The module of PyTorch that does what ``source`` does with the example."""
    graph = LayerGraph.from_module(source, *example)
    paths = dict(_paths(source, graph))
    closed = {
        node.name: giving.closed(graph.origin[node.uid], paths.get(node.uid, node.name))
        for node in graph.of_kind("Closed")
        if node.shares is None
    }
    made = compiled(torch_source(graph, type(source).__name__, loops=False), type(source).__name__)(**closed)
    for uid, origin in graph.origin.items():
        if graph.nodes[uid].kind != "Closed":
            giving.adopt(getattr(made, graph.nodes[uid].name), origin.module, paths.get(uid, ""))
    for node in graph.of_kind("Constant"):
        getattr(made, node.name)._non_persistent_buffers_set.add("value")
    _placed(made, {graph.nodes[uid].name: path for uid, path in paths.items()})
    _completed(made, source, giving)
    made.training = source.training
    return made


def compiled(text: str, name: str) -> Any:
    """The class that a source defines. Its lines are shown in tracebacks."""
    file = f"<torch_source of {name} {abs(hash(text)):x}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    namespace: dict[str, Any] = {"__name__": "patchgrad.interop.torch_graph"}
    exec(compile(text, file, "exec"), namespace)
    return namespace[name]


def _paths(source: Any, graph: LayerGraph) -> Iterator[tuple[str, str]]:
    """Nodes, and where what they do stands in the module: a layer, or a parameter of the module's own."""
    modules = {id(part): path for path, part in source.named_modules()}
    parameters = {id(value): path for path, value in source.named_parameters()}
    for uid, origin in graph.origin.items():
        learned = graph.nodes[uid].kind == "Learned"
        path = parameters.get(id(origin.module.value)) if learned else modules.get(id(origin.module))
        if path:
            yield uid, path


def _placed(made: Any, paths: dict[str, str]) -> None:
    """Register layers where they stand in the module; under the names in ``forward`` they are plain attributes."""
    import torch

    moved = {name: made._modules.pop(name) for name, path in paths.items() if name != path or _is_learned(made, name)}
    for name, layer in moved.items():
        made.__dict__[name] = layer
        owner, _, last = paths[name].rpartition(".")
        holder = _holder(made, owner, torch.nn.Module)
        if type(layer).__name__ == "Learned":
            holder._parameters[last] = layer.value
        else:
            holder._modules[last] = layer


def _is_learned(made: Any, name: str) -> bool:
    return type(made._modules[name]).__name__ == "Learned"


def _holder(made: Any, path: str, empty: Any) -> Any:
    """The module at a path, made of empty ones where there is none."""
    for part in filter(None, path.split(".")):
        made = made._modules.setdefault(part, empty())
    return made


def _completed(made: Any, source: Any, giving: Any) -> None:
    """Register what the module keeps and its ``forward`` does not use, or uses as a constant."""
    import torch

    for path, part in source.named_modules():
        for store in ("_parameters", "_buffers"):
            for name, value in getattr(part, store).items():
                holder = _holder(made, path, torch.nn.Module)
                if value is not None and name not in getattr(holder, store):
                    getattr(holder, store)[name] = giving.tensor(value)
                    if name in part._passing_buffers:
                        holder._non_persistent_buffers_set.add(name)
