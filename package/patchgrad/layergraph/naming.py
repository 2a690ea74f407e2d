"""From names to uids, ports and kinds: what a person writes in an edit."""

from __future__ import annotations

from typing import Any

from patchgrad import nn
from patchgrad.errors import GraphError
from patchgrad.layergraph import catalogue, own
from patchgrad.layergraph.graph import LayerGraph, PortRef
from patchgrad.layergraph.kind import LayerKind
from patchgrad.layergraph.reading import kind_of, settings_of


def described(layer: Any, settings: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Kind and settings of a layer given as instance, class or name."""
    if isinstance(layer, str):
        return catalogue.find(layer).name, settings
    if isinstance(layer, type):
        kind = catalogue.by_class().get(layer) or _own(layer)
        return (kind.name if kind else catalogue.find(layer.__name__).name), settings
    kind = kind_of(layer) or _own(type(layer))
    if kind is None:
        known = "a layer of patchgrad.nn, or a class registered with @pg.layer"
        raise GraphError(f"{type(layer).__name__} is not in the catalogue", want=known)
    read = own.settings_kept if kind.family == "own" else settings_of
    return kind.name, {**read(kind, layer), **settings}


def _own(cls: type) -> LayerKind | None:
    """The kind of a Module class that is not ours, which enters the catalogue by being used."""
    mine = issubclass(cls, nn.Module) and not cls.__module__.startswith("patchgrad.")
    return own.entered(cls) if mine else None


def output_port(graph: LayerGraph, text: str) -> PortRef:
    """``relu1`` or ``relu1.y`` as an output port."""
    name, _, port = text.strip().partition(".")
    node = graph.by_name(name)
    ports = catalogue.outputs_of(node)
    return PortRef(node.uid, _port(text, port, ports[:1], ports))


def input_port(graph: LayerGraph, text: str) -> PortRef:
    """``fc2`` or ``add1.b`` as an input port: without a port, the only one, or the first that is open."""
    name, _, port = text.strip().partition(".")
    node = graph.by_name(name)
    ports = catalogue.inputs_of(node)
    is_open = tuple(p for p in ports if graph.edge_into(PortRef(node.uid, p)) is None)
    return PortRef(node.uid, _port(text, port, ports if len(ports) == 1 else is_open[:1], ports))


def edge_target(graph: LayerGraph, text: str) -> PortRef:
    """``relu1 -> fc2`` as the input port that the edge leads into."""
    left, arrow, right = text.partition("->")
    if not arrow:
        raise GraphError(
            f"{text!r} is not an edge",
            got=repr(text),
            want='"from -> to"',
            hint='insert("relu1 -> fc2", nn.Dropout(0.2))',
        )
    source = graph.by_name(left.strip().partition(".")[0])
    name, _, port = right.strip().partition(".")
    target = graph.by_name(name)
    for edge in graph.edges_into(target.uid):
        if edge.source.node == source.uid and port in ("", edge.target.port):
            return edge.target
    into = ", ".join(graph.nodes[edge.source.node].name for edge in graph.edges_into(target.uid))
    raise GraphError(
        f"no edge leads from {source.name} to {right.strip()}",
        got=f"{target.name} gets {into or 'nothing'}",
        hint=f"{into} -> {target.name}" if into else f"connect it first: connect({source.name!r}, {target.name!r})",
    )


def _port(text: str, port: str, usual: tuple[str, ...], ports: tuple[str, ...]) -> str:
    if port in ports:
        return port
    if not port and len(usual) == 1:
        return usual[0]
    raise GraphError(f"{text!r} does not name a port", want=", ".join(ports) or "a layer that has ports")


def uid_of(graph: LayerGraph, name: str) -> str:
    return graph.by_name(name).uid


def uids_of(graph: LayerGraph, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(graph.by_name(name).uid for name in names)


def group_of(graph: LayerGraph, name: str) -> str:
    """The uid of a group given by name, or by uid where several have that name."""
    found = [entry.uid for entry in graph.groups.values() if entry.name == name]
    if len(found) == 1:
        return found[0]
    if name in graph.groups:
        return name
    if found:
        raise GraphError(f"{len(found)} groups are named {name!r}", want=f"one of the uids {', '.join(found)}")
    raise GraphError(
        f"there is no group named {name!r}",
        got=repr(name),
        want=", ".join(g.name for g in graph.groups.values()) or "a group: this graph has none",
    )
