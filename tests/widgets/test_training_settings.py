"""How the network is trained, on the page: what is shown, what is asked for, and two pages that ask at once."""

from __future__ import annotations

from typing import Any

import pytest

import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.optim import exchange
from patchgrad.session.settings import schedules

from ..session import models
from ..session.test_training_edits import loader
from .pages import Page


@pytest.fixture
def session():
    made = models.session(loader=loader())
    yield made
    made.close()


def section(page: Page, name: str) -> dict[str, Any]:
    page.graph()
    return next(part for part in page.last("setup-view")["sections"] if part["name"] == name)


def asked(page: Page, command: dict[str, Any], revision: int) -> dict[str, Any]:
    return page.ask("run-command", revision=revision, command=command)


def test_the_page_shows_how_the_network_is_trained(session):
    opened = Page(session).open()
    shown = {part["name"]: part for part in opened["setup"]["sections"]}
    assert (shown["optimizer"]["kind"], shown["optimizer"]["values"]["lr"]) == ("Adam", 0.01)
    assert shown["loss"]["kind"] == "CrossEntropyLoss"
    assert shown["data"]["values"] == {"batch_size": 8, "shuffle": False, "seed": 0, "drop_last": False}
    assert shown["schedule"]["kind"] == "none"
    assert opened["run"]["rate"] == 0.01


def test_a_change_on_one_page_is_seen_on_all_and_what_was_refused_on_none(session):
    one, other = Page(session), Page(session)
    one.open(), other.open()
    session.step()
    change = {"type": "set-optimizer", "kind": "SGD", "settings": {"lr": 0.5}}
    assert asked(one, change, 0)["type"] == "command-done"
    assert section(other, "optimizer")["kind"] == "SGD"
    refused = asked(one, {"type": "set-loss", "kind": "MSELoss"}, 1)
    assert refused["type"] == "failed"
    assert section(other, "loss")["kind"] == "CrossEntropyLoss"
    done = asked(other, {"type": "set-schedule", "kind": "StepLR", "settings": {"step_size": 3}, "every": "step"}, 1)
    assert done["python"] == "pg.edit.schedule('StepLR', step_size=3, every='step')"
    assert section(one, "schedule")["values"] == {"step_size": 3, "gamma": 0.1, "every": "step"}
    session.step(3)
    assert one.studio.session.optimizer.param_groups[0]["lr"] == pytest.approx(0.05)


def test_two_pages_that_edit_the_same_at_once_are_told_and_nothing_is_lost(session):
    """Both looked at revision 0; the second edit of the same thing is refused, one of another thing is made."""
    one, other = Page(session), Page(session)
    revision, fc1, fc2 = one.open()["graph"]["revision"], "n2", "n6"
    other.open()
    first = asked(one, {"type": "set-rate", "node": fc1, "factor": 0.5}, revision)
    second = asked(other, {"type": "set-field", "node": fc1, "field": "out_features", "value": 12}, revision)
    third = asked(other, {"type": "rename", "node": fc2, "name": "head"}, revision)
    assert [reply["type"] for reply in (first, second, third)] == ["command-done", "failed", "command-done"]
    assert "has changed since this edit was made" in second["title"]
    assert session.graph.node(fc1).rate == 0.5
    assert [node["name"] for node in one.graph()["nodes"]] == [node["name"] for node in other.graph()["nodes"]]

    now = session.live.revision
    assert asked(one, {"type": "set-optimizer", "settings": {"lr": 0.5}}, now)["type"] == "command-done"
    late = asked(other, {"type": "set-optimizer", "settings": {"lr": 0.001}}, now)
    assert (late["type"], "training was changed" in late["title"]) == ("failed", True)
    assert session.optimizer.param_groups[0]["lr"] == 0.5
    assert session.log[-1].status == "refused"
    session.undo()
    assert asked(other, {"type": "set-optimizer", "settings": {"lr": 0.001}}, now)["type"] == "failed"


@pytest.mark.parametrize("family", exchange.families())
def test_every_optimizer_can_be_chosen_and_all_that_is_shown_of_it_set_again(family):
    model = nn.Sequential(nn.Linear(6, 4, bias=False), nn.ReLU(), nn.Linear(4, 2, bias=False))
    session = models.session(model, optimizer=optim.SGD(model.parameters(), lr=0.1))
    page = Page(session)
    page.open()
    if family != "SGD":
        assert asked(page, {"type": "set-optimizer", "kind": family}, 0)["type"] == "command-done"
    shown = section(page, "optimizer")
    assert {field["name"] for field in shown["fields"]} == set(shown["values"])
    for name, value in shown["values"].items():
        reply = asked(page, {"type": "set-optimizer", "settings": {name: value}}, session.live.revision)
        assert reply["type"] == "command-done", (name, reply)


@pytest.mark.parametrize("kind", schedules.USUAL)
def test_every_schedule_of_the_page_is_made_by_its_name_alone(kind):
    session = models.session()
    session.apply(pg.edit.schedule(kind))
    page = Page(session)
    page.open()
    shown = section(page, "schedule")
    again = {name: value for name, value in shown["values"].items() if name != "every"}
    reply = asked(page, {"type": "set-schedule", "kind": kind, "settings": again, "every": "step"}, 1)
    assert (reply["type"], section(page, "schedule")["values"]["every"]) == ("command-done", "step")
