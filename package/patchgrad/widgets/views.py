"""What the studio draws, made from the layer graph and the session: plain structs, no widget.

Everything here reads immutable graphs, so it may run in any thread.
"""

from __future__ import annotations

import math
from typing import Any

from patchgrad.drawing.diagram import Box, Layout
from patchgrad.drawing.ghosts import NONE, Ghosts, ghosts
from patchgrad.drawing.layer_facts import LayerFacts, layer_facts
from patchgrad.drawing.picture import Picture
from patchgrad.drawing.summary import summary
from patchgrad.layergraph.check import Report
from patchgrad.layergraph.flow import feedback
from patchgrad.layergraph.graph import LayerGraph, LayerNode, PortRef
from patchgrad.protocol.messages import (
    BranchView,
    EdgeView,
    FindingsView,
    FindingView,
    GhostLine,
    GhostView,
    GraphView,
    GroupView,
    LogEntry,
    LogView,
    MarkView,
    NodeView,
    PortView,
    RunView,
    TimelineView,
)

LOG_LENGTH = 200
"""The log shows so many of the newest entries."""
NOWHERE = Box(0.0, 0.0, 0.0, 0.0)


def graph_view(
    graph: LayerGraph,
    picture: Picture,
    revision: int,
    *,
    undo_label: str | None = None,
    redo_label: str | None = None,
    pending: int = 0,
    before: tuple[LayerGraph, Picture] | None = None,
) -> GraphView:
    """The layer graph as the canvas draws it. ``before``: the graph before the last edit, as it was drawn."""
    report, facts, loops = graph.check(), layer_facts(graph), feedback(graph)
    layout = picture.layout
    gone = ghosts(before, (graph, picture)) if before is not None else NONE
    return GraphView(
        revision=revision,
        nodes=tuple(_node_view(node, facts[node.uid], report, picture) for node in graph.nodes.values()),
        edges=tuple(
            EdgeView(e.id, e.source, e.target, picture.edges.get(e.id, ""), layout.routes.get(e.id, ()), e in loops)
            for e in graph.edges
        ),
        groups=tuple(_group_view(graph, uid, report, layout) for uid in graph.groups),
        width=layout.width,
        height=layout.height,
        parameters=sum(report.parameters.values()),
        undo_label=undo_label,
        redo_label=redo_label,
        pending=pending,
        ghosts=_ghost_views(before[0], gone) if before is not None else (),
        ghost_lines=tuple(GhostLine(start, end) for start, end in gone.lines),
    )


def _ghost_views(graph: LayerGraph, gone: Ghosts) -> tuple[GhostView, ...]:
    nodes = graph.nodes
    return tuple(
        GhostView(nodes[uid].name, nodes[uid].kind, box.x, box.y, box.width, box.height)
        for uid, box in gone.boxes.items()
    )


def _node_view(node: LayerNode, facts: LayerFacts, report: Report, picture: Picture) -> NodeView:
    box = picture.layout.boxes.get(node.uid, NOWHERE)
    return NodeView(
        uid=node.uid,
        kind=node.kind,
        name=node.name,
        summary=facts.summary or summary(node.settings),
        settings={name: _plain(value) for name, value in node.settings.items()},
        parameters=facts.parameters,
        inputs=tuple(_port_view(PortRef(node.uid, port), report) for port in facts.inputs),
        outputs=tuple(_port_view(PortRef(node.uid, port), report) for port in facts.outputs),
        x=box.x,
        y=box.y,
        width=box.width,
        height=box.height,
        rate=node.rate,
        frozen=node.frozen,
        bypassed=node.bypassed,
        closed=node.kind == "Closed",
        group=node.group,
        problem=facts.problem,
    )


def _port_view(port: PortRef, report: Report) -> PortView:
    spec, problem = report.specs.get(port), report.at(port)
    shape, dtype = (spec.shape, str(spec.dtype)) if spec is not None else (None, "")
    return PortView(port.port, shape, dtype, problem.title if problem else "")


def _group_view(graph: LayerGraph, uid: str, report: Report, layout: Layout) -> GroupView:
    group = graph.groups[uid]
    box = layout.frames.get(uid) or layout.boxes.get(uid, NOWHERE)
    inside = [node.uid for node in graph.nodes.values() if _inside(graph, node.group, uid)]
    parameters = sum(report.parameters.get(node, 0) for node in inside)
    place = (box.x, box.y, box.width, box.height)
    return GroupView(uid, group.name, group.parent, group.folded, *place, len(inside), parameters, group.note)


def _inside(graph: LayerGraph, group: str | None, around: str) -> bool:
    for _ in range(len(graph.groups) + 1):
        if group is None or group == around:
            return group == around
        group = graph.groups[group].parent
    return False


def run_view(session: Any, lane: str) -> RunView:
    """The session as the transport bar shows it."""
    training = session.training
    fault = training.fault
    return RunView(
        state=session.state,
        step=training.count,
        total=training.last,
        epoch=training.feed.epoch,
        steps_per_second=round(training.pace.rate, 2),
        loss=training.loss,
        lane=lane,
        rate=rate_of(session),
        problem=fault.text if fault is not None else "",
        problem_node=_node_of(session.graph, fault.layer) if fault is not None else None,
        eager_because=session.eager_because if training.count else "",
    )


def rate_of(session: Any) -> float | None:
    """The learning rate of the next step, of the first group."""
    rate = session.optimizer.param_groups[0].get("lr")
    return finite(float(rate)) if isinstance(rate, int | float) else None


def _node_of(graph: LayerGraph, layer: str) -> str | None:
    return graph.names.get(layer.partition(".")[0])


def findings_view(session: Any) -> FindingsView:
    """What is wrong with the training as it stands; must run where the model is not being trained."""
    found = session.findings() if session.recorder is not None else ()
    return FindingsView(session.step_count, tuple(map(_finding, found)))


def _finding(found: Any) -> FindingView:
    evidence = {name: value if math.isfinite(value) else None for name, value in found.evidence.items()}
    cure = found.cure
    return FindingView(
        found.rule,
        found.title,
        found.explanation,
        evidence,
        found.nodes,
        found.source,
        found.threshold,
        found.layers,
        cure=cure.command if cure is not None else None,
        cure_title=cure.title if cure is not None else "",
        cure_python=cure.python if cure is not None else "",
    )


def log_view(session: Any) -> LogView:
    """The newest entries of the edit log."""
    edits = list(session.log)[-LOG_LENGTH:]
    return LogView(tuple(_log_entry(edit) for edit in edits))


def news_of(edit: Any) -> tuple[Any, ...]:
    """Differs when there is something new to tell of an edit."""
    return edit.number, edit.status, edit.trial is not None and edit.trial.over


def _log_entry(edit: Any) -> LogEntry:
    return LogEntry(
        number=edit.number,
        step=edit.step,
        author=edit.author,
        title=edit.title,
        python=edit.python,
        status=edit.status,
        receipt=edit.text,
        kind=edit.kind,
        branch=edit.branch,
        effect=str(edit.effect) if edit.trial is not None and edit.trial.over and edit.trial.after else "",
        rewindable=edit.status == "applied" and edit.mark is not None,
    )


def timeline_view(session: Any) -> TimelineView:
    """Marks and branches. A tip of a branch is no mark that one can name."""
    timeline = session.timeline
    return TimelineView(
        marks=tuple(MarkView(m.name, m.step, m.branch, m.own, finite(m.loss)) for m in timeline.marks),
        branches=tuple(_branch_view(branch, session) for branch in timeline.branches),
        shadow_steps=session.trials.shadow_steps,
    )


def _branch_view(branch: Any, session: Any) -> BranchView:
    tip = branch.tip
    step, loss = (session.step_count, session.loss) if tip is None else (tip.step, tip.loss)
    begin = None if branch.begin is None else branch.begin.step
    parent = None if branch.parent is None else branch.parent.name
    return BranchView(branch.name, branch.number, step, finite(loss), tip is None, parent, begin)


def finite(value: float | None) -> float | None:
    """JSON has no word for what is not finite."""
    return value if value is not None and math.isfinite(value) else None


def _plain(value: Any) -> Any:
    """A setting as JSON has it."""
    if isinstance(value, tuple | list):
        return [_plain(entry) for entry in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)
