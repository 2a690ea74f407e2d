"""A note on a group: kept, shown in the source as a comment whatever it says, taken away by an empty text."""

from __future__ import annotations

import ast

import pytest

import patchgrad as pg
from patchgrad import nn
from patchgrad.layergraph.commands import GroupNodes, Note
from patchgrad.layergraph.graph import LayerGraph


@pytest.fixture(scope="module")
def graph() -> LayerGraph:
    traced = LayerGraph.from_module(nn.Sequential(nn.Linear(4, 4), nn.ReLU()), pg.zeros(2, 4))
    return GroupNodes((traced.names["linear1"], traced.names["relu1"]), "head").apply(traced)


def test_a_note_is_a_comment_of_the_source_and_nothing_else(graph):
    uid = next(iter(graph.groups))
    text = 'first line\n"""\nimport os; os.abort()\x0c\u2028x = 1'
    noted = Note(uid, text).apply(graph)
    assert noted.groups[uid].note == text
    assert "# first line" in noted.to_source()
    assert ast.dump(ast.parse(noted.to_source())) == ast.dump(ast.parse(graph.to_source()))
    assert pg.edit.note("head", text).resolve(graph) == Note(uid, text)
    assert Note(uid, "").apply(noted) == graph


def test_a_note_that_is_too_long_or_on_no_group_is_refused(graph):
    uid = next(iter(graph.groups))
    with pytest.raises(pg.errors.GraphError, match="1,000"):
        Note(uid, "x" * 1001).apply(graph)
    with pytest.raises(pg.errors.GraphError, match="g9"):
        Note("g9", "x").apply(graph)
