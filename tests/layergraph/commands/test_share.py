"""One layer at several places: weights, fields, freezing, removal, parting; and the optimizer along."""

from __future__ import annotations

from typing import Any

import pytest

import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.layergraph import LayerGraph
from patchgrad.layergraph.history import History
from patchgrad.layergraph.measure import evaluated

x = pg.tensor([[0.5, -1.0, 2.0], [1.5, 0.3, -0.2]])


class Towers:
    """Two linear layers of one kind one after the other, with an optimizer that has trained them."""

    def __init__(self) -> None:
        pg.manual_seed(0)
        model = nn.Sequential(nn.Linear(3, 3), nn.Tanh(), nn.Linear(3, 3))
        self.history = History(LayerGraph.from_module(model, x))
        self.module: Any = self.history.graph.build()
        self.optimizer = optim.Adam(self.module.parameters(), lr=0.1)
        self.step()

    def step(self) -> None:
        self.optimizer.zero_grad()
        (self.module(x) ** 2).sum().backward()
        self.optimizer.step()

    def apply(self, edit: Any) -> Any:
        self.module, receipt = self.history.apply(edit, self.module, self.optimizer, batch=(x,))
        return receipt

    def undo(self) -> None:
        self.module, _ = self.history.undo(self.module, self.optimizer)

    def weights(self) -> list[bytes]:
        return [p.numpy(force=True).tobytes() for p in self.module.parameters()]

    def output(self) -> bytes:
        return evaluated(self.module, (x,)).numpy(force=True).tobytes()


def test_shared_layers_are_one_module_which_the_optimizer_holds_once() -> None:
    towers = Towers()
    towers.apply(pg.edit.share("linear2", "linear1"))
    assert len(list(towers.module.parameters())) == 2
    assert sum(len(group["params"]) for group in towers.optimizer.param_groups) == 2
    layers = towers.module.layers
    assert len({id(layer) for layer in layers.values() if isinstance(layer, nn.Linear)}) == 1
    before = towers.weights()
    towers.step()
    assert towers.weights() != before


def test_undo_brings_back_the_layer_that_was_given_up_with_its_slots() -> None:
    towers = Towers()
    before, slots = towers.weights(), [towers.optimizer.slots(p) for p in towers.module.parameters()]
    towers.apply(pg.edit.share("linear2", "linear1"))
    towers.undo()
    assert towers.weights() == before
    assert [list(towers.optimizer.slots(p)) for p in towers.module.parameters()] == [list(entry) for entry in slots]


def test_fields_and_freezing_are_those_of_the_layer_wherever_they_are_set() -> None:
    towers = Towers()
    towers.apply(pg.edit.share("linear2", "linear1"))
    towers.apply(pg.edit.set("linear2", bias=False))
    graph = towers.history.graph
    assert [node.settings["bias"] for node in graph.of_kind("Linear")] == [False, False]
    towers.apply(pg.edit.freeze("linear2"))
    assert all(node.frozen for node in towers.history.graph.of_kind("Linear"))
    assert not any(p.requires_grad for p in towers.module.parameters())


def test_the_layer_stays_where_the_first_of_its_places_is_removed() -> None:
    towers = Towers()
    towers.apply(pg.edit.share("linear2", "linear1"))
    before = towers.weights()
    towers.apply(pg.edit.remove("linear1"))
    [left] = towers.history.graph.of_kind("Linear")
    assert (left.name, left.shares) == ("linear2", None)
    assert towers.weights() == before
    towers.undo()
    assert towers.weights() == before
    assert towers.history.graph.by_name("linear2").shares is not None


def test_parted_layers_compute_the_same_at_first_and_learn_apart() -> None:
    towers = Towers()
    towers.apply(pg.edit.share("linear2", "linear1"))
    before = towers.output()
    receipt = towers.apply(pg.edit.unshare("linear2"))
    assert receipt.max_difference == 0
    assert towers.output() == before
    assert len(list(towers.module.parameters())) == 4
    assert sum(len(group["params"]) for group in towers.optimizer.param_groups) == 4
    towers.step()
    first, _, second, _ = towers.weights()
    assert first != second


@pytest.mark.parametrize("again", [False, True])
def test_the_exported_class_calls_the_layer_at_both_places(again: bool) -> None:
    towers = Towers()
    towers.apply(pg.edit.share("linear2", "linear1"))
    if again:
        towers.apply(pg.edit.duplicate("linear1", "linear2"))
    source = towers.history.graph.to_source()
    assert source.count("self.linear1(") == 2
    names: dict[str, Any] = {}
    exec(source, names)
    exported = names["Model"]()
    exported.load_state_dict(towers.module.state_dict())
    assert evaluated(exported, (x,)).numpy(force=True).tobytes() == towers.output()


def test_undo_of_an_insertion_that_was_shared_at_once_brings_the_own_layer_back() -> None:
    towers = Towers()
    before, weight = towers.output(), towers.module.linear2.weight
    put = pg.edit.insert("linear1 -> tanh1", "Linear", name="extra")
    towers.apply(pg.edit.together(put, pg.edit.share("linear2", "extra")))
    towers.undo()
    assert towers.module.linear2.weight is weight
    assert towers.output() == before
