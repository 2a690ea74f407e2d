"""What a person would have to change in their own class for it to be the network as it is now: a unified diff.

It is offered, and written nowhere. What it can say: layers with other settings or of another kind, layers put on an
edge, taken out, bypassed, frozen, renamed; of the class itself and of a Sequential that it makes. Read next:
``written_by_hand.py``.
"""

from __future__ import annotations

import ast
import difflib
import inspect
import os
import re
from collections.abc import Iterator, Mapping
from typing import Any

from patchgrad import nn
from patchgrad.errors import GraphError
from patchgrad.layergraph import catalogue
from patchgrad.layergraph.flow import edges_read
from patchgrad.layergraph.graph import LayerGraph, LayerNode, PortRef
from patchgrad.layergraph.walk import topological
from patchgrad.layergraph.written_by_hand import Written


def source_diff(cls: Any, first: LayerGraph, now: LayerGraph, paths: Mapping[str, str]) -> str:
    """The diff of the source of ``cls``; empty where nothing is to be changed.

    Parameters
        first  the graph of the class as it is written
        paths  by node of ``first``: where its layer stands in the module, ``fc1`` or ``net.2``
    Errors
        GraphError  saying what cannot be said as a change of the source.
    """
    written = Written(cls)
    changes = _Changes(written, first, now, paths)
    after = changes.applied()
    try:
        ast.parse("".join(after))
    except SyntaxError as error:
        raise changes.refused(f"lines that would not be Python: {error.msg}", "one statement in a line") from None
    file = written.file if os.path.exists(written.file) else f"{cls.__name__} in a cell"
    return "".join(difflib.unified_diff(written.lines, after, file, f"{file}, as it is now", n=2))


class _Changes:
    """Texts that replace stretches of the source, by place: (line, column) from and to."""

    def __init__(self, written: Written, first: LayerGraph, now: LayerGraph, paths: Mapping[str, str]) -> None:
        self.written, self.first, self.now, self.paths = written, first, now, paths
        self.gone = {uid for uid in first.nodes if _absent(now, uid) and not _absent(first, uid)}
        self.come = [uid for uid in topological(now) if uid not in first.nodes and not now.nodes[uid].bypassed]
        self.edits: list[tuple[tuple[int, int], tuple[int, int], str]] = []
        self.wrapped: dict[int, list[str]] = {}
        """By id of an expression in ``forward``: layers that are called on it, innermost first."""
        self.unwrapped: set[int] = set()

    def applied(self) -> list[str]:
        self.require_sayable()
        for uid, node in self.now.nodes.items():
            if uid in self.first.nodes and uid not in self.gone:
                self.changed(self.first.nodes[uid], node)
        for uid in self.gone:
            self.removed(self.first.nodes[uid])
        for uid in self.come:
            self.added(self.now.nodes[uid])
        self.forward()
        return self.renamed(self.replaced())

    # --- what can be said ---------------------------------------------------------------------------

    def require_sayable(self) -> None:
        """Past what came and went, every layer must read what it did."""
        for uid in (*self.gone, *self.come):
            node = (self.now if uid in self.come else self.first).nodes[uid]
            if len(catalogue.inputs_of(node)) != 1 or len(catalogue.outputs_of(node)) != 1 or node.shares:
                raise self.refused(f"{node.name}, a {node.kind}", "layers with one input and one output")
        kept = self.first.nodes.keys() - self.gone
        before = {(edge.target, self.origin(self.first, edge.source)) for edge in _edges(self.first, kept)}
        after = {(edge.target, self.origin(self.now, edge.source)) for edge in _edges(self.now, kept)}
        if before != after:
            target = min(before ^ after)[0]
            raise self.refused(
                f"{(self.now if target.node in self.now.nodes else self.first).say(target)} reads something else now",
                "layers changed, put on an edge or taken out",
            )

    def origin(self, graph: LayerGraph, port: PortRef) -> PortRef:
        """The output of a layer that is in both graphs, upstream of a port."""
        while port.node in self.gone or port.node not in self.first.nodes or graph.nodes[port.node].bypassed:
            read = edges_read(graph, graph.nodes[port.node])
            if not read:
                raise self.refused(f"{graph.nodes[port.node].name} with nothing to read", "layers on an edge")
            port = read[0].source
        return port

    def refused(self, got: str, want: str) -> GraphError:
        return GraphError(
            f"this cannot be said as a change of the source of {self.written.name}",
            got=got,
            want=want,
            hint="session.graph.to_source() writes the network as a class of its own",
        )

    # --- __init__ -----------------------------------------------------------------------------------

    def place(self, node: LayerNode) -> tuple[ast.stmt, ast.expr, int | None]:
        """The statement and the expression that make a layer, and its place in a Sequential."""
        attribute, _, rest = self.paths.get(node.uid, "").partition(".")
        statement, value = self.written.made.get(attribute, (None, None))
        if statement is None or value is None or not isinstance(value, ast.Call):
            raise self.refused(f"{node.name}, which no line of __init__ makes", "self.name = a layer")
        if not rest:
            return statement, value, None
        plain = ast.unparse(value.func).endswith("Sequential") and rest.isdecimal() and int(rest) < len(value.args)
        if not plain or any(isinstance(entry, ast.Starred) for entry in value.args):
            raise self.refused(f"{node.name}, which stands inside of {attribute}", "layers of the class itself")
        return statement, value.args[int(rest)], int(rest)

    def changed(self, before: LayerNode, node: LayerNode) -> None:
        if before.key != node.key and before.kind not in ("Input", "Output") and before.shares is None:
            _, value, _ = self.place(before)
            kind = catalogue.find(node.kind)
            if node.kind == "Closed" or not kind.layer:
                raise self.refused(f"{node.name}, a module made elsewhere", "layers of the palette")
            parts = list(self.settings(value, before, node)) if before.kind == node.kind else []
            self.edits += parts or [(_start(value), _end(value), self.made(node))]
        if node.frozen != before.frozen:
            self.freeze(before, node)

    def settings(self, value: ast.expr, before: LayerNode, node: LayerNode) -> Iterator[tuple[Any, Any, str]]:
        """Edits of those arguments alone that have changed; none where one does not stand there by itself."""
        names = list(inspect.signature(getattr(nn, node.kind, node.key.__class__)).parameters)
        if not isinstance(value, ast.Call) or any(isinstance(entry, ast.Starred) for entry in value.args):
            return
        given = dict(zip(names, value.args, strict=False)) | {k.arg: k.value for k in value.keywords if k.arg}
        other = [name for name in node.settings if node.settings[name] != before.settings[name]]
        for name in other if all(name in given for name in other) else ():
            yield _start(given[name]), _end(given[name]), repr(node.settings[name])

    def made(self, node: LayerNode) -> str:
        """The layer in words, with the prefix that the class uses for those of patchgrad."""
        text = catalogue.find(node.kind).source(node.settings)
        used = [ast.unparse(v.func) for _, v in self.written.made.values() if isinstance(v, ast.Call)]
        prefix = next((word.rpartition(".")[0] for word in used if hasattr(nn, word.rpartition(".")[2])), "nn")
        return (f"{prefix}." if prefix else "") + text.removeprefix("nn.") if text.startswith("nn.") else text

    def freeze(self, before: LayerNode, node: LayerNode) -> None:
        statement, _, at = self.place(before)
        path = self.paths[before.uid].partition(".")[0] + (f"[{at}]" if at is not None else "")
        if not node.frozen:
            raise self.refused(f"{node.name}, which was frozen and learns now", "a layer that is frozen by an edit")
        self.line_after(statement, f"{self.written.me}.{path}.requires_grad_(False)")

    def removed(self, node: LayerNode) -> None:
        statement, _, at = self.place(node)
        if at is not None:
            return self.edits.extend(self.out_of_row(node, at))
        self.unwrapped.add(id(self.call(node)))
        if not isinstance(statement, ast.Assign) or isinstance(statement.targets[0], ast.Tuple):
            raise self.refused(f"{node.name}, made in one line with others", "a line for each layer that goes")
        return self.edits.append(((statement.lineno, 0), ((statement.end_lineno or 0) + 1, 0), ""))

    def added(self, node: LayerNode) -> None:
        if node.kind == "Closed" or not catalogue.find(node.kind).layer:
            raise self.refused(f"{node.name}, a {node.kind}", "layers of the palette")
        source = self.origin(self.now, edges_read(self.now, node)[0].source)
        readers = [e.target for e in _edges(self.now, self.first.nodes) if self.leads(node, e.source)]
        inside = self.in_row(source, readers, node)
        if not inside:
            self.wrap(source, readers, node)
            before = self.paths.get(source.node, "").partition(".")[0]
            statement = self.written.made[before][0] if before in self.written.made else self.written.init.body[-1]
            self.line_after(statement, f"{self.written.me}.{node.name} = {self.made(node)}")

    def leads(self, node: LayerNode, port: PortRef) -> bool:
        """Does this output come from the new layer, through none but new ones?"""
        while port.node not in self.first.nodes and port.node != node.uid:
            port = edges_read(self.now, self.now.nodes[port.node])[0].source
        return port.node == node.uid

    # --- a Sequential ---------------------------------------------------------------------------------

    def row(self, node: LayerNode) -> list[ast.expr]:
        value = self.written.made[self.paths[node.uid].partition(".")[0]][1]
        return value.args if isinstance(value, ast.Call) else []

    def in_row(self, source: PortRef, readers: list[PortRef], node: LayerNode) -> bool:
        """Does the new layer stand between two of one Sequential? Then it stands there in the source too."""
        ends = [self.paths.get(uid, "").partition(".") for uid in (source.node, *{port.node for port in readers})]
        if len(ends) != 2 or ends[0][0] != ends[1][0] or not all(rest.isdecimal() for _, _, rest in ends):
            return False
        reader = self.first.nodes[readers[0].node]
        _, value, _ = self.place(reader)
        self.place(self.first.nodes[source.node])
        alone = self.written.lines[value.lineno - 1][: value.col_offset].isspace()
        gap = "\n" + " " * value.col_offset if alone else " "
        self.edits.append((_start(value), _start(value), f"{self.made(node)},{gap}"))
        return True

    def out_of_row(self, node: LayerNode, at: int) -> Iterator[tuple[tuple[int, int], tuple[int, int], str]]:
        """Up to the next one; the last ones, that go together, from the one before them."""
        row, owner = self.row(node), self.paths[node.uid].partition(".")[0]
        gone = {self.paths[uid] for uid in self.gone if uid in self.paths}
        last = next((end for end in reversed(range(len(row))) if f"{owner}.{end}" not in gone), -1)
        if at < last:
            yield _start(row[at]), _start(row[at + 1]), ""
        elif at == last + 1:
            yield (_end(row[last]) if last >= 0 else _start(row[0])), _end(row[-1]), ""

    def line_after(self, statement: ast.stmt, text: str) -> None:
        place = ((statement.end_lineno or statement.lineno) + 1, 0)
        self.edits.append((place, place, f"{' ' * self.written.init.body[0].col_offset}{text}\n"))

    # --- forward --------------------------------------------------------------------------------------

    def call(self, node: LayerNode) -> ast.Call:
        """The one call of a layer, or of the Sequential that it is in."""
        calls = self.written.calls.get(self.paths.get(node.uid, "").partition(".")[0], [])
        if len(calls) != 1 or calls[0].keywords:
            raise self.refused(f"{node.name}, called {len(calls)} times by name", "a layer that forward calls once")
        return calls[0]

    def wrap(self, source: PortRef, readers: list[PortRef], node: LayerNode) -> None:
        before = [edge.target for edge in self.first.edges_from(source.node, source.port)]
        around = source.node in self.paths and {*before} == {*readers} and len(readers) > 1
        if around or not readers:
            found: ast.expr = self.call(self.first.nodes[source.node])
        elif len(readers) == 1:
            found = self.read_by(self.first.nodes[readers[0].node], readers[0].port)
        else:
            raise self.refused(f"{node.name}, which {len(readers)} layers read", "a layer with one reader")
        self.wrapped.setdefault(id(found), []).append(node.name)

    def read_by(self, reader: LayerNode, port: str) -> ast.expr:
        """The expression that a layer is given at a port."""
        if reader.kind == "Output":
            end = self.written.forward.body[-1]
            if len(self.first.of_kind("Output")) > 1 or not isinstance(end, ast.Return) or end.value is None:
                raise self.refused("a layer before one of several outputs", "a network with one output")
            return end.value
        if not self.paths.get(reader.uid) or self.paths[reader.uid].partition(".")[2] not in ("", "0"):
            raise self.refused(f"a layer before {reader.name}, which stands in an expression", "one that is called")
        call = self.call(reader)
        at = catalogue.inputs_of(reader).index(port)
        if at >= len(call.args):
            raise self.refused(f"{self.first.say(PortRef(reader.uid, port))}, which forward does not name", "a value")
        return call.args[at]

    def forward(self) -> None:
        """The statements of ``forward`` in which something is called or left out."""
        for statement in self.written.forward.body:
            inside = {id(part) for part in ast.walk(statement)}
            if inside & (self.wrapped.keys() | self.unwrapped):
                self.edits.append((_start(statement), _end(statement), ast.unparse(_Calls(self).visit(statement))))

    # --- text -----------------------------------------------------------------------------------------

    def replaced(self) -> list[str]:
        lines = [*self.written.lines, ""]
        if lines[-2] and not lines[-2].endswith("\n"):
            lines[-2] += "\n"
        for (a, b), (c, d), text in sorted(self.edits, key=lambda edit: edit[:2], reverse=True):
            head, tail = _cut(lines[a - 1], b)[0], _cut(lines[c - 1], d)[1]
            lines[a - 1 : c] = (head + text + tail).splitlines(keepends=True) or [""]
        return [line for line in lines if line]

    def renamed(self, lines: list[str]) -> list[str]:
        names = {
            node.name: self.now.nodes[uid].name
            for uid, node in self.first.nodes.items()
            if uid in self.now.nodes and self.now.nodes[uid].name != node.name and self.paths.get(uid) == node.name
        }
        more = len(lines) - len(self.written.lines)
        word = re.compile(rf"\b{self.written.me}\.(\w+)\b")
        body = [
            word.sub(lambda found: f"{self.written.me}.{names.get(found[1], found[1])}", line)
            for line in lines[self.written.first : self.written.last + more]
        ]
        return [*lines[: self.written.first], *body, *lines[self.written.last + more :]]


class _Calls(ast.NodeTransformer):
    """Calls new layers on expressions, and leaves out calls of those that went."""

    def __init__(self, changes: _Changes) -> None:
        self.changes = changes

    def visit(self, node: Any) -> Any:
        made: Any = self.generic_visit(node)
        if id(node) in self.changes.unwrapped:
            made = made.args[0]
        for name in self.changes.wrapped.get(id(node), ()):
            made = ast.Call(ast.Attribute(ast.Name(self.changes.written.me), name), [made], [])
        return made


def _absent(graph: LayerGraph, uid: str) -> bool:
    return uid not in graph.nodes or graph.nodes[uid].bypassed


def _edges(graph: LayerGraph, uids: Any) -> Iterator[Any]:
    for uid in uids:
        if uid in graph.nodes and not graph.nodes[uid].bypassed:
            yield from edges_read(graph, graph.nodes[uid])


def _start(node: Any) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _end(node: Any) -> tuple[int, int]:
    return node.end_lineno, node.end_col_offset


def _cut(line: str, at: int) -> tuple[str, str]:
    """A line before and behind a column, which Python counts in bytes."""
    raw = line.encode()
    return raw[:at].decode(), raw[at:].decode()
