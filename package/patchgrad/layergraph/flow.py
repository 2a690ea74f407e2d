"""Which nodes take part in the result, and which only pass on what they get."""

from __future__ import annotations

from patchgrad.layergraph import catalogue
from patchgrad.layergraph.graph import Edge, LayerGraph, LayerNode, PortRef


def ports_into(node: LayerNode) -> list[PortRef]:
    """The input ports of a node in the order of its kind."""
    return [PortRef(node.uid, port) for port in catalogue.inputs_of(node)]


def passes(graph: LayerGraph, node: LayerNode) -> bool:
    """Does the node give its first connected input as it is: bypassed, or a join with one thing to join?"""
    if node.bypassed:
        return True
    return catalogue.find(node.kind).family == "join" and len(graph.edges_into(node.uid)) == 1


def edges_read(graph: LayerGraph, node: LayerNode) -> list[Edge]:
    """The edges whose values the node needs, in the order of its ports: of one that passes, only the first."""
    edges = [edge for port in ports_into(node) if (edge := graph.edge_into(port))]
    return edges[:1] if passes(graph, node) else edges


def feedback(graph: LayerGraph) -> frozenset[Edge]:
    """The edges at a Delay that close a loop: from a layer that it feeds, and to one that feeds it."""
    found: set[Edge] = set()
    for node in graph.nodes.values():
        if node.delays:
            after = _after(graph, node.uid)
            found |= {edge for edge in graph.edges_into(node.uid) if edge.source.node in after}
            found |= {edge for edge in graph.edges_from(node.uid) if node.uid in _after(graph, edge.target.node)}
    return frozenset(found)


def _after(graph: LayerGraph, uid: str) -> set[str]:
    """All nodes that a node feeds, over whatever lies between; itself if it is on a loop."""
    seen, stack = set[str](), [uid]
    while stack:
        for edge in graph.edges_from(stack.pop()):
            if edge.target.node not in seen:
                seen.add(edge.target.node)
                stack.append(edge.target.node)
    return seen


def live(graph: LayerGraph) -> set[str]:
    """The nodes that take part in the result: the Outputs, all that they need, and the Inputs."""
    known = catalogue.kinds()
    seen = {uid for uid, node in graph.nodes.items() if node.kind == "Output"}
    stack = list(seen)
    while stack:
        node = graph.nodes[stack.pop()]
        for edge in edges_read(graph, node) if node.kind in known else ():
            if edge.source.node not in seen:
                seen.add(edge.source.node)
                stack.append(edge.source.node)
    return seen | {uid for uid, node in graph.nodes.items() if node.kind == "Input"}
