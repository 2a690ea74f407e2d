"""Order and reach in a layer graph: pure functions of nodes and edges."""

from __future__ import annotations

from collections.abc import Iterable
from heapq import heapify, heappop, heappush

from patchgrad.layergraph.graph import LayerGraph
from patchgrad.layergraph.records import uid_number


def topological(graph: LayerGraph) -> tuple[str, ...]:
    """Uids, every node after those that feed it; ties in the order of making.

    Nodes on a cycle, and those behind one, are left out: ``set(graph.nodes) - set(topological(graph))``.
    """
    waiting = {uid: len({edge.source.node for edge in graph.edges_into(uid)}) for uid in graph.nodes}
    ready = [(uid_number(uid), uid) for uid, count in waiting.items() if not count]
    heapify(ready)
    order: list[str] = []
    while ready:
        _, uid = heappop(ready)
        order.append(uid)
        for follower in {edge.target.node for edge in graph.edges_from(uid)}:
            waiting[follower] -= 1
            if not waiting[follower]:
                heappush(ready, (uid_number(follower), follower))
    return tuple(order)


def upstream(graph: LayerGraph, uids: Iterable[str]) -> set[str]:
    """These nodes and all that feed them."""
    seen = set(uids)
    stack = list(seen)
    while stack:
        for edge in graph.edges_into(stack.pop()):
            if edge.source.node not in seen:
                seen.add(edge.source.node)
                stack.append(edge.source.node)
    return seen


def downstream(graph: LayerGraph, uids: Iterable[str]) -> set[str]:
    """These nodes and all that they feed."""
    seen = set(uids)
    stack = list(seen)
    while stack:
        for edge in graph.edges_from(stack.pop()):
            if edge.target.node not in seen:
                seen.add(edge.target.node)
                stack.append(edge.target.node)
    return seen


def reaches(graph: LayerGraph, source: str, target: str) -> bool:
    """Does a path of edges lead from one node to the other? A node reaches itself."""
    return target in downstream(graph, (source,))
