"""The studio tells what the session is, answers what is asked, and changes nothing by itself."""

import logging
import random
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import patchgrad as pg
from patchgrad.errors import ShapeError
from patchgrad.protocol import wire
from patchgrad.widgets import pagecode

from ..laws.graphs import random_command
from ..session import models
from .pages import Page, array_at


@pytest.fixture
def session():
    made = models.session()
    yield made
    made.close()


@pytest.fixture
def page(session):
    return Page(session)


def test_opening_brings_catalogue_graph_run_and_log(page):
    opened = page.open()
    names = [node["name"] for node in opened["graph"]["nodes"]]
    assert names == ["x", "fc1", "norm1", "relu1", "drop1", "fc2", "output"]
    assert {"Linear", "Dropout", "Conv2d"} <= {kind["kind"] for kind in opened["catalogue"]}
    assert (opened["title"], opened["run"]["state"], opened["log"]["entries"]) == ("Perceptron", "idle", [])
    assert all(edge["label"] and edge["route"] for edge in opened["graph"]["edges"])


def test_a_layer_made_after_the_page_has_opened_is_told_with_the_next_state(session, page, monkeypatch):
    page.open()
    session.apply(pg.edit.freeze("fc1"))
    assert page.count("palette-view") == 0
    names = {"nn": pg.nn, "__name__": "__main__"}
    exec("class Scale9(nn.Module):\n    def forward(self, x):\n        return x * 2", names)
    monkeypatch.setattr(sys.modules["__main__"], "Scale9", names["Scale9"], raising=False)
    page.studio._cell_ran()
    page.graph()  # the state lane has caught up
    told = page.last("palette-view")
    assert "Scale9" in {kind["kind"] for kind in told["catalogue"]}
    assert told["templates"]


def test_a_page_of_another_version_is_told_to_reload(page):
    reply = page.ask("open", version=99)
    assert (reply["type"], reply["hint"]) == ("failed", "reload the page, then run the cell again")


def test_nothing_is_sent_before_a_page_has_opened(session, page):
    session.run(5, progress=False)
    session.apply(models.dropout_edit(0.1))
    assert page.got == []


def test_no_frame_is_sent_before_the_last_one_was_seen_and_then_the_newest(session, page):
    page.open()
    session.run(5, progress=False)
    first = page.last("frame")
    session.run(50, progress=False)
    assert page.count("frame") == 1
    page.send({"type": "frame-seen", "number": first["number"]})
    session.boundary.settle(session.boundary.submit(lambda: None), 30)
    assert (page.count("frame"), page.last("frame")["run"]["step"]) == (2, 55)


def test_many_wishes_for_a_frame_before_a_boundary_become_one_frame(session, page):
    page.open()
    page.send({"type": "frame-seen", "number": page.last("frame")["number"]})
    before = page.count("frame")
    session.pause()
    session.drive.leave()
    session._worker.join(30)
    with session.boundary.driving():
        for node in ("n1", "n2", "n3"):
            page.send({"type": "select", "nodes": [node]})
        session.boundary.visit()
    assert page.count("frame") == before + 1
    assert page.last("frame")["selected"] == "n3"


def test_a_frame_holds_what_was_measured_in_one_buffer(session, page):
    session.run(30, progress=False)
    session.apply(models.dropout_edit(0.1))
    session.run(3, progress=False)
    page.send({"type": "select", "nodes": [session.graph.by_name("fc1").uid]})
    page.open()
    frame, buffer = page.last("frame"), page.buffers[page.got.index(page.last("frame"))][0]
    arrays = {
        name: array_at(buffer, view["dtype"], view["shape"], view["offset"]) for name, view in frame["arrays"].items()
    }
    assert all(view["offset"] % 8 == 0 for view in frame["arrays"].values())
    assert arrays["loss.step"].tolist() == list(range(1, 34))
    assert arrays["loss.value"][-1] == pytest.approx(session.loss)
    assert len(frame["layers"]) == len(arrays["gradient.norm"]) == 6
    assert frame["names"][0] == "fc1"
    assert arrays["gradient.norm"][0] > 0
    assert -6 < arrays["update.ratio"][0] < 0
    assert frame["flags"] == [{"number": 1, "step": 30, "label": "insert Dropout"}]
    assert arrays["histogram.counts"].shape == (len(arrays["histogram.step"]), len(arrays["histogram.exponent"]))
    assert frame["selected"] == session.graph.by_name("fc1").uid


def test_inspecting_a_layer_gives_its_weights_as_they_are(session, page):
    session.run(3, progress=False)
    reply = page.ask("inspect", node=session.graph.by_name("fc1").uid)
    weight = session.model.layers[session.graph.by_name("fc1").uid].weight.data
    [first, bias] = reply["parameters"]
    assert (first["name"], first["shape"], bias["shape"]) == ("weight", [8, 6], [8])
    assert first["mean"] == pytest.approx(float(weight.mean()))
    assert first["gradientNorm"] > 0


def test_where_an_edge_may_go_is_answered_without_touching_the_session(session, page):
    before = session.fingerprint()
    source = {"node": session.graph.by_name("fc2").uid, "port": "y"}
    reply = page.ask("ask-targets", revision=0, source=source)
    verdicts = {verdict["port"]["node"]: verdict["verdict"] for verdict in reply["verdicts"]}
    assert verdicts[session.graph.by_name("fc1").uid] == "adapter"  # around, through a Delay
    assert page.ask("ask-insertions", revision=0, kind="Dropout")["type"] == "targets"
    assert page.ask("ask-targets", revision=7, source=source)["title"].startswith("the picture")
    assert session.fingerprint() == before


def test_the_model_and_the_edits_are_given_as_source(session, page):
    session.apply(models.dropout_edit(0.1))
    assert "class Model(nn.Module)" in page.ask("ask-source", form="module")["text"]
    assert page.ask("ask-source", form="script")["text"].startswith("session.apply(pg.edit.insert(")


def test_play_pause_and_step_from_the_page(session, page):
    page.open()
    assert page.ask("transport", action="step", steps=4)["type"] == "done"
    session.wait(30)
    assert session.step_count == 4
    page.ask("transport", action="play")
    page.ask("transport", action="pause")
    session.wait(30)
    assert session.state == "paused"
    assert page.ask("transport", action="step", steps=0)["type"] == "failed"


def test_a_fault_is_told_with_its_reason_and_its_layer():
    session = models.session(loader=[*models.batches(2), (pg.zeros((16, 5)), models.batches(1)[0][1])])
    page = Page(session)
    page.open()
    with pytest.raises(ShapeError):
        session.run(5, progress=False)
    page.studio._tell_state()
    run = page.last("run-view")
    assert (run["state"], run["step"], run["problemNode"]) == ("fault", 2, session.graph.by_name("fc1").uid)
    assert "step 3" in run["problem"]
    session.close()


def test_a_defect_behind_a_request_is_answered_and_logged(session, page, caplog, monkeypatch):
    monkeypatch.setattr(type(session.live), "graph_at", lambda *_: 1 / 0)
    with caplog.at_level(logging.ERROR):
        reply = page.ask("ask-insertions", revision=0, kind="Dropout")
    assert (reply["type"], reply["title"]) == ("failed", "ZeroDivisionError: division by zero")
    assert "met a defect" in caplog.text


def test_bad_messages_are_counted_and_said_once(session, page, caplog):
    for content in (None, "text", {"type": 3}, {"type": "undo"}):
        page.send(content)
    assert page.studio.refused == 4
    assert len([record for record in caplog.records if "was refused" in record.message]) == 1
    assert page.got == []


def test_a_closed_studio_is_told_nothing_and_the_session_goes_on(session, page):
    page.open()
    page.studio.close()
    count = len(page.got)
    session.run(3, progress=False)
    assert (len(page.got), session.step_count) == (count, 3)


def test_a_closed_session_refuses_what_its_studio_asks(session, page):
    page.open()
    session.close()
    page.send({"type": "undo", "requestId": "late"})
    assert page.got[-1]["title"] == "this session is closed"


def test_a_place_without_widgets_shows_a_picture_and_words(page):
    [data, _] = page.studio._repr_mimebundle_()
    assert data["image/svg+xml"].startswith("<svg")
    assert "fc1" in data["image/svg+xml"]
    assert "Perceptron" in data["text/plain"] or "Session" in data["text/plain"]


def test_the_stub_is_small_and_names_the_code_by_its_hash(page, tmp_path, monkeypatch):
    monkeypatch.setattr(pagecode, "STATIC", tmp_path)
    (tmp_path / "widget.js").write_text("export default {};")
    first = pagecode.stub()
    assert len(first) < 2000
    (tmp_path / "widget.js").write_text("export default { other: 1 };")
    assert pagecode.stub() != first
    assert f"__patchgrad_{pagecode.content_hash('studio')}" in pagecode.stub()


def test_the_page_gets_the_code_in_one_buffer_or_the_reason(page, tmp_path, monkeypatch):
    monkeypatch.setattr(pagecode, "STATIC", tmp_path)
    assert page.ask("ask-code", name="plots")["title"] == "the code of the page was not built"
    (tmp_path / "plots.js").write_text("export default 7;")
    reply = page.ask("ask-code", name="plots")
    assert reply["hash"] == pagecode.content_hash("plots")
    assert page.buffers[page.got.index(reply)] == [b"export default 7;"]


def test_embedding_ships_the_whole_code(session, tmp_path, monkeypatch):
    monkeypatch.setattr(pagecode, "STATIC", tmp_path)
    (tmp_path / "widget.js").write_text("export default {};")
    assert Page(session, embed=True).studio._esm == "export default {};"


@settings(max_examples=200)
@given(st.integers(0, 2**32 - 1))
def test_all_studios_of_a_session_show_the_same_and_what_python_has(seed):
    """Law 8: whatever pages send, in whatever order, all of them end with the picture of the one true graph."""
    rng, session = random.Random(seed), models.session()
    pages = [Page(session) for _ in range(2)]
    for page in pages:
        page.open()
    for _ in range(5):
        page = rng.choice(pages)
        kind = rng.choice(("run-command", "run-command", "undo", "redo", "select"))
        if kind == "run-command":
            command = wire.msgspec.to_builtins(random_command(session.graph, rng), enc_hook=str)
            page.ask("run-command", revision=rng.choice((0, session.live.revision)), command=command)
        elif kind == "select":
            page.send({"type": "select", "nodes": ["n1", "n99"]})
        else:
            page.ask(kind)
    shown = [page.graph() for page in pages]
    logs = [page.last("log-view") for page in pages]
    session.close()
    assert shown[0] == shown[1]
    assert logs[0] == logs[1]
    assert {node["uid"]: node["name"] for node in shown[0]["nodes"]} == {
        uid: node.name for uid, node in session.graph.nodes.items()
    }
    assert shown[0]["revision"] == session.live.revision
