"""Every kind of the catalogue keeps its promises: fields, source, build and trace, shapes, save and load."""

from __future__ import annotations

import inspect
from typing import Any

import msgspec
import pytest

import patchgrad as pg
from patchgrad import nn
from patchgrad.layergraph import Edge, LayerGraph, LayerNode, PortRef, catalogue, sizes
from patchgrad.layergraph.fields import REQUIRED
from patchgrad.layergraph.kind import LayerKind
from patchgrad.layergraph.measure import evaluated
from patchgrad.layergraph.reading import described_by

SHAPES: dict[str, tuple[int, ...]] = {
    "BatchNorm2d": (4, 6, 6), "BatchNorm3d": (4, 2, 4, 6), "GroupNorm": (4, 6, 6), "Flatten": (4, 6, 6),
    "Upsample": (4, 6, 6), "LocalResponseNorm": (4, 6), "ChannelShuffle": (4, 6), "Embedding": (5,),
    "EmbeddingBag": (5,), "Fold": (4, 49), "FeatureAlphaDropout": (4, 6),
    "MatMul": (8, 8), "Permute": (4, 8),
}  # fmt: skip
BY_AXES = {3: (4, 8), 4: (4, 6, 6), 5: (4, 2, 4, 6)}
"""For layers that take one number of axes, or at most this one: the size of a sample."""
IGNORED = {
    "device", "dtype", "padding_mode", "inplace", "return_indices", "include_last_offset", "sparse", "_weight",
    "_freeze", "_random_samples",
}  # fmt: skip
"""Arguments that no field stands for: where a layer lives, what changes nothing, what asks for other ports, values."""
LAYERS = [kind for kind in catalogue.kinds().values() if kind.layer.startswith("nn.")]
every_layer = pytest.mark.parametrize("kind", LAYERS, ids=lambda kind: kind.name)


def graph_of(kind: LayerKind) -> LayerGraph:
    """Input -> one layer of this kind on all its inputs -> one Output per output."""
    shape, dtype = shape_for(kind), "int64" if kind.name.startswith("Embedding") else "float32"
    settings = kind.fitting({}, dict.fromkeys(kind.inputs, ("N", *shape)))
    graph = LayerGraph().with_node(LayerNode("n1", "Input", "x", {"shape": shape, "dtype": dtype}))
    graph = graph.with_node(LayerNode("n2", kind.name, "layer", settings))
    for port in kind.inputs:
        graph = graph.with_edge(Edge(PortRef("n1", "y"), PortRef("n2", port)))
    for number, port in enumerate(kind.outputs, 3):
        graph = graph.with_node(LayerNode(f"n{number}", "Output", f"output{number}", {"shape": None}))
        graph = graph.with_edge(Edge(PortRef("n2", port), PortRef(f"n{number}", "x")))
    return graph


def shape_for(kind: LayerKind) -> tuple[int, ...]:
    return SHAPES.get(kind.name) or (BY_AXES[max(kind.axes)] if kind.axes else (8,))


def batch_for(graph: LayerGraph, size: int = 3) -> Any:
    settings = graph.nodes["n1"].settings
    pg.manual_seed(1)
    if settings["dtype"] == "int64":
        return pg.tensor([[1, 2, 3, 0, 9]] * size)
    return pg.tensor(pg.backend.random.default_stream().normal((size, *settings["shape"])))


def listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, tuple) else [value]


def same_bits(a: Any, b: Any) -> bool:
    return [y.numpy(force=True).tobytes() for y in listed(a)] == [y.numpy(force=True).tobytes() for y in listed(b)]


@every_layer
def test_fields_are_the_arguments_of_the_constructor(kind: LayerKind) -> None:
    arguments = inspect.signature(getattr(nn, kind.name)).parameters
    expected = {
        name: REQUIRED if p.default is p.empty else p.default for name, p in arguments.items() if name not in IGNORED
    }
    assert {field.name: field.ctor for field in kind.fields} == expected


@every_layer
def test_the_defaults_of_the_palette_are_values_of_their_fields(kind: LayerKind) -> None:
    assert kind.settings({field.name: field.default for field in kind.fields}) == kind.settings({})
    assert all(field.help for field in kind.fields)
    assert kind.help


@every_layer
def test_the_source_of_a_layer_makes_that_layer(kind: LayerKind) -> None:
    settings = kind.settings({})
    made = eval(kind.source(settings), {"nn": nn})
    assert described_by(made) == (kind, settings)


@every_layer
def test_the_shape_without_data_is_the_shape_of_a_run(kind: LayerKind) -> None:
    graph = graph_of(kind)
    report = graph.check()
    assert report.ok, report.problems
    results = listed(evaluated(graph.build(), (batch_for(graph),)))
    for port, result in zip(kind.outputs, results, strict=True):
        spec = report.specs[PortRef("n2", port)]
        assert sizes.at(spec.shape, 3) == tuple(result.shape)
        assert spec.dtype == result.dtype.name


@every_layer
def test_what_is_built_and_traced_is_the_same_again(kind: LayerKind) -> None:
    graph = graph_of(kind)
    x, names = batch_for(graph), {}
    exec(graph.to_source(), names)
    model = names["Model"]()
    traced = LayerGraph.from_module(model, x)
    assert dict(traced.by_name("layer").settings) == dict(graph.by_name("layer").settings)
    assert traced.by_name("layer").kind == kind.name
    assert same_bits(evaluated(traced.build(), (x,)), evaluated(model, (x,)))


@every_layer
def test_a_state_dict_brings_back_the_outputs(kind: LayerKind) -> None:
    graph = graph_of(kind)
    x, first, second = batch_for(graph), graph.build(), graph.build()
    second.load_state_dict(first.state_dict())
    assert same_bits(evaluated(first, (x,)), evaluated(second, (x,)))
    assert all(name.startswith("layer.") for name in first.state_dict())


@every_layer
def test_a_new_layer_on_an_edge_keeps_the_shape_where_it_can(kind: LayerKind) -> None:
    shape = shape_for(kind)
    if kind.mirror is None:
        return
    graph = graph_of(kind)
    carried = graph.check().shape(PortRef("n2", kind.outputs[0]))
    assert carried == ("N", *shape)


@every_layer
def test_identity_layers_give_back_their_input(kind: LayerKind) -> None:
    if kind.identity is None:
        return
    graph = graph_of(kind)
    x, module = batch_for(graph), graph.build()
    assert kind.identity(module.layer("n2"))
    assert same_bits(evaluated(module, (x,)), x)


@every_layer
def test_settings_go_over_the_wire_and_back(kind: LayerKind) -> None:
    settings = kind.settings({})
    assert kind.settings(msgspec.json.decode(msgspec.json.encode(settings))) == settings


def test_every_module_of_nn_that_is_a_layer_is_in_the_catalogue() -> None:
    found = {name: getattr(nn, name) for name in dir(nn)}
    modules = {name for name, value in found.items() if isinstance(value, type) and issubclass(value, nn.Module)}
    holders = {"Module", "Sequential", "ModuleList", "ModuleDict", "ParameterList", "ParameterDict"}
    losses = {name for name in modules if name.endswith("Loss")}
    left_out = set(catalogue.LEFT_OUT)
    assert left_out <= modules
    assert modules - holders - losses - left_out == {kind.name for kind in LAYERS}
