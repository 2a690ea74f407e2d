"""``.patchgrad`` files: a layer graph with its layout, settings of its training, and, if wished, its weights.

The file is JSON, so that two versions can be compared as text; arrays stand in it as one base64 text of a safetensors
file. Nothing in a file is run: kinds of layers are looked up in the catalogue, and settings are checked there.
"""

from __future__ import annotations

import base64
import binascii
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from patchgrad.errors import DataError, GraphError
from patchgrad.interop import safetensors
from patchgrad.interop.files import write_whole
from patchgrad.layergraph import catalogue
from patchgrad.layergraph.build import GraphModule, holders, layer_for
from patchgrad.layergraph.graph import Edge, Group, LayerGraph, LayerNode, PortRef
from patchgrad.nn.delay import Delay
from patchgrad.nn.parameter import array_like, overwrite
from patchgrad.version import __version__

FORMAT = 1
ENDING = ".patchgrad"
LARGEST = 2**31
"""Bytes of a file that is read at most."""


class Document(msgspec.Struct, frozen=True):
    """What a ``.patchgrad`` file holds.

    Fields
        graph     the layer graph, with the places of its boxes
        name      of the network
        settings  plain data about its training, such as ``{"step": 120, "loss": "CrossEntropyLoss"}``
        arrays    weights and buffers by ``<uid>/<name>``; those of constants are always there
        weights   were weights saved?
    """

    graph: LayerGraph
    name: str = ""
    settings: Mapping[str, Any] = {}
    arrays: Mapping[str, Any] = {}
    weights: bool = False

    def build(self, device: str = "cpu") -> GraphModule:
        """A module that computes the graph, with the saved weights, else fresh ones.

        Errors
            GraphError  if the graph has a problem.
            DataError   if an array does not fit its layer.
        """
        self.graph.check().require()
        module = self.graph.build(device=device)
        self._make_room(module)
        for key, tensor in _tensors(self.graph, module):
            if key in self.arrays:
                _fill(key, tensor, self.arrays[key])
            elif self.weights:
                raise DataError("the file lacks an array of a layer", want=key)
        return module

    def _make_room(self, module: GraphModule) -> None:
        """A Delay may hold any number of samples."""
        for uid, layer in module.layers.items():
            shape = tuple(self.arrays[f"{uid}/memory"].shape) if f"{uid}/memory" in self.arrays else ()
            if isinstance(layer, Delay) and shape[1:] == layer.shape and shape:
                layer.grow(shape[0])


class _File(msgspec.Struct, forbid_unknown_fields=True):
    """The file as JSON."""

    patchgrad: int
    version: str = ""
    name: str = ""
    settings: dict[str, Any] = {}
    nodes: list[LayerNode] = []
    edges: list[tuple[str, str, str, str]] = []
    groups: list[Group] = []
    weights: bool = False
    arrays: str = ""


# --- writing --------------------------------------------------------------------------------------


def save_document(
    path: Any,
    graph: LayerGraph,
    module: Any = None,
    *,
    name: str = "",
    settings: Mapping[str, Any] | None = None,
    more: Mapping[str, Any] | None = None,
) -> None:
    """Write a layer graph to ``path``, which gets the ending ``.patchgrad`` if it has none; whole or not at all.

    Parameters
        module    built from the graph: its weights are saved; None: only the values of constants are
        settings  plain data to be kept with it
        more      arrays to be kept besides, by names with a colon
    Errors
        GraphError  for a closed node: its class is code, which a file cannot hold.
    """
    closed = [node.name for node in graph.nodes.values() if node.kind == "Closed"]
    if closed:
        raise GraphError(
            "a closed module cannot be saved in a file",
            got=", ".join(closed),
            want="layers of the catalogue",
            hint="write @pg.layer before its class, and it is a layer of the catalogue; or keep the notebook",
        )
    target = Path(path)
    target = target if target.suffix else target.with_suffix(ENDING)
    arrays = {**dict(_constants(graph) if module is None else _kept(graph, module)), **(more or {})}
    file = _File(
        patchgrad=FORMAT,
        version=__version__,
        name=name,
        settings=dict(settings or {}),
        nodes=list(graph.nodes.values()),
        edges=[(e.source.node, e.source.port, e.target.node, e.target.port) for e in graph.edges],
        groups=list(graph.groups.values()),
        weights=module is not None,
        arrays=_packed(arrays),
    )
    text = msgspec.json.format(msgspec.json.encode(file), indent=1)
    write_whole(target, lambda out: out.write(text))


def _kept(graph: LayerGraph, module: Any) -> Iterator[tuple[str, Any]]:
    for key, tensor in _tensors(graph, module):
        yield key, tensor.backend.to_host(tensor.data)


def _constants(graph: LayerGraph) -> Iterator[tuple[str, Any]]:
    """The values of traced constants: they belong to what the graph computes."""
    for node in graph.of_kind("Constant"):
        for name, tensor in layer_for(graph, node).state_dict().items():
            yield f"{node.uid}/{name}", tensor.backend.to_host(tensor.data)


def _tensors(graph: LayerGraph, module: Any) -> Iterator[tuple[str, Any]]:
    """Parameters and buffers of the layers by uid and name."""
    for node in holders(graph):
        layer = module.layer(node.uid)
        for name, tensor in layer.state_dict(keep_vars=True).items():
            yield f"{node.uid}/{name}", tensor


def _packed(arrays: Mapping[str, Any]) -> str:
    out = io.BytesIO()
    safetensors.write(out, arrays, {})
    return base64.b64encode(out.getvalue()).decode() if arrays else ""


# --- reading --------------------------------------------------------------------------------------


def load_document(path: Any) -> Document:
    """Read a ``.patchgrad`` file.

    Errors
        DataError   if it is damaged, hostile, or of a newer format.
        GraphError  if it names a layer that is not in the catalogue, or settings that no layer takes.
    """
    source = Path(path)
    if source.stat().st_size > LARGEST:
        raise DataError("the file is too large", got=f"{source.stat().st_size} bytes", want=f"{LARGEST} at most")
    return parsed(source.read_bytes(), str(path))


def parsed(text: bytes, where: str = "") -> Document:
    """The document that a text holds."""
    file = _read(text, where)
    try:
        nodes = {node.uid: _checked(node) for node in file.nodes}
        edges = tuple(sorted(Edge(PortRef(a, b), PortRef(c, d)) for a, b, c, d in file.edges))
        groups = {group.uid: group for group in file.groups}
        graph = _consistent(LayerGraph(nodes, edges, groups))
    except GraphError as error:
        error.where = error.where or where
        raise
    return Document(graph, file.name, file.settings, _unpacked(file.arrays, where), file.weights)


def _read(text: bytes, where: str) -> _File:
    try:
        head = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
        kind = msgspec.json.decode(head["patchgrad"], type=int)
    except (msgspec.DecodeError, KeyError, UnicodeDecodeError, RecursionError) as error:
        raise DataError(
            "this is no .patchgrad file, or it is damaged", where=where, got=str(error)[:200], want="JSON with a graph"
        ) from None
    if kind != FORMAT:
        raise DataError(
            "the file has a format that this version cannot read",
            where=where,
            got=f"format {kind}",
            want=f"format {FORMAT}",
            hint="pip install --upgrade patchgrad",
        )
    try:
        return msgspec.json.decode(text, type=_File)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DataError("the .patchgrad file is damaged", where=where, got=str(error)[:200]) from None


def _checked(node: LayerNode) -> LayerNode:
    """The node with settings in their own form. A file cannot hold a closed module."""
    kind = catalogue.find(node.kind)
    if node.kind == "Closed" or not node.name.isidentifier():
        raise GraphError("a file cannot hold such a layer", got=f"{node.name!r} of the kind {node.kind}")
    return msgspec.structs.replace(node, settings=kind.settings(node.settings))


def _consistent(graph: LayerGraph) -> LayerGraph:
    """The graph, if its edges, groups and shared layers are there; with uids given out after its own."""
    made = LayerGraph(groups=graph.groups)
    for node in sorted(graph.nodes.values(), key=lambda node: node.shares is not None):
        _require_group(graph, node.group)
        if node.shares is not None and graph.node(node.shares).shares is not None:
            raise GraphError(f"{node.name} shares the layer of a node that has none of its own")
        made = made.with_node(node)
    if len(made.names) != len(made.nodes):
        raise GraphError("two layers have one name")
    for group in graph.groups.values():
        _require_group(graph, group.parent, {group.uid})
        made = made.with_group(group)
    for edge in graph.edges:
        _require_ends(made, edge)
    if len({edge.target for edge in graph.edges}) != len(graph.edges):
        raise GraphError("two edges lead into one port")
    ordered = {uid: made.nodes[uid] for uid in graph.nodes}
    return made._with(nodes=ordered, edges=graph.edges)


def _require_group(graph: LayerGraph, uid: str | None, seen: set[str] | None = None) -> None:
    inside = set(seen or ())
    while uid is not None:
        if uid in inside:
            raise GraphError("a group lies inside itself", got=graph.group(uid).name)
        inside.add(uid)
        uid = graph.group(uid).parent


def _require_ends(graph: LayerGraph, edge: Edge) -> None:
    for ref, ports in (
        (edge.source, catalogue.outputs_of(graph.node(edge.source.node))),
        (edge.target, catalogue.inputs_of(graph.node(edge.target.node))),
    ):
        if ref.port not in ports:
            raise GraphError("an edge ends at a port that is not there", got=str(ref), want=", ".join(ports) or "none")


def _unpacked(text: str, where: str) -> dict[str, Any]:
    if not text:
        return {}
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise DataError("the weights of the file are damaged", where=where, got=str(error)) from None
    return safetensors.read(io.BytesIO(data))[0]


def _fill(key: str, tensor: Any, array: Any) -> None:
    if tuple(array.shape) != tuple(tensor.shape):
        raise DataError(
            "an array of the file does not fit its layer",
            where=key,
            got=str(tuple(array.shape)),
            want=str(tuple(tensor.shape)),
        )
    overwrite(tensor, array_like(array, tensor))
