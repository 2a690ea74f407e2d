"""The layout keeps its promises on random diagrams."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from patchgrad.drawing.diagram import Box, Diagram, DiagramEdge, DiagramFrame, DiagramNode, Layout
from patchgrad.drawing.layout import chain, layout
from tests.drawing.graphs import diagrams


@given(diagrams(frames=True, loops=True))
def test_boxes_never_overlap(diagram: Diagram) -> None:
    boxes = layout(diagram).boxes
    assert [pair for pair in combinations(boxes, 2) if boxes[pair[0]].overlaps(boxes[pair[1]])] == []


@given(diagrams(frames=True, loops=True))
def test_frames_hold_their_own_and_nothing_else(diagram: Diagram) -> None:
    made = layout(diagram)
    for frame, border in made.frames.items():
        for name, box in made.boxes.items():
            inside = frame in chain(diagram.frames, diagram.nodes[name].frame)
            assert _holds(border, box) if inside else not border.overlaps(box)
        for other, box in made.frames.items():
            if frame in chain(diagram.frames, other)[1:]:
                assert _holds(border, box)


@given(diagrams())
def test_edges_lead_to_the_right(diagram: Diagram) -> None:
    made = layout(diagram)
    for edge in diagram.edges:
        assert made.boxes[edge.source].right < made.boxes[edge.target].x


@given(diagrams(frames=True, loops=True))
def test_routes_lead_from_port_to_port_and_cross_no_box(diagram: Diagram) -> None:
    made = layout(diagram)
    for edge in diagram.edges:
        route = made.routes[edge.id]
        source, target = made.boxes[edge.source], made.boxes[edge.target]
        assert route[0] == (source.right, source.y + diagram.nodes[edge.source].output_offset(edge.source_port))
        assert route[-1] == (target.x, target.y + diagram.nodes[edge.target].input_offset(edge.target_port))
        for start, end in pairwise(route):
            piece = _piece(start, end)
            assert [name for name, box in made.boxes.items() if piece.overlaps(box)] == []


@given(diagrams(frames=True, loops=True, pins=True))
def test_same_diagram_gives_the_same_picture(diagram: Diagram) -> None:
    assert layout(diagram) == layout(diagram)


@given(diagrams(frames=True, loops=True, pins=True))
def test_pinned_boxes_stay_at_their_pins_and_free_ones_step_aside(diagram: Diagram) -> None:
    boxes = layout(diagram).boxes
    pinned = {name for name, node in diagram.nodes.items() if node.pin is not None}
    assert all((boxes[name].x, boxes[name].y) == diagram.nodes[name].pin for name in pinned)
    for first, second in combinations(boxes, 2):
        if not {first, second} <= pinned:
            assert not boxes[first].overlaps(boxes[second])


@given(diagrams(), st.data())
@settings(max_examples=60)
def test_order_within_columns_is_kept_when_a_box_is_added(diagram: Diagram, data: st.DataObject) -> None:
    before = layout(diagram)
    names = list(diagram.nodes)
    source = data.draw(st.sampled_from(names)) if names else None
    edges = (DiagramEdge("new", source, "y", "new", "a"),) if source else ()
    nodes = {**diagram.nodes, "new": DiagramNode("new", 100, 64)}
    after = layout(Diagram(nodes, diagram.edges + edges), before)
    for first, second in combinations(names, 2):
        if _same_column(before, first, second) and _same_column(after, first, second):
            assert _above(before, first, second) == _above(after, first, second)


def test_an_edit_in_a_frame_leaves_the_order_outside_as_it_was() -> None:
    diagram = _diamond()
    before = layout(diagram)
    flipped = replace(before, boxes={**before.boxes, "b": before.boxes["c"], "c": before.boxes["b"]})
    after = layout(diagram, flipped)
    assert _above(after, "c", "b")
    assert not _above(after, "b", "c")


def test_a_straight_chain_is_drawn_straight() -> None:
    nodes = {f"n{i}": DiagramNode(f"n{i}", 100, 64) for i in range(8)}
    edges = tuple(DiagramEdge(f"e{i}", f"n{i}", "y", f"n{i + 1}", "x") for i in range(7))
    boxes = layout(Diagram(nodes, edges)).boxes
    assert len({box.y for box in boxes.values()}) == 1


def test_a_skip_edge_leaves_the_backbone_straight() -> None:
    nodes = {name: DiagramNode(name, 100, 64, ("x",) if name != "d" else ("a", "b")) for name in "abcde"}
    pairs = (("a", "b", "x"), ("b", "c", "x"), ("c", "d", "a"), ("a", "d", "b"), ("d", "e", "x"))
    edges = tuple(DiagramEdge(f"{s}{t}", s, "y", t, port) for s, t, port in pairs)
    boxes = layout(Diagram(nodes, edges)).boxes
    assert len({boxes[name].y for name in "abc"}) == 1


def test_an_empty_frame_has_a_place() -> None:
    made = layout(Diagram({}, (), {"g": DiagramFrame("g", None, 60.0)}))
    assert made.frames["g"].width > 60
    assert made.frames["g"].height > 0


def test_a_frame_around_itself_does_not_hang() -> None:
    made = layout(Diagram({}, (), {"a": DiagramFrame("a", "b"), "b": DiagramFrame("b", "a")}))
    assert set(made.frames) == {"a", "b"}


def test_work_grows_linearly_with_boxes() -> None:
    """Bends and lanes, the only things added per edge, are bounded by a constant."""
    from patchgrad.drawing.columns import LONGEST_BENT, Link, Unit, cut

    units = [Unit(f"n{i}", 100, 64) for i in range(1000)]
    chain_ = [Link(i, 32, i + 1, 32) for i in range(999)]
    skips = [Link(i, 32, (i * 7 + 13) % 1000, 20) for i in range(1000) if (i * 7 + 13) % 1000 > i + 1]
    made = cut(units, chain_ + skips)
    assert len(made.cells) <= 1000 + len(skips) * (LONGEST_BENT - 1)


def _diamond() -> Diagram:
    nodes = {name: DiagramNode(name, 100, 64, ("x",) if name != "d" else ("a", "b")) for name in "abcd"}
    pairs = (("a", "b", "x"), ("a", "c", "x"), ("b", "d", "a"), ("c", "d", "b"))
    return Diagram(nodes, tuple(DiagramEdge(f"{s}{t}", s, "y", t, port) for s, t, port in pairs))


def _holds(border: Box, box: Box) -> bool:
    return border.x <= box.x and border.y <= box.y and box.right <= border.right and box.bottom <= border.bottom


def _piece(start: tuple[float, float], end: tuple[float, float]) -> Box:
    """The smallest box around a piece of a route: the curve stays within it."""
    x, y = min(start[0], end[0]), min(start[1], end[1])
    return Box(x, y, abs(end[0] - start[0]), abs(end[1] - start[1]))


def _same_column(made: Layout, first: str, second: str) -> bool:
    a, b = made.boxes[first], made.boxes[second]
    return a.x < b.right and b.x < a.right


def _above(made: Layout, first: str, second: str) -> bool:
    return made.boxes[first].y < made.boxes[second].y


def test_a_long_chain_of_sums_does_not_drift() -> None:
    nodes = {f"n{i}": DiagramNode(f"n{i}", 100, 64, ("a", "b")) for i in range(50)}
    ends = [(i - 1, i, "a") for i in range(1, 50)] + [(i - 3, i, "b") for i in range(3, 50, 3)]
    edges = tuple(DiagramEdge(f"{s}{t}", f"n{s}", "y", f"n{t}", port) for s, t, port in ends)
    tops = [box.y for box in layout(Diagram(nodes, edges)).boxes.values()]
    assert max(tops) - min(tops) < 64


def _chain(names: str, frame: str = "") -> Diagram:
    nodes = {name: DiagramNode(name, 100, 64, frame="g" if name in frame else None) for name in names}
    edges = tuple(DiagramEdge(f"{a}{b}", a, "y", b, "x") for a, b in pairwise(names))
    return Diagram(nodes, edges, {"g": DiagramFrame("g")} if frame else {})


def test_a_box_that_is_put_in_moves_only_the_smaller_side() -> None:
    before = layout(_chain("abcdefg"))
    after = layout(_chain("abcdenfg"), before)
    assert {name: after.boxes[name] for name in "abcde"} == {name: before.boxes[name] for name in "abcde"}
    after = layout(_chain("anbcdefg"), before)
    assert {name: after.boxes[name] for name in "bcdefg"} == {name: before.boxes[name] for name in "bcdefg"}


def test_an_edit_inside_a_frame_moves_nothing_before_it() -> None:
    before = layout(_chain("abcdef", frame="de"))
    after = layout(_chain("abcdxef", frame="dxe"), before)
    assert {name: after.boxes[name] for name in "abc"} == {name: before.boxes[name] for name in "abc"}


def test_undo_brings_every_box_back_to_its_place() -> None:
    before = layout(_chain("abcdef", frame="de"))
    edited = layout(_chain("abxcdef", frame="de"), before)
    assert layout(_chain("abcdef", frame="de"), edited).boxes == before.boxes
