"""A layer that grows changes nothing at first, wherever its units go; and what is new learns."""

from __future__ import annotations

import random
from typing import Any

import pytest

import patchgrad as pg
from patchgrad.errors import PatchgradError
from patchgrad.layergraph import LayerGraph, catalogue, commands, edit
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
