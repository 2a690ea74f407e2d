"""A layer graph as a page shows it: cut into rows, and the boxes that a person moved where they were put.

The studio and the static picture show the same page, so a position means the same place in both.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from msgspec.structs import replace as changed

from patchgrad.drawing.diagram import Diagram, Layout
from patchgrad.drawing.layer_picture import Facts, layer_picture
from patchgrad.drawing.picture import Picture
from patchgrad.drawing.pins import pinned
from patchgrad.drawing.rows import in_rows
from patchgrad.layergraph.graph import LayerGraph

PAGE = 900.0
"""Wider pictures go on in the next row. In pixels: readable in the column of a notebook and beside a palette."""


@dataclass(frozen=True, slots=True)
class LayerPage:
    """What is shown; and the layout in one row, whose order of boxes the page after the next edit keeps."""

    picture: Picture
    row: Layout


def layer_page(graph: LayerGraph, facts: Facts | None = None, previous: LayerPage | None = None) -> LayerPage:
    """Lay out a layer graph for a page. ``previous``: the page before the edit."""
    row = layer_picture(_free(graph), facts, previous.row if previous else None)
    rows = in_rows(row, PAGE)
    diagram = _with_pins(row.diagram, graph)
    return LayerPage(replace(rows, diagram=diagram, layout=pinned(diagram, rows.layout)), row.layout)


def _free(graph: LayerGraph) -> LayerGraph:
    """The graph with no box held in place: rows are cut before boxes are put where a person wants them."""
    return changed(graph, nodes={uid: changed(node, position=None) for uid, node in graph.nodes.items()})


def _with_pins(diagram: Diagram, graph: LayerGraph) -> Diagram:
    pins = {uid: node.position for uid, node in graph.nodes.items() if node.position is not None}
    return replace(diagram, nodes={uid: replace(box, pin=pins.get(uid)) for uid, box in diagram.nodes.items()})
