"""Three tutorials, walked as a reader walks them: every cell, and then the things to do by hand, with the mouse."""

from __future__ import annotations

from playwright.sync_api import expect

from .conftest import OpenNotebook
from .lab import ROOT
from .notebook import NotebookPage
from .studio import Studio

SLOW = 30_000


def walked(open_notebook: OpenNotebook, name: str, call: str) -> tuple[NotebookPage, Studio]:
    """All cells of the tutorial have run; the studio is the one that ``call`` shows."""
    notebook = open_notebook(ROOT / "notebooks" / f"{name}.ipynb")
    notebook.run_all()
    cell = next(i for i in range(notebook.cell_count) if call in notebook.source(i))
    return notebook, Studio.shown_by(notebook, cell)


def edge(studio: Studio, source: str, target: str, into: str = "x") -> str:
    """Id of the edge between two layers."""
    start, end = (studio.box(name).get_attribute("data-id") for name in (source, target))
    return f"{start}.y->{end}.{into}"


def drop(studio: Studio, kind: str, source: str, target: str, name: str) -> str:
    """A layer from the palette onto the arrow between two others; the receipt."""
    studio.see_all()
    studio.drag_from_palette(kind, edge(studio, source, target))
    receipt = studio.notice("done")
    studio.box(name).wait_for()
    return receipt


def set_width(studio: Studio, layer: str, units: int, written: str) -> None:
    studio.box(layer).click()
    field = studio.find('input[data-field="out_features"]')
    field.fill(str(units))
    field.press("Enter")
    studio.box(layer).locator(f"text={written}").wait_for(state="attached", timeout=SLOW)


def play(studio: Studio) -> None:
    before = studio.step
    studio.press("play-pause")
    studio.wait_for_state("running")
    studio.wait_for_step_after(before)


def pause(studio: Studio) -> None:
    studio.press("play-pause")
    studio.wait_for_state("paused")


def test_the_first_network_is_changed_by_hand_while_it_trains(open_notebook: OpenNotebook) -> None:
    notebook, studio = walked(open_notebook, "01_first_network", "session.studio()")
    assert studio.names == ["x", "flatten1", "linear1", "relu1", "linear2", "relu2", "linear3", "output"]
    assert studio.step == 1000
    notebook.page.wait_for_selector(".pg-scopes .js-plotly-plot .scatterlayer .trace", timeout=SLOW)
    play(studio)
    assert "kept 6 tensors" in drop(studio, "Tanh", "relu2", "linear3", "tanh1")
    studio.press("undo")
    studio.box("tanh1").wait_for(state="detached")

    studio.see_all()
    edges = studio.edges
    studio.drag_edge("linear3", "flatten1")
    expect(studio.find(".pg-reason")).to_contain_text("loop", timeout=SLOW)
    notebook.page.mouse.up()
    notebook.page.keyboard.press("Escape")
    assert studio.edges == edges

    set_width(studio, "linear1", 128, "64 → 128")
    assert studio.summary("linear2").startswith("128")
    assert studio.state == "running"
    pause(studio)
    for theme in ("light", "dark"):
        notebook.use_theme(theme)
        notebook.page.wait_for_timeout(500)
        notebook.screenshot(theme)
    notebook.use_size(760, 1000)
    notebook.page.wait_for_timeout(500)
    notebook.screenshot("narrow")


def test_a_skip_connection_and_the_way_back_from_a_loss_are_tried_by_hand_in_surgery(
    open_notebook: OpenNotebook,
) -> None:
    notebook, studio = walked(open_notebook, "05_surgery", "session.studio()")

    # 1. The ends of the way around do not fit: a layer between them is offered.
    drop(studio, "Add", "relu2", "linear3", "add1")
    studio.see_all()
    port = studio.box("add1").locator(".react-flow__handle.target").last.bounding_box()
    assert port is not None
    middle = port["x"] + port["width"] / 2, port["y"] + port["height"] / 2
    studio.begin_drag(studio.port_place("relu1", "source"), middle)
    expect(studio.find(".pg-reason")).to_contain_text("adapter", timeout=SLOW)
    notebook.screenshot("does-not-fit")
    notebook.page.mouse.up()
    studio.find("[data-offer]").first.click()
    assert "applied" in studio.notice("done").lower()

    # 2. A mark, a layer gone, and back.
    studio.press("mark-here")
    play(studio)
    studio.see_all()
    studio.box("norm1").click()
    notebook.page.keyboard.press("Delete")
    studio.box("norm1").wait_for(state="detached", timeout=SLOW)
    studio.wait_for_step_after(studio.step)
    pause(studio)
    stopped = studio.step
    studio.press("rewind")
    studio.box("norm1").wait_for(timeout=SLOW)
    assert studio.step < stopped
    notebook.screenshot("rewound")


def test_a_network_is_broken_told_and_mended_by_hand_in_why_does_it_not_train(open_notebook: OpenNotebook) -> None:
    notebook, studio = walked(open_notebook, "06_why_does_it_not_train", "case.studio()")
    told = studio.find('.pg-finding[data-rule="softmax_before_loss"]')
    play(studio)
    drop(studio, "Softmax", "linear2", "output", "softmax1")
    studio.press("toggle-findings")
    expect(told).to_be_visible(timeout=SLOW)
    notebook.screenshot("found")
    studio.press("undo")
    studio.box("softmax1").wait_for(state="detached", timeout=SLOW)
    expect(told).to_have_count(0, timeout=SLOW)
    drop(studio, "Sigmoid", "relu1", "linear2", "sigmoid1")
    drop(studio, "Sigmoid", "sigmoid1", "linear2", "sigmoid2")
    pause(studio)
    notebook.screenshot("broken")
