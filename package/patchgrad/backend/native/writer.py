"""Writes LLVM's text: conversions, arithmetic, memory. Knows values, not Python's syntax."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from patchgrad.backend.native.values import ORDER, POINTERS, KernelError, Numbers, Value, wider

WHOLE = {
    "Add": "add nsw",
    "Sub": "sub nsw",
    "Mult": "mul nsw",
    "FloorDiv": "sdiv",
    "Mod": "srem",
    "LShift": "shl",
    "RShift": "ashr",
    "BitAnd": "and",
    "BitOr": "or",
    "BitXor": "xor",
}
"""Quotient and remainder are C's: kernels divide numbers that are not negative."""
WORD = WHOLE | {"Add": "add", "Sub": "sub", "Mult": "mul"}
REAL = {"Add": "fadd", "Sub": "fsub", "Mult": "fmul", "Div": "fdiv"}
STATIC: dict[str, Callable[[Any, Any], Any]] = {
    "Add": lambda a, b: a + b,
    "Sub": lambda a, b: a - b,
    "Mult": lambda a, b: a * b,
    "Div": lambda a, b: a / b,
    "FloorDiv": lambda a, b: a // b,
    "Mod": lambda a, b: a % b,
    "Pow": lambda a, b: a**b,
    "LShift": lambda a, b: a << b,
    "RShift": lambda a, b: a >> b,
    "Lt": lambda a, b: a < b,
    "LtE": lambda a, b: a <= b,
    "Gt": lambda a, b: a > b,
    "GtE": lambda a, b: a >= b,
    "Eq": lambda a, b: a == b,
    "NotEq": lambda a, b: a != b,
}
COMPARED_WHOLE = {"Lt": "slt", "LtE": "sle", "Gt": "sgt", "GtE": "sge", "Eq": "eq", "NotEq": "ne"}
COMPARED_REAL = {"Lt": "olt", "LtE": "ole", "Gt": "ogt", "GtE": "oge", "Eq": "oeq", "NotEq": "une"}


class Writer:
    """Collects the lines of one function."""

    def __init__(self, numbers: Numbers, flags: str = "contract") -> None:
        self.numbers = numbers
        self.flags = flags
        self.lines: list[str] = []
        self.slots: list[str] = []
        self.declared: set[str] = set()
        self._count = 0

    def name(self, stem: str = "%t") -> str:
        self._count += 1
        return f"{stem}{self._count}"

    def line(self, text: str) -> None:
        self.lines.append("  " + text)

    def label(self, name: str) -> None:
        self.lines.append(name + ":")

    def result(self, kind: str, text: str) -> Value:
        """A new value: ``text`` is the instruction that makes it."""
        found = self.name()
        self.line(f"{found} = {text}")
        return Value(kind, found)

    def typed(self, value: Value) -> str:
        return f"{self.numbers.type_of(value.kind)} {value.text}"

    def slot(self, kind: str) -> Value:
        """Memory for a variable; LLVM turns it into registers."""
        address = self.name("%s")
        self.slots.append(f"  {address} = alloca {self.numbers.type_of(kind)}")
        return Value("slot", address, kind)

    def read(self, value: Value) -> Value:
        if value.kind != "slot":
            return value
        return self.result(value.of, f"load {self.numbers.type_of(value.of)}, ptr {value.text}")

    def write(self, slot: Value, value: Value) -> None:
        self.line(f"store {self.typed(self.to(value, slot.of))}, ptr {slot.text}")

    # Conversions

    def to(self, value: Value, kind: str) -> Value:
        """The value as this kind, where nothing is lost."""
        value = self.read(value)
        if value.kind == kind:
            return value
        if value.kind == "static":
            return self.numbers.constant(value.text, kind)
        if kind == "vector" and value.kind in ORDER:
            return self._spread(self.to(value, "real"))
        if kind == "real" and value.kind in ("whole", "word"):
            return self.result("real", f"sitofp {self.typed(value)} to {self.numbers.real}")
        if kind in ("whole", "real") and value.kind == "truth":
            how = "zext" if kind == "whole" else "uitofp"
            return self.result(kind, f"{how} i1 {value.text} to {self.numbers.type_of(kind)}")
        if kind == "whole" and value.kind in ("word32", "byte"):
            return self.result("whole", f"zext {self.typed(value)} to i64")
        if value.kind == "whole" and kind in ("word32", "byte"):
            return self.result(kind, f"trunc {self.typed(value)} to {self.numbers.type_of(kind)}")
        raise KernelError(f"a {value.kind} is no {kind}")

    def _spread(self, value: Value) -> Value:
        kind = self.numbers.type_of("vector")
        first = self.result("vector", f"insertelement {kind} poison, {self.typed(value)}, i32 0")
        order = f"<{self.numbers.lanes} x i32> zeroinitializer"
        return self.result("vector", f"shufflevector {kind} {first.text}, {kind} poison, {order}")

    def truth(self, value: Value) -> Value:
        value = self.read(value)
        if value.kind in ("truth", "truths", "static"):
            return value
        return self.compare("NotEq", value, Value("static", 0))

    # Arithmetic

    def binary(self, op: str, a: Value, b: Value, flags: str | None = None) -> Value:
        a, b = self.read(a), self.read(b)
        if a.kind in POINTERS:
            return self.moved(a, b if op == "Add" else self.binary("Sub", Value("static", 0), b))
        if a.kind == b.kind == "static":
            return Value("static", STATIC[op](a.text, b.text))
        kind = wider(a, b)
        table = {"whole": WHOLE, "word": WORD}.get(kind, REAL)
        if op not in table:
            raise KernelError(f"{op} is not for a {kind}")
        flags = f"{self.flags if flags is None else flags} " if table is REAL else ""
        a, b = self.to(a, kind), self.to(b, kind)
        return self.result(kind, f"{table[op]} {flags}{self.typed(a)}, {b.text}")

    def negative(self, a: Value) -> Value:
        a = self.read(a)
        if a.kind == "static":
            return Value("static", -a.text)
        if a.kind in ("real", "vector"):
            return self.result(a.kind, f"fneg {self.typed(a)}")
        return self.binary("Sub", Value("static", 0), a)

    def compare(self, op: str, a: Value, b: Value) -> Value:
        a, b = self.read(a), self.read(b)
        if a.kind == b.kind == "static":
            return Value("static", STATIC[op](a.text, b.text))
        kind = wider(a, b)
        a, b = self.to(a, kind), self.to(b, kind)
        if kind in ("whole", "word", "truth"):
            return self.result("truth", f"icmp {COMPARED_WHOLE[op]} {self.typed(a)}, {b.text}")
        found = "truths" if kind == "vector" else "truth"
        return self.result(found, f"fcmp {COMPARED_REAL[op]} {self.typed(a)}, {b.text}")

    def both(self, op: str, a: Value, b: Value) -> Value:
        """``and``, ``or`` of two truths; both have been computed."""
        a, b = self.truth(a), self.truth(b)
        for first, second in ((a, b), (b, a)):
            if first.kind == "static":
                decided = bool(first.text) == (op == "or")
                return first if decided else second
        return self.result(a.kind, f"{op} {self.typed(a)}, {b.text}")

    def opposite(self, a: Value) -> Value:
        a = self.truth(a)
        if a.kind == "static":
            return Value("static", not a.text)
        ones = "true" if a.kind == "truth" else f"<{', '.join(['i1 true'] * self.numbers.lanes)}>"
        return self.result(a.kind, f"xor {self.typed(a)}, {ones}")

    def choose(self, condition: Value, a: Value, b: Value) -> Value:
        condition, a, b = self.truth(condition), self.read(a), self.read(b)
        if condition.kind == "static":
            return a if condition.text else b
        if a.kind in POINTERS:
            return self.result(a.kind, f"select i1 {condition.text}, ptr {a.text}, ptr {b.text}")
        kind = "vector" if condition.kind == "truths" else wider(a, b)
        if kind == "static":
            kind = "real" if float in (type(a.text), type(b.text)) else "whole"
        a, b = self.to(a, kind), self.to(b, kind)
        return self.result(kind, f"select {self.typed(condition)}, {self.typed(a)}, {self.typed(b)}")

    # Memory

    def moved(self, pointer: Value, offset: Value) -> Value:
        of = self.numbers.type_of(POINTERS[pointer.kind])
        place = self.to(offset, "whole")
        return self.result(pointer.kind, f"getelementptr inbounds {of}, ptr {pointer.text}, i64 {place.text}")

    def load(self, pointer: Value, offset: Value, kind: str = "") -> Value:
        kind = kind or POINTERS[pointer.kind]
        place = self.moved(pointer, offset)
        found = self.result(kind, f"load {self.numbers.type_of(kind)}, ptr {place.text}, align {self._align(pointer)}")
        return self.to(found, "whole") if kind in ("word32", "byte") else found

    def store(self, pointer: Value, offset: Value, value: Value, kind: str = "") -> None:
        kind = kind or POINTERS[pointer.kind]
        if kind in ("word32", "byte"):
            value = self.to(value, "whole")
        value = self.to(value, kind)
        self.line(f"store {self.typed(value)}, ptr {self.moved(pointer, offset).text}, align {self._align(pointer)}")

    def _align(self, pointer: Value) -> int:
        return {"Reals": self.numbers.bits // 8, "Wholes": 8, "Words": 4, "Bytes": 1}[pointer.kind]

    # Intrinsics

    def intrinsic(self, name: str, values: list[Value], flags: str = "") -> Value:
        """A call of ``llvm.name`` on values of one kind."""
        kind = values[0].kind
        of = self.numbers.type_of(kind)
        full = f"@llvm.{name}.{self.numbers.suffix(kind)}"
        self.declared.add(f"declare {of} {full}({', '.join([of] * len(values))})")
        return self.result(kind, f"call {flags}{of} {full}({', '.join(map(self.typed, values))})")

    def same(self, *values: Value) -> list[Value]:
        """Values as one kind, the widest of them."""
        read = [self.read(value) for value in values]
        widest = read[0]
        for value in read[1:]:
            kind = widest.kind if widest.kind == value.kind else wider(widest, value)
            widest = widest if widest.kind == kind else value if value.kind == kind else Value(kind, "")
        return [self.to(value, "real" if widest.kind == "static" else widest.kind) for value in read]
