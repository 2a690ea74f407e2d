"""The computation in the page: opened as a cell trains, read with its code, walked through, kept without a kernel."""

from __future__ import annotations

from playwright.sync_api import Locator

from .conftest import OpenNotebook
from .notebook import NotebookPage

MODEL = """import patchgrad as pg
from patchgrad import nn, optim
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.ModuleList([nn.Sequential(nn.Linear(8, 8), nn.Tanh()) for _ in range(4)])
        self.last = nn.Linear(8, 1)
    def forward(self, x):
        for layer in self.inner:
            x = layer(x)
        return self.last(x).exp()
model = Net()
optimizer = optim.SGD(model.parameters(), lr=0.01)
view = pg.watch(model, every=1)
view.show()"""
TRAIN = """for _ in range(5):
    optimizer.zero_grad()
    model(pg.ones(3, 8)).mean().backward()
    optimizer.step()"""
LIT = """() => [...(CSS.highlights.get("patchgrad-lit") ?? [])].map(String).join()"""
CURSOR = """([cell, line]) => {
  const widget = jupyterapp.shell.currentWidget.content.widgets[cell];
  jupyterapp.shell.currentWidget.content.activeCellIndex = cell;
  widget.editor.focus();
  widget.editor.setCursorPosition({ line, column: 0 });
}"""
SECONDS = 30_000


class Computation:
    """The widget of a watched model."""

    def __init__(self, notebook: NotebookPage, milliseconds: float = SECONDS) -> None:
        self.page = notebook.page
        notebook.page.evaluate("() => jupyterapp.shell.currentWidget.content.scrollToItem(0, 'end')")
        self.find(".pg-op").first.wait_for(timeout=milliseconds)
        self.find(".pg-compute").first.scroll_into_view_if_needed()

    def find(self, selector: str) -> Locator:
        return self.page.locator(f".patchgrad-studio {selector}")

    def row(self, name: str) -> Locator:
        """An entry of the outline, by the beginning of its spoken name."""
        return self.page.locator(f'[role="treeitem"][aria-label^="{name}"]').first

    def press(self, *keys: str) -> None:
        self.find('[data-place="compute"]').focus()
        for key in keys:
            self.page.keyboard.press(key)


def test_code_and_picture_point_at_each_other(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([MODEL, TRAIN])
    notebook.run_all()
    shown = Computation(notebook)
    shown.row("exp").locator("button").click()
    notebook.page.wait_for_function(f"() => ({LIT})() === 'self.last(x).exp()'", timeout=SECONDS)
    assert "self.last(x).exp()" in shown.find(".pg-code-place mark").first.inner_text()
    notebook.page.evaluate(CURSOR, [1, 2])
    shown.find('.pg-op[data-lit="true"]').first.wait_for(timeout=SECONDS)
    lit = shown.find('.pg-op[data-lit="true"] .pg-box-name > span:first-child').all_inner_texts()
    assert lit == ["mean"]
    notebook.page.evaluate(CURSOR, [0, 10])
    notebook.page.wait_for_function(
        "() => [...document.querySelectorAll('.pg-op[data-lit=true]')].some((box) => box.textContent.includes('exp'))",
        timeout=SECONDS,
    )


def test_by_keys_a_repeat_opens_turns_and_closes_and_a_step_is_walked(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([MODEL, TRAIN])
    notebook.run_all()
    shown = Computation(notebook)
    shown.press("ArrowDown", "Enter")
    shown.find(".pg-op-turns").wait_for(timeout=SECONDS)
    shown.find('.pg-op-turns button[title="The next turn"]').click()
    shown.page.get_by_text("turn 2 of 4", exact=True).first.wait_for(timeout=SECONDS)
    shown.find('.pg-op-frame[data-kind="loop"] button[title^="Close"]').click()
    shown.find(".pg-op-turns").wait_for(state="detached", timeout=SECONDS)
    shown.find("button").get_by_text("Walk").click()
    notebook.run(1)
    shown = Computation(notebook)
    shown.find(".pg-walk output").wait_for(timeout=SECONDS)
    shown.press(";", ";")
    shown.page.get_by_text("op 3 of", exact=False).first.wait_for(timeout=SECONDS)
    shown.find("button").get_by_text("Check the gradient").click()
    shown.find(".pg-checked").wait_for(timeout=SECONDS)
    assert "agrees with finite differences" in shown.find(".pg-checked").inner_text()


def test_a_saved_notebook_without_its_kernel_shows_the_computation(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([MODEL, TRAIN])
    notebook.run_all()
    Computation(notebook)
    for _ in range(100):
        if "image/svg+xml" in notebook.outputs(0)[0]["data"]:
            break
        notebook.page.wait_for_timeout(100)
    notebook.save()
    notebook.shut_down_kernel()
    notebook.reload()
    picture = notebook.page.locator("img.patchgrad-saved")
    picture.wait_for(timeout=SECONDS)
    assert picture.get_attribute("alt") == "Compute graph of step 1 with 11 ops"


LARGE = """import patchgrad as pg
from pathlib import Path
from patchgrad import nn, optim
class Uneven(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(pg.ones(4))
    def forward(self, x):
        x = x * self.scale
        for place in range(249):
            x = x.tanh() if place * place // 5 % 3 else x * 0.5
            x = x + 0.25 if place // 3 % 2 else x.sin()
        return x
class Deep(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList([Uneven() for _ in range(101)])
    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return x
model = Deep()
optimizer = optim.SGD(model.parameters(), lr=0.001)
view = pg.watch(model)
view.show()"""
TRAIN_ON = """Path("stop").unlink(missing_ok=True)
while not Path("stop").exists():
    optimizer.zero_grad()
    model(pg.ones(3, 4)).sum().backward()
    optimizer.step()
    Path("steps").write_text(str(view.step))"""
LONG = 120_000


def test_fifty_thousand_ops_are_opened_group_by_group_while_a_cell_trains(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([LARGE, TRAIN_ON])
    notebook.run(0)
    notebook.start(1)
    shown = Computation(notebook, LONG)
    shown.find(".pg-totals").get_by_text("50.4 k ops", exact=False).wait_for(timeout=LONG)
    for group in ("Uneven, ×101", "0 Uneven, 499 ops", "tanh, add, mul and 23 more, ×8"):
        shown.row(group).locator("button").click(timeout=LONG)
        shown.press("Enter")
    shown.page.get_by_text("turn 1 of 8", exact=True).first.wait_for(timeout=LONG)
    assert shown.page.locator(".patchgrad-studio").get_by_text("large").all_inner_texts() == []
    steps, before = notebook.lab.folder / "steps", 0
    for _ in range(2):
        before = max(before, int(steps.read_text() or 0))
        while int(steps.read_text() or before) == before:  # empty while it is written
            notebook.page.wait_for_timeout(100)
    assert notebook.runs(1)
    (notebook.lab.folder / "stop").touch()
    notebook.wait_until_done(1)
