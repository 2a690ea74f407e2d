"""From the syntax tree of a kernel to LLVM's text."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from patchgrad.backend.native.calls import CALLS
from patchgrad.backend.native.language import INLINE
from patchgrad.backend.native.sources import tree_of
from patchgrad.backend.native.values import POINTERS, KernelError, Numbers, Value
from patchgrad.backend.native.writer import Writer

SUM = "reassoc nsz contract"
"""Of ``x += y``: a loop may add up in several registers."""
NUMBERS = (bool, int, float)


class Translator:
    """Translates the statements of one function, and of those that it calls, into a writer."""

    def __init__(self, writer: Writer, names: Mapping[str, Any], variables: dict[str, Value]) -> None:
        self.writer = writer
        self.names = names
        self.variables = variables
        self.assigned: dict[str, int] = {}

    def body(self, statements: list[ast.stmt]) -> Value | None:
        """Translate statements; the value of a ``return`` at their end."""
        self._count(statements)
        for statement in statements:
            if isinstance(statement, ast.Return):
                return None if statement.value is None else self.value(statement.value)
            self.statement(statement)
        return None

    def _count(self, statements: list[ast.stmt]) -> None:
        """How often each name is given a value: one that never changes may stay static."""
        for statement in statements:
            for node in ast.walk(statement):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                    self.assigned[node.id] = self.assigned.get(node.id, 0) + 1
                if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
                    self.assigned[node.target.id] = self.assigned.get(node.target.id, 0) + 1

    # Statements

    def statement(self, node: ast.stmt) -> None:
        method = getattr(self, f"_do_{type(node).__name__.lower()}", None)
        if method is None:
            raise KernelError(f"line {node.lineno}: {type(node).__name__} is not in the kernel language")
        method(node)

    def _block(self, statements: list[ast.stmt]) -> None:
        for statement in statements:
            self.statement(statement)

    def _do_pass(self, node: ast.Pass) -> None:
        pass

    def _do_expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self.value(node.value)

    def _do_assign(self, node: ast.Assign) -> None:
        target = node.targets[0]
        if isinstance(target, ast.Tuple):
            found = self._several(node.value)
            for entry, value in zip(target.elts, found, strict=True):
                self.store(entry, value)
        else:
            self.store(target, self.value(node.value))

    def _several(self, node: ast.expr) -> list[Value]:
        found = self.value(node)
        if found.kind == "static" and isinstance(found.text, tuple):
            return [Value("static", entry) for entry in found.text]
        if found.kind != "several":
            raise KernelError(f"line {node.lineno}: one value for several names")
        return found.text

    def _do_augassign(self, node: ast.AugAssign) -> None:
        flags = SUM if isinstance(node.op, ast.Add) and isinstance(node.target, ast.Name) else None
        before = self.value(node.target)
        self.store(node.target, self.writer.binary(type(node.op).__name__, before, self.value(node.value), flags))

    def store(self, target: ast.expr, value: Value) -> None:
        """Give a variable, an element of an array or a register a value."""
        if isinstance(target, ast.Name):
            self._assign(target.id, value)
            return
        if not isinstance(target, ast.Subscript):
            raise KernelError(f"line {target.lineno}: this cannot be given a value")
        place, index = self.writer.read(self.value(target.value)), self.value(target.slice)
        if place.kind == "registers":
            self.writer.write(self._register(place, index), value)
        else:
            self.writer.store(place, index, value)

    def _assign(self, name: str, value: Value) -> None:
        value = self.writer.read(value)
        known = self.variables.get(name)
        if known is None or known.kind != "slot":
            if value.kind == "registers" or (value.kind == "static" and self.assigned.get(name, 1) == 1):
                self.variables[name] = value
                return
            kind = value.kind
            if kind == "static":
                kind = "real" if isinstance(value.text, float) else "whole"
            known = self.variables[name] = self.writer.slot(kind)
        self.writer.write(known, value)

    def _do_if(self, node: ast.If) -> None:
        condition = self.writer.truth(self.value(node.test))
        if condition.kind == "static":
            self._block(node.body if condition.text else node.orelse)
            return
        then, other, after = (self.writer.name("L") for _ in range(3))
        self.writer.line(f"br i1 {condition.text}, label %{then}, label %{other}")
        for label, statements in ((then, node.body), (other, node.orelse)):
            self.writer.label(label)
            self._block(statements)
            self.writer.line(f"br label %{after}")
        self.writer.label(after)

    def _do_while(self, node: ast.While) -> None:
        self._loop(lambda: self.writer.truth(self.value(node.test)), lambda: self._block(node.body))

    def _loop(self, condition: Any, body: Any) -> None:
        head, inside, after = (self.writer.name("L") for _ in range(3))
        self.writer.line(f"br label %{head}")
        self.writer.label(head)
        self.writer.line(f"br i1 {condition().text}, label %{inside}, label %{after}")
        self.writer.label(inside)
        body()
        self.writer.line(f"br label %{head}")
        self.writer.label(after)

    def _do_for(self, node: ast.For) -> None:
        call, target = node.iter, node.target
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or not isinstance(target, ast.Name):
            raise KernelError(f"line {node.lineno}: for wants range(), part() or unroll()")
        bounds = [self.writer.read(self.value(entry)) for entry in call.args]
        if call.func.id == "unroll":
            self._unrolled(node, target.id, bounds)
            return
        first, last, step = self._share(bounds[0]) if call.func.id == "part" else self._range(bounds)
        self.variables.pop(target.id, None)
        counter = self.variables[target.id] = self.writer.slot("whole")
        self.writer.write(counter, first)
        last = self.writer.to(last, "whole")

        def body() -> None:
            self._block(node.body)
            self.writer.write(counter, self.writer.binary("Add", counter, step))

        self._loop(lambda: self.writer.compare("Lt", counter, last), body)

    def _unrolled(self, node: ast.For, name: str, bounds: list[Value]) -> None:
        if any(bound.kind != "static" for bound in bounds):
            raise KernelError(f"line {node.lineno}: unroll() wants what is known when the kernel is compiled")
        given = [bound.text for bound in bounds]
        for value in given[0] if isinstance(given[0], tuple) else range(*given):
            self.variables[name] = Value("static", value)
            self._block(node.body)

    def _range(self, bounds: list[Value]) -> tuple[Value, Value, Value]:
        zero, one = Value("static", 0), Value("static", 1)
        first = bounds[0] if len(bounds) > 1 else zero
        return first, bounds[min(1, len(bounds) - 1)], bounds[2] if len(bounds) > 2 else one

    def _share(self, count: Value) -> tuple[Value, Value, Value]:
        """``ceil(count / workers)`` numbers for each worker."""
        writer, worker, workers = self.writer, self.variables["worker"], self.variables["workers"]
        one = Value("static", 1)
        above = writer.binary("Sub", writer.binary("Add", count, workers), one)
        each = writer.binary("FloorDiv", above, workers)
        first = writer.binary("Mult", each, worker)
        last = CALLS["minimum"](writer, writer.binary("Add", first, each), count)
        assert last is not None
        return first, last, one

    # Expressions

    def value(self, node: ast.expr) -> Value:
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            raise KernelError(f"line {node.lineno}: {type(node).__name__} is not in the kernel language")
        return method(node)

    def _constant(self, node: ast.Constant) -> Value:
        return Value("static", node.value)

    def _name(self, node: ast.Name) -> Value:
        if node.id in self.variables:
            return self.variables[node.id]
        found = self.names.get(node.id)
        if isinstance(found, (*NUMBERS, tuple, str)):
            return Value("static", found)
        raise KernelError(f"line {node.lineno}: {node.id} is not known to a kernel")

    def _tuple(self, node: ast.Tuple) -> Value:
        entries = [self.writer.read(self.value(entry)) for entry in node.elts]
        if all(entry.kind == "static" for entry in entries):
            return Value("static", tuple(entry.text for entry in entries))
        return Value("several", entries)

    def _binop(self, node: ast.BinOp) -> Value:
        return self.writer.binary(type(node.op).__name__, self.value(node.left), self.value(node.right))

    def _unaryop(self, node: ast.UnaryOp) -> Value:
        operand = self.value(node.operand)
        return self.writer.opposite(operand) if isinstance(node.op, ast.Not) else self.writer.negative(operand)

    def _compare(self, node: ast.Compare) -> Value:
        if len(node.ops) != 1:
            raise KernelError(f"line {node.lineno}: compare two values at a time")
        return self.writer.compare(type(node.ops[0]).__name__, self.value(node.left), self.value(node.comparators[0]))

    def _boolop(self, node: ast.BoolOp) -> Value:
        op = "and" if isinstance(node.op, ast.And) else "or"
        found = self.value(node.values[0])
        for entry in node.values[1:]:
            known = self.writer.truth(found)
            if known.kind == "static" and bool(known.text) == (op == "or"):
                return known
            found = self.writer.both(op, known, self.value(entry))
        return found

    def _ifexp(self, node: ast.IfExp) -> Value:
        condition = self.writer.truth(self.value(node.test))
        if condition.kind == "static":
            return self.value(node.body if condition.text else node.orelse)
        return self.writer.choose(condition, self.value(node.body), self.value(node.orelse))

    def _subscript(self, node: ast.Subscript) -> Value:
        place, index = self.writer.read(self.value(node.value)), self.value(node.slice)
        if place.kind == "registers":
            return self._register(place, index)
        if place.kind == "static":
            return Value("static", place.text[index.text])
        return self.writer.load(place, index)

    def _register(self, place: Value, index: Value) -> Value:
        if index.kind != "static":
            raise KernelError("the number of a register must be known when the kernel is compiled")
        return place.text[index.text]

    def _call(self, node: ast.Call) -> Value:
        if not isinstance(node.func, ast.Name):
            raise KernelError(f"line {node.lineno}: only names are called")
        values = [self.value(entry) for entry in node.args]
        if node.func.id in CALLS:
            return CALLS[node.func.id](self.writer, *values) or Value("static", None)
        function = self.names.get(node.func.id)
        if function not in INLINE:
            raise KernelError(f"line {node.lineno}: {node.func.id} is not known to a kernel")
        return self._inline(function, values)

    def _inline(self, function: Any, values: list[Value]) -> Value:
        definition = tree_of(function)
        shared = {name: self.variables[name] for name in ("worker", "workers", "single", "lanes")}
        inner = Translator(self.writer, function.__globals__, shared)
        inner._count(definition.body)
        for parameter, value in zip(definition.args.args, values, strict=True):
            value = self.writer.read(value)
            if parameter.arg in inner.assigned:
                inner.assigned[parameter.arg] += 1
                inner._assign(parameter.arg, value)
            else:
                inner.variables[parameter.arg] = value
        inner.assigned = {}
        found = inner.body(definition.body)
        return Value("static", None) if found is None else self.writer.read(found)


def module_of(function: Any, numbers: Numbers, statics: Mapping[str, Any], machine: str, exact: bool = False) -> str:
    """The LLVM module of one variant of a kernel: ``run(arguments, worker, workers)``, and the kernel itself."""
    definition = tree_of(function)
    parameters = [(entry.arg, ast.unparse(entry.annotation)) for entry in definition.args.args if entry.annotation]
    writer = Writer(numbers, "" if exact else "contract")
    variables = {"worker": Value("whole", "%worker"), "workers": Value("whole", "%workers")}
    variables |= {"single": Value("static", numbers.bits == 32), "lanes": Value("static", numbers.lanes)}
    variables |= {name: Value("static", value) for name, value in statics.items()}
    translator = Translator(writer, function.__globals__, variables)
    translator._count(definition.body)  # parameters that are given new values move to memory
    kinds = {"int": "whole", "float": "real"}
    for name, annotation in parameters:
        value = Value(kinds.get(annotation, annotation), f"%{name}")
        variables[name] = value
        if name in translator.assigned:
            variables[name] = writer.slot(value.kind)
            writer.write(variables[name], value)
    translator.assigned = {}
    translator.body(definition.body)
    return _text(writer, [(name, kinds.get(kind, kind)) for name, kind in parameters], machine)


def _text(writer: Writer, parameters: list[tuple[str, str]], machine: str) -> str:
    numbers = writer.numbers
    given: list[str] = []
    taken: list[str] = []
    outer: list[str] = []
    for index, (name, kind) in enumerate(parameters):
        of = "ptr" if kind in POINTERS else "double" if kind == "real" else "i64"
        outer += [
            f"  %a{index} = getelementptr i64, ptr %arguments, i64 {index}",
            f"  %v{index} = load {of}, ptr %a{index}",
        ]
        last = f"%v{index}"
        if kind in POINTERS:
            outer.append(f"  %p{index} = load ptr, ptr {last}")
            last = f"%p{index}"
        elif kind == "real" and numbers.bits == 32:
            outer.append(f"  %f{index} = fptrunc double {last} to float")
            last = f"%f{index}"
        taken.append(f"{numbers.type_of(kind)}{' noalias' if kind in POINTERS else ''} %{name}")
        given.append(f"{numbers.type_of(kind)} {last}")
    tail = ["i64 %worker", "i64 %workers"]
    lines = [
        machine,
        *sorted(writer.declared),
        f"define internal void @kernel({', '.join(taken + tail)}) #0 {{",
        "entry:",
        *writer.slots,
        *writer.lines,
        "  ret void",
        "}",
        "define void @run(ptr noalias %arguments, i64 %worker, i64 %workers) #0 {",
        *outer,
        f"  call void @kernel({', '.join(given + tail)})",
        "  ret void",
        "}",
    ]
    return "\n".join(lines) + "\n"
