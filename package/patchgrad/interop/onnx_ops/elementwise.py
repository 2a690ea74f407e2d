"""Functions of single elements."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import reduce
from typing import Any

from patchgrad.backend import host
from patchgrad.backend.dtype import as_dtype, from_numpy
from patchgrad.backend.promotion import result_dtype
from patchgrad.interop.onnx_builder import Builder
from patchgrad.interop.recorded import Event
from patchgrad.interop.words import meaning
from patchgrad.tensor import Tensor

Write = Callable[[Builder, Event], None]

SAME = {
    "abs": "Abs", "acos": "Acos", "acosh": "Acosh", "asin": "Asin", "asinh": "Asinh", "atan": "Atan", "atanh": "Atanh",
    "ceil": "Ceil", "cos": "Cos", "cosh": "Cosh", "erf": "Erf", "exp": "Exp", "floor": "Floor", "log": "Log",
    "neg": "Neg", "reciprocal": "Reciprocal", "relu": "Relu", "round": "Round", "sigmoid": "Sigmoid", "sign": "Sign",
    "sin": "Sin", "sinh": "Sinh", "sqrt": "Sqrt", "tan": "Tan", "tanh": "Tanh", "isnan": "IsNaN", "isinf": "IsInf",
    "logical_not": "Not", "clone": "Identity", "to_device": "Identity", "hardswish": "HardSwish",
}  # fmt: skip
"""Ops of one input that are one operator of ONNX."""
JOINS = {
    "add": "Add", "sub": "Sub", "mul": "Mul", "div": "Div", "pow": "Pow", "maximum": "Max", "minimum": "Min",
}  # fmt: skip
COMPARES = {"eq": "Equal", "lt": "Less", "le": "LessOrEqual", "gt": "Greater", "ge": "GreaterOrEqual"}
LOGIC = {"logical_and": "And", "logical_or": "Or", "logical_xor": "Xor"}


def _one(op: str) -> Write:
    def write(b: Builder, e: Event) -> None:
        kind = b.dtype_of(e.outputs[0])
        b.set(0, b.node(op, b.name(e.inputs[0], kind if kind != "bool" else None)))

    return write


def _joined(op: str) -> Write:
    def write(b: Builder, e: Event) -> None:
        kind = b.dtype_of(e.outputs[0])
        b.set(0, b.node(op, *(b.name(entry, kind) for entry in e.inputs)))

    return write


def common(b: Builder, e: Event) -> str:
    """The dtype in which values of different dtypes are compared."""
    kinds = [as_dtype(b.dtype_of(entry)).numpy if hasattr(entry, "number") else entry for entry in e.inputs]
    return from_numpy(result_dtype(kinds)).name


def _compared(op: str, negated: bool = False) -> Write:
    def write(b: Builder, e: Event) -> None:
        kind = common(b, e)
        found = b.node(op, *(b.name(entry, kind) for entry in e.inputs))
        b.set(0, b.node("Not", found) if negated else found)

    return write


def _logic(op: str) -> Write:
    return lambda b, e: b.set(0, b.node(op, *(b.name(entry, "bool") for entry in e.inputs)))


def _bits(logic: str) -> Write:
    """Logic on truth, bits of whole numbers."""

    def write(b: Builder, e: Event) -> None:
        kind = b.dtype_of(e.outputs[0])
        b.set(0, b.node(logic if kind == "bool" else f"Bitwise{logic}", *(b.name(entry, kind) for entry in e.inputs)))

    return write


def _inverted(b: Builder, e: Event) -> None:
    b.set(0, b.node("Not" if b.dtype_of(e.inputs[0]) == "bool" else "BitwiseNot", b.name(e.inputs[0])))


def formula(rule: Callable[..., str]) -> Write:
    """An op that is several operators: ``rule(b, x, number)``, where ``number`` makes a constant of x's dtype."""

    def write(b: Builder, e: Event) -> None:
        kind = b.dtype_of(e.outputs[0])
        names = [b.name(entry, kind) for entry in e.inputs]
        b.set(0, rule(b, *names, lambda value: b.constant(value, kind), **e.attrs))

    return write


def _softplus(b: Builder, x: str, number: Any, beta: float = 1.0, threshold: float = 20.0) -> str:
    scaled = b.node("Mul", x, number(beta))
    soft = b.node("Div", b.node("Softplus", scaled), number(beta))
    return b.node("Where", b.node("Greater", scaled, number(threshold)), x, soft)


def _floor_divide(b: Builder, e: Event) -> None:
    kind = b.dtype_of(e.outputs[0])
    wide = kind if kind.startswith("float") else "float64"
    quotient = b.node("Floor", b.node("Div", *(b.name(entry, wide) for entry in e.inputs)))
    b.set(0, quotient if wide == kind else b.node("Cast", quotient, to=b.kind(kind)))


def _remainder(b: Builder, x: str, y: str, number: Any) -> str:
    return b.node("Sub", x, b.node("Mul", b.node("Floor", b.node("Div", x, y)), y))


def _remainder_of(b: Builder, e: Event) -> None:
    kind = b.dtype_of(e.outputs[0])
    x, y = (b.name(entry, kind) for entry in e.inputs)
    b.set(0, _remainder(b, x, y, None) if kind.startswith("float") else b.node("Mod", x, y))


def _clamp(b: Builder, e: Event) -> None:
    kind = b.dtype_of(e.outputs[0])
    x, low, high = (None if entry is None else b.name(entry, kind) for entry in e.inputs)
    b.set(0, b.node("Clip", x, low, high))


def _where(b: Builder, e: Event) -> None:
    kind = b.dtype_of(e.outputs[0])
    condition, x, y = e.inputs
    b.set(0, b.node("Where", b.name(condition, "bool"), b.name(x, kind), b.name(y, kind)))


def _cast(b: Builder, e: Event) -> None:
    b.set(0, b.node("Cast", b.name(e.inputs[0]), to=b.kind(b.dtype_of(e.outputs[0]))))


def _prelu(b: Builder, e: Event) -> None:
    x, weight = b.name(e.inputs[0]), b.name(e.inputs[1])
    b.set(0, b.node("PRelu", x, weight))


def _finite(b: Builder, e: Event) -> None:
    x = b.name(e.inputs[0])
    b.set(0, b.node("Not", b.node("Or", b.node("IsNaN", x), b.node("IsInf", x))))


def _with(op: str, **names: str) -> Write:
    """One operator with attributes: ONNX's name to the name here."""

    def write(b: Builder, e: Event) -> None:
        attrs: dict[str, Any] = {theirs: float(e.attrs[ours]) for theirs, ours in names.items()}
        b.set(0, b.node(op, b.name(e.inputs[0]), **attrs))

    return write


FORMULAS: dict[str, Callable[..., str]] = {
    "expm1": lambda b, x, number: b.node("Sub", b.node("Exp", x), number(1)),
    "log1p": lambda b, x, number: b.node("Log", b.node("Add", x, number(1))),
    "log2": lambda b, x, number: b.node("Div", b.node("Log", x), number(math.log(2))),
    "log10": lambda b, x, number: b.node("Div", b.node("Log", x), number(math.log(10))),
    "exp2": lambda b, x, number: b.node("Pow", number(2), x),
    "rsqrt": lambda b, x, number: b.node("Reciprocal", b.node("Sqrt", x)),
    "square": lambda b, x, number: b.node("Mul", x, x),
    "erfc": lambda b, x, number: b.node("Sub", number(1), b.node("Erf", x)),
    "trunc": lambda b, x, number: b.node("Mul", b.node("Sign", x), b.node("Floor", b.node("Abs", x))),
    "elu": lambda b, x, number, alpha, scale=1.0: b.node("Mul", b.node("Elu", x, alpha=float(alpha)), number(scale)),
    "silu": lambda b, x, number: b.node("Mul", x, b.node("Sigmoid", x)),
    "logsigmoid": lambda b, x, number: b.node("Neg", b.node("Softplus", b.node("Neg", x))),
    "softplus": _softplus,
    "gelu": lambda b, x, number: b.node("Gelu", x),
    "gelu_tanh": lambda b, x, number: b.node("Gelu", x, approximate="tanh"),
    "hardsigmoid": lambda b, x, number: b.node("HardSigmoid", x, alpha=1 / 6, beta=0.5),
    "threshold": lambda b, x, number, threshold, value: b.node(
        "Where", b.node("Greater", x, number(threshold)), x, number(value)
    ),
    "hardshrink": lambda b, x, number, lambd: b.node("Shrink", x, lambd=float(lambd), bias=0.0),
    "softshrink": lambda b, x, number, lambd: b.node("Shrink", x, lambd=float(lambd), bias=float(lambd)),
    "hypot": lambda b, x, y, number: b.node("Sqrt", b.node("Add", b.node("Mul", x, x), b.node("Mul", y, y))),
    "logaddexp": lambda b, x, y, number: b.node(
        "Add", b.node("Max", x, y), b.node("Softplus", b.node("Neg", b.node("Abs", b.node("Sub", x, y))))
    ),
}

WRITE: dict[str, Write] = {
    **{name: _one(op) for name, op in SAME.items()},
    **{name: _joined(op) for name, op in JOINS.items()},
    **{name: _compared(op) for name, op in COMPARES.items()},
    **{name: _logic(op) for name, op in LOGIC.items()},
    **{name: formula(rule) for name, rule in FORMULAS.items()},
    **{f"bitwise_{op.lower()}": _bits(op) for op in ("And", "Or", "Xor")},
    "bitwise_not": _inverted,
    "ne": _compared("Equal", negated=True),
    "floor_divide": _floor_divide,
    "remainder": _remainder_of,
    "clamp": _clamp,
    "where": _where,
    "cast": _cast,
    "prelu": _prelu,
    "isfinite": _finite,
    "leaky_relu": _with("LeakyRelu", alpha="negative_slope"),
}


# --- Reading --------------------------------------------------------------------------------------


def _numbers(function: Callable[..., Any]) -> Callable[..., Any]:
    """Arrays of the host stay such among themselves: they are sizes. Beside a tensor they become one."""

    def read(*values: Any, **attrs: Any) -> Any:
        tensors = [value for value in values if isinstance(value, Tensor)]
        if tensors:
            values = tuple(_beside(value, tensors[0]) for value in values)
        return function(*values, **attrs)

    return read


def _beside(value: Any, tensor: Tensor) -> Any:
    """A number for an array without axes, a tensor for any other."""
    if not isinstance(value, host.ndarray):
        return value
    same = as_dtype(value.dtype).kind == tensor.dtype.kind
    return value.item() if not value.ndim and same else Tensor(tensor.backend.asarray(value))


def _pg(name: str) -> Callable[..., Any]:
    """The function of patchgrad of this name; NumPy's on arrays of the host."""

    def call(*values: Any, **attrs: Any) -> Any:
        found = meaning(name) if any(isinstance(value, Tensor) for value in values) else None
        return (
            found(*values, **attrs) if found else host.asarray(getattr(host, name.partition(".")[2])(*values, **attrs))
        )

    return _numbers(call)


def _divided(x: Any, y: Any) -> Any:
    """Whole numbers are divided as in C."""
    whole = all(
        isinstance(value, int) or getattr(getattr(value, "dtype", None), "kind", "f") in "iu" for value in (x, y)
    )
    if whole:
        return x // y if isinstance(x, host.ndarray) else (x / y).trunc().to(x.dtype)
    return x / y


def _folded(function: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    return _numbers(lambda *values: reduce(function, values))


def _read_cast(x: Any, to: str, saturate: int = 1) -> Any:
    return x.astype(as_dtype(to).numpy) if isinstance(x, host.ndarray) else x.to(as_dtype(to))


def _read_clip(x: Any, low: Any = None, high: Any = None, min: float | None = None, max: float | None = None) -> Any:
    limits = [fixed if given is None else given.item() for given, fixed in ((low, min), (high, max))]
    return x.clamp(*limits)


def _read_where(condition: Any, x: Any, y: Any) -> Any:
    found: Any = meaning("torch.where")
    return found(condition, x, y) if isinstance(condition, Tensor) else host.where(condition, x, y)


def _read_gelu(x: Any, approximate: str = "none") -> Any:
    return _called("functional.gelu", x, approximate=approximate)


def _called(word: str, *args: Any, **kwargs: Any) -> Any:
    found: Any = meaning(word)
    return found(*args, **kwargs)


def _read_shrink(x: Any, bias: float = 0.0, lambd: float = 0.5) -> Any:
    zero = x * 0
    return _called("torch.where", x < -lambd, x + bias, _called("torch.where", x > lambd, x - bias, zero))


def _read_mod(x: Any, y: Any, fmod: int = 0) -> Any:
    return _called("torch.fmod", x, y) if fmod else x % y


READ_SAME = {*SAME} - {"neg", "logical_not", "clone", "to_device", "hardswish", "relu", "sigmoid"}
READ: dict[str, Callable[..., Any]] = {
    **{op: _pg(f"torch.{name}") for name, op in SAME.items() if name in READ_SAME},
    "Identity": lambda x: x,
    "Not": _pg("torch.logical_not"),
    "Neg": lambda x: -x,
    "Relu": lambda x: _called("torch.relu", x),
    "Sigmoid": lambda x: _called("torch.sigmoid", x),
    "HardSwish": lambda x: _called("functional.hardswish", x),
    "Add": _numbers(lambda x, y: x + y),
    "Sub": _numbers(lambda x, y: x - y),
    "Mul": _numbers(lambda x, y: x * y),
    "Div": _numbers(_divided),
    "Pow": _numbers(lambda x, y: x**y),
    "Mod": _numbers(_read_mod),
    "Sum": _folded(lambda x, y: x + y),
    "Max": _folded(lambda x, y: _pg("torch.maximum")(x, y)),
    "Min": _folded(lambda x, y: _pg("torch.minimum")(x, y)),
    "Equal": _numbers(lambda x, y: x == y),
    "Less": _numbers(lambda x, y: x < y),
    "LessOrEqual": _numbers(lambda x, y: x <= y),
    "Greater": _numbers(lambda x, y: x > y),
    "GreaterOrEqual": _numbers(lambda x, y: x >= y),
    "And": _pg("torch.logical_and"),
    "Or": _pg("torch.logical_or"),
    "Xor": _pg("torch.logical_xor"),
    **{f"Bitwise{op}": _pg(f"torch.bitwise_{op.lower()}") for op in ("And", "Or", "Xor", "Not")},
    "Cast": _read_cast,
    "Clip": _read_clip,
    "Where": _numbers(_read_where),
    "Gelu": _read_gelu,
    "Softplus": lambda x: _called("functional.softplus", x),
    "Softsign": lambda x: _called("functional.softsign", x),
    "Elu": lambda x, alpha=1.0: _called("functional.elu", x, alpha),
    "Selu": lambda x: _called("functional.selu", x),
    "Celu": lambda x, alpha=1.0: _called("functional.celu", x, alpha),
    "LeakyRelu": lambda x, alpha=0.01: _called("functional.leaky_relu", x, alpha),
    "ThresholdedRelu": lambda x, alpha=1.0: _called("functional.threshold", x, alpha, 0.0),
    "Mish": lambda x: _called("functional.mish", x),
    "PRelu": lambda x, slope: _called("torch.where", x > 0, x, x * slope),
    "HardSigmoid": lambda x, alpha=0.2, beta=0.5: (x * alpha + beta).clamp(0, 1),
    "Shrink": _read_shrink,
    "Dropout": lambda x, *_, **__: x,
}
