"""What a value of a kernel can be, how LLVM writes its type, and how one kind of number becomes another."""

from __future__ import annotations

import struct
from typing import Any, NamedTuple


class KernelError(Exception):
    """A function is not in the kernel language, or cannot be compiled here."""


class Value(NamedTuple):
    """A value while a kernel is being translated.

    Its ``kind`` is "static" (``text`` is the Python value), "whole" (64 bits), "real" (the kernel's dtype), "word"
    (the bits of a real), "truth", "vector" (of reals) and "truths" (of a vector), a pointer ("Reals", "Wholes",
    "Words", "Bytes"), "slot" (a variable in memory: ``text`` is its address, ``of`` its kind), "registers" or "several"
    (lists).
    """

    kind: str
    text: Any
    of: str = ""


POINTERS = {"Reals": "real", "Wholes": "whole", "Words": "word32", "Bytes": "byte"}
"""What each pointer points to."""
ORDER = ("static", "whole", "real", "vector")
"""Numbers by width: an operation of two works on the wider kind."""


class Numbers:
    """The numbers of one variant of a kernel: "float32" or "float64", and how many of them a register holds."""

    def __init__(self, dtype: str, vector_bytes: int) -> None:
        self.dtype = dtype
        self.real, self.bits = {"float32": ("float", 32), "float64": ("double", 64)}[dtype]
        self.lanes = vector_bytes * 8 // self.bits
        self._types = {
            "whole": "i64",
            "word": f"i{self.bits}",
            "word32": "i32",
            "byte": "i8",
            "truth": "i1",
            "real": self.real,
            "vector": f"<{self.lanes} x {self.real}>",
            "truths": f"<{self.lanes} x i1>",
        }
        self._suffixes = {"whole": "i64", "real": f"f{self.bits}", "vector": f"v{self.lanes}f{self.bits}"}

    def type_of(self, kind: str) -> str:
        """LLVM's name of a kind of value."""
        return "ptr" if kind in POINTERS else self._types[kind]

    def suffix(self, kind: str) -> str:
        """How the name of an LLVM intrinsic ends for a kind."""
        return self._suffixes[kind]

    def constant(self, value: Any, kind: str) -> Value:
        """A Python number as a constant of a kind."""
        if kind in ("whole", "word") and isinstance(value, int):
            return Value(kind, str(int(value)))
        if kind == "real":
            return Value(kind, self._real(float(value)))
        if kind == "vector":
            return Value(kind, f"<{', '.join([f'{self.real} {self._real(float(value))}'] * self.lanes)}>")
        if kind == "truth" and isinstance(value, (bool, int)):
            return Value(kind, "true" if value else "false")
        raise KernelError(f"{value!r} cannot become a {kind}")

    def _real(self, value: float) -> str:
        """LLVM writes every real by the bits of the double that equals it."""
        if self.bits == 32:
            value = struct.unpack("<f", struct.pack("<f", value))[0]
        return f"0x{struct.unpack('<Q', struct.pack('<d', value))[0]:016X}"


def wider(a: Value, b: Value) -> str:
    """The kind on which an operation of two numbers works."""
    for value in (a, b):
        if value.kind not in (*ORDER, "word", "truth"):
            raise KernelError(f"a {value.kind} is no number")
    kinds = {a.kind, b.kind}
    if "word" in kinds or "truth" in kinds:
        kinds.discard("static")
        if len(kinds) != 1:
            raise KernelError(f"{a.kind} and {b.kind} do not mix: convert one")
        return kinds.pop()
    if kinds == {"static", "whole"} and isinstance((a if a.kind == "static" else b).text, float):
        return "real"
    return max(a.kind, b.kind, key=ORDER.index)
