"""Groups split and merged, and a layer moved to another edge: one command each."""

from __future__ import annotations

from typing import Any

import pytest

import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.errors import GraphError
from patchgrad.layergraph import edit

from ..sample import MLP, wires

GROUPED = edit.note("block", "why").apply(edit.group("fc1", "relu1", name="block").apply(MLP))


def groups(graph: Any) -> dict[str, list[str]]:
    return {group.name: sorted(node.name for node in graph.members(group.uid)) for group in graph.groups.values()}


def test_a_split_group_lies_beside_the_rest_and_merging_gives_the_whole_again() -> None:
    split = edit.split("relu1").apply(GROUPED)
    assert groups(split) == {"block": ["fc1"], "block1": ["relu1"]}
    merged = edit.merge("block", "block1", name="whole").apply(split)
    assert groups(merged) == {"whole": ["fc1", "relu1"]}
    assert next(iter(merged.groups.values())).note == "why"


def test_groups_inside_go_along() -> None:
    graph = edit.group("fc2", name="head").apply(edit.group("fc1", name="inner").apply(GROUPED))
    merged = edit.merge("head", "block").apply(graph)
    assert groups(merged) == {"inner": ["fc1"], "head": ["fc2", "relu1"]}
    assert next(g for g in merged.groups.values() if g.name == "inner").parent is not None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (edit.split("fc2"), "do not lie in one group"),
        (edit.split("fc1", "relu1"), "nothing would be left"),
        (edit.split("fc1", name="x" * 61), "cannot be named"),
        (edit.merge("block"), "one group alone"),
        (edit.merge("block", "other"), "no group named"),
        (edit.reorder("fc1", "x -> fc1"), "stands there already"),
        (edit.reorder("x", "relu1 -> fc2"), "cannot move"),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused(change: Any, words: str) -> None:
    with pytest.raises(GraphError, match=words):
        change.apply(GROUPED)


def test_a_layer_moved_forward_takes_the_sizes_that_come_and_leaves_the_group() -> None:
    graph = edit.reorder("fc2", "x -> fc1").apply(GROUPED)
    assert wires(graph) == {"x.y -> fc2.x", "fc2.y -> fc1.x", "fc1.y -> relu1.x", "relu1.y -> output.x"}
    assert (graph.by_name("fc2").settings["in_features"], graph.by_name("fc1").settings["in_features"]) == (8, 3)
    assert edit.reorder("relu1", "fc2 -> output").apply(GROUPED).by_name("relu1").group is None


def test_a_layer_moves_along_a_chain_with_its_weights_and_slots_and_back_by_undo() -> None:
    pg.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 4), nn.LayerNorm(4), nn.Tanh(), nn.Linear(4, 2))
    batches = [(pg.randn(6, 4), pg.randn(6, 2))] * 2
    session = pg.Session(model, batches, loss=nn.MSELoss(), optimizer=lambda p: optim.Adam(p, lr=1e-2))
    session.step(2)
    before, norm = session.fingerprint(), session.model.norm1
    receipt: Any = session.apply(edit.reorder("norm1", "tanh1 -> linear2"))
    assert {"linear1.y -> tanh1.x", "tanh1.y -> norm1.x", "norm1.y -> linear2.x"} <= wires(session.graph)
    assert session.model.norm1 is norm
    assert receipt.receipt.slots_kept == receipt.receipt.slots_before
    session.undo()
    assert session.fingerprint() == before
