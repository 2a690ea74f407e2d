"""Functions of single numbers that ONNX has no operator for, made of those that it has."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from patchgrad.backend import host
from patchgrad.backend.dtype import as_dtype
from patchgrad.interop.onnx_builder import Builder
from patchgrad.interop.onnx_ops.elementwise import Write, common, formula
from patchgrad.interop.recorded import Event
from patchgrad.interop.words import meaning

Number = Callable[[Any], str]


def _atan2(b: Builder, y: str, x: str, number: Number) -> str:
    """The angle from the quotient, turned by half a circle where x is negative; signs of zeros count."""
    plain = b.node("Where", b.node("Equal", y, number(0)), y, b.node("Atan", b.node("Div", y, x)))
    turn = b.node("Where", _negative(b, y, number), number(-math.pi), number(math.pi))
    return b.node("Where", _negative(b, x, number), b.node("Add", plain, turn), plain)


def _sinc(b: Builder, x: str, number: Number) -> str:
    angle = b.node("Mul", x, number(math.pi))
    none = b.node("Equal", x, number(0))
    held = b.node("Where", none, number(1), angle)
    return b.node("Where", none, number(1), b.node("Div", b.node("Sin", held), held))


def _logit(b: Builder, x: str, number: Number, eps: float | None = None) -> str:
    x = x if eps is None else b.node("Clip", x, number(eps), number(1 - eps))
    return b.node("Log", b.node("Div", x, b.node("Sub", number(1), x)))


def _xlogy(b: Builder, x: str, y: str, number: Number) -> str:
    none = b.node("And", b.node("Equal", x, number(0)), b.node("Not", b.node("IsNaN", y)))
    return b.node("Where", none, number(0), b.node("Mul", x, b.node("Log", y)))


def _truncated(b: Builder, x: str) -> str:
    return b.node("Mul", b.node("Sign", x), b.node("Floor", b.node("Abs", x)))


def _heaviside(b: Builder, x: str, y: str, number: Number) -> str:
    step = b.node("Where", b.node("Less", x, number(0)), number(0), number(1))
    return b.node("Where", b.node("Equal", x, number(0)), y, step)


def _logaddexp2(b: Builder, x: str, y: str, number: Number) -> str:
    distance = b.node("Mul", b.node("Abs", b.node("Sub", x, y)), number(-math.log(2)))
    return b.node("Add", b.node("Max", x, y), b.node("Div", b.node("Softplus", distance), number(math.log(2))))


def _copysign(b: Builder, x: str, y: str, number: Number) -> str:
    sign = b.node("Where", _negative(b, y, number), number(-1), number(1))
    return b.node("Mul", b.node("Abs", x), sign)


def _negative(b: Builder, x: str, number: Number) -> str:
    """Is there a sign? That of a zero shows in 1 / x."""
    return b.node("Or", b.node("Less", x, number(0)), b.node("Less", b.node("Reciprocal", x), number(0)))


def _signbit(b: Builder, e: Event) -> None:
    kind = b.dtype_of(e.inputs[0])
    x, zero = b.name(e.inputs[0]), b.constant(0, kind)
    floating = kind.startswith("float")
    b.set(0, _negative(b, x, lambda value: b.constant(value, kind)) if floating else b.node("Less", x, zero))


def _nan_to_num(
    b: Builder, x: str, number: Number, nan: float, posinf: float | None = None, neginf: float | None = None
) -> str:
    largest = host.finfo(as_dtype(b.dtype_of(b.event.inputs[0])).numpy).max if b.event else 0.0
    found = b.node("Where", b.node("IsNaN", x), number(nan), x)
    high, low = number(largest if posinf is None else posinf), number(-largest if neginf is None else neginf)
    found = b.node("Where", b.node("IsInf", x, detect_negative=0), high, found)
    return b.node("Where", b.node("IsInf", x, detect_positive=0), low, found)


def _isclose(b: Builder, e: Event) -> None:
    kind = common(b, e)
    x, y = (b.name(entry, kind) for entry in e.inputs)
    allowed = b.node("Mul", b.node("Abs", y), b.constant(e.attrs["rtol"], kind))
    allowed = b.node("Add", allowed, b.constant(e.attrs["atol"], kind))
    near = b.node("LessOrEqual", b.node("Abs", b.node("Sub", x, y)), allowed)
    bounded = b.node("Not", b.node("IsInf", y))
    found = b.node("Or", b.node("Equal", x, y), b.node("And", near, bounded))
    if e.attrs["equal_nan"]:
        found = b.node("Or", found, b.node("And", b.node("IsNaN", x), b.node("IsNaN", y)))
    b.set(0, found)


def _weighted(op: str) -> Callable[..., str]:
    """``x + value * a ∘ c``."""

    def rule(b: Builder, x: str, a: str, c: str, number: Number, value: float = 1) -> str:
        return b.node("Add", x, b.node("Mul", b.node(op, a, c), number(value)))

    return rule


def _power_of_two(b: Builder, y: str, number: Number) -> str:
    return b.node("Pow", number(2), y)


FORMULAS: dict[str, Callable[..., str]] = {
    "atan2": _atan2,
    "sinc": _sinc,
    "logit": _logit,
    "xlogy": _xlogy,
    "fmod": lambda b, x, y, number: b.node("Mod", x, y, fmod=1),
    "frac": lambda b, x, number: b.node("Sub", x, _truncated(b, x)),
    "sgn": lambda b, x, number: b.node("Sign", x),
    "heaviside": _heaviside,
    "copysign": _copysign,
    "logaddexp2": _logaddexp2,
    "ldexp": lambda b, x, y, number: b.node("Mul", x, _power_of_two(b, y, number)),
    "bitwise_left_shift": lambda b, x, y, number: b.node("Mul", x, _power_of_two(b, y, number)),
    "lerp": lambda b, x, y, w, number: b.node("Add", x, b.node("Mul", w, b.node("Sub", y, x))),
    "addcmul": _weighted("Mul"),
    "addcdiv": _weighted("Div"),
    "nan_to_num": _nan_to_num,
    "rad2deg": lambda b, x, number: b.node("Mul", x, number(180 / math.pi)),
    "deg2rad": lambda b, x, number: b.node("Mul", x, number(math.pi / 180)),
}
WRITE: dict[str, Write] = {
    **{name: formula(rule) for name, rule in FORMULAS.items()},
    "signbit": _signbit,
    "isclose": _isclose,
}


# --- Reading --------------------------------------------------------------------------------------


def _read_isinf(x: Any, detect_negative: int = 1, detect_positive: int = 1) -> Any:
    found: Any = meaning("torch.isinf")
    infinite = found(x)
    if not detect_negative:
        infinite = infinite & (x > 0)
    return infinite if detect_positive else infinite & (x < 0)


READ: dict[str, Any] = {"IsInf": _read_isinf}
