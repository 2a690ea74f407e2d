"""Branches by hand: the tree, what tells two apart, marks by name, by step and by edit, and what cannot be."""

from __future__ import annotations

import gc

import pytest

import patchgrad as pg
from patchgrad import nn
from patchgrad.data import DataLoader, TensorDataset
from patchgrad.errors import ArgumentError, SessionError

from . import models


def parted() -> pg.Session:
    """main with a dropout after step 4, ``other`` with a tanh instead."""
    session = models.session()
    session.run(4, progress=False)
    session.mark("here")
    session.apply(models.dropout_edit(0.5))
    session.run(3, progress=False)
    session.rewind("here", "other")
    session.apply(pg.edit.insert("drop1 -> fc2", nn.Tanh()))
    session.run(5, progress=False)
    return session


def test_the_tree_of_branches_is_printed_with_where_each_began_and_stands() -> None:
    assert repr(parted().branches) == ("  main  stands at step 7\n*   other  from step 4 (here)")


def test_two_branches_are_told_apart_by_identity() -> None:
    found = parted().compare("main")
    assert found.parted == 4
    assert found.steps == (7, 9)
    assert "only in 'main': drop2 (Dropout)" in str(found)
    assert "only in 'other': tanh1 (Tanh)" in str(found)


def test_the_curves_of_branches_share_their_past_and_part() -> None:
    session = parted()
    figure = pg.plots.branches(session)
    main, other = figure.data[0], figure.data[2]
    assert list(main.y[:4]) == list(other.y[:4])
    assert list(main.y[4:]) != list(other.y[4:7])
    assert list(main.x) == [1, 2, 3, 4, 5, 6, 7]
    assert figure.layout.title.text == "Which branch learns better?"
    assert len(session.compare("main").figure().data) == 4


def test_flags_and_script_are_those_of_the_branch() -> None:
    session = parted()
    assert session.script().count("Tanh") == 1
    assert "Dropout" not in session.script()
    session.switch("main")
    assert "Tanh" not in session.script()
    assert session.script().count("Dropout") == 1


@pytest.mark.parametrize("to", ["name", "step", "edit", "last"])
def test_a_place_to_go_back_to_is_named_in_four_ways(to: str) -> None:
    session = models.session()
    session.run(4, progress=False)
    mark = session.mark("start")
    edit = session.apply(models.dropout_edit(0.5))
    session.run(3, progress=False)
    session.rewind({"name": "start", "step": 5, "edit": edit, "last": None}[to])
    assert session.step_count == 4
    assert session.graph == mark.graph
    session.switch("main")
    assert session.step_count == 7
    assert session.graph != mark.graph
    session.undo()
    assert session.graph == mark.graph


def test_what_cannot_be_gone_back_to_is_said_and_nothing_changes() -> None:
    session = models.session()
    session.run(2, progress=False)
    session.mark("a")
    before = session.fingerprint()
    with pytest.raises(ArgumentError, match="no such mark"):
        session.rewind("b")
    with pytest.raises(ArgumentError, match="is a mark 'a' already"):
        session.mark("a")
    with pytest.raises(ArgumentError, match="is a branch 'main' already"):
        session.rewind("a", "main")
    with pytest.raises(ArgumentError, match="no branch 'c'"):
        session.switch("c")
    with pytest.raises(SessionError, match="is trained already"):
        session.switch("main")
    with pytest.raises(ArgumentError, match="with itself"):
        session.compare("main")
    assert session.fingerprint() == before
    assert len(session.branches) == 1


def test_a_loader_that_cannot_go_back_goes_on_and_it_is_said() -> None:
    session = models.session(loader=OnlyForward())
    session.run(3, progress=False)
    session.mark("a")
    session.run(3, progress=False)
    edit = session.rewind("a")
    assert "cannot go back" in edit.text
    assert session.step_count == 3


class OnlyForward:
    def __iter__(self) -> object:
        return iter(models.batches())


def test_marks_beyond_the_budget_lie_in_files_that_go_with_the_session() -> None:
    session = models.session(mark_memory=1_000)
    session.run(2, progress=False)
    session.mark("a")
    there = session.fingerprint()
    folder = session.timeline.vault._folder
    assert folder is not None
    assert any(folder.iterdir())
    session.run(2, progress=False)
    session.rewind("a")
    assert session.fingerprint() == there
    session.close()
    del session
    gc.collect()
    assert not folder.exists()


def test_where_marks_find_no_room_it_is_said_and_edits_are_made_without(monkeypatch: pytest.MonkeyPatch) -> None:
    def read_only(*_: object, **__: object) -> str:
        raise OSError("read-only")

    monkeypatch.setattr("tempfile.mkdtemp", read_only)
    session = models.session()
    session.run(2, progress=False)
    vault = session.timeline.vault
    vault.budget = 8 * session.mark("first").bytes
    for number in range(7):
        session.mark(f"mark {number}")
    full = vault.bytes
    with pytest.raises(SessionError, match="no room for another mark") as caught:
        session.mark("one too many")
    assert "mark_memory" in caught.value.hint
    edit = session.apply(models.dropout_edit(0.5))
    assert edit.status == "applied"
    assert edit.mark is None
    assert len(session.marks) == 8
    assert vault.bytes == full


def test_a_mark_that_went_is_no_place_to_go_back_to() -> None:
    session = models.session()
    session.run(2, progress=False)
    edits = [session.apply(pg.edit.rename(a, b)) for a, b in [("fc1", "one"), ("one", "fc1")] * 11]
    assert len(session.marks) == 20
    assert edits[0].mark is None
    with pytest.raises(ArgumentError, match="no such mark"):
        session.rewind(edits[0])


def test_a_mark_at_the_end_of_a_pass_remembers_that_it_is_over():
    data = DataLoader(TensorDataset(*(pg.cat(parts) for parts in zip(*models.batches(4), strict=True))), batch_size=16)
    session = models.session(loader=data)
    session.step(4)
    session.mark("end")
    session.step(2)
    epoch = session.training.feed.epoch
    session.rewind("end")
    session.step(2)
    assert session.training.feed.epoch == epoch == 1


def test_a_layer_that_a_branch_has_not_measured_yet_has_no_figures_in_it() -> None:
    session = models.session()
    session.mark("start")
    session.run(3, progress=False)
    (first, *_) = [layer.uid for layer in session.recorder.layers]
    assert session.recorder.figures(first)
    session.rewind("start", "again")
    assert session.recorder.figures(first) == {}
    assert session.recorder.by_layer("gradient_norm") == {}
