"""Several layers at once: a box around them by mouse, then one gesture for all of them."""

from __future__ import annotations

from playwright.sync_api import expect

from .conftest import OpenNotebook
from .test_gestures import command, revision, see_all
from .test_studio import SLOW, Studio, open_studio

KINDS = "print([node.kind for node in session.graph.nodes.values()])"


def box_around(studio: Studio, first: str, last: str) -> None:
    """Shift and a drag on open canvas, from above one layer to below another."""
    left, right = studio.box(first).bounding_box(), studio.box(last).bounding_box()
    assert left is not None
    assert right is not None
    mouse, keys = studio.page.mouse, studio.page.keyboard
    keys.down("Shift")
    mouse.move(left["x"] - 8, left["y"] - 40)
    mouse.down()
    mouse.move(right["x"], right["y"], steps=5)
    mouse.move(right["x"] + right["width"] + 8, right["y"] + right["height"] + 20, steps=5)
    mouse.up()
    keys.up("Shift")


def chosen(studio: Studio) -> list[str]:
    return studio.root.locator('.pg-box[data-selected="true"] .pg-box-name > span:first-child').all_inner_texts()


def test_a_box_by_mouse_chooses_layers_that_are_copied_grouped_and_removed_together(
    open_notebook: OpenNotebook,
) -> None:
    notebook, studio = open_studio(open_notebook, KINDS)
    studio.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    see_all(studio)
    notebook.box_when_still(".react-flow__node")
    box_around(studio, "linear1", "relu1")
    expect(studio.root.locator('.pg-box[data-selected="true"]')).to_have_count(2)
    assert sorted(chosen(studio)) == ["linear1", "relu1"]
    notebook.screenshot("boxed")
    studio.page.keyboard.press("Control+c")
    expect(studio.spoken).to_contain_text("Copied", timeout=SLOW)
    studio.page.keyboard.press("Control+g")
    revision(studio, 1)
    expect(studio.root.locator(".pg-group")).to_have_count(1)
    command(studio, "undo")
    revision(studio, 2)
    see_all(studio)
    notebook.box_when_still(".react-flow__node")
    box_around(studio, "linear1", "relu1")
    expect(studio.root.locator('.pg-box[data-selected="true"]')).to_have_count(2)
    studio.page.keyboard.press("Delete")
    revision(studio, 3)
    # What went stays as a trace, told once, until the next edit.
    expect(studio.root.locator(".pg-ghost")).to_have_count(2)
    expect(studio.root.locator(".pg-ghosts path")).to_have_count(3)
    expect(studio.root.locator(".pg-ghosts :is(button, [tabindex])")).to_have_count(0)
    expect(studio.spoken).to_contain_text("removed linear1, relu1", timeout=SLOW)
    notebook.screenshot("ghost")
    notebook.run(2)
    assert notebook.text(2).startswith("['Input', 'Flatten', 'Linear', 'Output']")
    studio.box("linear2").click()
    studio.press("f")
    revision(studio, 4)
    expect(studio.root.locator(".pg-ghost")).to_have_count(0)
