"""The extension in a real JupyterLab: status bar, cells, and ``.patchgrad`` files as documents."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import expect

import patchgrad as pg
from patchgrad import nn, optim

from .conftest import OpenNotebook
from .lab import Lab
from .notebook import NotebookPage
from .studio import Studio

MODEL = """import patchgrad as pg
from patchgrad import nn, optim
pg.manual_seed(0)
data = pg.data.TensorDataset(pg.randn(64, 4), pg.randint(0, 3, (64,)))
loader = pg.data.DataLoader(data, batch_size=16)
model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))
session = pg.Session(model, loader, loss=nn.CrossEntropyLoss(), optimizer=optim.SGD(model.parameters(), lr=0.1))"""
STATUS = ".patchgrad-status"
DOCUMENT = ".patchgrad-document"


def opened_from_its_cell(open_notebook: OpenNotebook) -> NotebookPage:
    """The cell's menu opens the studio in a new cell below it."""
    notebook = open_notebook([MODEL])
    notebook.run(0)
    notebook.page.click(".jp-Notebook .jp-CodeCell .cm-content", button="right")
    notebook.page.get_by_role("menuitem", name="Open in studio").click()
    notebook.page.wait_for_selector(".patchgrad-studio")
    notebook.wait_until_idle()
    return notebook


def test_a_cells_menu_opens_its_studio_and_code_goes_back_into_a_cell(open_notebook: OpenNotebook) -> None:
    notebook = opened_from_its_cell(open_notebook)
    assert notebook.source(1) == "session.studio()"
    studio = Studio.shown_by(notebook, 1)
    studio.find('[data-place="canvas"]').focus()
    notebook.page.keyboard.press("s")
    notebook.page.get_by_role("button", name="Send to a new cell").click()
    notebook.page.wait_for_function("() => jupyterapp.shell.currentWidget.content.widgets.length === 3")
    assert "class " in notebook.source(2)
    notebook.run(2)


def test_the_status_bar_follows_the_training_and_leads_to_the_studio(open_notebook: OpenNotebook) -> None:
    notebook = opened_from_its_cell(open_notebook)
    status = notebook.page.locator(STATUS)
    status.wait_for()
    assert "Ready · step 0" in status.inner_text()
    notebook.page.locator('[data-command="patchgrad:step-once"]').click()
    notebook.page.wait_for_function(f"() => document.querySelector('{STATUS}').textContent.includes('step 1')")
    assert "loss" in status.inner_text()
    status.click()
    notebook.page.wait_for_function("() => document.activeElement.dataset.place === 'canvas'")
    notebook.screenshot("status")
    notebook.execute("notebook:delete-cell")
    notebook.page.wait_for_selector(STATUS, state="hidden")


def saved(folder: Path, name: str) -> None:
    model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))
    data = pg.data.TensorDataset(pg.randn(64, 4), pg.randint(0, 3, (64,)))
    loader = pg.data.DataLoader(data, batch_size=16)
    session = pg.Session(model, loader, loss=nn.CrossEntropyLoss(), optimizer=optim.Adam(model.parameters()))
    session.run(steps=3)
    session.save(folder / name)
    session.close()


def open_file(notebook: NotebookPage, path: str) -> None:
    notebook.execute("docmanager:open", path=path)
    notebook.page.wait_for_selector(f"{DOCUMENT} svg, {DOCUMENT} [role=alert]")


def test_the_inspector_stands_in_the_sidebar_while_that_is_open(open_notebook: OpenNotebook) -> None:
    notebook = opened_from_its_cell(open_notebook)
    studio, page = Studio.shown_by(notebook, 1), notebook.page
    notebook.execute("patchgrad:show-inspector")
    aside = page.locator("#patchgrad-inspector .pg-inspector")
    aside.wait_for()
    studio.see_all()
    studio.box("linear2").click()
    page.wait_for_function("() => document.querySelector('#patchgrad-inspector input').value === 'linear2'")
    assert page.locator(".jp-Notebook .pg-inspector").count() == 0
    notebook.screenshot("light")
    notebook.use_theme("dark")
    notebook.screenshot("dark")
    aside.get_by_role("button", name="Freeze").click()
    assert "kept" in studio.notice("done")
    studio.box("linear2").locator('[data-frozen="true"]').wait_for()
    notebook.execute("application:toggle-right-area")
    page.locator(".jp-Notebook .pg-inspector").wait_for()


def test_there_is_a_menu_of_its_own(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook(["1"])
    notebook.page.get_by_role("menuitem", name="patchgrad", exact=True).click()
    for name in ("New studio notebook", "Show layer palette", "Open the first tutorial"):
        assert notebook.page.get_by_role("menuitem", name=name).is_visible()
    notebook.page.keyboard.press("Escape")


def test_a_patchgrad_file_is_drawn_survives_a_reload_and_goes_on_in_a_notebook(
    open_notebook: OpenNotebook, lab: Lab
) -> None:
    saved(lab.folder, "net.patchgrad")
    notebook = open_notebook(["1"])
    page = notebook.page
    open_file(notebook, "net.patchgrad")
    head = page.locator(f"{DOCUMENT} header")
    assert "3 steps" in head.inner_text()
    assert "CrossEntropyLoss" in head.inner_text()
    for theme in ("light", "dark"):
        notebook.use_theme(theme)
        notebook.screenshot(f"document-{theme}")
    page.reload()
    page.wait_for_selector(f"{DOCUMENT} svg")
    page.get_by_role("button", name="Continue in a notebook").click()
    page.wait_for_function("() => jupyterapp.shell.currentWidget?.content?.widgets?.length === 4")
    notebook.wait_until_ready()
    for cell in range(3):
        notebook.run(cell)
    page.wait_for_selector(".jp-Notebook:not(.lm-mod-hidden) .patchgrad-studio")
    notebook.shut_down_kernel()


WITHOUT = "import sys; sys.modules['patchgrad'] = None; from ipykernel.kernelapp import launch_new_instance as go; go()"


@contextmanager
def kernels_without_patchgrad(lab: Lab) -> Iterator[None]:
    """Kernels that are started meanwhile find no patchgrad, like those of another environment."""
    folder = lab.folder.parent / "share" / "kernels" / "python3"
    folder.mkdir(parents=True)
    command = [sys.executable, "-c", WITHOUT, "-f", "{connection_file}"]
    spec = {"argv": command, "display_name": "Python 3", "language": "python"}
    (folder / "kernel.json").write_text(json.dumps(spec))
    yield
    shutil.rmtree(folder)


def test_a_kernel_without_patchgrad_and_a_damaged_file_are_told_in_words(open_notebook: OpenNotebook, lab: Lab) -> None:
    (lab.folder / "damaged.patchgrad").write_text('{"patchgrad": 1, "nodes": [')
    notebook = open_notebook(["1"])
    alert = notebook.page.locator(f"{DOCUMENT} [role=alert]")
    with kernels_without_patchgrad(lab):
        open_file(notebook, "damaged.patchgrad")
        expect(alert).to_have_text("The kernel has no patchgrad. In its environment: pip install patchgrad")
    notebook.page.get_by_role("button", name="Try again").click()
    expect(alert).to_contain_text("damaged", timeout=60_000)
    assert notebook.page.get_by_role("button", name="Try again").is_visible()
    notebook.execute("docmanager:open", path=notebook.path)
