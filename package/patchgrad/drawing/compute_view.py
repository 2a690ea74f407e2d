"""A step as it is looked at: what is open is laid out, the rest are closed boxes with what they add up to.

``ComputeViewer`` is made once for a snapshot; each ``view`` takes time that grows with the boxes shown, not with the
ops of the step. Read next: ``opened.py`` (which boxes).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from patchgrad.backend import host
from patchgrad.drawing.compute_facts import BoxFacts, EdgeFacts
from patchgrad.drawing.diagram import Diagram, DiagramEdge, DiagramFrame, DiagramNode, Layout
from patchgrad.drawing.layout import layout
from patchgrad.drawing.measures import amount, duration, size
from patchgrad.drawing.opened import Opened, Shown, opened
from patchgrad.drawing.picture import NodeText, Picture
from patchgrad.drawing.summary import travelling
from patchgrad.drawing.text import fitted, text_width
from patchgrad.recorder.groups import Group, grouped, inside
from patchgrad.recorder.snapshot import OpRecord, Snapshot, ValueRecord
from patchgrad.recorder.wiring import Wire, Wiring

LIMIT = 300
"""Boxes that a page draws smoothly."""
FEW = 24
"""Boxes up to which groups open by themselves."""
TITLE_SIZE, TEXT_SIZE = 14.2, 11.0
NARROWEST, WIDEST, SIDE = 72.0, 240.0, 12.0
HEIGHT, LEAF_HEIGHT, PORT_ROOM = 56.0, 40.0, 18.0
PORT_LETTER = 5.0
"""Width of a letter in the name of an argument, which stands inside the box where there are several."""
DATA = 2
"""A closed group shows so many unnamed inputs of its own; where there are more, none."""


@dataclass(frozen=True)
class ComputeView:
    """What is shown of a step: a picture with facts, and the groups that there was no room to open.

    Fields
        frames  the open groups
        values  ids of the values that travel along an edge
        home    of every op, the place of its box in ``boxes``
    """

    picture: Picture
    boxes: dict[str, BoxFacts]
    refused: tuple[str, ...]
    frames: dict[str, Group]
    edges: dict[str, EdgeFacts]
    home: Any

    def box_of(self, op: int) -> str:
        """The id of the box that an op, by its place in the step, is drawn in."""
        return self._ids[int(self.home[op])]

    @cached_property
    def _ids(self) -> list[str]:
        return list(self.boxes)


class ComputeViewer:
    """Looks at one snapshot. ``groups`` is the tree, ``wiring`` who reads what."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.root = grouped(snapshot)
        self.wiring = Wiring(snapshot)
        self.shared = snapshot.shared()
        self._leaves = self.wiring.leaves()
        self._ids = tuple([op.id for op in snapshot.ops])
        self._readers = {name: host.asarray(places) for name, places in self._leaves.items()}

    def everything(self) -> set[str]:
        """The ids of all groups, every turn of every repeat too."""
        return {group.id for group in inside(self.root)}

    @cached_property
    def groups(self) -> dict[str, Group]:
        """All groups by id."""
        return {group.id: group for group in inside(self.root)}

    @cached_property
    def places(self) -> dict[str, int]:
        """The place in the step of every op, by id."""
        return {name: place for place, name in enumerate(self._ids)}

    def timed(self, snapshot: Snapshot) -> None:
        """Look at another step of the same graph."""
        self.snapshot = snapshot
        self.wiring.take_times(snapshot)

    def around(self, op: int) -> Iterator[Group]:
        """The groups that hold an op, by its place in the step, the outermost first; without the step itself."""
        group: Group | None = self.root
        while group is not None:
            children = (child for child in group.children if isinstance(child, Group))
            group = next((child for child in children if child.begin <= op < child.end), None)
            if group is not None:
                yield group

    def first(self, few: int = FEW) -> set[str]:
        """What is open at first: groups as long as few boxes are shown, the outermost first."""
        found = {group.id for group in inside(self.root) if group.kind in ("call", "part")}
        return set(opened(self.root, self._ids, found, few).frames)

    def facts(self, group: Group) -> BoxFacts:
        """What a group adds up to, open or not."""
        return self.facts_of(group.id, group.kind, group.id, group.begin, group.end)

    def facts_of(
        self, name: str, kind: str, opens: str, begin: int, end: int, hidden: Collection[ValueRecord] = ()
    ) -> BoxFacts:
        """What a stretch of ops adds up to."""
        wiring = self.wiring
        return BoxFacts(
            name,
            kind,
            opens,
            end - begin,
            begin,
            wiring.seconds(begin, end),
            wiring.backward_seconds(begin, end),
            wiring.flops(begin, end),
            wiring.saved_bytes(begin, end),
            len(hidden),
            sum(value.bytes for value in hidden),
        )

    def view(
        self, opens: Collection[str] | None = None, limit: int = LIMIT, previous: Layout | None = None
    ) -> ComputeView:
        """The picture with these groups open.

        Parameters
            opens     ids of groups, and of single turns of repeats; None for a first look
            limit     boxes at most, leaves not counted: groups that would make more stay closed
            previous  the layout before, whose order of boxes is kept
        """
        shown = opened(self.root, self._ids, self.first() if opens is None else opens, limit)
        return _View(self, shown).made(previous)


def compute_picture(snapshot: Snapshot) -> Picture:
    """A step at first sight: all ops if they are few, else groups and repeats as one box each."""
    return ComputeViewer(snapshot).view().picture


class _View:
    def __init__(self, viewer: ComputeViewer, shown: Opened) -> None:
        self.viewer = viewer
        self.snapshot = viewer.snapshot
        self.shown = shown
        self.home = host.zeros(len(self.snapshot.ops), dtype="int64")
        for place, box in enumerate(shown.boxes):
            self.home[box.begin : box.end] = place
        self.hidden: dict[str, list[ValueRecord]] = {}
        """Named leaves that are read inside one closed box, by box."""
        self.edges: dict[str, EdgeFacts] = {}
        self.leaves = dict(self._shown_leaves())

    def made(self, previous: Layout | None) -> ComputeView:
        texts = {box.id: self._text(box) for box in self.shown.boxes}
        texts |= {name: self._leaf_text(self.snapshot.values[name]) for name in self.leaves}
        edges, labels = self._edges()
        nodes = {box.id: self._node(box, texts[box.id]) for box in self.shown.boxes}
        nodes |= {
            name: DiagramNode(name, _width(texts[name]), LEAF_HEIGHT, (), (name,), self._leaf_home(boxes))
            for name, boxes in self.leaves.items()
        }
        titles = {name: _frame_title(group) for name, (group, _) in self.shown.frames.items()}
        frames = {
            name: DiagramFrame(name, around, text_width(titles[name], TEXT_SIZE))
            for name, (_, around) in self.shown.frames.items()
        }
        diagram = Diagram(nodes, tuple(edges), frames)
        count = len(self.snapshot.ops)
        picture = Picture(
            diagram,
            layout(diagram, previous),
            texts,
            labels,
            {name: NodeText(title) for name, title in titles.items()},
            f"Compute graph of step {self.snapshot.step} with {count} ops",
            "In order: " + ", ".join(box.title or box.id for box in self.shown.boxes[:200]) + ".",
        )
        facts = {box.id: self._facts(box) for box in self.shown.boxes}
        open_groups = {name: group for name, (group, _) in self.shown.frames.items()}
        return ComputeView(picture, facts, self.shown.refused, open_groups, self.edges, self.home)

    # Leaves: parameters, buffers, data

    def _shown_leaves(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        """Those that an op that is shown, or several boxes, read, and a few unnamed ones; with their readers' boxes."""
        unnamed: dict[int, list[str]] = {}
        for name, places in self.viewer._readers.items():
            boxes: list[int] = list(dict.fromkeys(self.home[places].tolist()))
            value = self.snapshot.values[name]
            first = self.shown.boxes[boxes[0]]
            if len(boxes) > 1 or not first.opens:
                yield name, tuple(boxes)
            elif value.name:
                self.hidden.setdefault(first.id, []).append(value)
            else:
                unnamed.setdefault(boxes[0], []).append(name)
        for box, names in unnamed.items():
            if len(names) <= DATA:
                yield from ((name, (box,)) for name in names)

    def _leaf_home(self, boxes: tuple[int, ...]) -> str | None:
        """In the frame of its readers, if they share one."""
        homes = {self.shown.boxes[box].frame for box in boxes}
        return homes.pop() if len(homes) == 1 else None

    def _leaf_text(self, value: ValueRecord) -> NodeText:
        readers = self.viewer.shared.get(value.id, ())
        marks = (f"shared, read {len(readers)} times",) if readers else ()
        kind = f"{travelling(value.shape) or 'one number'}  {value.dtype}"
        return NodeText(value.name or "data", kind, family="leaf", marks=marks)

    # Edges

    def _edges(self) -> tuple[list[DiagramEdge], dict[str, str]]:
        """One edge for each argument of an op, one for all that goes from box to closed box."""
        found: dict[str, DiagramEdge] = {}
        ops = self.snapshot.ops
        for wire in self._wires():
            edge = self._edge(wire)
            found.setdefault(edge.id, edge)
            facts = self.edges.setdefault(edge.id, EdgeFacts())
            facts.values.setdefault(wire.value)
            facts.gradient = facts.gradient or wire.argument in ops[wire.target].gradients
        labels = {name: self._label(facts.values) for name, facts in self.edges.items()}
        edges = [
            DiagramEdge(e.id, e.source, e.source_port, e.target, e.target_port, text_width(labels[e.id], TEXT_SIZE))
            for e in found.values()
        ]
        return edges, labels

    def _wires(self) -> Iterator[Wire]:
        yield from self.viewer.wiring.crossing(self.home)
        for name in self.leaves:
            for place in self.viewer._leaves[name]:
                for argument, value in self.snapshot.ops[place].inputs:
                    if value == name:
                        yield Wire(-1, place, argument, name)

    def _edge(self, wire: Wire) -> DiagramEdge:
        target = self.shown.boxes[int(self.home[wire.target])]
        port = "in" if target.opens else wire.argument
        if wire.source < 0:
            return DiagramEdge(f"{wire.value} -> {target.id}.{port}", wire.value, wire.value, target.id, port)
        source = self.shown.boxes[int(self.home[wire.source])]
        out = "out" if source.opens else wire.value
        return DiagramEdge(f"{source.id}.{out} -> {target.id}.{port}", source.id, out, target.id, port)

    def _label(self, names: Collection[str]) -> str:
        """Shapes of made values; those of leaves stand in their boxes."""
        made = [value for value in (self.snapshot.values[name] for name in names) if value.source is not None]
        shapes = {travelling(value.shape) for value in made}
        if len(shapes) == 1:
            return shapes.pop() + (f"  ({len(made)})" if len(made) > 1 else "")
        return f"{len(made)} values" if made else ""

    # Boxes

    def _node(self, box: Shown, text: NodeText) -> DiagramNode:
        if box.opens:
            return DiagramNode(box.id, _width(text), HEIGHT, ("in",), ("out",), box.frame)
        op = self.snapshot.ops[box.begin]
        inputs = tuple(dict.fromkeys(argument for argument, _ in op.inputs))
        height = max(HEIGHT, PORT_ROOM * (max(len(inputs), len(op.outputs)) + 1))
        names = PORT_LETTER * max(len(name) for name in inputs) if len(inputs) > 1 else 0.0
        return DiagramNode(box.id, _width(text) + names, height, inputs, op.outputs, box.frame)

    def _text(self, box: Shown) -> NodeText:
        note = self._note(box)
        if box.opens:
            kind = box.label or f"{box.end - box.begin} ops"
            return NodeText(box.title, kind, note=note, family="group")
        op = self.snapshot.ops[box.begin]
        settings = ", ".join(f"{name} {value}" for name, value in op.attrs if value not in ("None", "False"))
        title, kind = (box.title, op.op) if box.title else (op.op, "")
        return NodeText(title, kind, fitted(settings, TEXT_SIZE, 120.0), note, family=_family(op))

    def _note(self, box: Shown) -> str:
        facts = self._facts(box)
        parts = [duration(facts.seconds), amount(facts.flops, "FLOP"), size(facts.kept, "kept ")]
        return ", ".join(part for part in parts if part)

    def _facts(self, box: Shown) -> BoxFacts:
        kind = box.group.kind if box.group is not None else "op"
        hidden = self.hidden.get(box.id, ())
        return self.viewer.facts_of(box.id, kind, box.opens, box.begin, box.end, hidden)


def _frame_title(group: Group) -> str:
    return f"{group.title}  {group.label}" if group.label else group.title


def _family(op: OpRecord) -> str:
    return "linear" if any(name in ("weight", "w") for name, _ in op.inputs) else "op"


def _width(text: NodeText) -> float:
    sizes = (TITLE_SIZE, TEXT_SIZE, TEXT_SIZE)
    widest = max(text_width(line, size) for line, size in zip(text.lines(), sizes, strict=True))
    return float(int(min(max(widest + 2 * SIDE, NARROWEST), WIDEST)) + 1)
