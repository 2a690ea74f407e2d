"""From the snapshot of a step to its picture: ops as boxes, inside frames of the modules that ran them.

A module call that ran one op is that op's box, under the module's name. Parameters and other leaves
are small boxes right before their consumer.
"""

from __future__ import annotations

from collections import Counter
from math import ceil

from patchgrad.drawing.diagram import Diagram, DiagramEdge, DiagramFrame, DiagramNode
from patchgrad.drawing.layout import layout
from patchgrad.drawing.picture import NodeText, Picture
from patchgrad.drawing.summary import travelling
from patchgrad.drawing.text import fitted, text_width
from patchgrad.recorder.snapshot import OpRecord, Snapshot, ValueRecord

TITLE_SIZE, TEXT_SIZE = 14.2, 11.0
NARROWEST, WIDEST, SIDE = 72.0, 220.0, 12.0
HEIGHT, LEAF_HEIGHT, PORT_ROOM = 48.0, 34.0, 18.0


def compute_picture(snapshot: Snapshot) -> Picture:
    """Lay out the compute graph of a step."""
    frames = _frames(snapshot)
    texts = {op.id: _op_text(op, frames) for op in snapshot.ops}
    nodes = {op.id: _op_box(op, texts[op.id], frames) for op in snapshot.ops}
    leaves = _leaves(snapshot, nodes)
    texts |= {name: NodeText(_leaf_title(value), travelling(value.shape), family="leaf") for name, value in leaves}
    nodes |= {name: _leaf_box(name, texts[name], nodes, snapshot) for name, _ in leaves}
    edges = [(op, argument, name) for op in snapshot.ops for argument, name in op.inputs]
    diagram = Diagram(
        nodes,
        tuple(_edge(op, argument, snapshot.values[name]) for op, argument, name in edges),
        {
            frame: DiagramFrame(frame, parent, text_width(_frame_title(frame), TEXT_SIZE))
            for frame, parent in frames.items()
        },
    )
    return Picture(
        diagram,
        layout(diagram),
        texts,
        {f"{op.id}.{argument}": _label(snapshot.values[name]) for op, argument, name in edges},
        {frame: NodeText(_frame_title(frame)) for frame in frames},
        f"Compute graph of step {snapshot.step} with {len(snapshot.ops)} ops",
        "Ops in order: " + ", ".join(op.id for op in snapshot.ops[:200]) + ".",
    )


def _call(op: OpRecord) -> str:
    """``path/index`` of the module call that ran the op."""
    return op.id.rsplit("/", 1)[0]


def _frames(snapshot: Snapshot) -> dict[str, str | None]:
    """Frames and their parents: the module calls with more than one op, and the modules around several calls."""
    ops = Counter(_call(op) for op in snapshot.ops if op.path)
    inside: dict[str, set[str]] = {}
    for call in ops:
        path, index = call.rsplit("/", 1)
        while "." in path:
            path, child = path.rsplit(".", 1)[0], path
            inside.setdefault(f"{path}/{index}", set()).add(child)
    wanted = {call for call, count in ops.items() if count > 1}
    wanted |= {around for around, children in inside.items() if len(children) > 1}
    return {frame: _parent(frame, wanted) for frame in sorted(wanted)}


def _parent(frame: str, wanted: set[str]) -> str | None:
    """The nearest frame around: of the same call index, as the parts of a call share its index."""
    path, index = frame.rsplit("/", 1)
    while "." in path:
        path = path.rsplit(".", 1)[0]
        for around in (f"{path}/{index}", f"{path}/0"):
            if around in wanted:
                return around
    return None


def _home(op: OpRecord, frames: dict[str, str | None]) -> str | None:
    call = _call(op)
    return call if call in frames else _parent(call, set(frames)) if op.path else None


def _frame_title(frame: str) -> str:
    path, index = frame.rsplit("/", 1)
    return path if index == "0" else f"{path}, call {int(index) + 1}"


def _op_text(op: OpRecord, frames: dict[str, str | None]) -> NodeText:
    alone = op.path and _call(op) not in frames
    settings = ", ".join(f"{name} {value}" for name, value in op.attrs if value not in ("None", "False"))
    name = op.path.rsplit(".", 1)[-1]
    title = (f"{name} {op.module}" if name.isdigit() else name) if alone else op.op
    return NodeText(title, op.op if alone else "", fitted(settings, TEXT_SIZE, 120.0), family=_family(op))


def _family(op: OpRecord) -> str:
    return "linear" if any(name in ("weight", "w") for name, _ in op.inputs) else "op"


def _op_box(op: OpRecord, text: NodeText, frames: dict[str, str | None]) -> DiagramNode:
    height = max(HEIGHT, PORT_ROOM * (max(len(op.inputs), len(op.outputs)) + 1))
    inputs = tuple(dict.fromkeys(argument for argument, _ in op.inputs))
    return DiagramNode(op.id, _width(text), height, inputs, op.outputs, _home(op, frames))


def _width(text: NodeText) -> float:
    sizes = (TITLE_SIZE, TEXT_SIZE, TEXT_SIZE)
    widest = max(text_width(line, size) for line, size in zip(text.lines(), sizes, strict=True))
    return ceil(min(max(widest + 2 * SIDE, NARROWEST), WIDEST))


def _leaves(snapshot: Snapshot, nodes: dict[str, DiagramNode]) -> list[tuple[str, ValueRecord]]:
    """The values that no op made."""
    return [(name, value) for name, value in snapshot.values.items() if value.source is None and name not in nodes]


def _leaf_title(value: ValueRecord) -> str:
    return value.name or "data"


def _leaf_box(name: str, text: NodeText, nodes: dict[str, DiagramNode], snapshot: Snapshot) -> DiagramNode:
    """In the frame of its first consumer, if that is its only one."""
    readers = [op.id for op in snapshot.ops if any(read == name for _, read in op.inputs)]
    homes = {nodes[reader].frame for reader in readers}
    home = homes.pop() if len(homes) == 1 else None
    return DiagramNode(name, _width(text), LEAF_HEIGHT + 6, (), (name,), home)


def _edge(op: OpRecord, argument: str, value: ValueRecord) -> DiagramEdge:
    room = text_width(_label(value), TEXT_SIZE)
    return DiagramEdge(f"{op.id}.{argument}", value.source or value.id, value.id, op.id, argument, room)


def _label(value: ValueRecord) -> str:
    """Shapes of made values; those of leaves stand in their boxes."""
    return travelling(value.shape) if value.source is not None else ""
