"""How many gestures each edit takes: by hand, then the same list by keys alone, in a real JupyterLab."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from playwright.sync_api import expect

from .conftest import OpenNotebook
from .test_studio import SLOW, Studio, open_studio

WIDE = "session.apply(pg.edit.insert('relu1 -> linear2', nn.Linear(64, 64)))\nsession.run(steps=20, progress=False)"
KINDS = "print([node.kind for node in session.graph.nodes.values()])"


def revision(studio: Studio, number: int) -> None:
    expect(studio.root.locator(".pg-footer")).to_contain_text(f"revision {number}", timeout=SLOW)


def see_all(studio: Studio) -> None:
    studio.press("0")
    expect(studio.box("output")).to_be_visible()
    studio.page.wait_for_timeout(300)


def command(studio: Studio, name: str) -> None:
    """One click on a button."""
    studio.root.locator(f'[data-command="patchgrad:{name}"]').first.click()


def offer(studio: Studio, kind: str):
    return studio.root.locator(f'[data-offer="{kind}"]')


# What the hand did, as the page saw it: presses of the mouse and of keys; a text typed into a field is not counted.
COUNTED = """() => {
  if (window.gesturesSeen === undefined) {
    window.gesturesSeen = 0;
    const typed = (event) => event.target.matches("input, textarea") && event.key !== "Enter";
    const modifies = (event) => ["Control", "Shift", "Alt", "Meta"].includes(event.key);
    window.addEventListener("pointerdown", () => { window.gesturesSeen += 1; }, true);
    window.addEventListener("keydown", (event) => { window.gesturesSeen += !typed(event) && !modifies(event); }, true);
  }
  return window.gesturesSeen;
}"""


@contextmanager
def gestures(studio: Studio, number: int) -> Generator[None]:
    """What is done inside takes exactly so many."""
    before = studio.page.evaluate(COUNTED)
    yield
    assert studio.page.evaluate(COUNTED) - before == number


def test_each_edit_takes_the_gestures_that_are_promised(open_notebook: OpenNotebook) -> None:
    notebook, studio = open_studio(open_notebook, WIDE, KINDS)
    notebook.run(2)
    expect(studio.box("linear3")).to_be_visible(timeout=SLOW)
    revision(studio, 1)
    see_all(studio)

    # A drag inserts a layer.
    with gestures(studio, 1):
        studio.drag_layer("Dropout", "linear1", "relu1")
        expect(studio.reason).to_contain_text("fits", timeout=SLOW)
        studio.page.mouse.up()
        revision(studio, 2)
    # One key deletes it and heals the gap.
    studio.box("drop1").click()
    with gestures(studio, 1):
        studio.page.keyboard.press("Delete")
        revision(studio, 3)
    expect(studio.box("drop1")).to_have_count(0)
    see_all(studio)
    # A skip connection: a drag into the open, and a click on the card of the layer that adds.
    start = studio.centre(studio.box("relu1").locator(".react-flow__handle.source"))
    field = studio.root.locator(".pg-canvas").bounding_box()
    assert field is not None
    with gestures(studio, 2):
        studio.drag(start, (field["x"] + field["width"] - 150, field["y"] + field["height"] - 60))
        studio.page.mouse.up()
        picker = studio.root.get_by_role("dialog")
        expect(picker).to_contain_text("Layers that take relu1.y", timeout=SLOW)
        expect(picker.locator('[data-offer="Conv2d"]')).to_have_count(0)
        picker.get_by_role("combobox").fill("add")
        expect(offer(studio, "Add")).to_be_visible(timeout=SLOW)
        notebook.screenshot("picker")
        offer(studio, "Add").click()
        revision(studio, 4)
    expect(studio.box("add1")).to_be_visible()
    with gestures(studio, 1):
        studio.press("Control+z")
        revision(studio, 5)
    see_all(studio)
    # Swap the activation: one key or button, one choice.
    studio.box("relu1").click()
    with gestures(studio, 2):
        command(studio, "swap-selection")
        expect(offer(studio, "GELU")).to_be_visible(timeout=SLOW)
        offer(studio, "GELU").click()
        revision(studio, 6)
    see_all(studio)
    # Freeze: one. Undo: one.
    studio.box("linear1").click()
    with gestures(studio, 1):
        command(studio, "freeze-selection")
        revision(studio, 7)
    with gestures(studio, 1):
        command(studio, "undo")
        revision(studio, 8)
    # Change the width: a click into the field, type, Enter.
    with gestures(studio, 2):
        field = studio.root.locator('[data-field="out_features"]')
        field.click()
        field.fill("48")
        studio.page.keyboard.press("Enter")
        revision(studio, 9)
    # Compare with before: one. Export the code: two.
    with gestures(studio, 1):
        command(studio, "compare-before")
        expect(studio.root.get_by_role("dialog")).to_contain_text("other settings", timeout=SLOW)
    studio.page.keyboard.press("Escape")
    with gestures(studio, 2):
        command(studio, "show-model-source")
        expect(studio.root.get_by_role("dialog")).to_contain_text("nn.Linear(64, 48)", timeout=SLOW)
        studio.root.get_by_label("Copy all").click()
    studio.page.keyboard.press("Escape")
    with gestures(studio, 1):
        command(studio, "rewind")
    see_all(studio)
    expect(studio.box("linear1")).to_contain_text("64 → 64", timeout=SLOW)


def test_the_same_by_keys_alone_and_layers_go_to_another_notebook_as_text(open_notebook: OpenNotebook) -> None:
    notebook, studio = open_studio(open_notebook, WIDE, KINDS)
    studio.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    notebook.run(2)
    revision(studio, 1)
    keys = studio.page.keyboard
    studio.press("Control+f")
    expect(studio.root.locator('[data-place="find"]')).to_be_focused()
    keys.type("relu")
    keys.press("Enter")
    expect(studio.spoken).to_contain_text("relu1, ReLU")
    keys.press("Escape")
    keys.press("w")
    expect(offer(studio, "GELU")).to_be_visible(timeout=SLOW)
    keys.type("gel")
    keys.press("Enter")
    revision(studio, 2)
    keys.press("a")
    expect(studio.spoken).to_contain_text("fit. Type to search", timeout=SLOW)
    keys.type("layern")
    keys.press("Enter")
    revision(studio, 3)
    expect(studio.spoken).to_contain_text("norm1, LayerNorm")
    keys.press("Control+z")
    revision(studio, 4)

    # Only what feeds a layer; then all again.
    studio.press("Control+f")
    keys.type("gelu")
    keys.press("Enter")
    keys.press("Escape")
    keys.press("u")
    expect(studio.box("linear2")).to_have_count(0)
    expect(studio.box("linear1")).to_have_count(1)
    keys.press("u")
    expect(studio.box("linear2")).to_have_count(1)

    # Copy, and paste beside itself; undo fires from no text field.
    keys.press("Control+c")
    expect(studio.spoken).to_contain_text("Copied", timeout=SLOW)
    keys.press("Control+v")
    revision(studio, 5)
    expect(studio.box("gelu2")).to_have_count(1)
    studio.press("i")
    keys.type("x")
    keys.press("Control+z")
    keys.press("Escape")
    keys.press("Escape")
    revision(studio, 5)
    studio.page.evaluate("() => navigator.clipboard.writeText('rm -rf /')")
    studio.press("Control+v")
    expect(studio.notice("holds no layers")).to_be_visible(timeout=SLOW)
    revision(studio, 5)
    notebook.run(3)
    assert notebook.text(3).count("GELU") == 2
    notebook.screenshot("pasted")
