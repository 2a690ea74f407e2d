"""What the page draws of a computation, made from a view of it: plain structs, no widget."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from patchgrad.drawing.compute_facts import BoxFacts, EdgeFacts
from patchgrad.drawing.compute_view import ComputeView, ComputeViewer
from patchgrad.drawing.diagram import Box, DiagramEdge
from patchgrad.drawing.measures import size
from patchgrad.drawing.picture import NodeText
from patchgrad.protocol.compute import ComputeBox, ComputeEdge, ComputeFrame
from patchgrad.recorder.groups import Group
from patchgrad.recorder.snapshot import Snapshot, ValueRecord
from patchgrad.recorder.union import SeenOp

Change = Literal["", "added", "removed", "changed"]
KINDS = {"step": "part"}


@dataclass(frozen=True, slots=True)
class Marks:
    """What is known of ops beyond one step, by place in the step: how often they ran; how they differ."""

    seen: tuple[SeenOp, ...] = ()
    changes: Mapping[int, tuple[Change, str]] = field(default_factory=dict[int, tuple[Change, str]])


def layer_of(snapshot: Snapshot, call: int) -> str:
    """Uid of the layer that a call of a module is part of; empty if of none."""
    while call > 0 and not snapshot.calls[call].layer:
        call = snapshot.calls[call].parent
    return snapshot.calls[call].layer if call >= 0 else ""


def box_views(viewer: ComputeViewer, view: ComputeView, marks: Marks) -> tuple[ComputeBox, ...]:
    """The boxes of a view: ops and groups in the order in which they ran, then leaves."""
    boxes, picture = view.picture.layout.boxes, view.picture
    made = [_op_box(viewer, facts, picture.nodes[name], boxes[name], marks, _around(view, name))
            for name, facts in view.boxes.items()]  # fmt: skip
    leaves = [name for name in boxes if name not in view.boxes]
    values = viewer.snapshot.values
    made += [_leaf_box(viewer, values[name], picture.nodes[name], boxes[name], _around(view, name)) for name in leaves]
    return tuple(made)


def _around(view: ComputeView, name: str) -> str | None:
    return view.picture.diagram.nodes[name].frame


def _op_box(
    viewer: ComputeViewer, facts: BoxFacts, text: NodeText, box: Box, marks: Marks, frame: str | None
) -> ComputeBox:
    ops = viewer.snapshot.ops
    inside = range(facts.begin, facts.begin + facts.ops)
    first, last = ops[facts.begin], ops[facts.begin + facts.ops - 1]
    layer = layer_of(viewer.snapshot, first.call)
    seen, share = _seen(marks.seen[facts.begin : facts.begin + facts.ops])
    change, changes = _changes(marks, inside)
    kind: Any = KINDS.get(facts.kind, facts.kind)
    outputs = last.outputs if facts.opens == "" else ()
    return ComputeBox(
        id=facts.id,
        kind="turn" if facts.kind == "loop" and "-" in facts.id and facts.id not in viewer.groups else kind,
        title=text.title,
        detail="  ".join(part for part in (text.kind, text.summary) if part),
        x=box.x,
        y=box.y,
        width=box.width,
        height=box.height,
        frame=frame,
        opens=facts.opens,
        begin=facts.begin,
        ops=facts.ops,
        inputs=() if facts.opens else tuple(dict.fromkeys(argument for argument, _ in first.inputs)),
        outputs=tuple(name.rsplit(".", 1)[-1] for name in outputs),
        layer=layer if layer and layer == layer_of(viewer.snapshot, last.call) else "",
        flops=facts.flops,
        kept=facts.kept,
        bytes=sum(viewer.snapshot.values[name].bytes for name in last.outputs),
        backward=sum(ops[place].backward is not None for place in inside),
        seen=seen,
        share=share,
        change=change,
        changes=changes,
    )


def _leaf_box(viewer: ComputeViewer, value: ValueRecord, text: NodeText, box: Box, frame: str | None) -> ComputeBox:
    return ComputeBox(
        id=value.id,
        kind="leaf",
        title=text.title,
        detail=text.kind,
        x=box.x,
        y=box.y,
        width=box.width,
        height=box.height,
        frame=frame,
        bytes=value.bytes,
        shared=len(viewer.shared.get(value.id, ())),
    )


def _seen(ops: tuple[SeenOp, ...]) -> tuple[str, float]:
    """How often the ops of a box ran, in words, and the largest share."""
    if not ops:
        return "", 1.0
    counts = sorted({op.ran for op in ops})
    looks, last = ops[0].looks, max(op.last for op in ops)
    ran = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    return f"ran {ran} of {looks} steps, last at {last}", counts[-1] / looks


def _changes(marks: Marks, places: range) -> tuple[Change, str]:
    found = [marks.changes[place] for place in places if place in marks.changes] if marks.changes else []
    if not found:
        return "", ""
    kinds = {kind for kind, _ in found}
    whole = len(found) == len(places) and len(kinds) == 1
    words = found[0][1] if len(places) == 1 else f"{len(found)} of {len(places)} ops differ"
    return (found[0][0] if whole else "changed"), words


def edge_views(viewer: ComputeViewer, view: ComputeView) -> tuple[ComputeEdge, ...]:
    picture, values = view.picture, viewer.snapshot.values
    return tuple(
        _edge(edge, picture.edges.get(edge.id, ""), view.edges[edge.id], values, picture.layout.routes[edge.id])
        for edge in picture.diagram.edges
    )


def _edge(
    edge: DiagramEdge, label: str, facts: EdgeFacts, values: Mapping[str, ValueRecord], route: Any
) -> ComputeEdge:
    travelling = [values[name] for name in facts.values]
    total = sum(value.bytes for value in travelling)
    kinds = ", ".join(sorted({f"{value.dtype} on {value.device}" for value in travelling}))
    return ComputeEdge(
        source=edge.source,
        target=edge.target,
        argument="" if edge.target_port == "in" else edge.target_port,
        label=label,
        detail=f"{kinds}, {size(total)}" if total else kinds,
        bytes=total,
        gradient=facts.gradient,
        route=route,
    )


def frame_views(viewer: ComputeViewer, view: ComputeView, opens: Collection[str]) -> tuple[ComputeFrame, ...]:
    layout, parents = view.picture.layout, view.picture.diagram.frames
    return tuple(
        _frame(viewer, group, layout.frames[name], parents[name].parent, opens) for name, group in view.frames.items()
    )


def _frame(viewer: ComputeViewer, group: Group, box: Box, parent: str | None, opens: Collection[str]) -> ComputeFrame:
    turns = group.children if group.kind == "loop" else ()
    ops = viewer.snapshot.ops
    layer = layer_of(viewer.snapshot, ops[group.begin].call)
    return ComputeFrame(
        id=group.id,
        kind=group.kind,
        title=group.title,
        label=group.label,
        parent=parent,
        x=box.x,
        y=box.y,
        width=box.width,
        height=box.height,
        layer=layer if layer == layer_of(viewer.snapshot, ops[group.end - 1].call) else "",
        turn=next((place for place, turn in enumerate(turns) if turn.id in opens), 0),
        turns=len(turns),
    )
