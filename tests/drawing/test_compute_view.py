"""The compute graph of a real step as a picture."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import patchgrad as pg
from patchgrad import nn
from patchgrad.autograd.state import observing
from patchgrad.drawing.compute_view import ComputeViewer, compute_picture
from patchgrad.drawing.svg import svg
from patchgrad.recorder import Snapshot, Trace, snapshot
from patchgrad.recorder.groups import inside
from patchgrad.recorder.layers import Layers


class Block(nn.Module):
    """Two layers and some arithmetic of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(4, 4)
        self.second = nn.Linear(4, 4)

    def forward(self, x: pg.Tensor) -> pg.Tensor:
        return self.second(self.first(x).tanh()) * 2.0 + x


def step() -> Snapshot:
    model = nn.Sequential(Block(), nn.ReLU(), nn.Linear(4, 1))
    layers = Layers(model)
    trace = Trace(layers.path_of, layers.name_of)
    with observing(trace):
        (model(pg.ones((3, 4))) ** 2).mean().backward()
    return snapshot(trace)


def test_every_op_and_every_leaf_is_a_box_and_every_argument_an_edge() -> None:
    seen = step()
    made = compute_picture(seen)
    leaves = {name for name, value in seen.values.items() if value.source is None}
    assert set(made.layout.boxes) == {op.id for op in seen.ops} | leaves
    assert len(made.diagram.edges) == sum(len(op.inputs) for op in seen.ops)


def test_a_module_with_several_ops_is_a_frame_and_one_with_one_op_is_its_box() -> None:
    made = compute_picture(step())
    assert set(made.layout.frames) == {"0/0"}
    titles = {text.title for text in made.nodes.values()}
    assert {"first", "second", "tanh", "1 ReLU", "0.first.weight"} <= titles


def test_shapes_travel_along_the_edges() -> None:
    made = compute_picture(step())
    assert "3 × 4" in made.edges.values()


def test_it_is_drawn_by_itself_in_a_notebook() -> None:
    picture = step()._repr_svg_()  # type: ignore[attr-defined]
    assert ElementTree.fromstring(picture).get("aria-label") == "Compute graph of step 0 with 9 ops"
    seen = step()
    assert svg(compute_picture(seen)) == svg(compute_picture(seen))


def test_a_watch_shows_the_step_that_it_saw_last() -> None:
    model = nn.Linear(4, 2)
    with pg.watch(model, every=1) as view:
        assert view._repr_svg_() is None  # type: ignore[attr-defined]
        model(pg.ones((3, 4))).sum().backward()
        view.end()
        picture = view._repr_svg_()  # type: ignore[attr-defined]
    assert ElementTree.fromstring(picture).get("aria-label") == "Compute graph of step 1 with 2 ops"


def test_a_step_without_ops_has_an_empty_picture() -> None:
    assert ElementTree.fromstring(svg(compute_picture(snapshot(Trace()))))


class Nested(nn.Module):
    """Loops in loops, a layer used again, and a stack of layers that are alike."""

    def __init__(self) -> None:
        super().__init__()
        self.cell = nn.Linear(4, 4)
        self.blocks = nn.ModuleList([Block() for _ in range(4)])

    def forward(self, x: Any) -> Any:
        for turn in range(5):
            for _ in range(turn % 2 + 2):
                x = x.tanh() * 2.0
            x = self.cell(x)
        for block in self.blocks:
            x = block(x)
        return x


def nested() -> Snapshot:
    model = Nested()
    layers = Layers(model)
    trace = Trace(layers.path_of, layers.name_of)
    with observing(trace):
        model(pg.ones((3, 4))).sum().backward()
    return snapshot(trace)


VIEWER = ComputeViewer(nested())
GROUPS = sorted(VIEWER.everything())


@settings(max_examples=150)
@given(st.sets(st.sampled_from(GROUPS)), st.integers(4, 60))
def test_whatever_is_open_every_op_is_in_one_box_and_every_edge_is_a_read(opens: set[str], limit: int) -> None:
    seen = VIEWER.view(opens, limit)
    stretches = sorted((facts.begin, facts.begin + facts.ops) for facts in seen.boxes.values())
    assert [begin for begin, _ in stretches] == [0, *(end for _, end in stretches[:-1])]
    assert stretches[-1][1] == len(VIEWER.snapshot.ops)
    assert len(seen.boxes) <= max(limit, len(VIEWER.view((), 0).boxes))
    home = {
        op.id: name
        for name, facts in seen.boxes.items()
        for op in VIEWER.snapshot.ops[facts.begin : facts.begin + facts.ops]
    }
    values = VIEWER.snapshot.values
    reads = {
        (home[source], home[op.id])
        for op in VIEWER.snapshot.ops
        for _, name in op.inputs
        if (source := values[name].source) is not None
    }
    drawn = {(edge.source, edge.target) for edge in seen.picture.diagram.edges if edge.source in seen.boxes}
    assert drawn == {(source, target) for source, target in reads if source != target}
    assert sum(facts.kept for facts in seen.boxes.values()) == VIEWER.snapshot.saved_bytes


def test_a_repeat_says_how_often_and_what_is_the_same() -> None:
    labels = {group.title: group.label for group in inside(VIEWER.root) if group.kind == "loop"}
    assert labels["Block"] == "×4, each its own weights"
    assert labels["tanh, mul, Linear"] == "×5, the same weights, inner turns 2 to 3"


def test_one_turn_of_a_repeat_can_be_opened() -> None:
    loop = next(group for group in inside(VIEWER.root) if group.title == "Block")
    seen = VIEWER.view({loop.children[2].id, "blocks.2/0"})
    titles = [text.title for name, text in seen.picture.nodes.items() if name in seen.boxes]
    assert titles[1:3] == ["turns 1 to 2", "first"]
    assert "turn 4" in titles
    assert "blocks.2/0" in seen.picture.layout.frames


def test_groups_without_room_stay_closed_and_are_named() -> None:
    seen = VIEWER.view(VIEWER.everything(), 12)
    assert seen.refused
    assert len(seen.boxes) <= 12


@pytest.mark.parametrize("count", [1, 500])
def test_a_long_straight_run_is_gathered_in_parts(count: int) -> None:
    trace = Trace()
    x = pg.ones(2)
    functions = [pg.tanh, pg.exp, pg.sin, pg.cos, pg.sqrt, pg.abs]
    with observing(trace):
        for place in range(count):
            x = functions[(place * place // 7 + place) % 6](x)
            x = functions[place * 7 // 3 % 6](x) if place % 11 in (3, 7) else x
    viewer = ComputeViewer(snapshot(trace))
    assert len(viewer.view(()).boxes) <= 120
    assert all(len(group.children) <= 120 for group in inside(viewer.root) if group.kind != "loop")
