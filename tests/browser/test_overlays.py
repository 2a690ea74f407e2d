"""Numbers on the boxes, linked plots, files of plots and closer looks, in a real JupyterLab."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import expect

from .conftest import OpenNotebook
from .notebook import NotebookPage
from .test_access import AXE, SMALL, findings
from .test_studio import SLOW, STUDIO, Studio

SESSION = """
import patchgrad as pg
from patchgrad import nn, optim
pg.manual_seed(0)
model = nn.Sequential(
    nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
    nn.Linear(128, 32), nn.ReLU(), nn.Linear(32, 10),
)
loader = pg.data.DataLoader(pg.datasets.digits(), batch_size=32, shuffle=True, seed=0)
session = pg.Session(model, loader, loss=nn.CrossEntropyLoss(), optimizer=optim.Adam(model.parameters(), lr=1e-3))
session.recorder.budget.every = 4
"""
TRAIN = "session.run(steps=300, progress=False)"
DEEP = """
layers = [part for _ in range(100) for part in (nn.Linear(32, 32), nn.LeakyReLU())]
model = nn.Sequential(nn.Flatten(), nn.Linear(64, 32), *layers, nn.Linear(32, 10))
loader = pg.data.DataLoader(pg.datasets.digits(), batch_size=32, shuffle=True, seed=0)
session = pg.Session(model, loader, loss=nn.CrossEntropyLoss(), optimizer=optim.Adam(model.parameters(), lr=1e-3))
session.recorder.budget.every = 4
"""


def opened(open_notebook: OpenNotebook, *more: str) -> tuple[NotebookPage, Studio]:
    notebook = open_notebook([SESSION, *more, STUDIO, TRAIN])
    notebook.run_all()
    notebook.use_size(1600, 1000)
    return notebook, Studio(notebook)


def shots(notebook: NotebookPage, name: str) -> None:
    for theme in ("light", "dark"):
        notebook.use_theme(theme)
        notebook.page.wait_for_timeout(700)
        notebook.page.locator(".patchgrad-studio").screenshot(path=notebook.screenshot(f"{name}-{theme}"))
    notebook.use_theme("light")


def numbers(studio: Studio) -> dict[str, str]:
    """What stands on the boxes, by name."""
    boxes = studio.root.locator(".pg-box:has(.pg-overlaid output)")
    names = boxes.locator(".pg-box-name > span:first-child").all_inner_texts()
    return dict(zip(names, boxes.locator(".pg-overlaid output").all_inner_texts(), strict=True))


def test_numbers_on_the_boxes_follow_the_pointer_in_the_plots(open_notebook: OpenNotebook) -> None:
    notebook, studio = opened(open_notebook)
    studio.press("o")
    legend = studio.root.locator(".pg-overlay")
    expect(legend).to_contain_text("root mean square", timeout=SLOW)
    expect(studio.box("conv1").locator(".pg-overlaid")).to_be_visible(timeout=SLOW)
    painted = studio.box("conv1").locator(".pg-box")
    assert "rgb" in painted.evaluate("(box) => getComputedStyle(box).backgroundColor")
    newest = numbers(studio)
    assert set(newest) == {"conv1", "linear1", "linear2"}

    studio.root.get_by_role("tab", name="Over time").click()
    expect(studio.root.locator(".patchgrad-scope h3")).to_have_text("Does the gradient reach the first layer?")
    studio.root.locator(".patchgrad-scope-plot").scroll_into_view_if_needed()
    studio.page.wait_for_selector(".patchgrad-scope-plot .scatterlayer .js-line", state="attached")
    studio.root.get_by_role("button", name="Side by side").click()
    studio.root.locator(".patchgrad-scope-plot").last.scroll_into_view_if_needed()
    notebook.page.wait_for_function("() => document.querySelectorAll('.patchgrad-scope-plot .subplot.xy').length >= 3")
    shots(notebook, "side-by-side")
    plot = studio.root.locator(".patchgrad-scope-plot").first
    plot.scroll_into_view_if_needed()
    area = plot.locator(".nsewdrag").first.bounding_box()
    assert area is not None
    studio.page.mouse.move(area["x"] + 20, area["y"] + area["height"] / 2, steps=4)
    expect(legend).to_contain_text(re.compile(r"step \d"), timeout=SLOW)
    assert numbers(studio) != newest
    notebook.screenshot("cursor")
    studio.page.mouse.move(5, 5)
    expect(legend).not_to_contain_text(re.compile(r"step \d"), timeout=SLOW)
    studio.root.get_by_role("button", name="Side by side").click()

    choose = legend.get_by_label("Number on the boxes")
    for form in ("Bar", "Line"):
        legend.get_by_role("button", name=form).click()
        expect(studio.box("conv1").locator(f".pg-{form.lower()}")).to_be_visible()
        shots(notebook, form.lower())
    choose.select_option("activation_histogram")
    expect(studio.box("relu1").locator(".pg-bars")).to_be_visible(timeout=SLOW)
    shots(notebook, "histogram")
    choose.select_option("dead_units")
    expect(studio.box("relu1").locator(".pg-overlaid output")).to_have_text(re.compile("%"), timeout=SLOW)
    studio.page.add_script_tag(path=AXE)
    wrong = findings(studio)
    notebook.use_theme("dark")
    studio.page.wait_for_timeout(300)
    wrong += findings(studio)
    notebook.use_theme("light")
    small = [one for one in studio.root.evaluate(SMALL) if "data-handleid" not in one]  # ports shrink with the zoom
    assert wrong + small == []
    notebook.use_size(700, 900)
    notebook.execute("application:toggle-left-area")
    studio.root.locator('[data-tab="canvas"]').click()
    expect(legend).to_be_visible()
    notebook.screenshot("narrow")


def test_a_plot_is_saved_as_picture_page_and_numbers(open_notebook: OpenNotebook, tmp_path: Path) -> None:
    _, studio = opened(open_notebook)
    menu = studio.root.get_by_label("Save: Is the loss going down?")
    menu.wait_for(timeout=SLOW)
    begins = {"png": b"\x89PNG", "svg": b"<svg", "html": b"<!doctype html>", "csv": b"trace,x,y"}
    for kind, begin in begins.items():
        with studio.page.expect_download() as caught:
            menu.select_option(kind)
        target = tmp_path / caught.value.suggested_filename
        caught.value.save_as(target)
        assert target.name == f"is-the-loss-going-down.{kind}"
        content = target.read_bytes()
        assert content.startswith(begin)
        assert len(content) > 3000
    assert "each step,300," in (tmp_path / "is-the-loss-going-down.csv").read_text()
    assert "Is the loss going down?" in (tmp_path / "is-the-loss-going-down.svg").read_text()


def test_a_closer_look_is_drawn_or_refused_in_words(open_notebook: OpenNotebook) -> None:
    notebook, studio = opened(open_notebook)
    studio.box("conv1").click()
    choice = studio.root.get_by_label("Closer look")
    choice.scroll_into_view_if_needed()
    dialog = studio.root.get_by_role("dialog")
    for kind, question in (("feature-maps", "What does each channel of"), ("confusion", "Which classes are mistaken")):
        choice.select_option(kind)
        studio.root.get_by_role("button", name="Look", exact=True).click()
        expect(dialog).to_contain_text(question, timeout=SLOW)
        studio.page.wait_for_selector(".pg-look .heatmaplayer image", state="attached")
        shots(notebook, kind)
        studio.page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
    choice.select_option("attention")
    studio.root.get_by_role("button", name="Look", exact=True).click()
    expect(studio.notice("there is no attention to look at")).to_be_visible(timeout=SLOW)


def test_numbers_are_readable_on_two_hundred_layers(open_notebook: OpenNotebook) -> None:
    notebook, studio = opened(open_notebook, DEEP)
    studio.press("o")
    expect(studio.root.locator(".pg-overlay")).to_contain_text("root mean square", timeout=SLOW)
    studio.press("0")
    studio.root.get_by_role("tab", name="Over time").click()
    studio.root.locator(".patchgrad-scope-plot").scroll_into_view_if_needed()
    studio.page.wait_for_function("() => document.querySelectorAll('.scatterlayer .js-line').length >= 102")
    shots(notebook, "whole")
    studio.press("+")
    studio.press("+")
    studio.press("+")
    shots(notebook, "closer")
