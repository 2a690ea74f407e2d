"""From a layer graph to its picture: boxes with names, kinds, settings, parameter counts and shapes.

Folded groups become one box. Read next: ``layer_facts.py`` (counts, ports and shapes), ``layout.py``.
"""

from __future__ import annotations

from math import ceil

from patchgrad.drawing.diagram import Diagram, DiagramEdge, DiagramFrame, DiagramNode, Layout
from patchgrad.drawing.layer_facts import Facts, LayerFacts, layer_facts
from patchgrad.drawing.layout import chain, layout
from patchgrad.drawing.picture import NodeText, Picture
from patchgrad.drawing.summary import count, summary, travelling
from patchgrad.drawing.text import fitted, text_width
from patchgrad.layergraph.graph import Edge, LayerGraph, LayerNode, PortRef

TITLE_SIZE = 14.2
"""A little more than it is drawn in, as titles are bold."""
TEXT_SIZE = 11.0
NARROWEST, WIDEST = 112.0, 240.0
SIDE = 12.0
BOX_HEIGHT = 64.0
PORT_ROOM = 22.0


def layer_picture(graph: LayerGraph, facts: Facts | None = None, previous: Layout | None = None) -> Picture:
    """Lay out a layer graph.

    Parameters
        facts     of its layers; those that its check finds, if not given
        previous  the layout before the edit, whose order is kept
    """
    known = layer_facts(graph) if facts is None else facts
    shown = Shown(graph)
    texts = {uid: _node_text(node, known.get(uid, LayerFacts())) for uid, node in shown.nodes.items()}
    folded = {uid: _group_text(graph, uid, known) for uid in shown.folded}
    ports = _ports(graph, shown, known)
    edges = _edges(graph, shown, known)
    diagram = Diagram(
        nodes={
            uid: _box(uid, text, ports[uid], shown.frame_of(uid), graph) for uid, text in {**texts, **folded}.items()
        },
        edges=tuple(edge for edge, _ in edges),
        frames={uid: _frame(graph, uid) for uid in shown.frames},
    )
    frames = {uid: _group_text(graph, uid, known) for uid in shown.frames}
    return Picture(
        diagram,
        layout(diagram, previous),
        {**texts, **folded},
        {edge.id: label for edge, label in edges},
        frames,
        *_spoken(graph, known),
    )


class Shown:
    """Which nodes and groups of a graph are seen: what is in a folded group is not."""

    def __init__(self, graph: LayerGraph) -> None:
        self.graph = graph
        groups = {uid: DiagramFrame(uid, group.parent) for uid, group in graph.groups.items()}
        self.stand_in: dict[str | None, str | None] = {None: None}
        for uid in groups:
            around = [name for name in chain(groups, uid) if name is not None and graph.groups[name].folded]
            self.stand_in[uid] = around[-1] if around else None
        self.nodes = {uid: node for uid, node in graph.nodes.items() if self.box_of(uid) == uid}
        self.folded = [uid for uid in groups if self.stand_in[uid] == uid]
        self.frames = [uid for uid in groups if self.stand_in[uid] is None]

    def box_of(self, uid: str) -> str:
        """The box in which a node is seen: its own, or the outermost folded group around it."""
        return self.stand_in.get(self.graph.nodes[uid].group) or uid

    def frame_of(self, uid: str) -> str | None:
        """The frame around a box."""
        node = self.graph.nodes.get(uid)
        return node.group if node is not None else self.graph.groups[uid].parent


def _node_text(node: LayerNode, facts: LayerFacts) -> NodeText:
    marks = [word for word, on in (("frozen", node.frozen), ("bypassed", node.bypassed)) if on]
    note = f"{count(facts.parameters)} parameters" if facts.parameters else ""
    kind = str(node.settings.get("name", "module")) if node.kind == "Closed" else node.kind
    settings = facts.summary or summary(node.settings)
    return NodeText(node.name, kind, settings, note, facts.family, tuple(marks), facts.problem)


def _group_text(graph: LayerGraph, uid: str, facts: Facts) -> NodeText:
    frames = {name: DiagramFrame(name, group.parent) for name, group in graph.groups.items()}
    inside = [name for name, node in graph.nodes.items() if uid in chain(frames, node.group)]
    parameters = sum(facts[name].parameters for name in inside if name in facts)
    note = f"{count(parameters)} parameters" if parameters else ""
    return NodeText(graph.groups[uid].name, f"{len(inside)} layer" + "s" * (len(inside) != 1), "", note, "group")


def _ports(graph: LayerGraph, shown: Shown, facts: Facts) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Input and output ports of every box; a folded group has one for each far source."""
    inputs: dict[str, dict[str, None]] = {uid: {} for uid in (*shown.nodes, *shown.folded)}
    outputs: dict[str, dict[str, None]] = {uid: {} for uid in inputs}
    for uid in shown.nodes:
        given = facts.get(uid, LayerFacts())
        inputs[uid].update(dict.fromkeys(given.inputs))
        outputs[uid].update(dict.fromkeys(given.outputs))
    for edge in graph.edges:
        source, target = _ends(edge, shown)
        if source.node != target.node:
            outputs[source.node].setdefault(source.port)
            inputs[target.node].setdefault(target.port)
    return {uid: (tuple(inputs[uid]), tuple(outputs[uid])) for uid in inputs}


def _ends(edge: Edge, shown: Shown) -> tuple[PortRef, PortRef]:
    """Between which boxes an edge is seen."""
    source, target = shown.box_of(edge.source.node), shown.box_of(edge.target.node)
    return (
        PortRef(source, edge.source.port if source == edge.source.node else str(edge.source)),
        PortRef(target, edge.target.port if target == edge.target.node else str(edge.source)),
    )


def _edges(graph: LayerGraph, shown: Shown, facts: Facts) -> list[tuple[DiagramEdge, str]]:
    found: list[tuple[DiagramEdge, str]] = []
    for edge in graph.edges:
        source, target = _ends(edge, shown)
        if source.node == target.node and source.node in shown.folded:
            continue
        shapes = facts.get(edge.source.node, LayerFacts()).shapes or {}
        label = travelling(shapes.get(edge.source.port))
        room = text_width(label, TEXT_SIZE)
        found.append((DiagramEdge(edge.id, source.node, source.port, target.node, target.port, room), label))
    return found


def _box(
    uid: str, text: NodeText, ports: tuple[tuple[str, ...], tuple[str, ...]], frame: str | None, graph: LayerGraph
) -> DiagramNode:
    sizes = (TITLE_SIZE, TEXT_SIZE, TEXT_SIZE)
    width = max(text_width(line, size) for line, size in zip(text.lines(), sizes, strict=True))
    node = graph.nodes.get(uid)
    return DiagramNode(
        uid,
        ceil(min(max(width + 2 * SIDE, NARROWEST), WIDEST)),
        max(BOX_HEIGHT, PORT_ROOM * (max(map(len, ports)) + 1)),
        *ports,
        frame=frame,
        pin=node.position if node is not None else None,
    )


def _frame(graph: LayerGraph, uid: str) -> DiagramFrame:
    group = graph.groups[uid]
    return DiagramFrame(uid, group.parent, text_width(fitted(group.name, TEXT_SIZE, WIDEST), TEXT_SIZE))


def _spoken(graph: LayerGraph, facts: Facts) -> tuple[str, str]:
    """Title and description for screen readers."""
    parameters = sum(fact.parameters for fact in facts.values())
    title = f"Layer graph with {len(graph.nodes)} layers" + (f" and {parameters:,} parameters" if parameters else "")
    names = {uid: node.name for uid, node in graph.nodes.items()}
    leads = [f"{names.get(e.source.node, '?')} to {names.get(e.target.node, '?')}" for e in graph.edges[:200]]
    return title, ("Edges: " + ", ".join(leads) + ".") if leads else "No edges."
