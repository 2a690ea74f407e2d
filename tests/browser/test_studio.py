"""The studio in a real JupyterLab: a network is rewired by mouse and keyboard while a cell trains it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from .conftest import OpenNotebook
from .notebook import NotebookPage

SESSION = """
import patchgrad as pg
from patchgrad import nn, optim
pg.manual_seed(0)
train = pg.datasets.digits()
model = nn.Sequential(nn.Flatten(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
loader = pg.data.DataLoader(train, batch_size=32, shuffle=True, seed=0)
session = pg.Session(model, loader, loss=nn.CrossEntropyLoss(), optimizer=optim.Adam(model.parameters(), lr=1e-3))
"""
STUDIO = "session.studio()"
TRAIN = "session.run(steps=50_000_000)"
REPORT = "print([node.kind for node in session.graph.nodes.values()], session.step_count)"
WEIGHTS = """
import hashlib
print([hashlib.sha256(p.detach().numpy().tobytes()).hexdigest()[:12] for p in session.model.parameters()])
"""
SLOW = 30_000


class Studio:
    """The studio's canvas, as a hand finds its way on it: boxes and edges by the names of layers."""

    def __init__(self, notebook: NotebookPage) -> None:
        self.page: Page = notebook.page
        self.root: Locator = self.page.locator(".patchgrad-studio")
        self.state = self.root.locator(".pg-state")
        self.reason = self.root.locator(".pg-reason")
        self.spoken = self.root.locator("[aria-live]")

    def box(self, name: str) -> Locator:
        title = self.page.locator(".pg-box-name > span:first-child", has_text=re.compile(f"^{name}$"))
        return self.page.locator(".react-flow__node", has=title)

    def centre(self, place: Locator) -> tuple[float, float]:
        place.first.scroll_into_view_if_needed()
        box = place.first.bounding_box()
        assert box is not None
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def between(self, left: str, right: str) -> tuple[float, float]:
        """A point on the edge between two neighbours in a row."""
        first, second = self.box(left).bounding_box(), self.box(right).bounding_box()
        assert first is not None
        assert second is not None
        return (first["x"] + first["width"] + second["x"]) / 2, first["y"] + first["height"] / 2

    def offset(self, one: str, other: str) -> tuple[float, float]:
        """How far one box is from the other, in pixels of the screen."""
        (x, y), (right, down) = self.centre(self.box(one)), self.centre(self.box(other))
        return right - x, down - y

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """The button stays down. The last small move is for browsers that report a hovering drag one move late."""
        self.page.mouse.move(*start)
        self.page.mouse.down()
        self.page.mouse.move(end[0] + 30, end[1] + 60, steps=6)
        self.page.mouse.move(*end, steps=6)
        self.page.mouse.move(end[0] + 1, end[1])

    def drag_layer(self, kind: str, left: str, right: str) -> None:
        """From the palette onto the edge between two neighbours."""
        self.drag(self.centre(self.root.locator(f'[data-kind="{kind}"]')), self.between(left, right))

    def drag_edge(self, source: str, target: str) -> None:
        """From an output to an input."""
        start = self.centre(self.box(source).locator(".react-flow__handle.source"))
        self.drag(start, self.centre(self.box(target).locator(".react-flow__handle.target")))

    def notice(self, text: str) -> Locator:
        return self.root.locator(".pg-notice", has_text=text)

    def figure(self, label: str) -> Locator:
        """A number of the bar on top: step, epoch, loss, steps/s."""
        return self.root.locator(f'[data-figure="{label}"] output')

    def step(self) -> int:
        return int(self.figure("step").inner_text().split("/")[0].replace(",", ""))

    def press(self, keys: str) -> None:
        self.root.locator('[data-place="canvas"]').focus()
        self.page.keyboard.press(keys)


Kept = tuple[NotebookPage, Studio]


def open_studio(open_notebook: OpenNotebook, *more: str) -> Kept:
    notebook = open_notebook([SESSION, STUDIO, *more])
    notebook.run(0)
    notebook.run(1)
    studio = Studio(notebook)
    expect(studio.box("linear2")).to_be_visible(timeout=SLOW)
    notebook.box_when_still(".pg-canvas")
    return notebook, studio


@pytest.fixture(scope="module")
def shared_studio(open_shared_notebook: OpenNotebook) -> Kept:
    return open_studio(open_shared_notebook, REPORT, *["# a cell to scroll to" for _ in range(12)])


@pytest.fixture
def kept(shared_studio: Kept) -> Kept:
    """A studio for the tests that leave its network as it was, with all of it in sight and nothing chosen."""
    notebook, studio = shared_studio
    studio.root.locator('button[data-command="patchgrad:fit-view"]').first.click()
    studio.press("Escape")
    notebook.box_when_still(".react-flow__node")
    return shared_studio


def test_a_layer_is_dragged_onto_an_edge_while_a_cell_trains_and_taken_back(open_notebook: OpenNotebook) -> None:
    notebook, studio = open_studio(open_notebook, TRAIN, REPORT)
    notebook.start(2)
    expect(studio.state).to_have_text("Training", timeout=SLOW)
    expect(studio.figure("step")).not_to_have_text(re.compile("^0 "), timeout=SLOW)
    before = studio.step()
    studio.drag_layer("Dropout", "linear1", "relu1")
    expect(studio.reason).to_contain_text("linear1 → relu1 fits", timeout=SLOW)
    notebook.screenshot("dragging")
    studio.page.mouse.up()
    expect(studio.notice("Applied")).to_be_visible(timeout=SLOW)
    expect(studio.box("drop1")).to_be_visible()
    notebook.screenshot("receipt")
    assert studio.step() >= before > 0

    studio.press("3")
    expect(studio.root.locator(".pg-entry").first).to_contain_text("pg.edit.insert(")
    studio.press("Control+z")
    expect(studio.box("drop1")).to_have_count(0, timeout=SLOW)
    studio.press("Control+Shift+z")
    expect(studio.box("drop1")).to_be_visible(timeout=SLOW)
    notebook.screenshot("log")
    studio.press("Space")
    expect(studio.state).to_have_text("Paused", timeout=SLOW)
    at = studio.step()
    studio.press(".")
    expect(studio.figure("step")).to_have_text(re.compile(f"^{at + 1:,} "), timeout=SLOW)
    studio.press("Space")
    expect(studio.state).to_have_text("Training", timeout=SLOW)
    expect(studio.figure("step")).not_to_have_text(re.compile(f"^{at + 1:,} "), timeout=SLOW)
    notebook.use_theme("dark")
    notebook.screenshot("dark")


def test_what_an_edit_does_not_touch_keeps_its_bits(open_notebook: OpenNotebook) -> None:
    notebook, studio = open_studio(open_notebook, "session.run(steps=50)", WEIGHTS, WEIGHTS)
    notebook.run(2)
    notebook.run(3)
    studio.drag_layer("Dropout", "linear1", "relu1")
    expect(studio.reason).to_contain_text("fits", timeout=SLOW)
    studio.page.mouse.up()
    expect(studio.box("drop1")).to_be_visible(timeout=SLOW)
    notebook.run(4)
    assert notebook.text(4) == notebook.text(3) != ""


def test_a_layer_is_inserted_and_taken_out_by_keys_alone(kept: Kept) -> None:
    notebook, studio = kept
    studio.press("Tab")
    for _ in range(3):
        studio.page.keyboard.press("ArrowRight")
    expect(studio.spoken).to_contain_text("relu1, ReLU")
    studio.page.keyboard.press("i")
    expect(studio.root.get_by_label("Search layers")).to_be_focused()
    studio.page.keyboard.type("layern")
    studio.page.keyboard.press("Enter")
    expect(studio.box("norm1")).to_be_visible(timeout=SLOW)
    expect(studio.spoken).to_contain_text("norm1, LayerNorm")
    studio.page.keyboard.press("Delete")
    expect(studio.box("norm1")).to_have_count(0, timeout=SLOW)
    notebook.run(2)
    assert notebook.text(2).startswith("['Input', 'Flatten', 'Linear', 'ReLU', 'Linear', 'Output'] 0")


def test_keys_lead_an_edge_and_say_why_a_port_does_not_take_it(kept: Kept) -> None:
    _, studio = kept
    studio.box("relu1").click()
    studio.press("c")
    expect(studio.spoken).to_contain_text("Arrows walk through them", timeout=SLOW)
    for _ in studio.root.locator(".react-flow__handle.target").all():
        studio.page.keyboard.press("ArrowLeft")
        studio.page.wait_for_timeout(200)
        if "loop" in studio.spoken.inner_text():
            break
    expect(studio.spoken).to_contain_text("loop")
    studio.page.keyboard.press("Escape")
    expect(studio.reason).to_have_count(0)


def test_keys_of_the_studio_do_not_reach_the_notebook(open_notebook: OpenNotebook) -> None:
    notebook, studio = open_studio(open_notebook)
    before = notebook.cell_count
    for key in "abxdd":
        studio.press(key)
    assert notebook.cell_count == before
    studio.press("?")
    expect(studio.root.get_by_role("dialog")).to_contain_text("Keyboard map")
    studio.page.keyboard.press("Escape")
    expect(studio.root.get_by_role("dialog")).to_have_count(0)


def test_a_box_stays_where_it_was_put(open_notebook: OpenNotebook) -> None:
    notebook, studio = open_studio(open_notebook, "print([n.position for n in session.graph.nodes.values()])")
    start = studio.centre(studio.box("relu1"))
    before = studio.offset("linear1", "relu1")
    studio.page.mouse.move(*start)
    studio.page.mouse.down()
    studio.page.mouse.move(start[0], start[1] + 60, steps=40)
    studio.page.mouse.up()
    expect(studio.root.locator(".pg-footer")).to_contain_text("revision 1", timeout=SLOW)
    notebook.box_when_still(".react-flow__viewport")
    after = studio.offset("linear1", "relu1")
    assert abs(after[0] - before[0]) < 3
    assert abs(after[1] - before[1] - 60) < 6
    notebook.run(2)
    assert notebook.text(2).count("None") == 5


def test_a_layer_dropped_on_a_box_takes_its_place_and_on_open_canvas_stands_alone(open_notebook: OpenNotebook) -> None:
    _, studio = open_studio(open_notebook)
    studio.drag(studio.centre(studio.root.locator('[data-kind="GELU"]')), studio.centre(studio.box("relu1")))
    expect(studio.reason).to_contain_text("Put GELU in the place of relu1", timeout=SLOW)
    studio.page.mouse.up()
    expect(studio.root.locator(".react-flow__node", has_text="GELU")).to_be_visible(timeout=SLOW)
    field = studio.root.locator(".pg-canvas").bounding_box()
    assert field is not None
    corner = field["x"] + field["width"] - 90, field["y"] + field["height"] - 100
    studio.drag(studio.centre(studio.root.locator('[data-kind="Tanh"]')), corner)
    studio.page.mouse.up()
    expect(studio.root.locator(".react-flow__node", has_text="Tanh")).to_be_visible(timeout=SLOW)


def test_a_restarted_kernel_is_told_and_the_picture_stays(open_notebook: OpenNotebook) -> None:
    notebook, studio = open_studio(open_notebook)
    studio.page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.restartKernel()")
    expect(studio.state).to_have_text("No connection", timeout=SLOW)
    expect(studio.notice("The message could not be sent")).to_contain_text("Run the cell again")
    assert studio.box("relu1").is_visible()
    notebook.wait_until_ready()
    notebook.errors[:] = [error for error in notebook.errors if "Canceled future" not in error]  # JupyterLab's own
    notebook.screenshot("lost")


def test_a_fault_is_shown_over_the_canvas(open_notebook: OpenNotebook) -> None:
    poison = "train.tensors[0].data[:] = float('nan')"
    caught = "try:\n    session.run(steps=5)\nexcept pg.errors.DataError:\n    print('caught')"
    notebook, studio = open_studio(open_notebook, poison, caught)
    notebook.run(2)
    notebook.run(3)
    assert notebook.text(3).endswith("caught\n")
    expect(studio.root.get_by_role("alert")).to_contain_text("values that are not finite", timeout=SLOW)
    expect(studio.state).to_have_text("Stopped by a fault")
    notebook.screenshot("fault")


def test_the_wheel_scrolls_the_notebook_and_zooms_only_with_ctrl(kept: Kept) -> None:
    notebook, studio = kept
    viewport = studio.root.locator(".react-flow__viewport")
    at, view = notebook.box_when_still(".pg-canvas"), viewport.get_attribute("style")
    studio.page.mouse.move(at["x"] + 200, at["y"] + 40)
    studio.page.mouse.wheel(0, 120)
    assert notebook.box_when_still(".pg-canvas")["y"] < at["y"]
    assert viewport.get_attribute("style") == view
    studio.page.keyboard.down("Control")
    studio.page.mouse.wheel(0, -240)
    studio.page.keyboard.up("Control")
    expect(viewport).not_to_have_attribute("style", view or "")


def test_a_layer_of_the_sidebar_is_dropped_on_an_edge(open_notebook: OpenNotebook) -> None:
    notebook, studio = open_studio(open_notebook)
    notebook.execute("patchgrad:show-palette")
    item = studio.page.locator('#patchgrad-palette [data-kind="ReLU"]')
    item.wait_for()
    notebook.box_when_still(".pg-canvas")
    studio.drag(studio.centre(item), studio.between("flatten1", "linear1"))
    expect(studio.reason).to_contain_text("flatten1 → linear1 fits", timeout=SLOW)
    notebook.screenshot("sidebar")
    studio.page.mouse.up()
    expect(studio.box("relu2")).to_be_visible(timeout=SLOW)


def test_two_studios_of_one_session_agree(open_notebook: OpenNotebook) -> None:
    notebook, studio = open_studio(open_notebook, STUDIO)
    notebook.run(2)
    studio.box("relu1").first.click()
    studio.page.keyboard.press("Delete")
    expect(studio.box("relu1")).to_have_count(0, timeout=SLOW)
    expect(studio.box("linear1")).to_have_count(2)


def test_an_edge_that_loops_says_why_offers_a_delay_and_changes_nothing(kept: Kept) -> None:
    notebook, studio = kept
    studio.drag_edge("relu1", "linear1")
    expect(studio.reason).to_contain_text("loop", timeout=SLOW)
    notebook.screenshot("refused")
    studio.page.mouse.up()
    expect(studio.root.get_by_role("dialog")).to_contain_text("Delay", timeout=SLOW)
    studio.page.keyboard.press("Escape")
    notebook.run(2)
    assert notebook.text(2).startswith("['Input', 'Flatten', 'Linear', 'ReLU', 'Linear', 'Output'] 0")


def test_a_setting_is_changed_in_place_and_is_still_there_after_a_reload(open_notebook: OpenNotebook) -> None:
    notebook, studio = open_studio(open_notebook, REPORT)
    studio.box("linear1").click()
    field = studio.root.locator('[data-field="out_features"]')
    field.fill("48")
    field.press("Enter")
    expect(studio.box("linear1")).to_contain_text("64 → 48", timeout=SLOW)
    notebook.screenshot("changed")
    notebook.save()
    notebook.reload()
    expect(studio.box("linear1")).to_contain_text("64 → 48", timeout=SLOW)
    notebook.screenshot("reloaded")
