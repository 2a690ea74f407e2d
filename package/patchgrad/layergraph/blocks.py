"""Pieces of a network that were saved as layers of the palette: ``pg.save_layer(session, "block1", name="MyBlock")``.

They last as long as the kernel. Weights do not go along: what is inserted has its own, or calls those of the layers
that it was saved from. Read next: ``fragments.py`` (the form in which they are kept), ``templates.py``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from patchgrad.errors import GraphError
from patchgrad.layergraph import catalogue
from patchgrad.layergraph.commands import Several
from patchgrad.layergraph.commands.group_nodes import require_group_name
from patchgrad.layergraph.fragments import Fragment, copied, put_in, read
from patchgrad.layergraph.graph import LayerGraph, PortRef
from patchgrad.layergraph.memory import forget
from patchgrad.layergraph.naming import group_of
from patchgrad.layergraph.templates import TEMPLATES

BLOCKS: dict[str, tuple[str, Fragment]] = {}
"""Name -> help and layers."""


def save_layer(model: Any, group: str, *, name: str | None = None, help: str = "") -> str:
    """Let a group of layers be a layer of the palette; returns its name, which `pg.edit.insert` and `add` take.

    Saving another group under the same name replaces it.

    Parameters
        model  a `pg.Session` or a `LayerGraph`
        group  name of the group
        name   in the palette; that of the group if not given
        help   one line on what it is for
    Errors
        GraphError  for a group that is not there or holds a module that is closed, and for the name of another layer.
    Example
        >>> import patchgrad as pg
        >>> from patchgrad import nn
        >>> graph = pg.LayerGraph.from_module(nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 2)), pg.ones(1, 4))
        >>> graph = pg.edit.group("linear1", "relu1", name="Step").apply(graph)
        >>> pg.save_layer(graph, "Step")
        'Step'
        >>> graph = pg.edit.insert("relu1 -> linear2", "Step").apply(graph)
        >>> [node.name for node in graph.nodes.values() if node.kind == "Linear"]
        ['linear1', 'linear2', 'linear3']
    """
    graph: LayerGraph = getattr(model, "graph", model)
    uid = group_of(graph, group)
    called = graph.groups[uid].name if name is None else name
    return save_layers(graph, _inside(graph, uid), called, help or graph.groups[uid].note.partition("\n")[0])


def save_layers(graph: LayerGraph, nodes: Iterable[str], name: str, help: str = "") -> str:
    """The same for layers and groups of layers by their uids, as they are chosen in the studio."""
    called = _require_name(name)
    inside = tuple(uid for node in nodes for uid in (_inside(graph, node) if node in graph.groups else (node,)))
    closed = [graph.nodes[node].name for node in inside if node in graph.nodes and graph.nodes[node].kind == "Closed"]
    if closed:
        raise GraphError(
            f"{called} cannot be saved as a layer",
            got=f"{', '.join(closed[:3])}: a module of your own whose inside is not drawn",
            want="layers of the palette",
            hint="register its class with @pg.layer",
        )
    fragment = msgspec.structs.replace(read(copied(graph, inside)), group=called)
    BLOCKS[called] = (help or f"{len(fragment.layers)} layers of your own.", fragment)
    forget()
    return called


def named(name: Any) -> Fragment | None:
    """The layers of a block or a template of this name."""
    found = BLOCKS.get(name) or TEMPLATES.get(name) if isinstance(name, str) else None
    return found and found[1]


def block_put_in(
    graph: LayerGraph, block: str, fragment: Fragment, target: PortRef | None, name: str | None, shared: bool
) -> Several:
    """The edit that puts a block onto an edge, or loose."""
    fragment = fragment if name is None else msgspec.structs.replace(fragment, group=require_group_name(name))
    return put_in(graph, fragment.text, target=target, words=f"insert {block}", shared=shared)


def _require_name(name: str) -> str:
    called = require_group_name(name)
    if called in catalogue.kinds() or called in TEMPLATES:
        raise GraphError(
            f"{called} is the name of a layer of the palette already", got=repr(called), hint="give it another name"
        )
    return called


def _inside(graph: LayerGraph, group: str) -> tuple[str, ...]:
    """The layers in a group, and in those inside it."""
    groups = {group}
    for _ in graph.groups:
        groups |= {uid for uid, inner in graph.groups.items() if inner.parent in groups}
    return tuple(uid for uid, node in graph.nodes.items() if node.group in groups)
