"""Paths beside layers, pieces that repeat, adapters that are taken, and layers that begin anew."""

from __future__ import annotations

from typing import Any

import pytest

from patchgrad import nn
from patchgrad.backend import host
from patchgrad.errors import GraphError
from patchgrad.layergraph import edit
from tests.layergraph.sample import MLP, X, chain, wires
from tests.layergraph.test_transplant import Lab

SQUARE = chain(
    ("Input", "x", {"shape": (8,)}),
    ("Linear", "fc1", {"in_features": 8, "out_features": 8}),
    ("ReLU", "relu1", {}),
    ("Linear", "fc2", {"in_features": 8, "out_features": 3}),
    ("Output", "output", {}),
)


def test_a_path_beside_a_layer_adds_nothing_at_first_and_learns() -> None:
    lab = Lab(MLP)
    receipt = lab.apply(edit.branch(["fc1", "relu1"], ["Tanh", nn.Linear(8, 6)]))
    assert receipt.max_difference == 0
    assert {
        "x.y -> tanh1.x",
        "tanh1.y -> linear1.x",
        "relu1.y -> add1.a",
        "linear1.y -> add1.b",
        "add1.y -> fc2.x",
    } <= wires(lab.history.graph)
    assert not lab.module.linear1.weight.data.any()
    lab.train()
    assert lab.module.linear1.weight.data.all()
    lab.undo()
    assert lab.history.graph == MLP


def test_a_path_side_by_side_is_not_read_at_first_and_then_is() -> None:
    lab = Lab(MLP)
    receipt = lab.apply(edit.branch("fc1", [("Linear", {"out_features": 5})], merge="Concat"))
    assert receipt.max_difference <= 1e-6
    assert lab.module.fc2.in_features == 11
    lab.train()
    assert lab.module.fc2.weight.data[:, 6:].any()


def test_a_shortcut_that_does_not_fit_is_refused_with_the_shapes() -> None:
    with pytest.raises(GraphError, match="a path around fc1 does not fit"):
        edit.branch("fc1").apply(MLP)
    after = edit.branch("fc1").apply(SQUARE)
    assert {"x.y -> add1.b", "fc1.y -> add1.a", "add1.y -> relu1.x"} <= wires(after)


def test_a_piece_repeats_in_a_row_with_weights_of_its_own_and_the_same_function_at_first() -> None:
    lab = Lab(SQUARE)
    receipt = lab.apply(edit.repeat("fc1", "relu1", times=4))
    assert receipt.max_difference == 0
    row = [node.kind for node in lab.history.graph.nodes.values()]
    assert (row.count("Linear"), row.count("ReLU")) == (5, 4)
    assert lab.history.graph.check().ok
    lab.undo()
    assert lab.history.graph == SQUARE


def test_a_layer_begins_anew_and_undo_brings_weights_and_slots_back() -> None:
    lab = Lab(MLP)
    weight = lab.module.fc1.weight
    values, slots = weight.data.copy(), lab.slots(weight)
    receipt = lab.apply(edit.reinitialise("fc1"))
    assert receipt.new == ("fc1.weight", "fc1.bias")
    first = lab.module.fc1.weight.data.copy()
    assert not host.array_equal(first, values)
    assert lab.slots(lab.module.fc1.weight) == {}
    lab.apply(edit.reinitialise("fc1"))
    assert not host.array_equal(lab.module.fc1.weight.data, first)
    lab.undo()
    lab.undo()
    assert lab.module.fc1.weight is weight
    assert host.array_equal(weight.data, values)
    assert all(host.array_equal(value, slots[name]) for name, value in lab.slots(weight).items())


def test_an_adapter_is_taken_as_one_edit_whose_cost_is_told_before() -> None:
    graph = edit.insert("fc1 -> relu1", "Add", name="sum").apply(MLP)
    take = edit.adapt("x", "sum.b")
    plan: Any = edit.plan(graph, take)
    assert (plan.parameters, plan.flops) == (54, 2 * 54)
    after = take.apply(graph)
    assert after.check().ok
    assert {"x.y -> linear1.x", "linear1.y -> sum.b"} <= wires(after)
    lab = Lab(graph, X)
    lab.apply(take)
    assert len(lab.history.done) == 1
    with pytest.raises(GraphError, match="no adapter number 7") as error:
        edit.adapt("x", "sum.b", 7).apply(graph)
    assert "Linear 8 → 6" in error.value.want


def test_two_layers_change_places_with_their_weights_also_where_one_feeds_the_other() -> None:
    lab = Lab(SQUARE)
    weight = lab.module.fc1.weight
    lab.apply(edit.swap("relu1", "fc1"))
    assert wires(lab.history.graph) == {"x.y -> relu1.x", "relu1.y -> fc1.x", "fc1.y -> fc2.x", "fc2.y -> output.x"}
    assert lab.module.fc1.weight is weight
    lab.undo()
    assert lab.history.graph == SQUARE
    around = edit.swap("fc1", "fc2").apply(MLP)
    assert around.by_name("fc1").settings["in_features"] == 3
    assert {"x.y -> fc2.x", "fc2.y -> relu1.x", "relu1.y -> fc1.x", "fc1.y -> output.x"} == wires(around)
