"""Random diagrams and layer graphs for the drawing tests."""

from __future__ import annotations

from hypothesis import strategies as st

from patchgrad.drawing.diagram import Diagram, DiagramEdge, DiagramFrame, DiagramNode
from patchgrad.layergraph.graph import Edge, Group, LayerGraph, LayerNode, PortRef


@st.composite
def diagrams(draw: st.DrawFn, frames: bool = False, loops: bool = False, pins: bool = False) -> Diagram:
    """Boxes of many sizes, up to two inputs each, with or without frames, loops and pins."""
    count = draw(st.integers(0, 24))
    names = [f"n{i}" for i in range(count)]
    groups = draw(nested_frames()) if frames else {}
    homes = st.sampled_from([None, *groups])
    nodes = {
        name: DiagramNode(
            name,
            draw(st.integers(30, 240)),
            draw(st.sampled_from([40, 64, 100])),
            ("a", "b"),
            ("y",),
            draw(homes),
            (draw(st.integers(-500, 900)), draw(st.integers(-500, 900))) if pins and draw(st.booleans()) else None,
        )
        for name in names
    }
    edges: list[DiagramEdge] = []
    for target in range(count):
        for port in ("a", "b"):
            if draw(st.booleans()) and (loops or target > 0):
                source = draw(st.integers(0, count - 1 if loops else target - 1))
                edges.append(DiagramEdge(f"{target}{port}", names[source], "y", names[target], port, 20))
    return Diagram(nodes, tuple(edges), groups)


@st.composite
def nested_frames(draw: st.DrawFn) -> dict[str, DiagramFrame]:
    count = draw(st.integers(0, 4))
    return {
        f"g{i}": DiagramFrame(f"g{i}", draw(st.sampled_from([None, *(f"g{k}" for k in range(i))])))
        for i in range(count)
    }


@st.composite
def layer_graphs(draw: st.DrawFn) -> LayerGraph:
    """Layer graphs with any names, groups folded or open."""
    count = draw(st.integers(0, 10))
    groups = {
        f"g{i}": Group(f"g{i}", draw(st.text(max_size=8)), draw(st.sampled_from([None, *(f"g{k}" for k in range(i))])))
        for i in range(draw(st.integers(0, 3)))
    }
    groups = {uid: Group(uid, g.name, g.parent, draw(st.booleans())) for uid, g in groups.items()}
    nodes = {
        f"n{i}": LayerNode(f"n{i}", "Linear", draw(st.text()), {}, group=draw(st.sampled_from([None, *groups])))
        for i in range(count)
    }
    edges = [
        Edge(PortRef(f"n{draw(st.integers(0, i - 1))}", "y"), PortRef(f"n{i}", "x"))
        for i in range(1, count)
        if draw(st.booleans())
    ]
    return LayerGraph(nodes, tuple(edges), groups)
