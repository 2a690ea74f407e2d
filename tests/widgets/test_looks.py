"""Pictures and quantities that the page asks for: made at a boundary, refused in words, and nothing is changed."""

from __future__ import annotations

from typing import Any

import pytest

import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.backend import host

from .pages import Page, array_at


class Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.MultiheadAttention(8, 2, batch_first=True)

    def forward(self, x: pg.Tensor) -> pg.Tensor:
        rows = x.reshape(x.shape[0], 8, 8)
        return self.inner(rows, rows, rows)[0].reshape(x.shape[0], 64)


@pytest.fixture
def session():
    pg.manual_seed(0)
    convolution = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.Flatten())
    model = nn.Sequential(convolution, nn.Linear(256, 64), Attention(), nn.Linear(64, 10))
    loader = pg.data.DataLoader(pg.datasets.digits(), batch_size=32, shuffle=True, seed=0)
    made = pg.Session(model, loader, loss=nn.CrossEntropyLoss(), optimizer=optim.Adam(model.parameters(), lr=1e-3))
    made.recorder.budget.every = 1
    yield made
    made.close()


@pytest.fixture
def page(session):
    made = Page(session)
    made.open()
    return made


def uid(session: Any, kind: str) -> str:
    return next(uid for uid, node in session.graph.nodes.items() if node.kind == kind)


def test_every_look_gives_a_picture_with_a_question_and_changes_nothing(session, page):
    session.run(3, progress=False)
    before = session.fingerprint()
    places = {
        "feature-maps": "Conv2d", "filters": "Conv2d", "attention": "MultiheadAttention", "embedding": "Linear",
        "saliency": "Input", "worst": "Output", "best": "Output", "confusion": "Output",
    }  # fmt: skip
    for kind, layer in places.items():
        reply = page.ask("ask-look", kind=kind, node=uid(session, layer))
        assert reply["type"] == "looked", reply
        assert reply["title"].endswith("?")
        assert reply["figure"]["data"][0]["type"] in ("heatmap", "scatter", "bar")
    confusion = page.ask("ask-look", kind="confusion", node="")["figure"]["data"][0]["z"]
    assert host.array(confusion).sum() == 1024
    assert session.fingerprint() == before


def test_what_a_layer_has_no_picture_for_is_said_in_words(session, page):
    reply = page.ask("ask-look", kind="saliency", node="")
    assert (reply["type"], reply["hint"]) == ("failed", "do one step, then ask again")
    session.run(1, progress=False)
    for kind, layer, words in (
        ("filters", "Linear", "has no filters"),
        ("feature-maps", "Linear", "has no feature maps"),
        ("attention", "Conv2d", "there is no attention"),
        ("feature-maps", "Input", "has no layer to look into"),
    ):
        reply = page.ask("ask-look", kind=kind, node=uid(session, layer))
        assert reply["type"] == "failed"
        assert words in reply["title"]


def test_a_chosen_quantity_comes_in_the_frames_layer_by_layer(session, page):
    opened = page.ask("open", version=1)
    known = {view["name"]: view for view in opened["quantities"]}
    assert known["dead_units"]["unit"] == "share"
    assert known["activation_histogram"]["distribution"]
    assert "largest_eigenvalue" not in known
    session.run(30, progress=False)

    def shown(name: str) -> tuple[dict[str, Any], bytes]:
        page.send({"type": "show-quantity", "quantity": name})
        for _ in range(3):
            page.send({"type": "frame-seen", "number": page.last("frame")["number"]})
            session.boundary.settle(session.boundary.submit(lambda: None), 30)
        at = max(place for place, content in enumerate(page.got) if content["type"] == "frame")
        assert page.got[at]["shown"] == name
        return page.got[at], page.buffers[at][0]

    frame, buffer = shown("gradient_norm")
    layers = frame["layers"]
    values = array_at(buffer, **{k: frame["arrays"]["overlay.value"][k] for k in ("dtype", "shape", "offset")})
    steps = array_at(buffer, **{k: frame["arrays"]["overlay.step"][k] for k in ("dtype", "shape", "offset")})
    row = layers.index(uid(session, "Conv2d"))
    series = session.recorder.series("gradient_norm", layers[row])
    assert values[row][-len(series) :].tolist() == series.values.astype("float32").tolist()
    assert steps[row][-len(series) :].tolist() == series.steps.tolist()
    assert set(steps[layers.index(uid(session, "Flatten"))].tolist()) == {-1}

    frame, buffer = shown("activation_histogram")
    rows = array_at(buffer, **{k: frame["arrays"]["overlay.rows"][k] for k in ("dtype", "shape", "offset")})
    assert rows.shape == (len(layers), frame["arrays"]["overlay.exponent"]["shape"][0])
    assert 0.3 < rows[row].sum() <= 1.001
    assert "overlay.value" not in shown("")[0]["arrays"]
    assert "overlay.value" not in shown("no such quantity")[0]["arrays"]


def test_the_losses_of_other_branches_come_with_the_frame(session, page):
    session.run(5, progress=False)
    session.mark("here")
    session.run(5, progress=False)
    session.rewind("here")
    page.send({"type": "frame-seen", "number": page.last("frame")["number"]})
    page.send({"type": "show-quantity", "quantity": ""})
    session.boundary.settle(session.boundary.submit(lambda: None), 30)
    assert page.last("frame")["arrays"]["branch.0.step"]["shape"] == [10]
