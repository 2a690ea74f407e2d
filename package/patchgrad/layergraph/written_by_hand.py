"""The source of a Module class that a person wrote, and the places in it where layers are made and called.

It only reads. Read next: ``source_diff.py``.
"""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterator
from typing import Any

from patchgrad.errors import GraphError

STRAIGHT = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Return, ast.Expr)


class Written:
    """The text of a class with ``__init__`` and a straight-line ``forward``.

    Fields
        lines   of the whole file or cell
        first, last  lines of the class, from 0; ``last`` is behind it
        made    by attribute: the statement that sets it, and the expression that it is set to
        calls   by attribute: the calls of it in ``forward``
    Errors
        GraphError  where there is no source, or ``forward`` has loops, conditions or functions inside.
    """

    def __init__(self, cls: Any) -> None:
        self.name = cls.__name__
        code = getattr(cls.forward, "__code__", None)
        self.file = code.co_filename if code is not None else ""
        self.lines = linecache.getlines(self.file)
        tree = self._class(code.co_firstlineno if code is not None else 0)
        self.first, self.last = tree.lineno - 1, tree.end_lineno or tree.lineno
        self.init, self.forward = self._method(tree, "__init__"), self._method(tree, "forward")
        self.me = self.forward.args.args[0].arg
        self._require_straight()
        self.made = dict(self._made())
        self.calls: dict[str, list[ast.Call]] = {}
        for node in ast.walk(self.forward):
            if isinstance(node, ast.Call) and (attribute := self.attribute(node.func)):
                self.calls.setdefault(attribute, []).append(node)

    def attribute(self, node: ast.AST) -> str:
        """``fc1`` for ``self.fc1``; empty for anything else."""
        own = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == self.me
        return node.attr if own and isinstance(node, ast.Attribute) else ""

    def text(self, node: Any) -> str:
        """As it is written."""
        return ast.get_source_segment("".join(self.lines), node) or ast.unparse(node)

    def _class(self, line: int) -> ast.ClassDef:
        try:
            tree = ast.parse("".join(self.lines))
        except SyntaxError:  # a cell with magics
            raise _no_source(self.name, f"{self.file} is not plain Python") from None
        around = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef)
            and node.name == self.name
            and node.lineno <= line <= (node.end_lineno or 0)
        ]
        if not around:
            raise _no_source(self.name, f"no class of that name in {self.file or 'a file'}")
        return around[-1]

    def _method(self, tree: ast.ClassDef, name: str) -> ast.FunctionDef:
        found = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name]
        if not found:
            raise _no_source(self.name, f"a class without {name} of its own")
        return found[-1]

    def _require_straight(self) -> None:
        body = self.forward.body[1:] if ast.get_docstring(self.forward) else self.forward.body
        bent = next((part for part in body if not isinstance(part, STRAIGHT)), None)
        inner = (ast.comprehension, ast.Lambda, ast.IfExp, ast.NamedExpr)
        bent = bent or next((part for part in ast.walk(self.forward) if isinstance(part, inner)), None)
        if bent is not None or not body or not isinstance(body[-1], ast.Return) or body[-1].value is None:
            line = getattr(bent, "lineno", self.forward.lineno)
            raise _no_source(self.name, f"a forward that is no straight line, at line {line} of {self.file}")

    def _made(self) -> Iterator[tuple[str, tuple[ast.stmt, ast.expr]]]:
        for statement in ast.walk(self.init):
            if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
                target, value = statement.targets[0], statement.value
                pairs = [(target, value)]
                if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                    pairs = list(zip(target.elts, value.elts, strict=False))
                yield from ((name, (statement, v)) for t, v in pairs if (name := self.attribute(t)))


def _no_source(name: str, got: str) -> GraphError:
    return GraphError(
        f"the source of {name} cannot be changed to what it is now",
        got=got,
        want="a class whose forward is one line after the other",
        hint="session.graph.to_source() writes the network as a class of its own",
    )


__all__ = ["Written"]
