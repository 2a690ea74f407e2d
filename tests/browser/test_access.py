"""What axe finds in the studio, text at twice its size, targets, focus, and touch, in a real JupyterLab."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from .conftest import OpenNotebook
from .lab import ROOT
from .test_studio import SLOW, Studio, open_studio

AXE = ROOT / "extension" / "node_modules" / "axe-core" / "axe.min.js"
FIND = """() => axe.run(".patchgrad-studio", { resultTypes: ["violations"] }).then((found) => found.violations
  .filter((one) => one.impact !== "minor")
  .map((one) => [one.id, one.impact, ...one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160))].join(" | ")))"""
SMALL = """(studio) => [...studio.querySelectorAll("button, input, select, [role=tab], .react-flow__handle")]
  .filter((one) => one.offsetParent !== null && !one.closest(".pg-unseen") && !one.classList.contains("js-plotly-plot"))
  .map((one) => [one, one.matches("[type=checkbox]") ? one.closest("label") ?? one : one])
  .map(([one, target]) => [one.outerHTML.slice(0, 90), target.getBoundingClientRect()])
  .filter(([, box]) => box.width && Math.min(box.width, box.height) < 23.5)
  .map(([html, box]) => `${Math.round(box.width)}x${Math.round(box.height)} ${html}`)"""
CUT = """(studio) => [".pg-transport button", ".pg-tabs button", ".pg-panel button", ".pg-panel input"]
  .flatMap((what) => [...studio.querySelectorAll(what)])
  .filter((one) => one.offsetParent !== null)
  .map((one) => [one, one.getBoundingClientRect(), studio.getBoundingClientRect()])
  .filter(([, box, all]) => box.right > all.right + 1 || box.left < all.left - 1)
  .map(([one]) => one.outerHTML.slice(0, 90))"""


def findings(studio: Studio) -> Any:
    return studio.page.evaluate(FIND)


def test_axe_finds_nothing_above_minor_and_targets_are_large_enough(open_notebook: OpenNotebook) -> None:
    notebook, studio = open_studio(open_notebook, "session.run(steps=20, progress=False)")
    notebook.run(2)
    studio.page.add_script_tag(path=AXE)
    found: dict[str, Any] = {}
    studio.box("linear1").click()
    expect(studio.root.locator('[data-field="out_features"]')).to_be_visible(timeout=SLOW)
    for theme in ("light", "dark"):
        notebook.use_theme(theme)
        studio.page.wait_for_timeout(300)
        found[f"{theme}, a layer"] = findings(studio)
    found["small, a layer"] = studio.root.evaluate(SMALL)
    for key, name in (("3", "log"), ("5", "history"), ("?", "keys")):
        studio.press(key)
        studio.page.wait_for_timeout(200)
        found[name] = findings(studio)
        found[f"small, {name}"] = studio.root.evaluate(SMALL)
    studio.page.keyboard.press("Escape")
    studio.press("a")
    expect(studio.root.locator(".pg-offer").first).to_be_visible(timeout=SLOW)
    found["picker"] = findings(studio)
    studio.page.keyboard.press("Escape")
    expect(studio.root.locator('[data-place="canvas"]')).to_be_focused()
    wrong = [f"{place}: {one}" for place, what in found.items() for one in what]
    assert wrong == [], "\n".join(wrong)


def test_text_at_twice_its_size_stays_within_reach(open_notebook: OpenNotebook) -> None:
    notebook, studio = open_studio(open_notebook)
    notebook.use_size(700, 500)  # what is left of 1400 x 1000 at 200 %
    notebook.execute("application:toggle-left-area")
    notebook.box_when_still(".pg-transport")
    cut: dict[str, Any] = {}
    for tab in ("canvas", "palette", "scopes", "log", "history"):
        studio.root.locator(f'[data-tab="{tab}"]').click()
        cut[tab] = studio.root.evaluate(CUT)
        notebook.screenshot(tab)
    assert {tab: what for tab, what in cut.items() if what} == {}


def test_two_fingers_zoom_and_one_moves_the_canvas(open_notebook: OpenNotebook) -> None:
    notebook, studio = open_studio(open_notebook)
    touch = studio.page.context.new_cdp_session(studio.page)
    touch.send("Emulation.setTouchEmulationEnabled", {"enabled": True, "maxTouchPoints": 2})
    notebook.run(1)  # the canvas asks for a touch screen when it is made
    expect(studio.box("linear2")).to_be_visible(timeout=SLOW)
    field = notebook.box_when_still(".pg-canvas")
    x, y = field["x"] + field["width"] / 2, field["y"] + field["height"] - 60

    def fingers(kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": px, "y": py, "id": at} for at, (px, py) in enumerate(places)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    before = studio.root.locator(".react-flow__viewport").get_attribute("style")
    fingers("touchStart", (x, y))
    fingers("touchMove", (x + 30, y))
    fingers("touchMove", (x + 60, y))
    fingers("touchEnd")
    studio.page.wait_for_timeout(200)
    moved = studio.root.locator(".react-flow__viewport").get_attribute("style")
    assert moved != before
    fingers("touchStart", (x - 20, y), (x + 20, y))
    fingers("touchMove", (x - 40, y), (x + 40, y))
    fingers("touchMove", (x - 80, y), (x + 80, y))
    fingers("touchEnd")
    studio.page.wait_for_timeout(200)
    zoomed = studio.root.locator(".react-flow__viewport").get_attribute("style")
    assert "scale(" in (zoomed or "")
    assert (zoomed or "").split("scale")[1] != (moved or "").split("scale")[1]
