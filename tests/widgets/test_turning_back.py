"""Marks, rewinds, branches and comparisons as the page asks for them."""

from __future__ import annotations

import pytest

from ..session import models
from .pages import Page


@pytest.fixture
def page():
    session = models.session()
    session.run(20, progress=False)
    made = Page(session)
    made.open()
    yield made
    session.close()


def timeline(page: Page) -> dict:
    page.graph()
    return page.last("timeline-view")


def test_a_mark_is_made_gone_back_to_and_forgotten(page):
    assert page.ask("make-mark", name="good")["type"] == "done"
    page.studio.session.run(5, progress=False)
    done = page.ask("rewind", mark="good", name="again")
    assert (done["type"], done["step"], done["python"]) == (
        "command-done", 20, "session.rewind('good', name='again')",
    )  # fmt: skip
    view = timeline(page)
    assert [(mark["name"], mark["step"]) for mark in view["marks"]] == [("good", 20)]
    assert [(b["name"], b["step"], b["current"], b["begin"]) for b in view["branches"]] == [
        ("main", 25, False, None), ("again", 20, True, 20),
    ]  # fmt: skip
    assert page.ask("switch-branch", name="main")["type"] == "command-done"
    assert page.studio.session.step_count == 25
    assert page.ask("forget-mark", name="good")["type"] == "done"
    assert timeline(page)["marks"] == []
    assert page.ask("rewind", mark="good")["type"] == "failed"


def test_an_edit_is_gone_back_to_by_its_number_or_as_the_last_one(page):
    session = page.studio.session
    before = session.fingerprint()
    session.apply(models.dropout_edit(0.3))
    session.run(4, progress=False)
    assert page.ask("rewind", edit=1)["type"] == "command-done"
    assert session.fingerprint() == before
    session.apply(models.dropout_edit(0.3))
    assert page.ask("rewind")["type"] == "command-done"
    assert session.fingerprint() == before
    assert page.ask("rewind", edit=99)["title"] == "there is no such edit"


def test_what_became_of_an_edit_stands_in_the_log_once_it_can_be_told(page):
    session = page.studio.session
    session.apply(models.dropout_edit(0.1))
    page.graph()
    assert page.last("log-view")["entries"][0]["effect"] == ""
    assert page.last("log-view")["entries"][0]["rewindable"]
    session.run(50, progress=False)
    page.graph()
    assert "trend" in (text := page.last("log-view")["entries"][0]["effect"]) or "no clear change" in text


def test_the_shadow_of_an_edit_comes_with_the_frames(page):
    assert page.ask("set-shadow", steps=30)["type"] == "done"
    assert timeline(page)["shadowSteps"] == 30
    session = page.studio.session
    session.apply(models.dropout_edit(0.5))
    session.run(10, progress=False)
    page.send({"type": "frame-seen", "number": page.last("frame")["number"]})
    page.ask("inspect", node="n2")
    session.run(2, progress=False)
    assert page.last("frame")["arrays"]["shadow.value"]["shape"][0] >= 10
    assert page.ask("set-shadow", steps=-1)["type"] == "failed"


def test_two_branches_and_before_and_after_are_compared(page):
    session = page.studio.session
    assert page.ask("ask-comparison")["type"] == "failed"
    session.apply(models.dropout_edit(0.5))
    session.run(5, progress=False)
    found = page.ask("ask-comparison")
    assert found["onlyInOther"] == ["drop2 (Dropout)"]
    assert (found["names"], found["steps"]) == (["before insert Dropout", "now"], [20, 25])
    page.ask("rewind", name="without")
    session.run(3, progress=False)
    found = page.ask("ask-comparison", one="main")
    assert (found["names"], found["steps"], found["parted"]) == (["main", "without"], [25, 23], 20)
    assert found["onlyInOne"] == ["drop2 (Dropout)"]
    assert [len(curve["values"]) for curve in found["curves"]] == [25, 23]
