"""The studio in the browser, as a hand and an eye meet it: mouse drags, buttons, what can be read."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Locator

from .notebook import NotebookPage

ROOT = ".patchgrad-studio"
# The middle of an edge's line, in pixels of the page.
MIDDLE = """(path) => {
  const point = path.getPointAtLength(path.getTotalLength() / 2).matrixTransform(path.getScreenCTM());
  return [point.x, point.y];
}"""
SHOW = """(index) => {
  const notebook = jupyterapp.shell.currentWidget.content;
  notebook.activeCellIndex = index;
  return notebook.scrollToItem(index, "start");
}"""
ANSWER_SECONDS = 20


@dataclass
class Studio:
    """The studio that a cell shows."""

    notebook: NotebookPage
    cell: int

    @classmethod
    def shown_by(cls, notebook: NotebookPage, cell: int) -> Studio:
        studio = cls(notebook, cell)
        studio.show()
        return studio

    def show(self) -> None:
        """Scroll to it (a cell far below is not drawn before that), and wait until the boxes are drawn."""
        self.notebook.page.evaluate(SHOW, self.cell)
        self.notebook.page.wait_for_selector(f"{ROOT} .react-flow__node", timeout=30_000)
        self.notebook.page.evaluate(SHOW, self.cell)
        self.see_all()

    def see_all(self) -> None:
        """Fit the canvas to the graph: boxes and edges outside of it are not drawn."""
        self.notebook.box_when_still(f"{ROOT} .react-flow__node")
        self.press("fit-view")
        self.notebook.box_when_still(f"{ROOT} .react-flow__node")

    def find(self, selector: str) -> Locator:
        return self.notebook.page.locator(f"{ROOT} {selector}")

    def press(self, command: str) -> None:
        """Click the button of a command, by the last part of its id."""
        self.find(f'button[data-command="patchgrad:{command}"]').first.click()

    def box(self, name: str) -> Locator:
        """The box of a layer, by name."""
        return self.find(".react-flow__node").filter(has=self.notebook.page.get_by_text(name, exact=True))

    def summary(self, name: str) -> str:
        """The settings in the box, which is hidden when the canvas is zoomed far out."""
        return self.box(name).locator(".pg-box-summary").text_content() or ""

    @property
    def names(self) -> list[str]:
        return self.find(".pg-box-name > span:first-child").all_inner_texts()

    @property
    def edges(self) -> list[str]:
        return sorted(self.find("path.pg-edge").evaluate_all("(paths) => paths.map((path) => path.id)"))

    @property
    def state(self) -> str | None:
        return self.find(".pg-state").get_attribute("data-state")

    @property
    def step(self) -> int:
        return int(self.find('[data-figure="step"] output').inner_text().split("/")[0].replace(",", ""))

    def wait_for_state(self, *states: str) -> None:
        chosen = ", ".join(f'{ROOT} .pg-state[data-state="{state}"]' for state in states)
        self.notebook.page.wait_for_selector(chosen, timeout=ANSWER_SECONDS * 1000)

    def wait_for_step_after(self, step: int) -> None:
        for _ in range(ANSWER_SECONDS * 10):
            if self.step > step:
                return
            self.notebook.page.wait_for_timeout(100)
        raise AssertionError(f"the step counter stays at {self.step}")

    def notice(self, tone: str) -> str:
        """The newest receipt ("done") or refusal, which is then taken away."""
        card = self.find(f'.pg-notice[data-tone="{tone}"]').last
        card.wait_for(timeout=ANSWER_SECONDS * 1000)
        text = card.inner_text()
        card.get_by_label("Dismiss").click()
        return text

    def drag_from_palette(self, kind: str, edge: str) -> None:
        """Take a layer from the palette and drop it on the middle of an edge, with the mouse."""
        self.find('input[data-place="palette-search"]').fill(kind)
        entry = self.find(f'.pg-palette [data-kind="{kind}"]')
        entry.scroll_into_view_if_needed()
        item = entry.bounding_box()
        assert item is not None
        place = self.find(f'path[id="{edge}"].pg-edge').evaluate(MIDDLE)
        self.begin_drag((item["x"] + item["width"] / 2, item["y"] + item["height"] / 2), place)
        self.find('path.pg-edge[data-light^="over-"]').wait_for(state="attached", timeout=ANSWER_SECONDS * 1000)
        self.notebook.screenshot("layer-dragged")
        self.notebook.page.mouse.up()
        self.find('input[data-place="palette-search"]').fill("")

    def drag_edge(self, source: str, target: str) -> None:
        """Lead an edge from an output port over an input port, and hold it there."""
        self.begin_drag(self.port_place(source, "source"), self.port_place(target, "target"))

    def begin_drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        mouse = self.notebook.page.mouse
        mouse.move(*start)
        mouse.down()
        mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, steps=6)
        mouse.move(end[0], end[1], steps=6)
        self.notebook.page.wait_for_timeout(100)
        mouse.move(end[0] + 1, end[1], steps=2)

    def port_place(self, name: str, side: str) -> tuple[float, float]:
        place = self.box(name).locator(f".react-flow__handle.{side}").first.bounding_box()
        assert place is not None
        return place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
