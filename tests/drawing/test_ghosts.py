"""What an edit took away is placed beside what stayed; what was only moved apart leaves no trace."""

from __future__ import annotations

import pytest

from patchgrad.drawing.ghosts import Ghosts, ghosts
from patchgrad.drawing.page import layer_page
from patchgrad.layergraph.commands import Disconnect, InsertOnEdge, RemoveNodes
from patchgrad.layergraph.commands.command import Command
from patchgrad.layergraph.graph import LayerGraph, PortRef
from tests.drawing.test_page import row_of


def after(graph: LayerGraph, command: Command) -> tuple[Ghosts, LayerGraph]:
    before = layer_page(graph)
    made = command.apply(graph)
    page = layer_page(made, previous=before)
    return ghosts((graph, before.picture), (made, page.picture)), made


def test_removed_layers_stand_beside_the_path_that_healed() -> None:
    graph = row_of(5)
    found, made = after(graph, RemoveNodes(("n1", "n2")))
    boxes = layer_page(made, previous=layer_page(graph)).picture.layout.boxes
    assert set(found.boxes) == {"n1", "n2"}
    assert not any(ghost.overlaps(box) for ghost in found.boxes.values() for box in boxes.values())
    assert len(found.lines) == 3
    start, end = found.lines[0][0], found.lines[-1][1]
    assert start == (boxes["n0"].right, boxes["n0"].y + 32.0)
    assert end == (boxes["n3"].x, boxes["n3"].y + 32.0)


@pytest.mark.parametrize(
    ("command", "lines"),
    [(InsertOnEdge(PortRef("n2", "x"), "Tanh"), 0), (Disconnect(PortRef("n2", "x")), 1)],
    ids=["an insert", "a cut"],
)
def test_an_edge_that_was_cut_is_traced_and_one_that_leads_through_a_new_layer_is_not(
    command: Command, lines: int
) -> None:
    found, _ = after(row_of(4), command)
    assert (len(found.boxes), len(found.lines)) == (0, lines)


def test_a_trace_stays_within_the_picture_where_the_row_has_become_shorter() -> None:
    for gone in (("n4",), ("n3", "n4", "n5"), ("n1", "n2", "n3", "n4", "n5", "n6")):
        graph = row_of(14)
        found, made = after(graph, RemoveNodes(gone))
        boxes = layer_page(made, previous=layer_page(graph)).picture.layout.boxes.values()
        assert set(found.boxes) == set(gone)
        assert all(ghost.x >= 0 and ghost.right <= max(box.right for box in boxes) for ghost in found.boxes.values())
        assert not any(ghost.overlaps(box) for ghost in found.boxes.values() for box in boxes)
