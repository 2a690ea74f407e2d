"""A network trains in a cell while somebody rewires it: the studio in a real JupyterLab, with a real kernel."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat

from .conftest import OpenNotebook
from .lab import ROOT
from .notebook import NotebookPage
from .studio import Studio

TUTORIAL = ROOT / "notebooks" / "01_first_network.ipynb"
# At each step the weights are kept; at an edit they are compared with those of the step before.
TRAIN = """
import json
import threading
import numpy

seen, edits, graph = {}, [], session.graph

def note(what):
    global graph
    if what not in ("step", "edit") or threading.current_thread() is not threading.main_thread():
        return
    now = {name: value.detach().numpy().copy() for name, value in session.model.state_dict().items()}
    if session.graph is not graph:
        graph = session.graph
        changed = [name for name in now if name in seen and not numpy.array_equal(now[name], seen[name])]
        edits.append({"step": session.step_count, "changed": changed, "known": len(seen)})
    seen.clear()
    seen.update(now)

forget = session.subscribe(note)
try:
    session.run(steps=50_000_000, progress=False)
except KeyboardInterrupt:
    pass
forget()
print(json.dumps({"edits": edits, "step": session.step_count}))
"""


def code_until_studio() -> list[str]:
    """The code cells of the tutorial up to the one that shows the studio."""
    cells = [cell.source for cell in nbformat.read(TUTORIAL, as_version=4).cells if cell.cell_type == "code"]
    return cells[: cells.index("session.studio()") + 1]


def interrupt(notebook: NotebookPage, cell: int) -> None:
    notebook.page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.interrupt()")
    while notebook.runs(cell):
        notebook.page.wait_for_timeout(100)


def test_a_network_is_rewired_while_a_cell_trains(open_notebook: OpenNotebook) -> None:
    cells = [*code_until_studio(), TRAIN, "print(session.state, session.step_count)"]
    notebook = open_notebook(cells)
    shown, training = len(cells) - 3, len(cells) - 2
    for index in range(shown + 1):
        notebook.run(index)
    studio = Studio.shown_by(notebook, shown)
    notebook.start(training)
    studio.show()
    studio.wait_for_state("running")
    studio.wait_for_step_after(20)
    assert notebook.runs(training)

    # Insert while it trains.
    before = studio.step
    studio.drag_from_palette("Dropout", "n4.y->n5.x")
    receipt = studio.notice("done")
    assert "kept 6 tensors" in receipt
    assert "optimizer slots 6/6" in receipt
    studio.box("drop1").wait_for()
    assert studio.state == "running"
    studio.wait_for_step_after(before)
    assert notebook.runs(training)

    # An edge that cannot be without more, which is declined.
    studio.see_all()
    edges = studio.edges
    studio.drag_edge("linear3", "linear1")
    reason = studio.find(".pg-reason")
    reason.wait_for()
    assert reason.get_attribute("data-verdict") == "adapter"
    assert "loop" in reason.inner_text()
    notebook.screenshot("loop")
    notebook.page.mouse.up()
    studio.find('[role="dialog"]').get_by_text("Delay").first.wait_for()
    notebook.page.keyboard.press("Escape")
    assert studio.edges == edges

    # Take it back, hold, go one step, go on.
    studio.press("undo")
    studio.box("drop1").wait_for(state="detached")
    studio.press("play-pause")
    studio.wait_for_state("paused")
    assert notebook.runs(training)
    held = studio.step
    notebook.page.wait_for_timeout(500)
    assert studio.step == held
    studio.press("step-once")
    studio.wait_for_step_after(held)
    assert studio.step == held + 1
    studio.press("play-pause")
    studio.wait_for_state("running")
    studio.wait_for_step_after(held + 1)

    # Change a setting; what follows it is changed along.
    studio.box("linear1").click()
    field = studio.find('input[data-field="out_features"]')
    field.fill("96")
    field.press("Enter")
    studio.box("linear1").locator("text=64 → 96").wait_for(state="attached")
    studio.box("linear2").locator("text=96 → 32").wait_for(state="attached")
    studio.wait_for_state("running")
    notebook.screenshot("widened")

    interrupt(notebook, training)
    told = json.loads(notebook.text(training).strip().splitlines()[-1])
    inserted, undone, widened = told["edits"]
    assert before <= inserted["step"] <= undone["step"] < widened["step"] <= told["step"]
    assert inserted["changed"] == []
    assert undone["changed"] == []
    assert sorted(widened["changed"]) == ["linear1.bias", "linear1.weight", "linear2.weight"]

    # Another page finds the same state.
    notebook.save()
    notebook.reload()
    again = Studio.shown_by(notebook, shown)
    assert again.summary("linear1") == "64 → 96"
    assert again.step == told["step"]
    assert "drop1" not in again.names
    again.press("play-pause")
    again.wait_for_state("running")
    again.wait_for_step_after(told["step"])
    again.press("play-pause")
    again.wait_for_state("paused")
    notebook.run(len(cells) - 1)
    assert "paused" in notebook.text(len(cells) - 1)
    assert Path(notebook.screenshot("reloaded")).exists()
