"""The JupyterLab extension in a real JupyterLab: the sidebar's palette, drops into cells, commands, launcher."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from .conftest import OpenNotebook
from .lab import ROOT
from .notebook import NotebookPage
from .studio import Studio

TUTORIAL = "01_first_network.ipynb"
STARTER = ROOT / "extension" / "src" / "lab" / "starter.json"
PALETTE = "#patchgrad-palette"
LINEAR = f'{PALETTE} [data-kind="Linear"]'
SEARCH = f"{PALETTE} input"
EDITOR = ".jp-Notebook .jp-CodeCell .cm-content"
SOURCE = "(index) => jupyterapp.shell.currentWidget.content.widgets[index].model.sharedModel.getSource()"


def source(notebook: NotebookPage, index: int) -> str:
    return notebook.page.evaluate(SOURCE, index)


@pytest.fixture(scope="module")
def page_of_all(open_shared_notebook: OpenNotebook) -> NotebookPage:
    return open_shared_notebook([""])


@pytest.fixture
def notebook(page_of_all: NotebookPage) -> NotebookPage:
    """One cell, and no palette in sight."""
    if page_of_all.page.locator(SEARCH).is_visible():
        page_of_all.execute("application:toggle-left-area")
    write(page_of_all, "")
    return page_of_all


def write(notebook: NotebookPage, text: str) -> None:
    notebook.page.evaluate(
        "(text) => jupyterapp.shell.currentWidget.content.widgets[0].model.sharedModel.setSource(text)", text
    )


def with_palette(notebook: NotebookPage, text: str) -> NotebookPage:
    write(notebook, text)
    notebook.execute("patchgrad:show-palette")
    notebook.page.fill(SEARCH, "")
    notebook.page.wait_for_selector(LINEAR)
    return notebook


def cursor_to_end(notebook: NotebookPage) -> None:
    notebook.page.click(EDITOR)
    notebook.page.keyboard.press("Control+End")


def linear_code(notebook: NotebookPage) -> str:
    """What the palette says it inserts for Linear: the last line of its tooltip."""
    title = notebook.page.locator(LINEAR).get_attribute("title")
    assert title is not None
    return title.splitlines()[-1]


def test_the_palette_lists_layers_by_family_and_finds_them(notebook: NotebookPage) -> None:
    with_palette(notebook, "1")
    page = notebook.page
    assert page.locator(f"{PALETTE} h3").count() >= 4
    page.fill(SEARCH, "drop")
    found = page.locator(f"{PALETTE} [data-kind]").evaluate_all("(rows) => rows.map((row) => row.dataset.kind)")
    assert found[0] == "Dropout"
    assert all("dropout" in kind.lower() for kind in found)
    page.fill(SEARCH, "no such layer")
    expect(page.get_by_text("No layer has all these words.")).to_be_visible()
    for theme in ("light", "dark"):
        page.fill(SEARCH, "")
        notebook.use_theme(theme)
        notebook.screenshot(theme)
    notebook.use_theme("light")


def test_a_layer_dropped_into_a_cell_is_typed_once_where_it_was_dropped(notebook: NotebookPage) -> None:
    with_palette(notebook, "first = 1\nlayers = []\nlast = 3")
    code = linear_code(notebook)
    drag_to_end_of_word(notebook, "[]")
    expected = f"first = 1\nlayers = [{code}]\nlast = 3"
    notebook.page.wait_for_function(f"() => ({SOURCE})(0).includes('nn.')")
    assert source(notebook, 0) == expected


def test_enter_types_the_layer_at_the_cursor_and_leads_back_to_the_cell(notebook: NotebookPage) -> None:
    with_palette(notebook, "model = ")
    code = linear_code(notebook)
    cursor_to_end(notebook)
    notebook.execute("patchgrad:insert-layer")
    notebook.page.keyboard.type("linear")
    notebook.page.keyboard.press("Enter")
    notebook.page.wait_for_function(f"() => ({SOURCE})(0).includes('nn.')")
    assert source(notebook, 0) == f"model = {code}"
    notebook.page.wait_for_function("() => document.activeElement.matches('.jp-CodeCell .cm-content')")
    notebook.page.keyboard.type("  # typed on")
    assert source(notebook, 0) == f"model = {code}  # typed on"


def test_arrows_walk_the_palette_and_space_inserts(notebook: NotebookPage) -> None:
    with_palette(notebook, "")
    cursor_to_end(notebook)
    notebook.execute("patchgrad:show-palette")
    notebook.page.fill(SEARCH, "dropout")
    notebook.page.keyboard.press("ArrowDown")
    notebook.page.keyboard.press("Space")
    notebook.page.wait_for_function(f"() => ({SOURCE})(0).includes('nn.')")
    assert source(notebook, 0).startswith("nn.Dropout(")


@pytest.mark.parametrize(
    ("keys", "seen"), [("Alt+Shift+L", SEARCH), ("Alt+Shift+P", SEARCH)], ids=["insert a layer", "show the palette"]
)
def test_a_shortcut_leads_to_the_palette(notebook: NotebookPage, keys: str, seen: str) -> None:
    assert not notebook.page.locator(seen).is_visible()
    notebook.page.keyboard.press(keys)
    notebook.page.wait_for_selector(seen)
    assert notebook.page.evaluate("() => document.activeElement.matches('#patchgrad-palette input')")


def test_the_command_palette_has_the_commands(notebook: NotebookPage) -> None:
    notebook.execute("apputils:activate-command-palette")
    notebook.page.keyboard.type("patchgrad")
    labels = notebook.page.locator(".lm-CommandPalette-itemLabel")
    notebook.page.wait_for_function("() => document.querySelectorAll('.lm-CommandPalette-itemLabel mark').length > 0")
    texts = labels.all_inner_texts()
    for label in ("Insert layer…", "Show layer palette", "New studio notebook", "Open the first tutorial"):
        assert f"patchgrad: {label}" in texts


def test_the_launcher_makes_a_studio_notebook_and_the_tutorial_opens_as_a_copy(
    open_notebook: OpenNotebook,
) -> None:
    notebook = open_notebook(["1"])
    notebook.execute("launcher:create")
    card = notebook.page.locator(".jp-LauncherCard[data-category='patchgrad']", has_text="Studio")
    card.wait_for()
    expect(card.locator("svg")).to_be_visible()
    notebook.screenshot("launcher")
    card.click()
    notebook.wait_until_ready()
    notebook.page.wait_for_function("() => jupyterapp.shell.currentWidget.context.path.startsWith('Untitled')")
    cells = [source(notebook, index) for index in range(notebook.cell_count)]
    assert any("session.studio()" in cell for cell in cells)
    assert notebook.page.locator(".jp-Dialog").count() == 0

    shipped = json.loads((ROOT / "notebooks" / TUTORIAL).read_text())["cells"]
    for _ in range(2):
        notebook.execute("patchgrad:open-tutorial")
        notebook.page.wait_for_function(f"() => jupyterapp.shell.currentWidget.context?.path === '{TUTORIAL}'")
        notebook.wait_until_ready()
        assert notebook.cell_count == len(shipped)
    assert source(notebook, 0) == "".join(shipped[0]["source"])
    assert len(list(notebook.lab.folder.glob("01_first_network*"))) == 1


def drag_to_end_of_word(notebook: NotebookPage, word: str) -> None:
    """Drag Linear with the mouse between the two characters of ``word`` in the first cell."""
    page = notebook.page
    spot = page.evaluate(
        """([editor, word]) => {
          const walker = document.createTreeWalker(document.querySelector(editor), NodeFilter.SHOW_TEXT);
          for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            const at = node.data.indexOf(word[0]);
            if (at < 0) continue;
            const range = document.createRange();
            range.setStart(node, at);
            range.setEnd(node, at + 1);
            const box = range.getBoundingClientRect();
            return { x: box.right, y: box.top + box.height / 2 };
          }
        }""",
        [EDITOR, word],
    )
    start = notebook.box_when_still(LINEAR)
    page.mouse.move(start["x"] + 30, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(spot["x"], spot["y"], steps=8)
    page.mouse.move(spot["x"], spot["y"], steps=2)
    page.mouse.up()


def test_enter_in_the_sidebar_adds_the_layer_to_the_studio_that_was_used_last(open_notebook: OpenNotebook) -> None:
    cells = json.loads(STARTER.read_text())["cells"]
    notebook = open_notebook(["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"][:2])
    notebook.run_all()
    studio = Studio.shown_by(notebook, 1)
    studio.box("relu1").click()
    before = source(notebook, 1)
    notebook.execute("patchgrad:insert-layer")
    notebook.page.keyboard.type("dropout")
    notebook.page.keyboard.press("Enter")
    assert "kept 4 tensors" in studio.notice("done")
    studio.see_all()
    relu, drop = (studio.box(name).get_attribute("data-id") for name in ("relu1", "drop1"))
    assert f"{relu}.y->{drop}.x" in studio.edges
    assert source(notebook, 1) == before
