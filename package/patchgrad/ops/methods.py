"""What Tensor is given beside the methods of the families: operators, conversions, looks at values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from patchgrad.autograd.op import OpSpec
from patchgrad.backend.low import widened
from patchgrad.errors import ArgumentError, DtypeError, IterationError, PatchgradError
from patchgrad.ops import (
    bitwise,
    elementwise,
    in_place,
    index,
    linalg,
    movement,
    moving,
    standard,
)
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed


def operator(op: OpSpec) -> Callable[..., Any]:
    def method(self: Tensor, other: Any) -> Any:
        found = in_place.operand(other)
        return in_place.no_operand(op, other) if found is None else apply(op, self, found)

    return method


def reflected(op: OpSpec) -> Callable[..., Any]:
    def method(self: Tensor, other: Any) -> Any:
        found = in_place.operand(other)
        return in_place.no_operand(op, other) if found is None else apply(op, found, self)

    return method


OPERATORS = {
    "add": elementwise.ADD,
    "sub": elementwise.SUB,
    "mul": elementwise.MUL,
    "truediv": elementwise.DIV,
    "pow": elementwise.POW,
    "floordiv": elementwise.FLOOR_DIVIDE,
    "mod": elementwise.REMAINDER,
    "matmul": linalg.MATMUL,
    "and": bitwise.BITWISE_AND,
    "or": bitwise.BITWISE_OR,
    "xor": bitwise.BITWISE_XOR,
    "lshift": bitwise.LEFT_SHIFT,
    "rshift": bitwise.RIGHT_SHIFT,
}
COMPARISONS = {
    "eq": elementwise.EQ,
    "ne": elementwise.NE,
    "lt": elementwise.LT,
    "le": elementwise.LE,
    "gt": elementwise.GT,
    "ge": elementwise.GE,
}


def _values(self: Tensor) -> Any:
    try:
        return self.backend.to_host(self.data)
    except PatchgradError as error:
        raise placed(error) from None


def item(self: Tensor, what: str = "item()", hint: str = "reduce it (.mean(), .sum()), or tolist() for all") -> Any:
    """The single element as a Python number."""
    if self.data.size != 1:
        raise placed(
            ArgumentError(f"{what} needs exactly one element", got=f"shape {self.shape}", want="one", hint=hint)
        )
    return widened(_values(self)).item()


def _real(self: Tensor, what: str) -> Any:
    value = item(self, what)
    if isinstance(value, complex) and value.imag:
        raise placed(DtypeError("a complex number is no real one", got=str(value), hint="x.real, x.abs()"))
    return value.real


def _iterate(self: Tensor) -> Any:
    if not self.ndim:
        raise placed(IterationError("a tensor without axes cannot be iterated", got="shape ()", hint="item()"))
    return iter(movement.unbind(self))


def _split(self: Tensor, split_size: Any, dim: int = 0) -> tuple[Tensor, ...]:
    return movement.split(self, split_size, dim)


def _polygamma(self: Tensor, n: int) -> Tensor:
    from patchgrad.ops.gamma import polygamma

    return polygamma(n, self)


OTHERS: dict[str, Callable[..., Any]] = {
    **moving.CASTS,
    "item": item,
    "tolist": lambda self: widened(_values(self)).tolist(),
    "dim": lambda self: self.ndim,
    "split": _split,
    "polygamma": _polygamma,
    "polygamma_": in_place.written(_polygamma),
    "where": lambda self, condition, other: elementwise.where(condition, self, other),
    "__getitem__": index.getitem,
    "__setitem__": index.setitem,
    "__neg__": elementwise.neg,
    "__abs__": elementwise.abs,
    "__invert__": bitwise.bitwise_not,
    "__iter__": _iterate,
    "__bool__": lambda self: bool(item(self, "True or False of a tensor", "(a == b).all(), or .any()")),
    "__int__": lambda self: int(_real(self, "int()")),
    "__float__": lambda self: float(_real(self, "float()")),
    "__complex__": lambda self: complex(item(self)),
    "__index__": lambda self: standard.as_index(self, item(self)),
    "__pos__": movement.clone,
    "__array_namespace__": standard.namespace,
}  # fmt: skip
GETTERS = {
    "T": lambda self: self if self.ndim < 2 else movement.permute(self, tuple(reversed(range(self.ndim)))),
}


def operators() -> dict[str, Callable[..., Any]]:
    """What stands behind Python's operators, by name."""
    plain = {f"__{name}__": operator(op) for name, op in {**OPERATORS, **COMPARISONS}.items()}
    return plain | {f"__r{name}__": reflected(op) for name, op in OPERATORS.items()}


def own() -> dict[str, Any]:
    """All that this file gives to Tensor, by name."""
    properties = {name: property(getter) for name, getter in GETTERS.items()}
    return {**operators(), **in_place.augmented(OPERATORS), **OTHERS, **properties}
