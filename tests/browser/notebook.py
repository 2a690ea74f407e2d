"""A notebook in the browser, as a test sees it: cells are run and outputs are read through ``window.jupyterapp``."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Page

from .lab import Lab

ARTEFACTS = Path(__file__).with_name("artefacts")
CELL_SECONDS = 120

# All of these, or dialogs ask for a kernel and commands are not there yet. JupyterLab takes "?reset" away
# by going to the page once more: what is done before that is lost.
READY = """() => {
  const app = window.jupyterapp, panel = app?.shell?.currentWidget, session = panel?.sessionContext;
  return !!session?.isReady && !!session.session?.kernel?.status && session.session.kernel.status === "idle"
    && panel.content?.widgets?.length > 0 && !location.search.includes("reset");
}"""
# A promise that never ends would hang the test: Playwright gives evaluate() no time limit.
RUN = """([index, seconds]) => {
  const notebook = jupyterapp.shell.currentWidget.content;
  notebook.activeCellIndex = index;
  const late = new Promise((_, no) => setTimeout(() => no(new Error(`cell ${index} still runs`)), seconds * 1000));
  return Promise.race([jupyterapp.commands.execute("notebook:run-cell"), late]).then(() => null);
}"""
START = """(index) => {
  jupyterapp.shell.currentWidget.content.activeCellIndex = index;
  void jupyterapp.commands.execute("notebook:run-cell");
}"""
EXECUTE = """async ([command, options]) => { await jupyterapp.commands.execute(command, options); }"""
OUTPUTS = "(index) => jupyterapp.shell.currentWidget.content.widgets[index].model.outputs.toJSON()"
RUNS = "(index) => jupyterapp.shell.currentWidget.content.widgets[index].model.executionState === 'running'"
SOURCE = "(index) => jupyterapp.shell.currentWidget.content.widgets[index].model.sharedModel.getSource()"
STATUS = "() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.status"
COUNT = "() => jupyterapp.shell.currentWidget.content.widgets.length"
IS_CODE = "(index) => jupyterapp.shell.currentWidget.content.widgets[index].model.type === 'code'"


@dataclass
class NotebookPage:
    """One notebook, open in one page. ``page`` is Playwright's, for everything that a mouse or keyboard does."""

    page: Page
    lab: Lab
    path: str
    name: str
    errors: list[str] = field(default_factory=list[str])

    def open(self) -> None:
        self.page.on("pageerror", lambda error: self.errors.append(str(error.stack)))
        self.page.goto(self.lab.url(self.path))
        self.wait_until_ready()
        self.use_theme("light")  # JupyterLab remembers the theme from one test to the next

    def save(self) -> None:
        """Write the notebook's file, so that its outputs survive a reload."""
        self.execute("docmanager:save")

    def reload(self) -> None:
        """The browser's reload; the kernel lives on."""
        self.page.reload()
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        self.page.wait_for_function(READY, timeout=90_000)
        self.page.evaluate("async () => { await jupyterapp.started; await jupyterapp.restored; }")

    @property
    def cell_count(self) -> int:
        return self.page.evaluate(COUNT)

    @property
    def kernel_status(self) -> str:
        return self.page.evaluate(STATUS)

    def run(self, index: int, seconds: float = CELL_SECONDS) -> None:
        """Run one cell and wait until it is done. AssertionError with the traceback if it raises."""
        self.page.evaluate(RUN, [index, seconds])
        self.assert_cell_did_not_raise(index)

    def start(self, index: int) -> None:
        """Run one cell and do not wait: the test acts while it runs."""
        self.page.evaluate(START, index)

    def run_all(self, seconds: float = CELL_SECONDS) -> None:
        for index in range(self.cell_count):
            if self.page.evaluate(IS_CODE, index):
                self.run(index, seconds)

    def wait_until_idle(self, seconds: float = CELL_SECONDS) -> None:
        self.page.wait_for_function(f"() => ({STATUS})() === 'idle'", timeout=seconds * 1000)

    def outputs(self, index: int) -> list[dict[str, Any]]:
        """Outputs of a cell as in the notebook's file."""
        return self.page.evaluate(OUTPUTS, index)

    def runs(self, index: int) -> bool:
        """Is a cell running? (The kernel's own status turns idle whenever it has answered a widget.)"""
        return self.page.evaluate(RUNS, index)

    def wait_until_done(self, index: int, seconds: float = CELL_SECONDS) -> None:
        """Wait for a cell that was started."""
        self.page.wait_for_function(f"(index) => !({RUNS})(index)", arg=index, timeout=seconds * 1000)

    def source(self, index: int) -> str:
        """The text of a cell."""
        return self.page.evaluate(SOURCE, index)

    def text(self, index: int) -> str:
        """What a cell printed, and its last value as text."""
        return "".join(plain_text(output) for output in self.outputs(index))

    def assert_cell_did_not_raise(self, index: int) -> None:
        raised = [output for output in self.outputs(index) if output["output_type"] == "error"]
        assert not raised, "\n".join(raised[0]["traceback"])

    def execute(self, command: str, **options: Any) -> None:
        """One of JupyterLab's commands, by id."""
        self.page.evaluate(EXECUTE, [command, options])

    def use_theme(self, theme: Literal["light", "dark"]) -> None:
        self.execute("apputils:change-theme", theme=f"JupyterLab {theme.capitalize()}")
        light = "true" if theme == "light" else "false"
        self.page.wait_for_selector(f'body[data-jp-theme-light="{light}"]', state="attached")

    def use_size(self, width: int, height: int) -> None:
        self.page.set_viewport_size({"width": width, "height": height})

    def screenshot(self, name: str) -> Path:
        ARTEFACTS.mkdir(exist_ok=True)
        path = ARTEFACTS / f"{self.name}-{name}.png"
        self.page.screenshot(path=path)
        return path

    def box_when_still(self, selector: str) -> dict[str, float]:
        """Box of an element, in pixels of the page, once it has stopped moving: what the mouse can aim at."""
        element = self.page.wait_for_selector(selector, state="attached")
        before = None
        while True:
            box = element.bounding_box() if element else None
            if box is not None and box == before:
                return dict(box)
            before = box
            self.page.wait_for_timeout(150)

    def shut_down_kernel(self) -> None:
        self.page.evaluate("async () => { await jupyterapp.shell.currentWidget.sessionContext.shutdown(); }")


def plain_text(output: dict[str, Any]) -> str:
    text = output.get("text") or output.get("data", {}).get("text/plain", "")
    return "".join(text)
