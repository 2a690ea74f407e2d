"""Bits of whole numbers; of bools these are the logical ops."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from patchgrad.autograd.op import OpSpec, Sample, define
from patchgrad.backend import host
from patchgrad.ops import shapes
from patchgrad.ops.pointwise import caller, refuse_truths

__all__ = [
    "bitwise_and", "bitwise_left_shift", "bitwise_not", "bitwise_or", "bitwise_right_shift", "bitwise_xor",
]  # fmt: skip
METHODS = "bitwise_and bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift bitwise_xor"
IN_PLACE = "bitwise_and bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift bitwise_xor"

BITS = host.asarray([[1, 2, 3], [12, 7, 0]])


def _two(name: str, function: str, formula: str, *, of_bools: bool = True) -> OpSpec:
    def samples(draw: Callable[..., Any]) -> list[Sample]:
        numbers = [Sample((BITS, host.asarray([3, 1, 2]))), Sample((BITS, 2), label="scalar")]
        bools = [Sample((draw(3, 4) > 0, draw(4) > 0), label="bools")] if of_bools else []
        return numbers + bools

    return define(
        name,
        inputs=("a", "b"),
        elementwise=True,
        forward=lambda xp, a, b: getattr(xp, function)(a, b) if of_bools else _shift(xp, function, a, b),
        shape=shapes.broadcast,
        formula=formula,
        samples=samples,
    )


def _shift(xp: Any, function: str, a: Any, b: Any) -> Any:
    refuse_truths("a shift", a, b)
    return getattr(xp, function)(a, b)


BITWISE_AND = _two("bitwise_and", "bitwise_and", r"a \mathbin{\&} b")
BITWISE_OR = _two("bitwise_or", "bitwise_or", r"a \mathbin{|} b")
BITWISE_XOR = _two("bitwise_xor", "bitwise_xor", r"a \oplus b")
LEFT_SHIFT = _two("bitwise_left_shift", "bitwise_left_shift", "a 2^b", of_bools=False)
RIGHT_SHIFT = _two("bitwise_right_shift", "bitwise_right_shift", r"\lfloor a / 2^b \rfloor", of_bools=False)
BITWISE_NOT = define(
    "bitwise_not",
    inputs=("x",),
    elementwise=True,
    forward=lambda xp, x: xp.bitwise_invert(x),
    shape=shapes.same,
    dtype="same",
    formula=r"\lnot x",
    samples=lambda draw: [Sample((BITS,)), Sample((draw(3, 4) > 0,), label="bools")],
)

bitwise_and = caller(BITWISE_AND, "``a & b``, bit by bit; broadcast.")
bitwise_or = caller(BITWISE_OR, "``a | b``, bit by bit; broadcast.")
bitwise_xor = caller(BITWISE_XOR, "``a ^ b``, bit by bit; broadcast.")
bitwise_not = caller(BITWISE_NOT, "``~x``, bit by bit.")
bitwise_left_shift = caller(LEFT_SHIFT, "``a << b``; broadcast.")
bitwise_right_shift = caller(RIGHT_SHIFT, "``a >> b``; broadcast.")
