"""The main scenario in hosts beside JupyterLab: a network trains, is rewired by drag and drop, and taken back."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from .conftest import SIZE, write_notebook
from .lab import NOTEBOOK, ROOT, Lab, free_port, running_lab, stop, wait_until_up
from .notebook import NotebookPage
from .studio import Studio

NETWORK = """import patchgrad as pg
from patchgrad import nn, optim

loader = pg.data.DataLoader(pg.datasets.digits(), batch_size=32, shuffle=True, seed=0)
model = nn.Sequential(nn.Flatten(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
session = pg.Session(model, loader, loss=nn.CrossEntropyLoss(), optimizer=optim.Adam(model.parameters()))"""
MARIMO = """import marimo

app = marimo.App(width="full")


@app.cell
def network():
    {network}
    return (session,)


@app.cell
def studio(session):
    session.studio()
    return
"""


@pytest.fixture
def notebook_seven(chromium: Browser, tmp_path: Path) -> Iterator[NotebookPage]:
    with running_lab(tmp_path, NOTEBOOK) as running:
        write_notebook([NETWORK, "session.studio()", "session.run(progress=False)"], running.folder / "net.ipynb")
        page = NotebookPage(chromium.new_context(viewport=SIZE).new_page(), running, "net.ipynb", "notebook-7")
        page.open()
        yield page
        page.shut_down_kernel()
        page.page.context.close()
        assert [error for error in page.errors if "notebook_core" not in error] == []  # Notebook has some of its own


def test_in_notebook_7_a_cell_trains_while_its_network_is_rewired(notebook_seven: NotebookPage) -> None:
    for cell in (0, 1):
        notebook_seven.run(cell)
    notebook_seven.start(2)
    studio = Studio.shown_by(notebook_seven, 1)
    rewire(studio)
    assert notebook_seven.runs(2)
    notebook_seven.execute("patchgrad:show-palette")
    notebook_seven.page.wait_for_selector("#patchgrad-palette [data-kind='Linear']")
    notebook_seven.screenshot("palette")


@pytest.fixture
def marimo(chromium: Browser, tmp_path: Path) -> Iterator[NotebookPage]:
    (tmp_path / "net.py").write_text(MARIMO.format(network=NETWORK.replace("\n", "\n    ")))
    with running_marimo(tmp_path, "net.py") as running:
        page = NotebookPage(chromium.new_context(viewport=SIZE).new_page(), running, "net.py", "marimo")
        page.page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.page.goto(running.address)
        yield page
        page.page.context.close()
        assert page.errors == []


def test_in_marimo_the_studio_trains_and_its_network_is_rewired(marimo: NotebookPage) -> None:
    marimo.page.wait_for_selector(".patchgrad-studio .react-flow__node", timeout=60_000)
    studio = Studio(marimo, 0)
    studio.see_all()
    studio.press("play-pause")
    rewire(studio)


def rewire(studio: Studio) -> None:
    """Insert a layer into the training network, take it back, pause."""
    studio.wait_for_state("running")
    before = studio.step
    studio.see_all()
    studio.drag_from_palette("Dropout", "n4.y->n5.x")
    assert "kept 4 tensors" in studio.notice("done")
    studio.box("drop1").wait_for()
    studio.wait_for_step_after(before)
    studio.press("undo")
    studio.box("drop1").wait_for(state="detached")
    studio.press("play-pause")
    studio.wait_for_state("paused")
    studio.notebook.screenshot("rewired")
    studio.press("play-pause")
    studio.wait_for_state("running")


@contextmanager
def running_marimo(folder: Path, notebook: str) -> Iterator[Lab]:
    """The notebook as an app of marimo. Its address does not come from the notebook's path."""
    port = free_port()
    command = [sys.executable, "-m", "marimo", "run", "--headless", "--no-token", f"--port={port}", notebook]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "package"), "XDG_CONFIG_HOME": str(folder)}
    address, log = f"http://127.0.0.1:{port}", folder / "marimo.log"
    with log.open("w") as out:
        server = subprocess.Popen(command, env=environment, stdout=out, stderr=out, cwd=folder)
        try:
            wait_until_up(f"{address}/health", server, log)
            yield Lab(address, folder, NOTEBOOK)
        finally:
            stop(server)
