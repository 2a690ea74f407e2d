"""A wide picture in rows loses nothing, and still crosses no box."""

from __future__ import annotations

from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from patchgrad.drawing.diagram import Box, Diagram, DiagramEdge, DiagramNode
from patchgrad.drawing.layout import layout
from patchgrad.drawing.picture import Picture
from patchgrad.drawing.rows import in_rows

from .graphs import diagrams


def drawn(diagram: Diagram, width: float) -> Picture:
    return in_rows(Picture(diagram, layout(diagram), {}), width)


@given(diagrams(frames=True, loops=True), st.sampled_from([300.0, 600.0, 1000.0]))
def test_boxes_keep_apart_and_frames_keep_their_boxes(diagram: Diagram, width: float) -> None:
    before, after = layout(diagram), drawn(diagram, width).layout
    assert set(after.boxes) == set(diagram.nodes)
    for first, second in combinations(after.boxes.values(), 2):
        assert not first.overlaps(second)
    for name, frame in after.frames.items():
        inside = [box for box in before.boxes if before.frames[name].overlaps(before.boxes[box])]
        assert all(frame.overlaps(after.boxes[box]) for box in inside)


@given(diagrams(frames=True, loops=True), st.sampled_from([300.0, 600.0, 1000.0]))
def test_routes_still_lead_from_port_to_port_and_cross_no_box(diagram: Diagram, width: float) -> None:
    made = drawn(diagram, width).layout
    for edge in diagram.edges:
        route = made.routes[edge.id]
        source, target = made.boxes[edge.source], made.boxes[edge.target]
        assert route[0] == (source.right, source.y + diagram.nodes[edge.source].output_offset(edge.source_port))
        assert route[-1] == (target.x, target.y + diagram.nodes[edge.target].input_offset(edge.target_port))
        for start, end in pairwise(route):
            piece = Box(min(start[0], end[0]), min(start[1], end[1]), abs(start[0] - end[0]), abs(start[1] - end[1]))
            assert [name for name, box in made.boxes.items() if piece.overlaps(box)] == []


def test_a_long_chain_fits_the_page() -> None:
    nodes = {f"n{i}": DiagramNode(f"n{i}", 120, 64) for i in range(40)}
    edges = tuple(DiagramEdge(f"e{i}", f"n{i}", "y", f"n{i + 1}", "x", 60) for i in range(39))
    made = drawn(Diagram(nodes, edges), 1000.0).layout
    assert made.width < 1080
    assert len({box.y for box in made.boxes.values()}) >= 7
    order = sorted(made.boxes, key=lambda name: (made.boxes[name].y, made.boxes[name].x))
    assert order == list(nodes)


def test_a_picture_that_fits_is_left_alone() -> None:
    diagram = Diagram({"a": DiagramNode("a", 120, 64), "b": DiagramNode("b", 120, 64)})
    assert drawn(diagram, 1000.0).layout == layout(diagram)
