"""The live plots in a real JupyterLab, fed by a session that trains: the notebook that the launcher makes."""

from __future__ import annotations

import json

import pytest

from .conftest import OpenNotebook
from .lab import ROOT
from .notebook import NotebookPage
from .studio import Studio

PLOT = ".patchgrad-scope-plot .subplot.xy"
STARTER = ROOT / "extension" / "src" / "lab" / "starter.json"
TITLES = (
    "Is the loss going down?",
    "Does the gradient reach the first layer?",
    "Do the activations keep their scale?",
    "Is each layer learning at a sensible speed?",
    "What do this layer's numbers look like over time?",
    "How does the number on the boxes move?",
)
LINE = "() => document.querySelector('.scatterlayer .js-line').style.stroke"


@pytest.fixture(scope="module")
def trained(open_shared_notebook: OpenNotebook) -> NotebookPage:
    """The launcher's notebook, its cells run: the studio stands above, 2,000 steps are done."""
    cells = json.loads(STARTER.read_text())["cells"]
    notebook = open_shared_notebook(["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"])
    notebook.run_all()
    notebook.page.wait_for_selector(PLOT, state="attached")
    return notebook


def tab(notebook: NotebookPage, label: str) -> None:
    notebook.page.get_by_role("tab", name=label, exact=True).click()
    notebook.page.wait_for_selector(f".patchgrad-scope:has(h3:has-text('?')) {PLOT}", state="attached")


def test_the_loss_is_drawn_and_told_in_words(trained: NotebookPage) -> None:
    words = trained.page.get_by_role("table", name="The scopes in words", include_hidden=True)
    trained.page.wait_for_function("() => document.body.innerText.includes('Loss at step 2000')", timeout=20_000)
    assert "Gradient, first layer (linear1)" in words.inner_text()
    assert trained.page.locator(".scatterlayer .js-line").count() == 2


def test_arrow_keys_walk_the_tabs_and_each_asks_its_question(trained: NotebookPage) -> None:
    page = trained.page
    page.get_by_role("tab", name="Loss").focus()
    seen = []
    for _ in TITLES:
        seen.append(page.locator(".patchgrad-scope h3").inner_text())
        page.keyboard.press("ArrowRight")
    assert tuple(seen) == TITLES
    assert page.get_by_role("tab", name="Loss").get_attribute("aria-selected") == "true"


def test_a_click_on_a_bar_selects_the_layer_and_its_histogram_comes(trained: NotebookPage) -> None:
    page = trained.page
    tab(trained, "Activations")
    bars = page.locator(".barlayer .point")
    bars.nth(1).wait_for()
    box = bars.nth(1).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 10, steps=4)  # a bar of a log axis reaches far below it
    page.wait_for_selector(".hoverlayer .hovertext", state="attached")
    page.mouse.down()
    page.mouse.up()
    page.wait_for_selector(".react-flow__node.selected")
    assert "linear1" in page.locator(".react-flow__node.selected").inner_text()
    tab(trained, "Histogram")
    page.wait_for_selector(".heatmaplayer image, .heatmaplayer .hm", state="attached")


def test_flags_mark_the_edits(trained: NotebookPage) -> None:
    trained.page.evaluate(
        """() => jupyterapp.shell.currentWidget.content.model.sharedModel.insertCell(3, {
          cell_type: 'code',
          source: 'session.apply(pg.edit.insert("relu1 -> linear2", nn.Dropout(0.2)))\\nsession.run(steps=200)',
        }) && null"""
    )
    trained.run(3)
    tab(trained, "Loss")
    flag = trained.page.locator(".scatterlayer .textpoint")
    flag.wait_for()
    assert flag.text_content() == "1"
    trained.screenshot("flag")


def test_all_plots_stand_side_by_side_in_both_themes_and_in_a_narrow_window(trained: NotebookPage) -> None:
    page = trained.page
    Studio(trained, 1).see_all()
    page.locator(".react-flow__node", has_text="relu1").click()
    page.get_by_role("button", name="Side by side").click()
    page.wait_for_function("() => document.querySelectorAll('.patchgrad-scope-plot .subplot.xy').length === 5")
    light = page.evaluate(LINE)
    page.locator(".patchgrad-studio").screenshot(path=trained.screenshot("light"))
    trained.use_theme("dark")
    page.wait_for_function(f"(before) => ({LINE})() !== before", arg=light)
    page.locator(".patchgrad-studio").screenshot(path=trained.screenshot("dark"))
    trained.use_theme("light")
    trained.use_size(700, 900)
    trained.screenshot("narrow")
