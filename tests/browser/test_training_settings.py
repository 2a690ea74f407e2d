"""How the network is trained is changed in the inspector, by mouse and keyboard, in a real JupyterLab."""

from __future__ import annotations

from playwright.sync_api import expect

from .conftest import OpenNotebook
from .test_studio import SLOW, open_studio

TRAIN = "session.run(steps=20)"
SETUP = "print(type(session.optimizer).__name__, session.optimizer.param_groups[0]['lr'], session.step_count)"


def test_optimizer_and_rate_are_changed_by_keyboard_refused_in_place_and_taken_back(
    open_notebook: OpenNotebook,
) -> None:
    notebook, studio = open_studio(open_notebook, TRAIN, SETUP)
    notebook.run(2)
    studio.press("2")
    panel = studio.root.get_by_role("region", name="Inspector")
    choice = panel.get_by_role("combobox", name="Optimizer")
    expect(choice).to_be_visible(timeout=SLOW)
    choice.select_option("SGD")
    expect(studio.notice("Applied")).to_contain_text("→ SGD", timeout=SLOW)
    rate = panel.locator('[data-setup="optimizer"] [data-field="lr"]')
    rate.fill("0.25")
    rate.press("Enter")
    expect(studio.figure("rate")).to_have_text("0.25", timeout=SLOW)
    notebook.screenshot("training-settings")
    rate.fill("-1")
    rate.press("Enter")
    expect(panel.locator('[data-setup="optimizer"] [role="alert"]')).to_contain_text("lr", timeout=SLOW)
    expect(rate).to_have_value("0.25")
    studio.press("Control+z")
    expect(rate).not_to_have_value("0.25", timeout=SLOW)
    notebook.run(3)
    assert notebook.text(3).startswith("SGD")
