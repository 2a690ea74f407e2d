"""What a kernel may call: each builtin of the language as LLVM text."""

from __future__ import annotations

from collections.abc import Callable

from patchgrad.backend.native.values import KernelError, Value
from patchgrad.backend.native.writer import Writer

Call = Callable[..., Value | None]
CALLS: dict[str, Call] = {}


def _enter(function: Call) -> Call:
    CALLS[function.__name__.rstrip("_")] = function
    return function


def _real(writer: Writer, value: Value) -> Value:
    value = writer.read(value)
    return value if value.kind in ("real", "vector") else writer.to(value, "real")


def _rounding(name: str) -> None:
    CALLS[name] = lambda writer, x: writer.intrinsic(name, [_real(writer, x)])


for _name in ("sqrt", "floor", "ceil", "trunc", "rint", "fabs"):
    _rounding(_name)


@_enter
def fma(writer: Writer, a: Value, b: Value, c: Value) -> Value:
    return writer.intrinsic("fma", writer.same(a, b, c))


@_enter
def muladd(writer: Writer, a: Value, b: Value, c: Value) -> Value:
    return writer.intrinsic("fmuladd", writer.same(a, b, c))


@_enter
def copysign(writer: Writer, a: Value, b: Value) -> Value:
    return writer.intrinsic("copysign", writer.same(a, b))


def _extreme(writer: Writer, a: Value, b: Value, reals: str, wholes: str) -> Value:
    a, b = writer.read(a), writer.read(b)
    if a.kind == b.kind == "static":
        return Value("static", max(a.text, b.text) if reals == "maximum" else min(a.text, b.text))
    a, b = writer.same(a, b)
    return writer.intrinsic(wholes if a.kind == "whole" else reals, [a, b])


@_enter
def maximum(writer: Writer, a: Value, b: Value) -> Value:
    return _extreme(writer, a, b, "maximum", "smax")


@_enter
def minimum(writer: Writer, a: Value, b: Value) -> Value:
    return _extreme(writer, a, b, "minimum", "smin")


@_enter
def real(writer: Writer, a: Value) -> Value:
    return writer.to(a, "real")


@_enter
def whole(writer: Writer, a: Value) -> Value:
    a = writer.read(a)
    if a.kind == "real":
        return writer.result("whole", f"fptosi {writer.typed(a)} to i64")
    if a.kind == "word":
        return (
            Value("whole", a.text)
            if writer.numbers.bits == 64
            else writer.result("whole", f"sext {writer.typed(a)} to i64")
        )
    return writer.to(a, "whole")


@_enter
def bits(writer: Writer, a: Value) -> Value:
    a = writer.to(a, "real")
    return writer.result("word", f"bitcast {writer.typed(a)} to {writer.numbers.type_of('word')}")


@_enter
def real_of_bits(writer: Writer, a: Value) -> Value:
    return writer.result("real", f"bitcast {writer.typed(writer.to(a, 'word'))} to {writer.numbers.real}")


@_enter
def as_word(writer: Writer, a: Value) -> Value:
    a = writer.read(a)
    if a.kind == "static":
        return writer.to(a, "word")
    a = writer.to(a, "whole")
    return (
        Value("word", a.text) if writer.numbers.bits == 64 else writer.result("word", f"trunc {writer.typed(a)} to i32")
    )


@_enter
def vector(writer: Writer, a: Value) -> Value:
    return writer.to(a, "vector")


@_enter
def load(writer: Writer, pointer: Value, place: Value) -> Value:
    return writer.load(writer.read(pointer), place, "vector")


@_enter
def store(writer: Writer, pointer: Value, place: Value, value: Value) -> None:
    writer.store(writer.read(pointer), place, value, "vector")


@_enter
def total(writer: Writer, a: Value) -> Value:
    a, numbers = writer.to(a, "vector"), writer.numbers
    name = f"@llvm.vector.reduce.fadd.{numbers.suffix('vector')}"
    writer.declared.add(f"declare {numbers.real} {name}({numbers.real}, {numbers.type_of('vector')})")
    zero = numbers.constant(-0.0, "real")
    return writer.result("real", f"call reassoc {numbers.real} {name}({writer.typed(zero)}, {writer.typed(a)})")


@_enter
def highest(writer: Writer, a: Value) -> Value:
    a, numbers = writer.to(a, "vector"), writer.numbers
    name = f"@llvm.vector.reduce.fmax.{numbers.suffix('vector')}"
    writer.declared.add(f"declare {numbers.real} {name}({numbers.type_of('vector')})")
    return writer.result("real", f"call {numbers.real} {name}({writer.typed(a)})")


@_enter
def registers(writer: Writer, count: Value) -> Value:
    return _slots(writer, count, "vector")


@_enter
def reals(writer: Writer, count: Value) -> Value:
    return _slots(writer, count, "real")


def _slots(writer: Writer, count: Value, kind: str) -> Value:
    if count.kind != "static":
        raise KernelError("the number of registers must be known when the kernel is compiled")
    slots = [writer.slot(kind) for _ in range(count.text)]
    for slot in slots:
        writer.write(slot, Value("static", 0.0))
    return Value("registers", slots)


@_enter
def transpose(writer: Writer, block: Value) -> None:
    """Swap ever larger squares beside the diagonal, so that LLVM sees shuffles of two registers."""
    numbers = writer.numbers
    slots = block.text[: numbers.lanes]
    rows = [writer.read(slot) for slot in slots]
    step = 1
    while step < len(rows):
        for i in range(len(rows)):
            if not i & step:
                rows[i], rows[i + step] = _swapped(writer, rows[i], rows[i + step], step)
        step *= 2
    for slot, row in zip(slots, rows, strict=True):
        writer.write(slot, row)


def _swapped(writer: Writer, a: Value, b: Value, step: int) -> tuple[Value, Value]:
    lanes = range(writer.numbers.lanes)
    first = [len(lanes) + k - step if k & step else k for k in lanes]
    second = [len(lanes) + k if k & step else k + step for k in lanes]
    return _shuffled(writer, a, b, first), _shuffled(writer, a, b, second)


def _shuffled(writer: Writer, a: Value, b: Value, order: list[int]) -> Value:
    mask = ", ".join(f"i32 {k}" for k in order)
    return writer.result("vector", f"shufflevector {writer.typed(a)}, {writer.typed(b)}, <{len(order)} x i32> <{mask}>")
