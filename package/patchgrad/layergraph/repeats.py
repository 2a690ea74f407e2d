"""Groups that stand several times in a row with the same layers: what source code writes as a loop. Pure.

Read next: ``to_source.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import msgspec

from patchgrad.layergraph.flow import edges_read, live, passes
from patchgrad.layergraph.graph import Edge, LayerGraph, LayerNode, PortRef
from patchgrad.layergraph.names import free_name, identifier, problem
from patchgrad.layergraph.probe import parameter_count
from patchgrad.layergraph.walk import looping, topological

NUMBERED = re.compile(r"^(.+?)[._ ](\d+)$")
LEFT_OUT = ("Input", "Output", "Closed", "Delay")


class Piece(NamedTuple):
    """The layers of one group, in order; what they read from outside, in order of first use; what they give."""

    group: str
    nodes: tuple[LayerNode, ...]
    form: tuple[object, ...]
    entries: tuple[PortRef, ...]
    exit: PortRef


@dataclass(frozen=True, eq=False)
class Repeated:
    """Pieces of one form in a row, each of which is given what the one before it gives.

    Fields
        attribute  where the pieces stand in the written class: a list under this name
        chained    which of their entries goes from one to the next
        names      of the layers inside a piece
    """

    attribute: str
    pieces: tuple[Piece, ...]
    chained: int
    names: tuple[str, ...]

    @property
    def word(self) -> str:
        """One of them: ``block`` for ``blocks``."""
        word = self.attribute
        return word[:-1] if word.endswith("s") and len(word) > 3 else f"{word}_block"

    def paths(self) -> Iterator[tuple[LayerNode, int, str]]:
        """Every layer with the number of its piece and its name there."""
        for at, piece in enumerate(self.pieces):
            yield from ((node, at, name) for node, name in zip(piece.nodes, self.names, strict=True))


def repeats(graph: LayerGraph) -> tuple[Repeated, ...]:
    """The outermost repeats of a graph, kept with it once they are found."""
    if "repeats" not in graph.__dict__:
        vars(graph)["repeats"] = tuple(_found(graph))
    return graph.__dict__["repeats"]


def written_names(graph: LayerGraph) -> Mapping[str, str]:
    """By layer: where it stands in the written class, ``blocks.0.fc`` for one in a loop."""
    names = {node.name: node.name for node in graph.nodes.values()}
    return names | {n.name: f"{r.attribute}.{at}.{name}" for r in repeats(graph) for n, at, name in r.paths()}


def _found(graph: LayerGraph) -> Iterator[Repeated]:
    order = {uid: at for at, uid in enumerate(topological(graph))}
    pieces = [piece for group in graph.groups if (piece := _piece(graph, group, inside(graph, group), order))]
    pieces.sort(key=lambda piece: order[piece.nodes[0].uid])
    taken: set[str] = set()
    names = set(graph.names)
    for run in sorted(_runs(graph, pieces), key=lambda run: -len(run[0].nodes)):
        repeated = _named(graph, run, names)
        if repeated is not None and taken.isdisjoint(uids := {node.uid for piece in run for node in piece.nodes}):
            taken |= uids
            names |= {repeated.attribute}
            names |= {f"{repeated.attribute}_{at}_{name}" for _, at, name in repeated.paths()}
            yield repeated


def _runs(graph: LayerGraph, pieces: list[Piece]) -> Iterator[tuple[Piece, ...]]:
    """Pieces that follow each other, at least two."""
    families: dict[object, list[Piece]] = {}
    for piece in pieces:
        group = graph.groups[piece.group]
        families.setdefault((group.parent, numbered(group.name)[0], piece.form), []).append(piece)
    for family in families.values():
        run = [family[0]]
        for before, piece in pairwise(family):
            if _chained(before, piece) is None or (len(run) > 1 and _chained(*run[-2:]) != _chained(before, piece)):
                yield from [tuple(run)] * (len(run) > 1)
                run = []
            run.append(piece)
        yield from [tuple(run)] * (len(run) > 1)


def _chained(before: Piece, piece: Piece) -> int | None:
    """Which entry of a piece takes what the one before gives; None unless all others are what that one has."""
    places = [at for at, entry in enumerate(piece.entries) if entry == before.exit]
    others = [a == b for at, (a, b) in enumerate(zip(before.entries, piece.entries, strict=True)) if at not in places]
    return places[0] if len(places) == 1 and all(others) else None


def _piece(graph: LayerGraph, group: str, uids: set[str], order: Mapping[str, int]) -> Piece | None:
    """The group as a piece; None for one that a loop cannot call."""
    nodes = tuple(graph.nodes[uid] for uid in sorted(uids, key=lambda uid: order[uid]))
    called = live(graph)
    lone = all(n.kind not in LEFT_OUT and not n.shares and not graph.sharers(n.uid) for n in nodes)
    if not lone or not nodes or not uids <= called - looping(graph) or any(passes(graph, node) for node in nodes):
        return None
    reads = {node.uid: edges_read(graph, node) for node in nodes}
    entries = tuple(dict.fromkeys(e.source for edges in reads.values() for e in edges if e.source.node not in uids))
    exits = {e.source for uid in uids for e in graph.edges_from(uid) if _read_outside(graph, e, uids, called)}
    if len(exits) != 1 or not entries:
        return None
    place = {node.uid: at for at, node in enumerate(nodes)}
    form = tuple(_form(graph, node, group, reads[node.uid], place, entries) for node in nodes)
    exit_ = exits.pop()
    return Piece(group, nodes, (form, place[exit_.node], exit_.port), entries, exit_)


def _read_outside(graph: LayerGraph, edge: Edge, uids: set[str], called: set[str]) -> bool:
    target = edge.target.node
    return target not in uids and target in called and edge in edges_read(graph, graph.nodes[target])


def _form(
    graph: LayerGraph,
    node: LayerNode,
    group: str,
    edges: list[Edge],
    place: Mapping[str, int],
    entries: tuple[PortRef, ...],
) -> tuple[object, ...]:
    """What two layers must have in common to be the same one in a loop."""
    sources = tuple(
        (
            e.target.port,
            *((place[e.source.node], e.source.port) if e.source.node in place else (entries.index(e.source),)),
        )
        for e in edges
    )
    return node.key, node.frozen, _within(graph, node.group, group), sources


def _within(graph: LayerGraph, group: str | None, outer: str) -> tuple[str, ...]:
    """Names of the groups between a layer and the piece that it is in."""
    names: list[str] = []
    while group is not None and group != outer:
        names.append(graph.groups[group].name)
        group = graph.groups[group].parent
    return tuple(names)


def inside(graph: LayerGraph, group: str) -> set[str]:
    """The nodes in a group and in those inside it."""
    return {uid for uid, node in graph.nodes.items() if group in around(graph, node.group)}


def around(graph: LayerGraph, group: str | None) -> Iterator[str]:
    """A group, and those that it is in."""
    while group is not None:
        yield group
        group = graph.groups[group].parent


# --- names ----------------------------------------------------------------------------------------


def numbered(name: str) -> tuple[str, str]:
    """``blocks.0`` as ``blocks`` and ``0``."""
    found = NUMBERED.match(name)
    return (found[1], found[2]) if found else (name, "")


def _named(graph: LayerGraph, run: tuple[Piece, ...], taken: set[str]) -> Repeated | None:
    """The run with its names; None if a layer could not have the name that tracing would give it."""
    chained = _chained(run[0], run[1])
    if chained is None:
        return None
    base, number = numbered(graph.groups[run[0].group].name)
    stem = _stem(run[0], identifier(base), number)
    names = _names(run[0], f"{stem or identifier(base).lower()}_{number}_")
    own = {node.name for piece in run for node in piece.nodes}
    attribute = stem or identifier(base).lower()
    attribute = free_name(attribute, taken) if attribute in taken or problem(attribute) else attribute
    paths = [f"{attribute}_{at}_{name}" for at in range(len(run)) for name in names]
    fits = len({*paths}) == len(paths) and not any(problem(path) for path in paths) and {*paths}.isdisjoint(taken - own)
    return Repeated(attribute, run, chained, names) if fits and len({*names}) == len(names) else None


def _stem(piece: Piece, base: str, number: str) -> str:
    """What stands before the number in the names of all layers that learn: ``encoder_blocks``."""
    learning = [node.name for node in piece.nodes if parameter_count(node.key)] or [piece.nodes[0].name]
    head, found, _ = learning[0].partition(f"{base}_{number}_")
    stem = f"{head}{base}" if found else ""
    return stem if stem and all(name.startswith(f"{stem}_{number}_") for name in learning) else ""


def _names(piece: Piece, prefix: str) -> tuple[str, ...]:
    """The layers' names without what a list of pieces adds to them."""
    short = [node.name.removeprefix(prefix) for node in piece.nodes]
    return tuple(node.name if problem(name) else name for node, name in zip(piece.nodes, short, strict=True))


# --- as a graph -----------------------------------------------------------------------------------


def piece_graph(graph: LayerGraph, repeated: Repeated, entries: tuple[str, ...]) -> LayerGraph:
    """The first piece as a graph of its own: an Input for each entry, in order, and one Output. It is only written."""
    piece, uids = repeated.pieces[0], {node.uid for node in repeated.pieces[0].nodes}
    nodes = {f"i.{at:03}": name for at, name in enumerate(entries)}  # before all others in their order
    of = {source: PortRef(uid, "y") for source, uid in zip(piece.entries, nodes, strict=True)}
    groups = {
        uid: msgspec.structs.replace(g, parent=None) if g.parent == piece.group else g
        for uid, g in graph.groups.items()
    }
    inner = LayerGraph(groups=groups, issued=graph.issued)
    for uid, name in nodes.items():
        inner = inner.with_node(LayerNode(uid, "Input", name, {}))
    for node, name in zip(piece.nodes, repeated.names, strict=True):
        home = None if node.group == piece.group else node.group
        inner = inner.with_node(msgspec.structs.replace(node, name=name, group=home))
    read = [edge for node in piece.nodes for edge in edges_read(graph, node)]
    edges = [e if e.source.node in uids else Edge(of[e.source], e.target) for e in read]
    end = inner.fresh_uid()
    inner = inner.with_node(LayerNode(end, "Output", "output", {}))
    return inner.with_edges([*edges, Edge(piece.exit, PortRef(end, "x"))])
