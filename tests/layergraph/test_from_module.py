"""Tracing a module: what becomes a node, what opens into a group, what stays closed."""

from __future__ import annotations

from typing import Any

import pytest

import patchgrad as pg
from patchgrad import nn
from patchgrad.errors import GraphError
from patchgrad.layergraph import LayerGraph, PortRef
from patchgrad.layergraph.measure import evaluated
from patchgrad.nn import functional as F

x = pg.tensor([[0.5, -1.0, 2.0, 0.1], [1.5, 0.3, -0.2, 0.0], [0.0, 1.0, 1.0, -1.0]])


def kinds(graph: LayerGraph) -> dict[str, str]:
    return {node.name: node.kind for node in graph.nodes.values()}


def wires(graph: LayerGraph) -> set[str]:
    return {f"{graph.say(edge.source)} -> {graph.say(edge.target)}" for edge in graph.edges}


def assert_same_bits(graph: LayerGraph, model: Any, *example: Any) -> None:
    built = graph.build()
    a, b = evaluated(built, example), evaluated(model, example)
    assert a.numpy().tobytes() == b.numpy().tobytes()
    assert {id(p) for p in built.parameters()} == {id(p) for p in model.parameters()}


class Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(4, 4)
        self.second = nn.Linear(4, 4)

    def forward(self, x: Any) -> Any:
        return x + self.second(F.relu(self.first(x)))


def test_layers_of_a_straight_module_become_nodes_under_their_attribute_names() -> None:
    model = Residual()
    graph = LayerGraph.from_module(model, x)
    assert kinds(graph) == {
        "x": "Input", "first": "Linear", "relu1": "ReLU", "second": "Linear", "add1": "Add", "output": "Output",
    }  # fmt: skip
    assert wires(graph) == {
        "x.y -> first.x", "first.y -> relu1.x", "relu1.y -> second.x", "x.y -> add1.a", "second.y -> add1.b",
        "add1.y -> output.x",
    }  # fmt: skip
    assert_same_bits(graph, model, x)


def test_containers_open_into_groups_that_nest() -> None:
    model = nn.Sequential(nn.Linear(4, 4), nn.Sequential(Residual(), nn.Tanh()))
    graph = LayerGraph.from_module(model, x)
    assert {group.name for group in graph.groups.values()} == {"1", "1.0"}
    inner = next(group for group in graph.groups.values() if group.name == "1.0")
    assert graph.groups[inner.parent].name == "1"
    assert {node.name for node in graph.members(inner.uid)} == {"layer_1_0_first", "layer_1_0_second", "relu1", "add1"}
    assert_same_bits(graph, model, x)


class Gated(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.value, self.gate = nn.Linear(4, 4), nn.Linear(4, 4)

    def forward(self, x: Any) -> Any:
        return self.value(x) * F.sigmoid(self.gate(x))


def test_a_product_of_two_paths_is_a_join() -> None:
    graph = LayerGraph.from_module(Gated(), x)
    assert kinds(graph)["multiply1"] == "Multiply"
    assert {"value.y -> multiply1.a", "sigmoid1.y -> multiply1.b"} < wires(graph)
    model = Gated()
    assert_same_bits(LayerGraph.from_module(model, x), model, x)


def test_a_layer_that_was_asked_to_work_in_place_is_the_layer_that_it_is_without() -> None:
    model = nn.Sequential(nn.Linear(4, 4), nn.ReLU(inplace=True), nn.Dropout(0.1, inplace=True))
    graph = LayerGraph.from_module(model, x)
    assert sorted(kinds(graph).values()) == ["Dropout", "Input", "Linear", "Output", "ReLU"]
    assert_same_bits(graph, model, x)


class Looks(nn.Module):
    """Decides by a value."""

    def __init__(self) -> None:
        super().__init__()
        self.left, self.right = nn.Linear(4, 4), nn.Linear(4, 4)

    def forward(self, x: Any) -> Any:
        return self.left(x) if x.sum().item() > 0 else self.right(x)


def test_a_module_that_looks_at_values_stays_closed_and_works() -> None:
    model = nn.Sequential(nn.Linear(4, 4), Looks(), nn.ReLU())
    graph = LayerGraph.from_module(model, x)
    [closed] = [node for node in graph.nodes.values() if node.kind == "Closed"]
    assert closed.settings["module"] == "Looks"
    reasons = {"it computes sum, which is no layer", "it decides by the values that come in"}
    assert graph.origin[closed.uid].reason in reasons
    assert graph.check().ok
    assert graph.check().parameters[closed.uid] == 40
    assert_same_bits(graph, model, x)
    assert_same_bits(graph, model, -x)


class Scaled(nn.Module):
    """Uses a parameter of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(pg.ones(4))

    def forward(self, x: Any) -> Any:
        return x * self.scale


def test_a_parameter_of_a_module_of_ones_own_is_a_node_that_learns() -> None:
    model = nn.Sequential(nn.Linear(4, 4), Scaled())
    graph = LayerGraph.from_module(model, x)
    assert sorted(kinds(graph).values()) == ["Input", "Learned", "Linear", "Multiply", "Output"]
    assert_same_bits(graph, model, x)


class NoisyInTraining(nn.Module):
    def forward(self, x: Any) -> Any:
        return F.dropout(x, 0.5, training=self.training)


def test_a_module_that_behaves_otherwise_in_training_stays_closed() -> None:
    graph = LayerGraph.from_module(nn.Sequential(nn.Linear(4, 4), NoisyInTraining()), x)
    assert "Closed" in kinds(graph).values()


class Tied(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer, self.act = nn.Linear(4, 4), nn.ReLU()

    def forward(self, x: Any) -> Any:
        return self.act(self.layer(self.act(self.layer(x))))


def test_a_layer_with_weights_that_runs_twice_is_two_nodes_with_one_layer() -> None:
    model = nn.Sequential(nn.Linear(4, 4), Tied())
    graph = LayerGraph.from_module(model, x)
    assert sorted(kinds(graph).values()) == ["Input", "Linear", "Linear", "Linear", "Output", "ReLU", "ReLU"]
    [again] = [node for node in graph.nodes.values() if node.shares]
    assert graph.nodes[again.shares].name == "layer_1_layer"
    assert graph.check().parameters[again.uid] == 0
    assert_same_bits(graph, model, x)


def test_a_layer_without_weights_that_runs_twice_becomes_two_nodes() -> None:
    act = nn.ReLU()
    model = nn.Sequential(act, nn.Linear(4, 4), act)
    graph = LayerGraph.from_module(model, x)
    assert list(kinds(graph).values()).count("ReLU") == 2
    assert_same_bits(graph, model, x)


class Joined(nn.Module):
    def forward(self, a: Any, b: Any) -> Any:
        return pg.cat((F.relu(a), b, a), 1), a


def test_several_inputs_and_outputs_and_a_cat_of_three() -> None:
    graph = LayerGraph.from_module(Joined(), x, x * 2)
    assert [node.name for node in graph.of_kind("Input")] == ["a", "b"]
    assert list(kinds(graph).values()).count("Concat") == 2
    first, second = evaluated(graph.build(), (x, x * 2))
    assert first.numpy().tobytes() == pg.cat((F.relu(x), x * 2, x), 1).numpy().tobytes()
    assert second.numpy().tobytes() == x.numpy().tobytes()


class Attends(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(4, 2, batch_first=True)
        self.lstm = nn.LSTM(4, 3, batch_first=True)

    def forward(self, x: Any) -> Any:
        mixed, _ = self.attention(x, x, x)
        _, (h, _) = self.lstm(mixed)
        return h


def test_self_attention_has_one_wire_and_an_lstm_offers_its_states() -> None:
    sequence = pg.tensor([[[0.1, 0.2, 0.3, 0.4], [1.0, 0.0, -1.0, 0.5]]])
    model = Attends()
    graph = LayerGraph.from_module(model, sequence)
    assert wires(graph) == {
        "x.y -> attention.query", "attention.y -> lstm.x", "lstm.h -> output.x",
    }  # fmt: skip
    assert_same_bits(graph, model, sequence)


class Masked(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(4, 2, batch_first=True)

    def forward(self, x: Any) -> Any:
        mask = pg.tensor([[False, True], [False, False]])
        return self.attention(x, x, x, attn_mask=mask)[0]


def test_what_a_node_cannot_say_keeps_the_module_closed() -> None:
    sequence = pg.tensor([[[0.1, 0.2, 0.3, 0.4], [1.0, 0.0, -1.0, 0.5]]])
    graph = LayerGraph.from_module(nn.Sequential(nn.Linear(4, 4), Masked()), sequence)
    assert "Closed" in kinds(graph).values()
    assert "MultiheadAttention" not in kinds(graph).values()


class Passes(nn.Module):
    """A dropout, which gives back its very input in evaluation, beside a shortcut."""

    def __init__(self) -> None:
        super().__init__()
        self.drop = nn.Dropout(0.5)

    def forward(self, x: Any) -> Any:
        return x + self.drop(x)


def test_a_layer_that_gives_back_its_input_is_told_from_the_shortcut_around_it() -> None:
    assert wires(LayerGraph.from_module(Passes(), x)) == {
        "x.y -> drop.x", "x.y -> add1.a", "drop.y -> add1.b", "add1.y -> output.x",
    }  # fmt: skip


def test_tracing_leaves_modes_buffers_and_streams_as_they_were() -> None:
    model = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4), nn.Dropout(0.5))
    model[1].eval()
    model(x)
    before = [b.numpy().tobytes() for b in model.buffers()], model[2].stream.offset
    LayerGraph.from_module(model, x)
    assert ([b.numpy().tobytes() for b in model.buffers()], model[2].stream.offset) == before
    assert [module.training for module in model.modules()] == [True, True, False, True]


def test_frozen_layers_become_frozen_nodes() -> None:
    model = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 2))
    model[0].requires_grad_(False)
    graph = LayerGraph.from_module(model, x)
    assert [node.frozen for node in graph.of_kind("Linear")] == [True, False]


def test_layers_that_the_run_did_not_call_stand_unconnected() -> None:
    model = Residual()
    model.spare = nn.Linear(4, 2)
    graph = LayerGraph.from_module(model, x)
    spare = graph.by_name("spare")
    assert not graph.edges_into(spare.uid)
    assert graph.check().ok


def test_a_whole_model_that_cannot_be_opened_is_one_closed_node() -> None:
    model = Looks()
    graph = LayerGraph.from_module(model, x)
    assert wires(graph) == {"x.y -> block1.x", "block1.y -> output.x"}
    assert_same_bits(graph, model, x)


class GivesADictionary(nn.Module):
    def forward(self, x: Any) -> Any:
        return {"y": x}


@pytest.mark.parametrize(
    ("model", "example", "words"),
    [
        (GivesADictionary(), (x,), "returns a dict"),
        (Residual(), ([1.0, 2.0],), "got   list"),
        (Residual(), (pg.tensor(1.0),), "without axes"),
        (Residual(), (), "on an example"),
    ],
)
def test_what_cannot_be_traced_is_said(model: Any, example: tuple[Any, ...], words: str) -> None:
    with pytest.raises(GraphError, match=words):
        LayerGraph.from_module(model, *example)


def test_what_the_model_raises_is_raised_and_the_model_is_unharmed() -> None:
    model = nn.Sequential(nn.Linear(4, 4), nn.Linear(5, 5))
    with pytest.raises(pg.errors.ShapeError):
        LayerGraph.from_module(model, x)
    assert all(not module._hooks for module in model.modules())
    assert not pg.autograd.state.state.scope
    assert model.training


def test_ports_of_a_closed_node_are_numbered_where_there_are_several() -> None:
    class Two(nn.Module):
        def forward(self, a: Any, b: Any) -> Any:
            return (a * b, a - b) if a.sum().item() > 0 else (a, b)

    graph = LayerGraph.from_module(Two(), x, x)
    [closed] = graph.of_kind("Closed")
    assert graph.edge_into(PortRef(closed.uid, "x2")) is not None
    assert {edge.source.port for edge in graph.edges_from(closed.uid)} == {"y1", "y2"}


class Written(nn.Module):
    """What many people write in ``forward`` without layers."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.fc = nn.Conv2d(1, 3, 3, padding=1), nn.Linear(3, 2)

    def forward(self, x: Any) -> Any:
        x = x.view(-1, 1, 6, 6)
        x = F.max_pool2d(F.relu(self.conv(x)), 2)
        x = F.avg_pool2d(x, 3, stride=1, padding=1)
        x = F.gelu(x, approximate="tanh").mean((2, 3))
        return F.log_softmax(self.fc(x.view(x.shape[0], -1)), 1)


def test_ops_that_are_layers_become_nodes() -> None:
    pixels = pg.tensor([[0.1 * (i % 7) - 0.3 * (i % 5) for i in range(36)] for _ in range(3)])
    model = Written()
    graph = LayerGraph.from_module(model, pixels)
    assert list(kinds(graph).values()) == [
        "Input", "Unflatten", "Conv2d", "ReLU", "MaxPool2d", "AvgPool2d", "GELU", "AdaptiveAvgPool2d", "Flatten",
        "Flatten", "Linear", "LogSoftmax", "Output",
    ]  # fmt: skip
    assert_same_bits(graph, model, pixels)


class Peeks(nn.Module):
    """Decides by the bare array, which no op shows."""

    def __init__(self) -> None:
        super().__init__()
        self.left, self.right = nn.Linear(4, 4), nn.Linear(4, 4)

    def forward(self, x: Any) -> Any:
        return self.left(x) if x.numpy().sum() > 0 else self.right(x)


def test_a_module_that_peeks_at_the_bare_array_stays_closed_too() -> None:
    model = nn.Sequential(nn.Identity(), Peeks(), nn.ReLU())
    graph = LayerGraph.from_module(model, x)
    [closed] = graph.of_kind("Closed")
    assert graph.origin[closed.uid].reason == "it decides by the values that come in"
    assert list(kinds(graph).values()).count("Identity") == 1
    assert_same_bits(graph, model, -x)


class InPlace(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(4, 4)

    def forward(self, x: Any) -> Any:
        y = self.fc(x)
        y += x
        return F.relu(y) + y


def test_a_write_in_place_gives_the_same_bits() -> None:
    model = InPlace()
    assert_same_bits(LayerGraph.from_module(model, x), model, x)


class Constant(nn.Module):
    def forward(self, x: Any) -> Any:
        return pg.cat((x, pg.ones(x.shape[0], 1)), 1)


def test_a_constant_inside_keeps_the_module_closed() -> None:
    graph = LayerGraph.from_module(nn.Sequential(nn.Linear(4, 4), Constant()), x)
    assert "Closed" in kinds(graph).values()
