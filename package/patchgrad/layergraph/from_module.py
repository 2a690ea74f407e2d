"""The layer graph of a module, from a real run on an example.

Layers of the catalogue become nodes; modules that only call others and ops that are layers themselves open
into groups; a module that does anything else (looks at values, uses parameters of its own, behaves otherwise
in training) becomes a closed node. The modules themselves are kept, so an optimizer that holds their
parameters goes on. What was built is run once more and must give the same bits; else the model stays closed.
"""

from __future__ import annotations

from typing import Any

from patchgrad.backend import host
from patchgrad.errors import GraphError
from patchgrad.layergraph import catalogue
from patchgrad.layergraph.build import GraphModule, build
from patchgrad.layergraph.check import check
from patchgrad.layergraph.graph import LayerGraph, PortRef
from patchgrad.layergraph.measure import evaluated
from patchgrad.layergraph.opacity import opaque_calls
from patchgrad.layergraph.origin import Origin
from patchgrad.layergraph.tracing import Tracing, listed
from patchgrad.layergraph.watching import watch
from patchgrad.tensor import Tensor


def trace(model: Any, *example: Any) -> LayerGraph:
    """The layer graph of ``model``, which remembers the modules it was traced from.

    Parameters
        example  a batch for each argument of ``forward``: tensors whose first axis is the batch
    Errors
        GraphError  if the model takes or gives something other than tensors; whatever the model raises.
    """
    if isinstance(model, GraphModule):
        return _remembered(model)
    _require_example(model, example)
    seen = watch(model, example, training=False)
    opaque = opaque_calls(model, example, seen)
    graph = Tracing(model, seen, example, opaque).graph()
    if _same_outputs(graph, model, example):
        return graph
    return Tracing(model, seen, example, {**opaque, id(seen): "it gives other numbers than its layers"}).graph()


def _remembered(module: GraphModule) -> LayerGraph:
    """The graph that a module was built from, with its layers as they are now."""
    report = check(module.graph)
    origins: dict[str, Origin] = {}
    for uid, layer in module.layers.items():
        node = module.graph.nodes[uid]
        inputs = tuple(report.specs.get(PortRef(uid, port)) for port in catalogue.inputs_of(node))
        outputs = (report.specs.get(PortRef(uid, port)) for port in catalogue.outputs_of(node))
        origins[uid] = Origin(layer, node.key, inputs, tuple(spec for spec in outputs if spec))
    return module.graph.with_origin(origins)


def _require_example(model: Any, example: tuple[Any, ...]) -> None:
    for entry in example:
        if not isinstance(entry, Tensor) or entry.ndim == 0:
            raise GraphError(
                f"{type(model).__name__} cannot be traced on this example",
                got=type(entry).__name__ if not isinstance(entry, Tensor) else "a tensor without axes",
                want="tensors whose first axis is the batch",
                hint="LayerGraph.from_module(model, next(iter(loader))[0])",
            )
    if not example:
        raise GraphError("a model is traced on an example", want="a batch for each argument of forward")


def _same_outputs(graph: LayerGraph, model: Any, example: tuple[Any, ...]) -> bool:
    """Does the built graph give what the model gives, bit for bit?"""
    a, b = listed(evaluated(build(graph), example)), listed(evaluated(model, example))
    return len(a) == len(b) and all(
        x.dtype == y.dtype
        and host.array_equal(x.numpy(force=True), y.numpy(force=True), equal_nan=x.dtype.is_floating_point)
        for x, y in zip(a, b, strict=True)
    )
