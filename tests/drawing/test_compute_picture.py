"""The compute graph of a real step as a picture."""

from __future__ import annotations

from xml.etree import ElementTree

import patchgrad as pg
from patchgrad import nn
from patchgrad.autograd.state import observing
from patchgrad.drawing.compute_picture import compute_picture
from patchgrad.drawing.svg import svg
from patchgrad.recorder import Snapshot, Trace, snapshot
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
    assert svg(compute_picture(step())) == svg(compute_picture(step()))


def test_a_step_without_ops_has_an_empty_picture() -> None:
    assert ElementTree.fromstring(svg(compute_picture(snapshot(Trace()))))
