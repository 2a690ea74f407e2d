"""Order and reach in a layer graph: pure functions of nodes and edges."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from heapq import heapify, heappop, heappush

from patchgrad.layergraph.graph import LayerGraph
from patchgrad.layergraph.records import uid_number


def topological(graph: LayerGraph) -> tuple[str, ...]:
    """Uids, every node after those that feed it; ties in the order of making.

    A Delay on a loop stands where its value is first read, which is that of the step before. Nodes on a loop without
    one, and those behind it, are left out: ``set(graph.nodes) - set(topological(graph))``.
    """
    return _ordered(graph)[0]


def looping(graph: LayerGraph) -> frozenset[str]:
    """The Delays that are read before what feeds them: the edges into them lead back."""
    return _ordered(graph)[1]


def _ordered(graph: LayerGraph) -> tuple[tuple[str, ...], frozenset[str]]:
    """The order and the Delays that break loops: computed once, then kept with the graph."""
    if "order" not in graph.__dict__:
        vars(graph)["order"] = _sorted(graph)
    return graph.__dict__["order"]


def _sorted(graph: LayerGraph) -> tuple[tuple[str, ...], frozenset[str]]:
    waiting = {uid: len({edge.source.node for edge in graph.edges_into(uid)}) for uid in graph.nodes}
    ready = [(uid_number(uid), uid) for uid, count in waiting.items() if not count]
    heapify(ready)
    order: list[str] = []
    opened: set[str] = set()
    while True:
        if not ready:
            delay = _next_delay(graph, order)
            if delay is None:
                return tuple(order), frozenset(opened)
            opened.add(delay)
            ready = [(uid_number(delay), delay)]
        _, uid = heappop(ready)
        order.append(uid)
        for follower in {edge.target.node for edge in graph.edges_from(uid)}:
            waiting[follower] -= 1
            if not waiting[follower] and follower not in opened:
                heappush(ready, (uid_number(follower), follower))


def _next_delay(graph: LayerGraph, order: list[str]) -> str | None:
    """Of the Delays that wait for themselves, the one that was made first."""
    if len(order) == len(graph.nodes):
        return None
    done = {*order}
    delays = [uid for uid, node in graph.nodes.items() if node.delays and uid not in done]
    return next((uid for uid in sorted(delays, key=uid_number) if _waits_for_itself(graph, uid, done)), None)


def _waits_for_itself(graph: LayerGraph, uid: str, done: set[str]) -> bool:
    seen: set[str] = set()
    stack = [edge.source.node for edge in graph.edges_into(uid)]
    while stack:
        node = stack.pop()
        if node == uid:
            return True
        if node not in seen and node not in done:
            seen.add(node)
            stack += [edge.source.node for edge in graph.edges_into(node)]
    return False


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
    """Does ``source`` feed ``target`` in the same step? A node reaches itself, unless it is a Delay; through a Delay
    nothing comes before the next step."""
    return target in at_once(graph, source)


def at_once(graph: LayerGraph, uid: str) -> set[str]:
    """The node and all that it feeds in the same step. Delays are not among them."""
    return _spread(graph, uid, lambda node: (edge.target.node for edge in graph.edges_from(node)))


def needed_at_once(graph: LayerGraph, uid: str) -> set[str]:
    """The node and all that feeds it in the same step. Delays are not among them."""
    return _spread(graph, uid, lambda node: (edge.source.node for edge in graph.edges_into(node)))


def _spread(graph: LayerGraph, uid: str, next_to: Callable[[str], Iterable[str]]) -> set[str]:
    seen: set[str] = set()
    stack = [uid]
    while stack:
        node = stack.pop()
        if node not in seen and not graph.nodes[node].delays:
            seen.add(node)
            stack += next_to(node)
    return seen
