"""A selection as one piece: what feeds it, and what it gives."""

from __future__ import annotations

from patchgrad.errors import GraphError
from patchgrad.layergraph.check import check
from patchgrad.layergraph.commands.command import names_of, require_nodes
from patchgrad.layergraph.graph import LayerGraph, PortRef
from patchgrad.layergraph.walk import topological


def ends_of(graph: LayerGraph, uids: tuple[str, ...]) -> tuple[PortRef, PortRef]:
    """The output port outside that feeds the selection, and the output port in it that is read outside.

    Errors
        GraphError  if there is not one of each.
    """
    inside = {node.uid for node in require_nodes(graph, uids)}
    crossing = [edge for edge in graph.edges if (edge.source.node in inside) != (edge.target.node in inside)]
    into = sorted({edge.source for edge in crossing if edge.target.node in inside})
    out = sorted({edge.source for edge in crossing if edge.source.node in inside})
    if len(into) != 1 or len(out) != 1:
        raise GraphError(
            f"{names_of(graph, uids)} is not one piece with one way in and one way out",
            got=f"{len(into)} outputs lead in, {len(out)} lead out",
            want="one of each",
            hint="select the layers of one path, without its beginning and end",
        )
    return into[0], out[0]


def require_no_loop(before: LayerGraph, after: LayerGraph, title: str) -> None:
    """GraphError where an edit would close a loop without a Delay."""
    stuck = after.nodes.keys() - set(topological(after))
    new = stuck - (before.nodes.keys() - set(topological(before)))
    if new:
        names = sorted(after.nodes[uid].name for uid in new)
        raise GraphError(
            f"{title}: a loop would lead through no Delay",
            got=f"{', '.join(names[:4])} would wait for each other",
            hint="put another Delay on the loop, or take one of its edges away first",
        )


def require_running(before: LayerGraph, after: LayerGraph, title: str) -> None:
    """GraphError with the first problem that an edit would bring."""
    known = {problem.title for problem in check(before).problems}
    for problem in check(after).problems:
        if problem.title not in known:
            raise GraphError(
                f"{title}: {problem.title}",
                got=problem.got,
                want=problem.want,
                hint=problem.hint,
                ports=problem.ports,
            )
