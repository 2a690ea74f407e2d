"""A notebook that ran in a real kernel holds its plots, also for readers without one."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

PACKAGE = Path(__file__).parents[2] / "package"
TRAIN = """
import patchgrad as pg
from patchgrad import nn, optim
model = nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 1))
optimizer = optim.SGD(model.parameters(), lr=0.1)
view = pg.watch(model, every=1)
x = pg.linspace(-1, 1, 12).reshape(4, 3)
def train(steps):
    for _ in range(steps):
        optimizer.zero_grad()
        (model(x) ** 2).mean().backward()
        optimizer.step()
train(5)
"""
PLAIN = "application/vnd.plotly.v1+json"
WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(scope="module")
def cells() -> list[Any]:
    """The outputs of: a plain plot, a live plot that rests in the end, one that does not, a layer graph."""
    sources = [
        TRAIN,
        "pg.plots.loss(view)",
        "live = pg.plots.loss(view, live=True)\nlive",
        "train(4)\nimport time\ntime.sleep(4)",
        "pg.plots.loss(view, live=True)",
        "pg.LayerGraph.from_module(model, x)",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    paths = os.pathsep.join(filter(None, [str(PACKAGE), os.environ.get("PYTHONPATH")]))
    client = NotebookClient(notebook, timeout=120, kernel_name="python3")
    client.create_kernel_manager()
    asyncio.run(client.async_execute(env={**os.environ, "PYTHONPATH": paths}))
    return [cell["outputs"] for cell in notebook.cells]


def test_a_plot_is_saved_with_its_numbers(cells: list[Any]) -> None:
    saved = cells[1][0]["data"][PLAIN]
    assert saved["layout"]["title"]["text"] == "Does the network learn?"
    assert list(saved["data"][0]["x"]) == [1, 2, 3, 4, 5]


def test_a_live_plot_that_rests_is_saved_as_a_plain_figure_with_the_newest_numbers(cells: list[Any]) -> None:
    saved = cells[2][0]["data"]
    assert WIDGET not in saved
    assert list(saved[PLAIN]["data"][0]["x"]) == [1, 2, 3, 4, 5, 6, 7, 8, 9]


def test_a_live_plot_that_moves_is_a_widget(cells: list[Any]) -> None:
    saved = cells[4][0]["data"]
    assert WIDGET in saved
    assert PLAIN not in saved


def test_the_picture_of_a_layer_graph_is_saved(cells: list[Any]) -> None:
    assert cells[5][0]["data"]["image/svg+xml"].startswith("<svg")
