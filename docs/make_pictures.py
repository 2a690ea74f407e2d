"""The pictures of README and docs, taken from the real thing: ``make shots``."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT)]

from playwright.sync_api import sync_playwright  # noqa: E402
from tests.browser.conftest import FLAGS, chromium_path, write_notebook  # noqa: E402
from tests.browser.lab import running_lab  # noqa: E402
from tests.browser.notebook import NotebookPage  # noqa: E402
from tests.browser.studio import ROOT as STUDIO  # noqa: E402
from tests.browser.studio import Studio  # noqa: E402

SIZE = {"width": 1500, "height": 1080}
CELLS = [
    """
import patchgrad as pg
from patchgrad import nn, optim

pg.manual_seed(0)
train = pg.datasets.digits()
model = nn.Sequential(
    nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
    nn.Linear(256, 64), nn.ReLU(), nn.Linear(64, 10),
)
loader = pg.data.DataLoader(train, batch_size=32, shuffle=True)
session = pg.Session(model, loader, loss=nn.CrossEntropyLoss(), optimizer=optim.Adam(model.parameters(), lr=1e-3))
""",
    "session.studio()",
    """
session.run(steps=250, progress=False)
session.apply(pg.edit.insert("relu1 -> pool1", nn.BatchNorm2d(16)))
session.run(steps=250, progress=False)
session.apply(pg.edit.insert("relu2 -> linear2", nn.Dropout(0.3)))
session.run(steps=300, progress=False)
""",
]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, running_lab(Path(folder)) as lab, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=list(FLAGS))
        write_notebook(CELLS, lab.folder / "pictures.ipynb")
        notebook = NotebookPage(browser.new_context(viewport=SIZE).new_page(), lab, "pictures.ipynb", "pictures")
        notebook.open()
        notebook.execute("application:toggle-left-area")
        for index in range(len(CELLS)):
            notebook.run(index)
        studio = Studio.shown_by(notebook, 1)
        studio.box("linear1").click()
        notebook.page.wait_for_timeout(1500)
        studio.press("fit-view")
        for theme in ("light", "dark"):
            notebook.use_theme(theme)
            notebook.page.wait_for_timeout(1500)
            notebook.page.locator(STUDIO).screenshot(path=ROOT / "docs" / "pictures" / f"studio-{theme}.png")
        notebook.shut_down_kernel()
        browser.close()


main()
