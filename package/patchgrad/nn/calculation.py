"""Single operations as layers, so that what a ``forward`` computes between its layers can stand in a layer graph."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from patchgrad.errors import ArgumentError
from patchgrad.nn.module import Module
from patchgrad.ops import elementwise, reduce
from patchgrad.tensor import Tensor

OPERATIONS: dict[str, Callable[[Any, Any], Tensor]] = {
    "add": elementwise.add, "sub": elementwise.sub, "mul": elementwise.mul, "div": elementwise.div,
    "pow": elementwise.pow,
}  # fmt: skip
FUNCTIONS: dict[str, Callable[[Tensor], Tensor]] = {
    name: getattr(elementwise, name)
    for name in (
        "neg", "abs", "sign", "exp", "expm1", "log", "log1p", "log2", "sqrt", "rsqrt", "square", "reciprocal", "sin",
        "cos", "floor", "ceil", "round",
    )
}  # fmt: skip
REDUCTIONS: dict[str, Callable[..., Tensor]] = {
    "mean": reduce.mean, "sum": reduce.sum, "amax": reduce.amax, "amin": reduce.amin,
}  # fmt: skip


def _known(layer: str, table: dict[str, Any], **setting: str) -> None:
    ((name, value),) = setting.items()
    if value not in table:
        raise ArgumentError(f"{layer} cannot use {name}={value!r}", want=f"one of {', '.join(table)}")


class Arithmetic(Module):
    """``x ∘ number``, or ``number ∘ x`` where ``reverse`` is set.

    Parameters
        operation  add, sub, mul, div or pow
    """

    def __init__(self, operation: str = "mul", number: float = 1.0, reverse: bool = False) -> None:
        super().__init__()
        _known("Arithmetic", OPERATIONS, operation=operation)
        self.operation = operation
        self.number = number
        self.reverse = reverse

    def forward(self, x: Tensor) -> Tensor:
        run = OPERATIONS[self.operation]
        return run(self.number, x) if self.reverse else run(x, self.number)

    def extra_repr(self) -> str:
        return f"{self.operation!r}, {self.number}{', reverse=True' if self.reverse else ''}"


class Elementwise(Module):
    """A function of one number, by its name in ``pg``: exp, log, sqrt, abs ...; (*) -> (*)."""

    def __init__(self, function: str = "exp") -> None:
        super().__init__()
        _known("Elementwise", FUNCTIONS, function=function)
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return FUNCTIONS[self.function](x)

    def extra_repr(self) -> str:
        return repr(self.function)


class Reduce(Module):
    """One number of those along an axis: their mean, sum, largest or smallest.

    Shapes
        x (batch, *)  ->  y without the axis ``dim``, or with size 1 there if ``keepdim``
    """

    def __init__(self, function: str = "mean", dim: int | tuple[int, ...] = -1, keepdim: bool = False) -> None:
        super().__init__()
        _known("Reduce", REDUCTIONS, function=function)
        self.function = function
        self.dim = dim
        self.keepdim = keepdim

    def forward(self, x: Tensor) -> Tensor:
        return REDUCTIONS[self.function](x, self.dim, keepdim=self.keepdim)

    def extra_repr(self) -> str:
        return f"{self.function!r}, dim={self.dim}"


class Subtract(Module):
    """``a - b``: what one path has beyond the other.

    Shapes
        a, b of shapes that broadcast  ->  y of the broadcast shape
    """

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        return a - b


class Divide(Module):
    """``a / b``: one path measured by the other.

    Shapes
        a, b of shapes that broadcast  ->  y of the broadcast shape
    """

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        return a / b


class MatMul(Module):
    """``a @ b``, the matrix product of two paths: scores of an attention, a table of similarities.

    Shapes
        a (*, n, k), b (*, k, m)  ->  y (*, n, m)
    """

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        return a @ b


class MaskedFill(Module):
    """``x`` with ``value`` where the mask is True (or not 0): what a causal attention does with the future.

    Parameters
        value  a number as text, so that "-inf" can be said
    """

    def __init__(self, value: str = "-inf") -> None:
        super().__init__()
        self.value = str(float(value))

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        held = mask if mask.dtype.kind == "b" else mask != 0
        return elementwise.where(held, float(self.value), x)

    def extra_repr(self) -> str:
        return self.value
