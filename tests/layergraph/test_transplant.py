"""Weights and optimizer slots across an edit, and what the receipt says of it."""

from __future__ import annotations

from typing import Any

import pytest

import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.backend import host
from patchgrad.errors import GraphError
from patchgrad.layergraph import LayerGraph, edit
from patchgrad.layergraph.history import History
from patchgrad.layergraph.measure import evaluated

from .sample import MLP, X, chain


class Lab:
    """A network of a graph, trained for a few steps."""

    def __init__(self, graph: LayerGraph = MLP, x: Any = X) -> None:
        pg.manual_seed(3)
        self.x = x
        self.history = History(graph)
        self.module = graph.build()
        self.optimizer = optim.Adam(self.module.parameters(), lr=1e-2)
        self.train()

    def train(self, steps: int = 3) -> None:
        for _ in range(steps):
            self.optimizer.zero_grad()
            output = self.module(self.x)
            (output * output).mean().backward()
            self.optimizer.step()

    def apply(self, change: Any, **options: Any) -> Any:
        self.module, receipt = self.history.apply(change, self.module, self.optimizer, batch=(self.x,), **options)
        return receipt

    def undo(self) -> Any:
        self.module, receipt = self.history.undo(self.module, self.optimizer, batch=(self.x,))
        return receipt

    def __getattr__(self, name: str) -> Any:
        return getattr(self.module, name)

    def slots(self, parameter: Any) -> dict[str, Any]:
        return self.optimizer.slots(parameter)


def test_an_inserted_linear_computes_the_same_function_at_first() -> None:
    lab = Lab()
    before = evaluated(lab.module, (X,)).numpy()
    receipt = lab.apply(edit.insert("relu1 -> fc2", "Linear", name="extra"))
    assert receipt.max_difference == 0.0
    assert receipt.identity == ("extra",)
    assert host.array_equal(evaluated(lab.module, (X,)).numpy(), before)
    lab.train()
    assert not host.array_equal(lab.extra.weight.detach().numpy(), host.eye(6, dtype="float32"))


def test_a_wider_layer_keeps_the_function_its_overlap_and_its_slots() -> None:
    lab = Lab()
    weight, slots = lab.fc1.weight, lab.slots(lab.fc1.weight)
    receipt = lab.apply(edit.set("fc1", out_features=9))
    assert receipt.max_difference < 1e-6
    assert [str(entry) for entry in receipt.mapped] == [
        "fc1.weight (6, 8) → (9, 8)", "fc1.bias (6,) → (9,)", "fc2.weight (3, 6) → (3, 9)",
    ]  # fmt: skip
    assert host.array_equal(lab.fc1.weight.data[:6], weight.data)
    now = lab.slots(lab.fc1.weight)
    assert now["step"] == slots["step"]
    for name in set(slots) - {"step"}:
        assert host.array_equal(now[name][:6], slots[name])
        assert not now[name][6:].any()
    lab.train()
    assert lab.fc2.weight.data[:, 6:].any()


def test_a_narrower_layer_keeps_the_overlap_and_undo_brings_the_old_array_back() -> None:
    lab = Lab()
    weight, values = lab.fc1.weight, lab.fc1.weight.data.copy()
    slots = {name: host.array(value) for name, value in lab.slots(weight).items()}
    lab.apply(edit.set("fc1", out_features=4))
    assert host.array_equal(lab.fc1.weight.data, values[:4])
    lab.train()
    lab.undo()
    assert lab.fc1.weight is weight
    assert host.array_equal(weight.data, values)
    assert all(host.array_equal(value, slots[name]) for name, value in lab.slots(weight).items())
    assert [p.uid for p in lab.optimizer.parameters()] == [p.uid for p in lab.module.parameters()]


def test_undo_of_a_removal_brings_back_trained_weights_while_the_rest_keeps_its_progress() -> None:
    lab = Lab(chain(*_deep()))
    weight, trained = lab.fc2.weight, lab.fc2.weight.data.copy()
    receipt = lab.apply(edit.remove("fc2"))
    assert receipt.stashed == ("fc2.weight", "fc2.bias")
    lab.train()
    progress = lab.fc1.weight.data.copy()
    receipt = lab.undo()
    assert receipt.restored == ("fc2.weight", "fc2.bias")
    assert lab.fc2.weight is weight
    assert host.array_equal(weight.data, trained)
    assert host.array_equal(lab.fc1.weight.data, progress)
    assert lab.slots(weight)["step"] == 3
    assert lab.slots(lab.fc1.weight)["step"] == 6


def _deep() -> Any:
    return (
        ("Input", "x", {"shape": (8,)}),
        ("Linear", "fc1", {"in_features": 8, "out_features": 8}),
        ("Linear", "fc2", {"in_features": 8, "out_features": 8}),
        ("Linear", "fc3", {"in_features": 8, "out_features": 3}),
        ("Output", "output", {}),
    )


def test_a_setting_without_weights_keeps_the_parameters_and_the_random_stream() -> None:
    lab = Lab(chain(*_deep()[:2], ("Dropout", "drop1", {"p": 0.2}), *_deep()[2:]))
    stream, offset = lab.drop1.stream, lab.drop1.stream.offset
    assert offset > 0
    lab.apply(edit.set("drop1", p=0.4))
    assert lab.drop1.p == 0.4
    assert lab.drop1.stream is stream
    lab.train()
    moved = stream.offset
    lab.undo()
    assert lab.drop1.p == 0.2
    assert (lab.drop1.stream is stream, stream.offset) == (True, moved)


def test_running_statistics_make_progress_across_an_edit_and_its_undo() -> None:
    lab = Lab(chain(*_deep()[:2], ("BatchNorm1d", "norm1", {"num_features": 8}), *_deep()[2:]))
    lab.apply(edit.set("norm1", momentum=0.5))
    lab.train()
    mean, count = lab.norm1.running_mean.numpy().copy(), lab.norm1.num_batches_tracked.item()
    lab.undo()
    assert host.array_equal(lab.norm1.running_mean.numpy(), mean)
    assert lab.norm1.num_batches_tracked.item() == count == 6


def test_the_overlap_of_an_lstm_is_taken_gate_by_gate() -> None:
    graph = chain(
        ("Input", "x", {"shape": (3, 4)}),
        ("LSTM", "lstm", {"input_size": 4, "hidden_size": 2}),
        ("Output", "output", {}),
    )
    lab = Lab(graph, pg.tensor([[[0.1, 0.2, 0.3, 0.4]] * 3] * 2))
    old = lab.lstm.weight_ih_l0.data.copy()
    lab.apply(edit.set("lstm", hidden_size=3))
    new = lab.lstm.weight_ih_l0.data
    for gate in range(4):
        assert host.array_equal(new[3 * gate : 3 * gate + 2], old[2 * gate : 2 * gate + 2])


def test_frozen_layers_stay_as_they_are_and_learn_again() -> None:
    lab = Lab()
    lab.apply(edit.freeze("fc1"))
    before = lab.fc1.weight.data.copy()
    lab.train()
    assert host.array_equal(lab.fc1.weight.data, before)
    lab.undo()
    lab.train()
    assert not host.array_equal(lab.fc1.weight.data, before)


def test_fresh_layers_take_device_and_dtype_of_the_network() -> None:
    pg.manual_seed(0)
    module = LayerGraph.from_module(nn.Sequential(nn.Linear(8, 3)).double(), X.double()).build()
    history = History(module.graph)
    made, _ = history.apply(edit.insert("linear1 -> output", "LayerNorm"), module)
    assert made.norm1.weight.dtype is pg.float64


def test_a_fresh_layer_is_trained_and_parameters_the_optimizer_did_not_hold_stay_out() -> None:
    lab = Lab()
    lab.optimizer.remove_parameter(lab.fc2.bias)
    lab.apply(edit.insert("relu1 -> fc2", "Linear", name="extra"))
    held = {p.uid for p in lab.optimizer.parameters()}
    assert lab.extra.weight.uid in held
    assert lab.fc2.bias.uid not in held
    lab.apply(edit.set("fc2", out_features=5))
    assert lab.fc2.bias.uid not in {p.uid for p in lab.optimizer.parameters()}
    lab.undo()
    assert lab.fc2.bias.uid not in {p.uid for p in lab.optimizer.parameters()}


def test_parameters_of_a_group_of_the_optimizer_stay_in_it() -> None:
    lab = Lab()
    lab.optimizer = optim.Adam(
        [{"params": lab.fc1.parameters(), "lr": 1e-3}, {"params": lab.fc2.parameters()}], lr=1e-2
    )
    lab.train()
    lab.apply(edit.set("fc2", out_features=5))
    assert lab.optimizer.group_of(lab.fc2.weight) == 1
    assert lab.optimizer.group_of(lab.fc1.weight) == 0


def test_the_same_edit_after_the_same_seed_draws_the_same_first_values() -> None:
    values: list[Any] = []
    for waste in (0, 100):
        lab = Lab()
        pg.backend.random.default_stream().bits(waste)
        lab.apply(edit.insert("fc2 -> output", nn.Linear(3, 4), name="extra"))
        values.append(lab.extra.weight.data.copy())
    assert host.array_equal(*values)


def test_an_edit_that_cannot_run_on_the_last_batch_is_refused_in_words() -> None:
    graph = chain(
        ("Input", "x", {"shape": (2,), "dtype": "int64"}),
        ("Embedding", "table", {"num_embeddings": 9, "embedding_dim": 4}),
        ("Output", "output", {}),
    )
    lab = Lab(graph, pg.tensor([[8, 2]]))
    with pytest.raises(GraphError, match="cannot take the last batch"):
        lab.apply(edit.set("table", num_embeddings=3))
    assert lab.history.graph == graph
    assert not lab.history.done


def test_the_receipt_is_one_line_in_plain_words() -> None:
    lab = Lab()
    text = lab.apply(edit.insert("relu1 -> fc2", nn.Dropout(0.2))).text()
    assert text == "kept 4 tensors (75 values); optimizer slots 4/4; max |Δoutput| 0"
    text = lab.apply(edit.set("fc2", out_features=2)).text()
    assert text == (
        "kept 2 tensors (54 values); resized fc2.weight (3, 6) → (2, 6), fc2.bias (3,) → (2,); "
        "optimizer slots 4/4; output (2, 3) → (2, 2)"
    )


def test_undo_and_redo_with_nothing_left_say_so() -> None:
    lab = Lab()
    with pytest.raises(GraphError, match="nothing to undo"):
        lab.undo()
    with pytest.raises(GraphError, match="nothing to redo"):
        lab.history.redo(lab.module, lab.optimizer)


def test_a_new_edit_after_an_undo_forgets_what_could_be_redone() -> None:
    lab = Lab()
    lab.apply(edit.add("ReLU"))
    lab.undo()
    assert lab.history.redo_label == "add ReLU"
    lab.apply(edit.add("Tanh"))
    assert lab.history.redo_label is None
    assert lab.history.revision == 3
    assert [entry.python for entry in lab.history.done] == ["pg.edit.add(nn.Tanh())"]


def test_layers_without_an_optimizer_are_edited_too() -> None:
    module = MLP.build()
    made, receipt = History(MLP).apply(edit.remove("relu1"), module)
    assert made.fc1 is module.fc1
    assert receipt.slots_before == 0


def test_going_back_to_the_traced_size_by_an_edit_does_not_touch_what_was_put_away() -> None:
    pg.manual_seed(1)
    model = nn.Sequential(nn.Linear(8, 6), nn.ReLU(), nn.Linear(6, 3))
    lab = Lab(LayerGraph.from_module(model, X))
    first = lab.module.linear1.weight
    values = first.data.copy()
    assert first is model[0].weight
    lab.apply(edit.set("linear1", out_features=4))
    lab.train()
    lab.apply(edit.set("linear1", out_features=6))
    assert lab.module.linear1.weight is not first
    lab.train()
    assert host.array_equal(first.data, values)
    lab.undo()
    lab.undo()
    assert lab.module.linear1.weight is first
    assert host.array_equal(first.data, values)


def test_a_wider_convolution_keeps_the_function_through_norm_and_flatten() -> None:
    graph = chain(
        ("Input", "x", {"shape": (1, 4, 4)}),
        ("Conv2d", "conv1", {"in_channels": 1, "out_channels": 2}),
        ("BatchNorm2d", "norm1", {"num_features": 2}),
        ("ReLU", "relu1", {}),
        ("Flatten", "flatten1", {}),
        ("Linear", "fc1", {"in_features": 32, "out_features": 3}),
        ("Output", "output", {"shape": (3,)}),
    )
    images = X.reshape(1, 1, 4, 4)
    lab = Lab(graph, pg.cat((images, -images, images * 2), 0))
    receipt = lab.apply(edit.set("conv1", out_channels=5))
    assert {str(entry).split()[0] for entry in receipt.mapped} == {
        "conv1.weight", "conv1.bias", "norm1.weight", "norm1.bias", "fc1.weight",
    }  # fmt: skip
    assert receipt.max_difference < 1e-6
    receipt = lab.apply(edit.insert("conv1 -> norm1", "Conv2d", name="conv2"))
    assert (receipt.identity, receipt.max_difference) == (("conv2",), 0.0)
    lab.train()


def test_a_copy_of_a_built_module_learns_by_itself() -> None:
    import copy

    lab = Lab()
    twin = copy.deepcopy(lab.module)
    before = evaluated(twin, (X,)).numpy().copy()
    lab.train()
    assert host.array_equal(evaluated(twin, (X,)).numpy(), before)
    assert not host.array_equal(evaluated(lab.module, (X,)).numpy(), before)
