"""Several edits as one: in order, undone together, refused together, and written as Python that does the same."""

from __future__ import annotations

import pytest

import patchgrad as pg
from patchgrad import nn
from patchgrad.errors import GraphError, PatchgradError
from patchgrad.layergraph import LayerGraph
from tests.session import models


def graph() -> LayerGraph:
    return LayerGraph.from_module(nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 2)), pg.ones(2, 6))


def test_each_edit_sees_what_the_one_before_it_left() -> None:
    made = pg.edit.together(
        pg.edit.insert("relu1 -> linear2", nn.Dropout(0.2), name="drop"),
        pg.edit.set("drop", p=0.5),
        words="regularise",
    ).resolve(graph())
    assert made.apply(graph()).by_name("drop").settings["p"] == 0.5
    assert made.label(graph()) == "regularise"
    text = made.python(graph())
    assert eval(text, {"pg": pg, "nn": nn}).resolve(graph()) == made


def test_one_that_cannot_be_made_refuses_all() -> None:
    session = models.session()
    session.run(2, progress=False)
    before = session.fingerprint()
    with pytest.raises(GraphError, match="no layer named 'nowhere'"):
        session.apply(pg.edit.together(pg.edit.freeze("fc1"), pg.edit.remove("nowhere")))
    assert session.fingerprint() == before


def test_a_head_and_its_loss_change_together_where_each_alone_is_refused() -> None:
    session = models.session()
    session.run(2, progress=False)
    before = session.fingerprint()
    head, loss = pg.edit.set("fc2", out_features=3), pg.edit.loss(nn.MultiMarginLoss())
    more = (pg.edit.optimizer("SGD", lr=0.1, momentum=0.9), pg.edit.set("output", shape=None), pg.edit.data(seed=3))
    with pytest.raises(GraphError, match="the loss cannot be computed after this edit"):
        session.apply(pg.edit.together(pg.edit.set("output", shape=None), pg.edit.set("fc2", out_features=1), more[0]))
    with pytest.raises(PatchgradError):
        session.apply(pg.edit.together(head, more[1], loss, pg.edit.optimizer(no_such=1)))
    assert session.fingerprint() == before
    edit = session.apply(pg.edit.together(*more[:2], loss, head, words="another task"))
    assert len([entry for entry in session.log if entry.status == "applied"]) == 1
    assert "Adam → SGD" in edit.text
    assert "fc2.weight" in edit.text
    after = session.fingerprint()
    session.undo()
    assert session.fingerprint() == before
    session.redo()
    assert session.fingerprint() == after
    session.run(2, progress=False)
    assert type(session.optimizer).__name__ == "SGD"


def test_settings_of_the_training_alone_are_one_entry_too() -> None:
    session = models.session()
    session.run(2, progress=False)
    before = session.fingerprint()
    session.apply(pg.edit.together(pg.edit.optimizer("SGD", lr=0.1), pg.edit.schedule("StepLR", step_size=2)))
    assert len(session.log) == 1
    session.undo()
    assert session.fingerprint() == before


def test_they_are_one_entry_to_undo() -> None:
    session = models.session()
    session.run(2, progress=False)
    before = session.fingerprint()
    session.apply(pg.edit.together(pg.edit.freeze("fc1"), pg.edit.remove("drop1"), pg.edit.rename("fc2", "head")))
    assert len(session.log) == 1
    session.undo()
    assert session.fingerprint() == before
