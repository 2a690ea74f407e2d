"""Plots in a real page: a live figure moves while a cell trains, and a saved notebook shows it without a kernel."""

from __future__ import annotations

import pytest

from .conftest import OpenNotebook
from .notebook import NotebookPage

TRAIN = """
import time
import patchgrad as pg
from patchgrad import nn, optim
model = nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 1))
optimizer = optim.SGD(model.parameters(), lr=0.01)
view = pg.watch(model, every=1)
x = pg.linspace(-1, 1, 12).reshape(4, 3)
def train(steps, pause):
    for _ in range(steps):
        optimizer.zero_grad()
        (model(x) ** 2).mean().backward()
        optimizer.step()
        time.sleep(pause)
train(3, 0)
"""
ON_AND_ON = """
from pathlib import Path
Path("stop").unlink(missing_ok=True)
while not Path("stop").exists():
    train(1, 0.1)
print(view.step)
"""
CELLS = [TRAIN, "pg.plots.loss(view, live=True)", ON_AND_ON]
POINTS = "() => document.querySelector('.js-plotly-plot')?.data?.[0]?.x?.length ?? 0"
TITLES = "() => [...document.querySelectorAll('.js-plotly-plot .gtitle')].map((title) => title.textContent)"


def wait_for_points(notebook: NotebookPage, more_than: int) -> int:
    notebook.page.wait_for_function(f"() => ({POINTS})() > {more_than}", timeout=60_000)
    return notebook.page.evaluate(POINTS)


MIMETYPES = "() => Object.keys(jupyterapp.shell.currentWidget.content.widgets[1].model.outputs.toJSON()[0].data)"
WIDGET = "application/vnd.jupyter.widget-view+json"


def wait_for_rest(notebook: NotebookPage) -> None:
    notebook.page.wait_for_function(f"() => !({MIMETYPES})().includes('{WIDGET}')", timeout=60_000)


@pytest.mark.parametrize("rested", [False, True], ids=["at once", "after a rest"])
def test_a_live_plot_moves_while_a_cell_trains_and_is_there_in_the_saved_notebook(
    open_notebook: OpenNotebook, rested: bool
) -> None:
    notebook = open_notebook(CELLS)
    notebook.run(0)
    notebook.run(1)
    assert wait_for_points(notebook, 2) == 3
    if rested:
        wait_for_rest(notebook)
    notebook.start(2)
    seen = wait_for_points(notebook, 3)
    assert wait_for_points(notebook, seen + 5) > seen
    assert notebook.runs(2)
    notebook.screenshot("moving")
    (notebook.lab.folder / "stop").touch()
    notebook.wait_until_done(2)
    steps = int(notebook.text(2))
    wait_for_rest(notebook)
    assert wait_for_points(notebook, steps - 1) == steps
    notebook.save()
    notebook.page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    notebook.reload()
    # Plotly shows the picture that it has saved with the figure, until someone points at it.
    notebook.page.wait_for_selector(".jp-RenderedPlotly img, .jp-RenderedPlotly .main-svg", timeout=60_000)
    saved = notebook.outputs(1)[0]["data"]
    assert len(saved["application/vnd.plotly.v1+json"]["data"][0]["x"]) == steps
    assert "image/png" in saved
    notebook.screenshot("saved")


def test_a_plot_is_shown(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([TRAIN, "pg.plots.gradient_flow(view)"])
    notebook.run_all()
    notebook.page.wait_for_function(f"() => ({TITLES})().length === 1", timeout=60_000)
    assert notebook.page.evaluate(TITLES) == ["Does the gradient reach the first layer?"]
