"""From running the studio's cell to boxes on the screen: real JupyterLab, real kernel, headless Chromium."""

from __future__ import annotations

import shutil
import statistics
import tempfile
from pathlib import Path

from benchmarks.timing import Row

VIEWS = 7
CELL = """
import patchgrad as pg
from patchgrad import nn, optim
pg.manual_seed(0)
train = pg.datasets.digits()
model = nn.Sequential(nn.Flatten(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
loader = pg.data.DataLoader(train, batch_size=32, shuffle=True)
session = pg.Session(model, loader, loss=nn.CrossEntropyLoss(), optimizer=optim.Adam(model.parameters()))
session.run(20, progress=False)
"""
# Runs the cell and answers with the milliseconds until its boxes are laid out.
PAINT = """async (index) => {
  const notebook = jupyterapp.shell.currentWidget.content;
  notebook.activeCellIndex = index;
  await notebook.scrollToItem(index, "start");
  const start = performance.now();
  void jupyterapp.commands.execute("notebook:run-cell");
  const cell = notebook.widgets[index].node;
  for (;;) {
    await new Promise(requestAnimationFrame);
    const box = cell.querySelector(".patchgrad-studio .react-flow__node");
    if (box && box.getBoundingClientRect().width > 0) return performance.now() - start;
    if (performance.now() - start > 60000) throw new Error("no boxes after a minute");
  }
}"""


def run() -> list[Row]:
    path = shutil.which("chromium")
    if path is None:
        print("  no Chromium: left out")
        return []
    from playwright.sync_api import sync_playwright
    from tests.browser.conftest import FLAGS, SIZE, write_notebook
    from tests.browser.lab import running_lab
    from tests.browser.notebook import NotebookPage

    with tempfile.TemporaryDirectory() as folder, running_lab(Path(folder)) as lab, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        write_notebook([CELL, *["session.studio()"] * VIEWS], lab.folder / "paint.ipynb")
        notebook = NotebookPage(browser.new_context(viewport=SIZE).new_page(), lab, "paint.ipynb", "paint")
        notebook.open()
        notebook.run(0)
        times = [notebook.page.evaluate(PAINT, index + 1) for index in range(VIEWS)]
        notebook.shut_down_kernel()
        browser.close()
    first, later = times[0], times[1:]
    low, median, high = statistics.quantiles(later, n=4)
    return [
        Row("first view on the page", first, first, first, 1.0),
        Row("later views", median, low, high, median / first),
    ]
