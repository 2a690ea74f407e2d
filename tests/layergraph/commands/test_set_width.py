"""The width of a layer with all that must follow: told before, then done; and which units stay."""

from __future__ import annotations

from typing import Any

import pytest

import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.errors import GraphError
from patchgrad.layergraph import LayerGraph, catalogue, edit
from patchgrad.layergraph.commands.set_width import width_of
from patchgrad.layergraph.history import History
from patchgrad.layergraph.measure import evaluated
from tests.zoo.models import ZOO


class Zoo:
    """A network of the zoo, trained for two steps."""

    def __init__(self, name: str) -> None:
        pg.manual_seed(3)
        cls, example, _ = ZOO[name]
        self.batch = example()
        self.history = History(LayerGraph.from_module(cls(), *self.batch))
        self.module: Any = self.history.graph.build()
        self.optimizer = optim.Adam(self.module.parameters(), lr=1e-3)
        self.train()

    def train(self) -> None:
        for _ in range(2):
            self.optimizer.zero_grad()
            (self.module(*self.batch) ** 2).mean().backward()
            self.optimizer.step()

    def apply(self, change: Any) -> Any:
        self.module, receipt = self.history.apply(change, self.module, self.optimizer, batch=self.batch)
        return receipt

    def undo(self) -> None:
        self.module, _ = self.history.undo(self.module, self.optimizer, batch=self.batch)

    def bits(self) -> list[bytes]:
        return [p.numpy(force=True).tobytes() for p in self.module.parameters()]


def test_the_plan_lists_who_follows_with_new_settings_and_costs() -> None:
    zoo = Zoo("ViT")
    plan = edit.plan(zoo.history.graph, edit.width("patch", 24))
    changes = {follower.name: follower.changes for follower in plan.followers}
    assert changes["patch"] == {"out_channels": (16, 24)}
    assert changes["attention"] == {"embed_dim": (16, 24), "num_heads": (4, 6)}
    assert changes["pos"] == {"shape": ((1, 5, 16), (1, 5, 24))}
    assert changes["mlp_linear2"] == {"out_features": (16, 24)}
    before = sum(p.data.size for p in zoo.module.parameters())
    zoo.apply(edit.width("patch", 24))
    assert plan.parameters == sum(p.data.size for p in zoo.module.parameters()) - before
    assert "FLOPs" in str(plan)


@pytest.mark.parametrize(
    ("name", "layer", "exact"),
    [("ResNet-18", "conv1", True), ("ResNet-18", "layer2_0_conv1", True), ("UNet", "down1_conv2", True),
     ("UNet", "up2", True), ("LSTM classifier", "lstm", True), ("LSTM classifier", "embedding", True),
     ("two towers", "people", True), ("two towers", "person_linear2", False), ("GPT", "blocks_1_mlp_linear1", True),
     ("ViT", "mlp_linear1", True), ("ViT", "patch", False), ("GPT", "wte", False)],
)  # fmt: skip
def test_a_wider_layer_of_the_zoo_keeps_the_function_where_nothing_sums_over_its_units(
    name: str, layer: str, exact: bool
) -> None:
    zoo = Zoo(name)
    first, width = zoo.bits(), width_of(zoo.history.graph.by_name(layer))
    receipt = zoo.apply(edit.width(layer, width * 2))
    assert receipt.slots_kept == receipt.slots_before
    assert receipt.max_difference is not None
    if exact:
        assert receipt.max_difference <= 1e-6
    zoo.train()
    zoo.undo()
    assert len(zoo.bits()) == len(first)
    assert [len(part) for part in zoo.bits()] == [len(part) for part in first]


def test_every_layer_of_the_zoo_can_have_another_width_or_says_why_not() -> None:
    refused: list[GraphError] = []
    for name in ZOO:
        if ZOO[name][2]:
            continue
        graph = Zoo(name).history.graph
        for node in graph.nodes.values():
            if not catalogue.find(node.kind).width:
                continue
            try:
                after = edit.width(node.name, width_of(node) * 2).apply(graph)
            except GraphError as error:
                refused.append(error)
            else:
                assert after.check().ok
    assert refused
    assert all(error.got and error.hint for error in refused)


def small() -> tuple[Any, Any]:
    pg.manual_seed(0)
    x = pg.randn(5, 4)
    return nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 2)), x


def test_a_narrower_layer_keeps_the_units_that_weigh_most_and_undo_brings_all_back() -> None:
    model, x = small()
    with pg.no_grad():
        model[0].weight[[0, 3]] = 0.0
        model[0].bias[[0, 3]] = 0.0
    history = History(LayerGraph.from_module(model, x))
    module: Any = history.graph.build()
    before = evaluated(module, (x,)).numpy().copy()
    kept = [1, 2, 4, 5]
    narrow, receipt = history.apply(edit.width("linear1", 4), module, batch=(x,))
    assert receipt.max_difference is not None
    assert receipt.max_difference <= 1e-6
    assert (narrow.linear1.weight.data == module.linear1.weight.data[kept]).all()
    assert (narrow.linear2.weight.data == module.linear2.weight.data[:, kept]).all()
    back, _ = history.undo(narrow, batch=(x,))
    assert (evaluated(back, (x,)).numpy() == before).all()
    first, _ = history.apply(edit.width("linear1", 4, keep="first"), back)
    assert (first.linear1.weight.data == module.linear1.weight.data[:4]).all()


def test_pruned_units_are_gone_from_all_layers_and_slots() -> None:
    zoo = Zoo("ResNet-18")
    conv, norm = zoo.module.conv1.weight, zoo.module.bn1
    mean = norm.running_mean.numpy().copy()
    moments = zoo.optimizer.slots(conv)["exp_avg"].copy()
    kept = [0, 2, 3, 4, 6, 7]
    zoo.apply(edit.prune("conv1", (1, 5)))
    assert zoo.module.bn1.num_features == zoo.module.layer1_0_conv2.out_channels == 6
    assert (zoo.module.bn1.running_mean.numpy() == mean[kept]).all()
    assert (zoo.optimizer.slots(zoo.module.conv1.weight)["exp_avg"] == moments[kept]).all()
    zoo.undo()
    assert zoo.module.conv1.weight is conv
    assert (zoo.module.bn1.running_mean.numpy() == mean).all()


def test_a_width_that_an_input_fixes_is_refused_with_a_way_out() -> None:
    class Residual(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(4, 4)

        def forward(self, x: Any) -> Any:
            return x + self.fc(x)

    graph = LayerGraph.from_module(Residual(), pg.randn(3, 4))
    with pytest.raises(GraphError, match="cannot change: it is that of x") as error:
        edit.width("fc", 8).apply(graph)
    assert error.value.hint
