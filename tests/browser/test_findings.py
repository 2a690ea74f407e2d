"""What is wrong, in a real JupyterLab: a broken network shows its finding, its layers, and a cure that helps."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from .conftest import OpenNotebook
from .test_access import AXE, SMALL, findings
from .test_studio import SESSION, SLOW, STUDIO, Studio

DEAD = f"""{SESSION}
with pg.no_grad():
    model[1].bias -= 20.0
session.recorder.budget.every = 2
session.apply(pg.edit.group("flatten1", "linear1", "relu1", name="body"))
session.apply(pg.edit.fold("body"))
"""
TRAIN = "session.start()"
NAN = """
session.pause()
with pg.no_grad():
    session.model.layers[session.graph.names["linear2"]].weight[0, 0] = float("nan")
session.play()
"""


UPPERMOST = """(box) => {
  const { x, y, width, height } = box.getBoundingClientRect();
  return box.contains(document.elementFromPoint(x + width / 2, y + height / 2));
}"""


def card(studio: Studio, rule: str) -> Locator:
    return studio.root.locator(f'.pg-finding[data-rule="{rule}"]')


def selected(studio: Studio) -> list[str]:
    return studio.root.locator('.pg-box[data-selected="true"] .pg-box-name > span:first-child').all_inner_texts()


def test_dead_units_are_told_shown_and_cured_while_the_network_trains(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([DEAD, STUDIO, TRAIN, NAN])
    studio = Studio(notebook)
    for cell in (0, 1, 2):
        notebook.run(cell)
    count = studio.root.locator(".pg-findings-count")
    expect(count).to_have_attribute("data-count", "1", timeout=SLOW)
    expect(studio.spoken).to_contain_text("Most units of a ReLU are dead", timeout=SLOW)
    studio.root.locator('[data-place="canvas"]').focus()
    studio.press("6")
    dead = card(studio, "dead_relus")
    expect(dead).to_contain_text("more than half of the units")
    expect(dead).to_contain_text("Lu et al. 2020")

    expect(studio.box("relu1")).to_have_count(0)
    dead.get_by_role("button", name="Show me").click()
    expect(studio.box("relu1")).to_be_visible(timeout=SLOW)
    assert selected(studio) == ["relu1"]

    studio.page.add_script_tag(path=AXE)
    wrong = []
    for theme in ("light", "dark"):
        notebook.use_theme(theme)
        studio.page.wait_for_timeout(300)
        wrong += [f"{theme}: {one}" for one in findings(studio)]
        notebook.screenshot(theme)
    notebook.use_theme("light")
    assert wrong + studio.root.evaluate(SMALL) == []

    dead.get_by_role("button", name="LeakyReLU in place of ReLU").click()
    expect(studio.box("relu1")).to_contain_text("LeakyReLU", timeout=SLOW)
    expect(dead).to_have_count(0, timeout=SLOW)
    expect(studio.root.locator(".pg-turns button").first).to_have_attribute(
        "aria-label", "Undo: replace relu1 by LeakyReLU"
    )

    notebook.run(3)
    lost = card(studio, "not_finite")
    expect(lost).to_contain_text("Training stopped", timeout=SLOW)
    lost.get_by_role("button", name="Show me").click()
    assert selected(studio) == ["linear2"]
    studio.page.wait_for_function(UPPERMOST, arg=studio.box("linear2").element_handle(), timeout=SLOW)
    notebook.screenshot("nan")
    lost.get_by_role("button", name="Put away").click()
    expect(count).to_have_attribute("data-count", "0")
    studio.root.get_by_text("Put away (1)").click()
    studio.root.get_by_role("button", name="Bring back").click()
    lost.get_by_role("button", name="Draw its weights anew").click()
    expect(studio.notice("Applied after step")).to_be_visible(timeout=SLOW)
    studio.root.get_by_role("button", name="Play").click()
    expect(lost).to_have_count(0, timeout=SLOW)
    expect(studio.state).to_have_attribute("data-state", "running")
    notebook.use_size(700, 900)
    notebook.execute("application:toggle-left-area")
    studio.root.locator('[data-tab="findings"]').click()
    expect(studio.root.locator(".pg-findings")).to_contain_text("Nothing found")
    notebook.screenshot("narrow")
