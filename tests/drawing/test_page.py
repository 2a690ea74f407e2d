"""The page that the studio and the static picture share: rows, and boxes where a person put them."""

from __future__ import annotations

from msgspec.structs import replace

from patchgrad.drawing.page import PAGE, layer_page
from patchgrad.layergraph.graph import Edge, LayerGraph, LayerNode, PortRef


def row_of(length: int) -> LayerGraph:
    nodes = {f"n{i}": LayerNode(f"n{i}", "ReLU", f"relu{i}") for i in range(length)}
    edges = tuple(Edge(PortRef(f"n{i}", "y"), PortRef(f"n{i + 1}", "x")) for i in range(length - 1))
    return LayerGraph(nodes, edges)


def put(graph: LayerGraph, uid: str, x: float, y: float) -> LayerGraph:
    return replace(graph, nodes={**graph.nodes, uid: replace(graph.nodes[uid], position=(x, y))})


def test_a_long_graph_is_no_wider_than_the_page_and_reads_row_by_row() -> None:
    boxes = layer_page(row_of(30)).picture.layout.boxes
    assert max(box.right for box in boxes.values()) <= PAGE
    places = [(boxes[f"n{i}"].y, boxes[f"n{i}"].x) for i in range(30)]
    assert places == sorted(places)


def test_a_box_stays_where_it_was_put_though_the_page_has_rows() -> None:
    free, moved = layer_page(row_of(30)), layer_page(put(row_of(30), "n20", 40.0, 900.0))
    box = moved.picture.layout.boxes["n20"]
    assert (box.x, box.y) == (40.0, 900.0)
    others = [f"n{i}" for i in range(30) if i != 20]
    assert [moved.picture.layout.boxes[uid] for uid in others] == [free.picture.layout.boxes[uid] for uid in others]


def test_edges_of_a_moved_box_lead_from_port_to_port() -> None:
    layout = layer_page(put(row_of(30), "n20", 40.0, 900.0)).picture.layout
    assert layout.routes["n19.y->n20.x"][-1] == (40.0, 900.0 + 32.0)
    assert layout.routes["n20.y->n21.x"][0] == (layout.boxes["n20"].right, 900.0 + 32.0)


def test_the_page_after_an_edit_keeps_the_order_of_the_page_before() -> None:
    before = layer_page(row_of(30))
    assert layer_page(row_of(30), previous=before).picture.layout == before.picture.layout
