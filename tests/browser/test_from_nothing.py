"""From an empty canvas to a first training, and a shortcut with an adapter, by hand, in a real JupyterLab."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from .conftest import OpenNotebook
from .test_gestures import command, revision, see_all
from .test_studio import SLOW, Studio

EMPTY = """
import patchgrad as pg
from patchgrad import nn, optim
pg.manual_seed(0)
loader = pg.data.DataLoader(pg.datasets.digits(), batch_size=32, shuffle=True, seed=0)
make = lambda parameters: optim.Adam(parameters, lr=1e-2)
session = pg.Session(pg.LayerGraph(), loader, loss=nn.CrossEntropyLoss(), optimizer=make)
"""
LOSS = "session.pause()\nprint(session.step_count > 0, session.loss < 2.3)"


def test_three_gestures_train_a_first_network_and_a_shortcut_takes_an_adapter(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([EMPTY, "session.studio()", LOSS])
    notebook.run(0)
    notebook.run(1)
    studio = Studio(notebook)
    expect(studio.box("output")).to_be_visible(timeout=SLOW)
    studio.root.locator('[data-template="MLP"]').click()
    revision(studio, 1)
    command(studio, "play-pause")
    expect(studio.state).to_have_text("Training", timeout=SLOW)
    expect(studio.figure("step")).to_have_text(re.compile(r"^\d{2,}"), timeout=SLOW)
    command(studio, "play-pause")
    expect(studio.state).to_have_text("Paused", timeout=SLOW)
    notebook.screenshot("trained")

    see_all(studio)
    studio.drag_edge("flatten1", "linear2")
    expect(studio.reason).to_contain_text("needs an adapter", timeout=SLOW)
    studio.page.mouse.up()
    expect(studio.root.get_by_role("dialog")).to_contain_text("Between flatten1 and linear2.x", timeout=SLOW)
    notebook.screenshot("cards")
    studio.root.locator("[data-offer]").first.click()
    revision(studio, 2)

    # A row of all boxes, undone as one; a group, in its colour.
    see_all(studio)
    studio.press("Control+a")
    studio.page.keyboard.press("h")
    revision(studio, 3)
    command(studio, "undo")
    revision(studio, 4)
    studio.press("Control+g")
    revision(studio, 5)
    command(studio, "toggle-group-colours")
    expect(studio.root.locator(".pg-canvas")).to_have_attribute("data-group-colours", "true")
    notebook.run(2)
    assert notebook.text(2).startswith("True True")
