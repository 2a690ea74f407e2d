"""What every edit has: a pure ``apply``, a label for undo, and its Python twin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from patchgrad.errors import GraphError
from patchgrad.layergraph import catalogue
from patchgrad.layergraph.graph import LayerGraph, LayerNode, PortRef, Settings
from patchgrad.layergraph.probe import Outcome, layer_without_data

Made = TypeVar("Made", bound="Command")


class Command(msgspec.Struct, frozen=True, rename="camel", tag_field="type", forbid_unknown_fields=True):
    """One edit, as data. Tagged in kebab-case, camelCase on the wire."""

    def apply(self, graph: LayerGraph) -> LayerGraph:
        """The graph after the edit; GraphError, and nothing else, if it cannot be made."""
        raise NotImplementedError

    def chosen(self, graph: LayerGraph, module: Any) -> Mapping[str, tuple[int, ...]]:
        """By node: the units that a layer keeps, where these are not the first ones. ``module``: as it is before."""
        return {}

    def label(self, graph: LayerGraph | None = None) -> str:
        """The edit in a few words, for menus and flags: ``insert Dropout``."""
        raise NotImplementedError

    def python(self, graph: LayerGraph | None = None) -> str:
        """The same edit in Python, with the names of the graph it is about to change."""
        raise NotImplementedError


def checked(command: Made) -> Made:
    """The command with its fields in their types; GraphError if one that was made in Python holds something else."""
    kind = type(command)
    names = zip(kind.__struct_encode_fields__, kind.__struct_fields__, strict=True)
    try:
        return msgspec.convert({name: getattr(command, field) for name, field in names}, kind)
    except msgspec.ValidationError as error:
        raise GraphError(
            f"{kind.__name__} is given an argument of the wrong type",
            got=str(error),
            want=", ".join(f"{name}: {hint}" for name, hint in kind.__annotations__.items()),
            hint="pg.edit has a function for each edit, which takes names",
        ) from None


def name_of(graph: LayerGraph | None, uid: str) -> str:
    """The name of a node; its uid where the graph is not at hand."""
    node = graph.nodes.get(uid) if graph else None
    return node.name if node else uid


def names_of(graph: LayerGraph | None, uids: tuple[str, ...]) -> str:
    """Names in words: ``fc1, relu1 and 3 more``."""
    names = [name_of(graph, uid) for uid in uids]
    return ", ".join(names) if len(names) <= 3 else f"{', '.join(names[:2])} and {len(names) - 2} more"


def quoted(graph: LayerGraph | None, uids: tuple[str, ...]) -> str:
    """Names as arguments: ``"fc1", "relu1"``."""
    return ", ".join(f'"{name_of(graph, uid)}"' for uid in uids)


def port_text(graph: LayerGraph | None, ref: PortRef) -> str:
    """A port as ``pg.edit`` takes it: ``fc1``, or ``add1.b`` where the layer has several such ports."""
    node = graph.nodes.get(ref.node) if graph else None
    if node is None:
        return str(ref)
    alone = (ref.port,) in (catalogue.inputs_of(node), catalogue.outputs_of(node)[:1])
    return node.name if alone else f"{node.name}.{ref.port}"


def layer_text(
    command: Command, graph: LayerGraph | None, kind: str, settings: Settings, uid: str | None = None
) -> str:
    """The layer that a command makes, as it is written in a cell: ``nn.Linear(128, 64)``.

    With the graph at hand these are the settings that the layer gets, else those that the command names.
    ``uid`` is that of the layer if it is there already.
    """
    if graph is not None:
        try:
            node = command.apply(graph).node(uid or graph.fresh_uid())
        except GraphError:
            node = None
        if node is not None and not isinstance(layer_without_data(node.key), Outcome):
            return catalogue.find(kind).source(node.settings)
        settings = node.settings if node is not None else settings
    return f'"{kind}"' + "".join(f", {name}={value!r}" for name, value in settings.items())


def require_input(graph: LayerGraph, ref: PortRef) -> LayerNode:
    """The node of an input port; GraphError if there is no such port."""
    return _require(graph, ref, "input", catalogue.inputs_of(graph.node(ref.node)))


def require_output(graph: LayerGraph, ref: PortRef) -> LayerNode:
    """The node of an output port; GraphError if there is no such port."""
    return _require(graph, ref, "output", catalogue.outputs_of(graph.node(ref.node)))


def _require(graph: LayerGraph, ref: PortRef, word: str, ports: tuple[str, ...]) -> LayerNode:
    node = graph.node(ref.node)
    if ref.port not in ports:
        raise GraphError(
            f"{node.name} has no {word} port {ref.port!r}",
            want=", ".join(ports) or f"{node.kind} has no {word} ports",
            ports=(ref,),
        )
    return node


def require_nodes(graph: LayerGraph, uids: tuple[str, ...]) -> list[LayerNode]:
    """The nodes, each once; GraphError if one is not there or none is given."""
    if not uids:
        raise GraphError("no layer is given", hint="select at least one")
    return [graph.node(uid) for uid in dict.fromkeys(uids)]


def require_addable(kind: str) -> catalogue.LayerKind:
    """The kind, if a person may add it."""
    found = catalogue.find(kind)
    if not found.addable:
        raise GraphError(f"{kind} cannot be added by itself", hint="it comes from a module that was traced")
    return found


def require_movable(graph: LayerGraph, uid: str) -> LayerNode:
    """The node, if it has one way in and one way out; else a GraphError."""
    node = graph.node(uid)
    ports = (catalogue.inputs_of(node), catalogue.outputs_of(node))
    if len(ports[0]) != 1 or len(ports[1]) != 1:
        raise GraphError(
            f"{node.name} cannot move to another place",
            got=f"{len(ports[0])} inputs, {len(ports[1])} outputs",
            want="a layer with one input and one output",
            hint="connect its ports one by one",
        )
    return node
