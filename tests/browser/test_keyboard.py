"""Every edit of the studio by keys alone, and the focus that never leaves it, in a real JupyterLab."""

from __future__ import annotations

from playwright.sync_api import expect

from .conftest import OpenNotebook
from .test_gestures import WIDE, revision
from .test_studio import SLOW, Studio, open_studio

FOCUS = "() => document.activeElement?.closest('.patchgrad-studio') !== null"
REPORT = "print([(node.name, node.frozen) for node in session.graph.nodes.values()], len(session.graph.groups))"


def find(studio: Studio, name: str) -> None:
    studio.page.keyboard.press("Control+f")
    expect(studio.root.locator('[data-place="find"]')).to_be_focused()
    studio.page.keyboard.type(name)
    studio.page.keyboard.press("Enter")
    expect(studio.spoken).to_contain_text(f"{name}, ", timeout=SLOW)
    studio.page.keyboard.press("Escape")
    expect(studio.root.locator('[data-place="canvas"]')).to_be_focused()


def focused(studio: Studio) -> None:
    """After each gesture the next key must still reach the studio."""
    studio.page.wait_for_timeout(100)
    assert studio.page.evaluate(FOCUS)


def test_the_whole_list_of_gestures_by_keys_alone(open_notebook: OpenNotebook) -> None:
    notebook, studio = open_studio(open_notebook, WIDE, REPORT)
    studio.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    notebook.run(2)
    revision(studio, 1)
    keys = studio.page.keyboard
    studio.root.locator('[data-place="canvas"]').focus()

    # A skip connection: the targets that fit first, then why another does not as it is, and what it would cost.
    find(studio, "relu1")
    keys.press("c")
    expect(studio.spoken).to_contain_text("Arrows walk through them", timeout=SLOW)
    keys.press("ArrowLeft")
    expect(studio.spoken).to_contain_text("needs an adapter: output wants (N, 10)")
    expect(studio.spoken).to_contain_text("Try: Linear 64 → 10 (+650 parameters, +1,300 FLOPs)")
    keys.press("Escape")
    expect(studio.reason).to_have_count(0)
    focused(studio)

    # Freeze; change the width; undo and redo.
    find(studio, "linear1")
    keys.press("f")
    revision(studio, 2)
    keys.press("e")
    expect(studio.root.locator('[data-field="out_features"]')).to_be_focused(timeout=SLOW)
    keys.type("48")
    keys.press("Control+z")  # the field's own undo
    keys.press("Control+Shift+z")
    keys.press("Enter")
    revision(studio, 3)
    expect(studio.root.locator('[data-field="out_features"]')).to_have_value("48", timeout=SLOW)
    keys.press("Escape")
    expect(studio.root.locator('[data-place="canvas"]')).to_be_focused()
    keys.press("Control+z")
    revision(studio, 4)
    focused(studio)
    keys.press("Control+Shift+z")
    revision(studio, 5)
    focused(studio)

    # Compare with before; the code, copied by Tab and Enter.
    keys.press("x")
    expect(studio.root.get_by_role("dialog")).to_contain_text("other settings", timeout=SLOW)
    keys.press("Escape")
    focused(studio)
    keys.press("s")
    expect(studio.root.get_by_role("dialog")).to_contain_text("nn.Linear(64, 48)", timeout=SLOW)
    while not studio.root.get_by_label("Copy all").evaluate("(one) => one === document.activeElement"):
        keys.press("Tab")
    keys.press("Enter")
    keys.press("Escape")
    assert "nn.Linear(64, 48)" in studio.page.evaluate("() => navigator.clipboard.readText()")
    focused(studio)

    # Duplicate; delete; group all, fold, walk past the group, unfold.
    find(studio, "relu1")
    keys.press("Control+d")
    revision(studio, 6)
    keys.press("Delete")
    revision(studio, 7)
    focused(studio)
    keys.press("Control+a")
    keys.press("Control+g")
    revision(studio, 8)
    find(studio, "relu1")
    keys.press("Enter")
    revision(studio, 9)
    expect(studio.spoken).to_contain_text("group1 folded")
    expect(studio.box("relu1")).to_have_count(0)
    keys.press("Enter")
    revision(studio, 10)
    keys.press("0")
    expect(studio.box("relu1")).to_have_count(1, timeout=SLOW)

    # Rewind to before the last edit.
    keys.press("Shift+r")
    revision(studio, 11)
    focused(studio)
    notebook.run(3)
    assert "('linear1', True)" in notebook.text(3)


def test_the_focus_stays_where_a_button_goes_with_what_it_removed(open_notebook: OpenNotebook) -> None:
    _, studio = open_studio(open_notebook)
    studio.box("relu1").click()
    button = studio.root.locator('.pg-inspector [data-command="patchgrad:delete-selection"]')
    button.focus()
    studio.page.keyboard.press("Enter")
    expect(studio.box("relu1")).to_have_count(0, timeout=SLOW)
    expect(button).to_have_count(0)
    expect(studio.root.locator('[data-place="canvas"]')).to_be_focused(timeout=SLOW)
    undo = studio.root.locator('[data-command="patchgrad:undo"]').first
    undo.focus()
    studio.page.keyboard.press("Enter")
    expect(studio.box("relu1")).to_have_count(1, timeout=SLOW)
    focused(studio)
