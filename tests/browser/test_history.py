"""Marks, rewinds, branches, the comparison and the shadow run, by hand and by key, in a real JupyterLab."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from .conftest import OpenNotebook
from .test_studio import SLOW, open_studio

TRAIN = "session.run(steps=40)"
NAMES = "print([branch.name for branch in session.timeline.branches], session.step_count)"
DOTTED = """() => [...document.querySelectorAll('.pg-scopes .js-plotly-plot')].some((plot) =>
  plot.data.some((trace) => trace.line?.dash === 'dot' && trace.y?.length > 1))"""


def test_one_gesture_each_marks_rewinds_compares_and_switches(open_notebook: OpenNotebook) -> None:
    notebook, studio = open_studio(open_notebook, TRAIN, TRAIN, NAMES)
    panel = studio.root.get_by_role("region", name="Marks and branches")
    notebook.run(2)
    studio.press("5")
    expect(panel).to_be_visible()
    panel.get_by_text("Shadow run").click()
    expect(panel.get_by_role("checkbox")).to_be_checked(timeout=SLOW)
    studio.press("m")
    expect(panel.locator('li[data-own="false"]')).to_contain_text("step 40", timeout=SLOW)

    studio.press("0")
    notebook.box_when_still(".react-flow__viewport")
    studio.drag_layer("Dropout", "linear1", "relu1")
    expect(studio.reason).to_contain_text("fits", timeout=SLOW)
    studio.page.mouse.up()
    expect(studio.box("drop1")).to_be_visible(timeout=SLOW)
    notebook.run(3)
    expect(studio.figure("step")).to_have_text(re.compile("^80 "), timeout=SLOW)
    studio.page.wait_for_function(DOTTED, timeout=SLOW)

    studio.root.locator('[data-command="patchgrad:compare-before"]').click()
    sheet = studio.root.get_by_role("dialog")
    expect(sheet).to_contain_text("only in now", timeout=SLOW)
    expect(sheet).to_contain_text("drop1")
    lines = sheet.locator(".pg-curves path").evaluate_all("(paths) => paths.map((p) => getComputedStyle(p).stroke)")
    heads = sheet.locator(".pg-swatch").evaluate_all("(all) => all.map((s) => getComputedStyle(s).backgroundColor)")
    assert lines == heads[::-1], "the curve of now has the colour of its heading"
    notebook.screenshot("compared")
    studio.page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)

    studio.root.locator('[data-command="patchgrad:rewind"]').click()
    expect(studio.box("drop1")).to_have_count(0, timeout=SLOW)
    expect(studio.figure("step")).to_have_text(re.compile("^40 "), timeout=SLOW)
    expect(panel.locator(".pg-branch")).to_have_count(2)
    notebook.screenshot("rewound")
    panel.get_by_label("Go on with main").click()
    expect(studio.box("drop1")).to_be_visible(timeout=SLOW)
    expect(studio.figure("step")).to_have_text(re.compile("^80 "), timeout=SLOW)

    studio.press("3")
    studio.root.get_by_label(re.compile("^Rewind to before edit")).last.click()
    expect(studio.box("drop1")).to_have_count(0, timeout=SLOW)
    notebook.screenshot("log")
    notebook.run(4)
    assert notebook.text(4).strip().endswith("40")

    studio.press("5")
    for theme, width in (("light", 1400), ("dark", 1400), ("dark", 900), ("light", 620)):
        notebook.use_theme(theme)
        notebook.use_size(width, 1000)
        notebook.box_when_still(".pg-transport")
        notebook.screenshot(f"{theme}-{width}")
