"""Several edits as one: in order, undone together, refused together, and written as Python that does the same."""

from __future__ import annotations

import pytest

import patchgrad as pg
from patchgrad import nn
from patchgrad.errors import GraphError
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


def test_they_are_one_entry_to_undo() -> None:
    session = models.session()
    session.run(2, progress=False)
    before = session.fingerprint()
    session.apply(pg.edit.together(pg.edit.freeze("fc1"), pg.edit.remove("drop1"), pg.edit.rename("fc2", "head")))
    assert len(session.log) == 1
    session.undo()
    assert session.fingerprint() == before
