"""The studio on a real kernel: edits from the page are applied and answered while a cell trains."""

import time
from pathlib import Path

import pytest

from patchgrad.widgets import lane

ROOT = str(Path(__file__).parents[2])

SETUP = """
import sys
sys.path.insert(0, {root!r})
from tests.session import models
import patchgrad as pg
session = models.session()
studio = session.studio(pin={pin})
"""
UNPINNED = "studio.comm._reply_subshell_for = lambda data, default: default\n"
TRAIN = "session.run({steps}, progress=False); print(session.step_count, session.state)"
ENDLESS = """
def look(event):
    if event == "step" and session.step_count == 3:
        print("three steps", flush=True)
session.subscribe(look)
session.run(progress=False)
"""
OPEN = {"type": "open", "version": 1}
LANES = {
    "own subshell": (True, False, lane.OWN),
    "the front end's subshell": (False, True, lane.FRONT_END),
}


@pytest.fixture(params=LANES, ids=str)
def opened(request, front_end):
    """A front end with an open studio, and its comm; messages are heard while a cell runs."""
    pin, subshell, words = LANES[request.param]
    if subshell:
        front_end.use_subshell()
    return _open(front_end, pin, words)


def _open(front_end, pin=True, words=lane.OWN):
    front_end.run(SETUP.format(root=ROOT, pin=pin) + ("" if pin else UNPINNED))
    comm = front_end.widget()
    reply = front_end.ask(comm, OPEN)
    assert (reply["type"], reply["run"]["lane"]) == ("opened", words)
    return front_end, comm, reply["graph"]


def training(front_end):
    """A cell that trains without end, and has begun."""
    cell = front_end.start(ENDLESS)
    front_end.wait_for(lambda message: message["content"].get("text") == "three steps\n")
    return cell


def insert(graph, kind="Dropout", before="fc2", **settings):
    """The message that a drag of a layer onto the edge into ``before`` sends."""
    node = next(node for node in graph["nodes"] if node["name"] == before)
    command = {
        "type": "insert-on-edge",
        "target": {"node": node["uid"], "port": node["inputs"][0]["name"]},
        "kind": kind,
        "settings": settings,
    }
    return {"type": "run-command", "revision": graph["revision"], "command": command}


def test_an_edit_is_applied_and_answered_while_a_cell_trains(opened):
    front_end, comm, graph = opened
    cell = training(front_end)
    reply = front_end.ask(comm, insert(graph, p=0.25))
    assert (reply["type"], reply["revision"]) == ("command-done", 1)
    assert "kept 6 tensors" in reply["receipt"]
    assert reply["python"] == 'pg.edit.insert("drop1 -> fc2", nn.Dropout(0.25))'
    assert not front_end.ended(cell)
    assert front_end.ask(comm, {"type": "transport", "action": "pause"})["type"] == "done"
    paused = front_end.wait_until_told(comm, "run-view", lambda run: run["state"] == "paused")
    assert paused["step"] >= reply["step"] >= 3
    assert not front_end.ended(cell)
    new = front_end.wait_until_told(comm, "graph-view", lambda view: view["revision"] == 1)
    assert len(new["nodes"]) == len(graph["nodes"]) + 1
    front_end.manager.interrupt_kernel()
    assert front_end.finish(cell, failing=True).startswith("KeyboardInterrupt")
    assert front_end.run("print(session.state, len(session.model.layers))") == "paused 6\n"


def test_what_an_edit_from_the_page_does_not_touch_stays_bitwise_while_a_cell_trains(opened):
    front_end, comm, graph = opened
    front_end.run(
        "twin = models.session()\n"
        "def stop(event):\n"
        "    if event == 'step' and session.step_count == 5:\n"
        "        session.drive.pause()\n"
        "session.subscribe(stop)"
    )
    cell = front_end.start(TRAIN.format(steps=20))
    front_end.wait_until_told(comm, "run-view", lambda run: run["state"] == "paused" and run["step"] == 5)
    assert front_end.ask(comm, insert(graph, kind="Identity"))["type"] == "command-done"
    assert front_end.ask(comm, {"type": "transport", "action": "play"})["type"] == "done"
    assert front_end.finish(cell) == "20 finished\n"
    front_end.run("twin.run(20, progress=False)")
    assert front_end.run("print(models.same(models.weights(session), models.weights(twin)))") == "True\n"


def test_in_the_background_an_edit_is_applied_without_any_subshell(front_end):
    front_end, comm, graph = _open(front_end, pin=False, words=lane.BACKGROUND)
    front_end.run("session.start()")
    reply = front_end.ask(comm, insert(graph))
    assert reply["type"] == "command-done"
    front_end.run("session.pause(); session.close()")
    assert front_end.run("print(session.log[0].status, session.log[0].author)") == "applied studio\n"


def test_an_edit_that_cannot_be_made_is_refused_with_its_ports_and_training_goes_on(opened):
    front_end, comm, graph = opened
    names = {node["name"]: node for node in graph["nodes"]}
    cell = training(front_end)
    command = {
        "type": "connect",
        "source": {"node": names["fc2"]["uid"], "port": "y"},
        "target": {"node": names["fc1"]["uid"], "port": "x"},
    }
    reply = front_end.ask(comm, {"type": "run-command", "revision": 0, "command": command})
    assert (reply["type"], reply["ports"]) == ("failed", [command["source"], command["target"]])
    assert "loop" in reply["title"]
    assert not front_end.ended(cell)
    front_end.ask(comm, {"type": "transport", "action": "pause"})
    front_end.manager.interrupt_kernel()
    front_end.finish(cell, failing=True)
    assert front_end.run("print(session.live.revision, session.fault)") == "0 None\n"


def test_each_request_is_answered_exactly_once(opened):
    front_end, comm, graph = opened
    requests = [
        front_end.request(comm, message)
        for message in (
            OPEN,
            {"type": "ask-targets", "revision": 0, "source": {"node": graph["nodes"][1]["uid"], "port": "y"}},
            {"type": "ask-insertions", "revision": 0, "kind": "Dropout"},
            {"type": "ask-insertions", "revision": 9, "kind": "Dropout"},
            {"type": "inspect", "node": graph["nodes"][1]["uid"]},
            {"type": "inspect", "node": "n99"},
            {"type": "ask-source", "form": "module"},
            {"type": "ask-source", "form": "script"},
            {"type": "undo"},
            {"type": "redo"},
            {"type": "transport", "action": "step", "steps": 3},
            {"type": "transport", "action": "step", "steps": 0},
            insert(graph, kind="Nonsense"),
        )
    ]
    for request in requests:
        front_end.answer(comm, request)
    front_end.pump(0.5)
    kinds = [[answer["type"] for answer in front_end.answers(comm, request)] for request in requests]
    assert kinds == [
        ["opened"], ["targets"], ["targets"], ["failed"], ["inspected"], ["failed"], ["source-text"], ["source-text"],
        ["failed"], ["failed"], ["done"], ["failed"], ["failed"],
    ]  # fmt: skip


def test_one_frame_is_in_flight_and_the_next_comes_after_it_was_seen(opened):
    front_end, comm, _ = opened
    cell = training(front_end)
    first = front_end.wait_until_told(comm, "frame")
    front_end.pump(0.5)
    assert [frame["number"] for frame in front_end.told(comm, "frame")] == [first["number"]]
    front_end.send(comm, {"type": "frame-seen", "number": first["number"]})
    front_end.wait_until_told(comm, "frame", lambda frame: frame["number"] == first["number"] + 1)
    front_end.manager.interrupt_kernel()
    front_end.finish(cell, failing=True)


def test_two_studios_of_one_session_agree(front_end):
    front_end, first, graph = _open(front_end)
    front_end.run("other = session.studio()")
    second = front_end.widget()
    assert front_end.ask(second, OPEN)["graph"] == graph
    assert front_end.ask(first, insert(graph))["type"] == "command-done"
    views = [front_end.wait_until_told(comm, "graph-view", _settled) for comm in (first, second)]
    assert views[0] == views[1]
    stale = front_end.ask(second, insert(graph, kind="ReLU"))
    assert (stale["type"], "has changed since" in stale["title"]) == ("failed", True)
    assert front_end.ask(second, {"type": "undo"})["type"] == "command-done"


def test_a_layer_that_a_cell_defines_is_in_the_palette_of_the_open_studio(front_end):
    front_end, comm, _ = _open(front_end)
    front_end.run("class Twice(pg.nn.Module):\n    def forward(self, x):\n        return 2 * x")
    view = front_end.wait_until_told(comm, "palette-view")
    assert "Twice" in [kind["kind"] for kind in view["catalogue"]]


def test_a_page_that_is_loaded_again_finds_the_same_state(opened):
    front_end, comm, graph = opened
    front_end.ask(comm, insert(graph))
    front_end.run("session.run(7, progress=False)")
    again = front_end.ask(comm, OPEN)
    assert (again["graph"]["revision"], again["run"]["step"], again["log"]["entries"][0]["status"]) == (1, 7, "applied")
    assert again["graph"]["undoLabel"] == "insert Dropout"


STUCK = """
import time
twin = models.session()
setup = session.live.setup
quick = setup.loss
def stuck(output, target):
    if session.step_count == 4:
        print("stuck", flush=True)
        time.sleep({seconds})
    return quick(output, target)
setup.loss = stuck
"""
GO_ON = "setup.loss = quick; session.run(10 - session.step_count, progress=False); twin.run(10, progress=False)"


@pytest.mark.parametrize(("interrupts", "done"), [(1, 5), (2, 4)], ids=["one finishes the step", "two break it off"])
def test_an_interrupt_in_mid_step_leaves_a_whole_number_of_steps_and_the_session_goes_on(front_end, interrupts, done):
    front_end, _, _ = _open(front_end)
    front_end.run(STUCK.format(seconds=3 if interrupts == 1 else 60))
    cell = front_end.start("session.run(10, progress=False)")
    front_end.wait_for(lambda message: message["content"].get("text") == "stuck\n")
    for _ in range(interrupts):
        front_end.manager.interrupt_kernel()
        time.sleep(0.3)
    assert front_end.finish(cell, failing=True).startswith("KeyboardInterrupt")
    assert front_end.run("print(session.step_count, session.state)") == f"{done} paused\n"
    front_end.run(GO_ON)
    assert front_end.run("print(session.fingerprint() == twin.fingerprint(), session.step_count)") == "True 10\n"


def test_a_cell_that_is_run_again_leaves_no_second_studio_and_no_second_session(front_end):
    cell = SETUP.format(root=ROOT, pin=True)
    counts = "print(sum(isinstance(w, Widget) for w in _instances.values()), sum(live()))"
    front_end.run(
        "import gc\nfrom ipywidgets.widgets.widget import _instances\n"
        "from patchgrad.widgets.bridge import BridgeWidget as Widget\n"
        "def live():\n"
        "    gc.collect()\n"
        "    from patchgrad.session import Session\n"
        "    return [isinstance(o, Session) for o in gc.get_objects()]"
    )
    for _ in range(3):
        front_end.run(cell, cell_id="abc")
    assert front_end.run(counts) == "1 1\n"


def _settled(graph):
    return (graph["revision"], graph["pending"]) == (1, 0)
