"""The computation in a real page: first boxes, a group of 500 ops opened, moving over 500 boxes while a cell trains.

Goals: first boxes within 2.5 s, opening within 100 ms, 95 of 100 frames within 25 ms, 64 MB in the page. The rows of
memory are in megabytes, and that of steps in milliseconds between two of them, in the kernel, as the page moves.
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.timing import Row

HERE = Path(__file__).parent
LARGE = """
import patchgrad as pg
from patchgrad import nn, optim
from benchmarks.compute_graph import Deep
model = nn.Sequential(nn.Linear(4, 4), Deep())
optimizer = optim.SGD(model.parameters(), lr=1e-4)
view = pg.watch(model)
view.show()
"""
LARGE_STEP = "model(pg.ones(3, 4)).sum().backward(); optimizer.step()"
WIDE = """
import patchgrad as pg
from patchgrad import nn, optim
from benchmarks.compute_graph import Uneven
model = nn.Sequential(nn.Linear(4, 4), Uneven())
optimizer = optim.SGD(model.parameters(), lr=1e-4)
view = pg.watch(model)
model(pg.ones(3, 4)).sum().backward()
optimizer.step()
shown = view.show()
shown.computing.state.follow(view.recorder)
shown.computing.state._now(shown.computing.state.viewer.everything())
shown
"""
TRAIN = """
from pathlib import Path
while not Path("stop").exists():
    optimizer.zero_grad()
    model(pg.ones(3, 4)).sum().backward()
    optimizer.step()
    Path("steps").write_text(str(view.step))
"""
# Opens the first closed group by keys, and answers with the milliseconds until its boxes are in the page.
OPEN = """async () => {
  const rows = () => [...document.querySelectorAll('.patchgrad-studio [role="treeitem"]')];
  const start = performance.now();
  const row = rows().find((one) => one.getAttribute("aria-expanded") === "false");
  if (!row) return null;
  const before = rows().length;
  row.querySelector("button").click();
  document.querySelector('.patchgrad-studio [data-place="compute"]').focus();
  await new Promise(requestAnimationFrame);
  const begin = performance.now();
  document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
  while (rows().length === before && performance.now() - start < 20000) await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  return performance.now() - begin;
}"""
# Drags the pane to and fro by events, and answers with the milliseconds between frames.
PAN = """async () => {
  const pane = document.querySelector(".patchgrad-studio .react-flow__pane");
  const { x, y, width, height } = pane.getBoundingClientRect();
  const send = (type, at, buttons) => pane.dispatchEvent(new MouseEvent(type, {
    bubbles: true, cancelable: true, view: window, clientX: at, clientY: y + height / 2, button: 0, buttons }));
  const taken = [];
  send("mousedown", x + width / 2, 1);
  let last = performance.now();
  for (let frame = 0; frame < 120; frame += 1) {
    send("mousemove", x + width / 2 + 60 * Math.sin(frame / 8), 1);
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    taken.push(now - last);
    last = now;
  }
  send("mouseup", x + width / 2, 0);
  return taken.slice(10);
}"""
HEAP = "() => performance.memory.usedJSHeapSize / 2 ** 20"


def run() -> list[Row]:
    path = shutil.which("chromium")
    if path is None:
        print("  no Chromium: left out")
        return []
    from playwright.sync_api import sync_playwright
    from tests.browser.conftest import FLAGS, SIZE, write_notebook
    from tests.browser.lab import running_lab
    from tests.browser.notebook import NotebookPage

    def opened(name: str, cells: list[str]) -> Any:
        cells = [f"import sys; sys.path.append({str(HERE.parent)!r})\n{cells[0]}", *cells[1:]]
        write_notebook(cells, lab.folder / f"{name}.ipynb")
        notebook = NotebookPage(browser.new_context(viewport=SIZE).new_page(), lab, f"{name}.ipynb", name)
        notebook.open()
        notebook.run(0)
        notebook.page.evaluate("() => jupyterapp.shell.currentWidget.content.scrollToItem(0, 'end')")
        return notebook

    flags = [*FLAGS, "--enable-precise-memory-info"]
    with tempfile.TemporaryDirectory() as folder, running_lab(Path(folder)) as lab, sync_playwright() as playwright:
        browser: Any = playwright.chromium.launch(executable_path=path, args=flags)
        rows = [*_large(opened("large", [LARGE, LARGE_STEP])), *_wide(opened("wide", [WIDE, TRAIN]), lab.folder)]
        browser.close()
    return rows


def _large(notebook: Any) -> list[Row]:
    """50,000 ops: one step, and its first boxes."""
    page, before = notebook.page, notebook.page.evaluate(HEAP)
    begin = time.perf_counter()
    notebook.run(1)
    ran = time.perf_counter()
    page.locator(".patchgrad-studio .pg-op").first.wait_for(timeout=120_000)
    found = [_row("50,000 ops: the step, recorded", [(ran - begin) * 1e3])]
    found.append(_row("50,000 ops: from then to boxes", [(time.perf_counter() - ran) * 1e3]))
    page.evaluate(OPEN)
    found.append(_row("50,000 ops: block of 500 opened", [page.evaluate(OPEN) or 0.0]))
    found.append(_row("50,000 ops: memory, MB more", [page.evaluate(HEAP) - before]))
    notebook.shut_down_kernel()
    return found


def _wide(notebook: Any, folder: Path) -> list[Row]:
    """500 boxes in view, all small, as a cell trains."""
    page, before = notebook.page, notebook.page.evaluate(HEAP)
    notebook.start(1)
    page.locator(".patchgrad-studio .pg-op").first.wait_for(timeout=120_000)
    page.locator(".patchgrad-studio .pg-canvas-tools button").nth(2).click()
    page.wait_for_function("document.querySelectorAll('.patchgrad-studio .react-flow__node').length > 480")
    boxes = page.locator(".patchgrad-studio .react-flow__node").count()
    at, first = time.perf_counter(), int((folder / "steps").read_text())
    frames = page.evaluate(PAN)
    steps = int((folder / "steps").read_text()) - first
    between = (time.perf_counter() - at) / max(steps, 1) * 1e3
    (folder / "stop").touch()
    late = statistics.quantiles(frames, n=20)[-1]
    found = [_row(f"{boxes} boxes and frames: panning", frames), _row(f"{boxes} boxes and frames: p95", [late])]
    found += [_row("a step as one pans", [between]), _row("memory, MB more", [page.evaluate(HEAP) - before])]
    notebook.shut_down_kernel()
    return found


def _row(name: str, values: list[float]) -> Row:
    low, median, high = statistics.quantiles(values, n=4) if len(values) > 1 else values * 3
    return Row(name, median, low, high, 1.0)
