"""A layer that grows changes nothing at first, wherever its units go; and what is new learns."""

from __future__ import annotations

import random
from typing import Any

import pytest

import patchgrad as pg
from patchgrad.errors import PatchgradError
from patchgrad.layergraph import LayerGraph, catalogue, commands, edit
from patchgrad.layergraph.history import History
from tests.layergraph.sample import chain

from . import graphs as g

MIXING = ("LayerNorm", "GroupNorm", "Softmax", "MultiheadAttention")
"""Kinds whose output at one unit depends on how many others there are."""


def widened(run: g.Run, rng: random.Random) -> tuple[str, Any] | None:
    """Widen one layer; its uid and the receipt."""
    found = [(node.uid, catalogue.find(node.kind).width) for node in run.graph.nodes.values()]
    found = [(uid, field) for uid, field in found if field]
    rng.shuffle(found)
    for uid, field in found:
        width = run.graph.nodes[uid].settings[field]
        try:
            return uid, run.apply(commands.SetField(uid, field, width + rng.randint(1, 3)))
        except PatchgradError:
            continue
    return None


@pytest.mark.parametrize("family", g.FAMILIES)
def test_widening_changes_no_output_by_more_than_rounding(family: str) -> None:
    tried = 0
    for seed in range(100):
        graph = g.grow(family, 2 + seed % 6, seed)
        if any(node.kind in MIXING for node in graph.nodes.values()):
            continue
        run = g.Run(graph)
        for _ in range(2):
            run.step()
        found = widened(run, random.Random(seed))
        if found is not None and found[1].max_difference is not None:
            tried += 1
            assert found[1].max_difference <= 1e-6, (seed, run.graph)
    assert tried >= 4


SIDE = {
    "a table and a concat": (
        {"x": (4,)}, "tokens",
        [("Embedding", "table", {"num_embeddings": 11, "embedding_dim": 3}, "x"),
         ("Embedding", "other", {"num_embeddings": 11, "embedding_dim": 2}, "x"),
         ("Concat", "both", {"dim": 2}, "table other"),
         ("Flatten", "flat", {}, "both"), ("Linear", "fc", {"in_features": 20, "out_features": 3}, "flat")],
        ("table", {"embedding_dim": 5}),
    ),
    "transposed filters": (
        {"x": (2, 4, 4)}, "image",
        [("Conv2d", "conv", {"in_channels": 2, "out_channels": 3}, "x"),
         ("BatchNorm2d", "norm", {"num_features": 3}, "conv"),
         ("ReLU", "relu", {}, "norm"), ("Concat", "both", {"dim": 1}, "relu x"),
         ("ConvTranspose2d", "up", {"in_channels": 5, "out_channels": 2}, "both"),
         ("Conv2d", "last", {"in_channels": 2, "out_channels": 1}, "up")],
        ("conv", {"out_channels": 5}),
    ),
    "out of transposed filters": (
        {"x": (2, 4, 4)}, "image",
        [("ConvTranspose2d", "up", {"in_channels": 2, "out_channels": 3}, "x"), ("ReLU", "relu", {}, "up"),
         ("Conv2d", "last", {"in_channels": 3, "out_channels": 1}, "relu")],
        ("up", {"out_channels": 4}),
    ),
    "an LSTM of two layers and directions": (
        {"x": (3, 4)}, "sequence",
        [("LSTM", "lstm", {"input_size": 4, "hidden_size": 3, "num_layers": 2, "bidirectional": True}, "x"),
         ("Flatten", "flat", {}, "lstm"), ("Linear", "fc", {"in_features": 18, "out_features": 2}, "flat")],
        ("lstm", {"hidden_size": 5}),
    ),
    "an LSTM that projects": (
        {"x": (3, 4)}, "sequence",
        [("LSTM", "lstm", {"input_size": 4, "hidden_size": 4, "num_layers": 2, "proj_size": 2}, "x"),
         ("Linear", "fc", {"in_features": 2, "out_features": 2}, "lstm")],
        ("lstm", {"hidden_size": 7}),
    ),
}  # fmt: skip


class Encoder(pg.nn.Module):
    """All that looks at every unit at once, in one row with residual sums."""

    def __init__(self) -> None:
        super().__init__()
        self.table, self.pos = pg.nn.Embedding(11, 6), pg.nn.Parameter(pg.randn(1, 4, 6))
        self.ln1, self.attn = pg.nn.LayerNorm(6), pg.nn.MultiheadAttention(6, 2, batch_first=True)
        self.ln2, self.up, self.down = pg.nn.RMSNorm(6), pg.nn.Linear(6, 8), pg.nn.Linear(8, 6)
        self.end, self.head = pg.nn.LayerNorm(6), pg.nn.Linear(6, 5)

    def forward(self, tokens: Any) -> Any:
        x = self.table(tokens) + self.pos
        seen = self.ln1(x)
        x = x + self.attn(seen, seen, seen, need_weights=False)[0]
        x = x + self.down(pg.nn.functional.gelu(self.up(self.ln2(x))))
        return self.head(self.end(x))


def grouped() -> Any:
    return pg.nn.Sequential(
        pg.nn.Conv2d(2, 4, 3), pg.nn.GroupNorm(2, 4), pg.nn.ReLU(), pg.nn.Conv2d(4, 4, 3, groups=4),
        pg.nn.GroupNorm(1, 4), pg.nn.Flatten(), pg.nn.Linear(64, 3), pg.nn.Softmax(dim=1),
    )  # fmt: skip


MIXED: dict[str, tuple[Any, Any, str, int]] = {
    "through layer norms and attention": (Encoder, lambda: (pg.randint(0, 11, (3, 4)),), "table", 6),
    "through group norms to a softmax": (grouped, lambda: (pg.randn(3, 2, 8, 8),), "conv1", 4),
}


@pytest.mark.parametrize("times", [2, 3])
@pytest.mark.parametrize("what", MIXED)
def test_a_multiple_of_the_width_keeps_the_function_where_all_units_count_and_copies_part(
    what: str, times: int
) -> None:
    make, example, layer, width = MIXED[what]
    pg.manual_seed(1)
    model, batch = make(), example()
    graph = LayerGraph.from_module(model, *batch)
    history, module = History(graph), graph.build()
    optimizer = pg.optim.Adam(module.parameters(), lr=1e-2)

    def steps(network: Any) -> None:
        for _ in range(3):
            optimizer.zero_grad()
            (network(*batch) ** 2).mean().backward()
            optimizer.step()

    steps(module)
    before = module.layer(graph.by_name(layer).uid).weight.numpy(force=True).copy()
    wider, receipt = history.apply(edit.width(layer, times * width), module, optimizer, batch=batch)
    assert receipt.max_difference <= 1e-6, receipt.text()
    assert receipt.slots_kept == receipt.slots_before
    weight = wider.layer(graph.by_name(layer).uid).weight
    axis = 1 if layer == "table" else 0
    copies = pg.stack(weight.chunk(times, axis))
    assert all((copy.numpy(force=True) == before).all() for copy in copies)
    steps(wider)
    copies = pg.stack(wider.layer(graph.by_name(layer).uid).weight.chunk(times, axis)).detach()
    assert (copies[0] - copies[1]).abs().max().item() > 1e-4, "copies learn the same"
    module, _ = history.undo(wider, optimizer, batch=batch)
    assert module.layer(graph.by_name(layer).uid).weight.shape == before.shape


def test_a_width_that_cannot_keep_the_function_says_so_with_the_measured_difference() -> None:
    pg.manual_seed(1)
    model, batch = Encoder(), (pg.randint(0, 11, (3, 4)),)
    graph = LayerGraph.from_module(model, *batch)
    _, receipt = History(graph).apply(edit.width("table", 9), graph.build(), None, batch=batch)
    assert receipt.max_difference > 1e-3
    assert "a multiple of 6 units keeps it" in receipt.text()


def wired(shape: tuple[int, ...], family: str, layers: list[Any]) -> LayerGraph:
    graph = chain(("Input", "x", {"shape": shape, "dtype": "int64" if family == "tokens" else "float32"}))
    for kind, name, given_settings, sources in layers:
        graph = edit.add(kind, name=name, **given_settings).apply(graph)
        ports = catalogue.inputs_of(graph.by_name(name))
        for port, source in zip(ports, sources.split(), strict=False):
            graph = edit.connect(source, f"{name}.{port}").apply(graph)
    graph = edit.add("Output", name="output").apply(graph)
    return edit.connect(layers[-1][1], "output").apply(graph)


@pytest.mark.parametrize("name", SIDE)
def test_new_units_find_their_readers_and_learn(name: str) -> None:
    shapes, family, layers, (layer, change) = SIDE[name]
    run = g.Run(wired(shapes["x"], family, layers))
    for _ in range(3):
        run.step()
    held = {p.uid: g.bits(p.data) for p in run.module.parameters()}
    receipt = run.apply(edit.set(layer, **change))
    assert receipt.max_difference <= 1e-6
    assert receipt.slots_kept == receipt.slots_before
    fresh = {n: p for n, p in run.module.named_parameters() if p.uid not in held}
    before = {name: p.data.copy() for name, p in fresh.items()}
    for _ in range(3):
        run.step()
    for name, parameter in fresh.items():
        changed = pg.tensor((parameter.data != before[name]).astype("float32"))
        if "table" not in name:
            assert changed.min().item() == 1.0, name
