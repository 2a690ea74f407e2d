"""The computation of a watched model, as its page sees it: only what is open is sent, and everything can be asked."""

from __future__ import annotations

import json
from typing import Any

import pytest

import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.backend import host
from patchgrad.protocol import wire
from patchgrad.recorder import Recorder
from patchgrad.widgets.compute import ComputeWidget
from patchgrad.widgets.compute_state import ROOM, ComputeState


class Twice(nn.Module):
    """Stacked blocks that are alike, and a way that is taken every third time."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.ModuleList([nn.Sequential(nn.Linear(4, 4), nn.Tanh()) for _ in range(4)])
        self.rare, self.last = nn.Linear(4, 4), nn.Linear(4, 1)
        self.calls = 0

    def forward(self, x: Any) -> Any:
        for block in self.blocks:
            x = block(x)
        self.calls += 1
        if self.calls % 3 == 0:
            x = self.rare(x).exp()
        return self.last(x)


class Page:
    """A widget of a watched model, and what it sent."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, Any], Any]] = []
        self.model = Twice()
        self.optimizer = optim.SGD(self.model.parameters(), lr=0.01)
        self.watch = pg.watch(self.model, every=1)
        self.widget: ComputeWidget = self.watch.show()
        self.widget.send = lambda content, buffers=None: self.got.append((content, buffers))  # type: ignore[method-assign]
        self._count = 0

    def step(self, steps: int = 1) -> None:
        for _ in range(steps):
            self.optimizer.zero_grad()
            self.model(pg.ones(3, 4)).square().mean().backward()
            self.optimizer.step()

    def ask(self, tag: str, **fields: Any) -> dict[str, Any]:
        self._count += 1
        request = f"r{self._count}"
        self.widget._arrived(self.widget, {"type": tag, "requestId": request, **fields}, [])
        (answer,) = [content for content, _ in self.got if content.get("requestId") == request]
        assert answer["type"] != "failed", answer
        return answer

    def graph(self) -> dict[str, Any]:
        return next(content for content, _ in reversed(self.got) if content["type"] == "compute-graph")

    def box(self, title: str) -> dict[str, Any]:
        return next(box for box in self.graph()["boxes"] if box["title"] == title)


@pytest.fixture
def page() -> Any:
    made = Page()
    yield made
    made.widget.close()
    made.watch.close()


def test_before_a_step_was_looked_at_there_is_an_empty_graph(page: Page) -> None:
    page.ask("look-at-compute")
    assert (page.graph()["step"], page.graph()["boxes"]) == (-1, [])
    assert "svg" not in str(page.widget._repr_mimebundle_())


def test_nothing_is_sent_and_nothing_is_worked_out_before_a_page_looks(page: Page) -> None:
    page.step(3)
    assert page.got == []
    assert page.widget.computing._worker._thread is None


def test_a_group_is_opened_and_a_repeat_unfolded_to_any_turn(page: Page) -> None:
    page.step()
    page.ask("look-at-compute")
    repeat = next(box for box in page.graph()["boxes"] if box["kind"] == "loop")
    assert repeat["detail"] == "×4, each its own weights"
    page.ask("open-group", group=repeat["opens"], open=True)
    (loop,) = page.graph()["frames"]
    assert (loop["turn"], loop["turns"]) == (0, 4)
    page.ask("show-turn", loop=loop["id"], turn=2)
    assert {"turns 1 to 2", "turn 4"} <= {box["title"] for box in page.graph()["boxes"]}
    assert next(frame for frame in page.graph()["frames"] if frame["id"] == loop["id"])["turn"] == 2
    page.ask("open-group", group=loop["id"], open=False)
    assert page.graph()["frames"] == []


def test_the_times_of_a_step_fit_the_boxes_and_two_kilobytes(page: Page) -> None:
    page.step()
    page.ask("look-at-compute")
    times, buffers = next((content, buffers) for content, buffers in page.got if content["type"] == "compute-times")
    ops = [box for box in page.graph()["boxes"] if box["kind"] != "leaf"]
    assert times["arrays"]["seconds"] == {"dtype": "bfloat16", "shape": [len(ops)], "offset": 0}
    assert len(json.dumps(times)) + 2 * ROOM < 2048
    assert page.watch.snapshot is not None
    whole = sum(page.watch.snapshot.seconds)
    bits = host.frombuffer(buffers[0], "uint16", len(ops)).astype("uint32") << 16
    assert bits.view("float32").sum() == pytest.approx(whole, rel=1e-2)


def test_the_union_tells_how_often_a_branch_ran_and_follows_the_training(page: Page) -> None:
    page.step(10)
    page.ask("look-at-compute")
    page.ask("show-step", mode="union")
    assert page.box("exp")["seen"] == "ran 3 of 10 steps, last at 9"
    assert page.box("last")["share"] == 1.0
    places = {box["id"]: (box["x"], box["y"]) for box in page.graph()["boxes"]}
    page.step(2)
    page.widget._arrived(page.widget, {"type": "compute-seen", "number": 10_000}, [])
    page.widget.computing._bring_up()
    assert page.box("exp")["seen"] == "ran 4 of 12 steps, last at 12"
    assert {box["id"]: (box["x"], box["y"]) for box in page.graph()["boxes"]} == places


def test_two_steps_are_compared_op_by_op(page: Page) -> None:
    page.step(4)
    page.ask("look-at-compute")
    page.ask("show-step", mode="difference", step=3, against=4)
    changes = {box["title"]: box["change"] for box in page.graph()["boxes"] if box["change"]}
    assert changes == {"rare": "added", "exp": "added", "last": "changed"}
    page.ask("show-step", mode="difference", step=4, against=3)
    assert page.box("exp")["change"] == "removed"


def test_any_op_is_found_and_shown_with_its_code_and_what_it_keeps(page: Page) -> None:
    page.step()
    page.ask("look-at-compute")
    found = page.ask("find-ops", query="tanh blocks.2")
    assert found["count"] == 1
    op = found["found"][0]["op"]
    assert page.ask("reveal-op", op=op)["found"][0]["box"] == op
    about = page.ask("inspect-op", box=op)
    assert about["formula"]
    assert about["saved"] == [f"{op}.y: 48 bytes; the gradient of tanh reads y"]
    (place,) = about["places"]
    assert place["text"][place["column"] : place["endColumn"]] == "block(x)"
    boxes = page.ask("ops-at-line", line=place["line"], text=place["text"])
    assert op in [one["op"] for one in boxes["found"]]
    assert page.ask("ops-at-line", line=place["line"], text="another text")["count"] == 0


def test_a_parameter_leads_to_where_it_was_made_and_updated(page: Page) -> None:
    page.step()
    page.ask("look-at-compute")
    about = page.ask("inspect-op", box="last.weight")
    why = {place["why"]: place["text"] for place in about["places"]}
    assert "nn.Linear(4, 1)" in why["made"]
    assert why["updated by SGD"].strip() == "self.optimizer.step()"


def test_a_kept_step_is_walked_through_with_its_numbers_and_its_rules_are_checked(page: Page) -> None:
    page.step()
    page.ask("look-at-compute")
    page.ask("keep-step")
    page.step()
    here = page.ask("travel-to", position=2)
    assert (here["step"], here["title"], here["position"]) == (2, "tanh", 2)
    assert here["outputs"][0]["first"] == pytest.approx(
        [pg.tensor(x).tanh().item() for x in here["inputs"][0]["first"]]
    )
    assert here["gradients"][0]["shape"] == [3, 4]
    assert "agrees" in page.ask("check-op", op=here["op"])["text"]
    assert page.ask("travel-to", position=0)["op"] == ""


def test_without_a_page_the_picture_stands_for_it(page: Page) -> None:
    page.step()
    (bundle, *_) = page.widget._repr_mimebundle_()
    assert "last" in bundle["image/svg+xml"]


def test_a_graph_of_a_known_structure_is_not_sent_again(page: Page) -> None:
    page.step()
    page.ask("look-at-compute")
    count = len([1 for content, _ in page.got if content["type"] == "compute-graph"])
    page.step()
    page.widget._arrived(page.widget, {"type": "compute-seen", "number": 10_000}, [])
    page.widget.computing._bring_up()
    assert len([1 for content, _ in page.got if content["type"] == "compute-graph"]) == count
    assert page.got[-1][0]["type"] == "compute-times"
    assert page.got[-1][0]["step"] == 2


class Long(nn.Module):
    def forward(self, x: Any) -> Any:
        for place in range(700):
            x = x.tanh() + 0.25 if place * place // 5 % 3 else x * 0.5
        return x


def test_the_largest_picture_that_is_sent_fits_into_a_megabyte_and_a_half() -> None:
    model, recorder, state = Long(), Recorder(every=1), ComputeState()
    with recorder.step(1, model):
        model(pg.ones(3, 4, requires_grad=True)).sum().backward()
    state.follow(recorder)
    state._now(state.viewer.everything())
    sent = wire.encode(state.graph(1, recorder))
    assert ROOM - 60 < sum(box["kind"] != "leaf" for box in sent["boxes"]) <= ROOM
    assert len(json.dumps(sent)) < 1.5e6
