"""Two branches side by side: how their layer graphs differ, and how their losses went."""

from __future__ import annotations

from typing import Any

import msgspec

from patchgrad.errors import ArgumentError
from patchgrad.layergraph.difference import Difference, difference
from patchgrad.layergraph.graph import Edge, LayerGraph, PortRef
from patchgrad.layergraph.records import uid_number
from patchgrad.session.branches import Branch
from patchgrad.session.marks import Mark


class Comparison(msgspec.Struct, frozen=True):
    """What tells two branches apart.

    Fields
        names     of the branches
        parted    step at which they parted; 0 if that was when the code of the model was changed
        graphs    their layer graphs
        graph     the difference of these by identity; nodes made after the parting are nodes of their own
        steps, losses  of each branch: where it stands
    """

    names: tuple[str, str]
    parted: int
    graphs: tuple[LayerGraph, LayerGraph]
    graph: Difference
    steps: tuple[int, int]
    losses: tuple[float | None, float | None]
    recorders: tuple[Any, Any]

    def figure(self) -> Any:
        """The losses of both as a Plotly figure."""
        from patchgrad import plots

        return plots.branches(dict(zip(self.names, self.recorders, strict=True)))

    def __str__(self) -> str:
        ours, theirs = self.graphs
        diff = self.graph
        lines = [f"{self._stands(0)}; {self._stands(1)}; parted at step {self.parted}"]
        lines += [f"only in {self.names[0]!r}: {_names(ours, diff.removed)}"] if diff.removed else []
        lines += [f"only in {self.names[1]!r}: {_names(theirs, diff.added)}"] if diff.added else []
        lines += [f"other settings: {_names(theirs, diff.changed)}"] if diff.changed else []
        lines += (
            [] if diff.computes_the_same else [f"edges: {len(diff.edges_removed)} gone, {len(diff.edges_added)} new"]
        )
        return "\n".join(lines)

    def _stands(self, which: int) -> str:
        loss = self.losses[which]
        return f"{self.names[which]!r} at step {self.steps[which]}" + ("" if loss is None else f", loss {loss:.4g}")

    __repr__ = __str__


def compare(a: Branch, b: Branch, now: tuple[LayerGraph, int, float | None]) -> Comparison:
    """Two branches; ``now`` is graph, step and loss of the one that is trained.

    Errors
        ArgumentError  for a branch and itself.
    """
    if a is b:
        raise ArgumentError("a branch cannot be compared with itself", got=repr(a.name), want="two branches")
    places = [now if branch.tip is None else (branch.tip.graph, branch.tip.step, branch.tip.loss) for branch in (a, b)]
    parted = min(_ways_out(a, b) + _ways_out(b, a), key=lambda mark: mark.edits, default=None)
    issued = min(a.root().known, b.root().known) if parted is None else parted.graph.issued
    graphs = (places[0][0], _as_its_own(places[1][0], issued))
    return Comparison(
        names=(a.name, b.name),
        parted=0 if parted is None else parted.step,
        graphs=graphs,
        graph=difference(*graphs),
        steps=(places[0][1], places[1][1]),
        losses=(places[0][2], places[1][2]),
        recorders=(a.recorder, b.recorder),
    )


def _ways_out(branch: Branch, other: Branch) -> list[Mark]:
    """The mark at which the way to ``branch`` leaves that to ``other``; none if it is a part of it, or has another
    root."""
    shared = {entry.name for entry, _ in other.line()}
    way = [entry for entry, _ in branch.line() if entry.name not in shared]
    return [way[-1].begin] if way and way[-1].begin is not None else []


def _as_its_own(graph: LayerGraph, issued: float) -> LayerGraph:
    """The graph with other uids for what was made after ``issued``: it is not what the other branch made then."""

    def own(uid: str) -> str:
        return f"{uid}'" if uid_number(uid) > issued else uid

    def port(ref: PortRef) -> PortRef:
        return PortRef(own(ref.node), ref.port)

    nodes = {
        own(uid): msgspec.structs.replace(node, uid=own(uid), shares=node.shares and own(node.shares))
        if own(uid) != uid or (node.shares and own(node.shares) != node.shares)
        else node
        for uid, node in graph.nodes.items()
    }
    edges = tuple(sorted(Edge(port(edge.source), port(edge.target)) for edge in graph.edges))
    return LayerGraph(nodes, edges, graph.groups, graph.issued)


def _names(graph: LayerGraph, uids: tuple[str, ...]) -> str:
    return ", ".join(f"{graph.nodes[uid].name} ({graph.nodes[uid].kind})" for uid in uids)
