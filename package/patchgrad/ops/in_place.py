"""Methods that write into the tensor they belong to: ``x += y``, ``x.add_(y)``, ``x.relu_()``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from patchgrad.autograd.op import OpSpec
from patchgrad.backend import host
from patchgrad.errors import ShapeError
from patchgrad.ops import creation, elementwise
from patchgrad.tensor import Tensor, views
from patchgrad.tensor.explain import placed

WRITERS = (
    "relu", "sigmoid", "masked_fill", "scatter", "scatter_add", "index_add", "lerp", "addcmul", "addcdiv", "nan_to_num",
    "tril", "triu", "erf", "trunc", "frac", "fmod", "logical_not", "logical_and", "logical_or", "add", "sub",
)  # fmt: skip
"""Methods that also exist with an underscore, made from the method itself."""
BINARY = ("mul", "div", "pow", "floor_divide", "remainder")
"""The same for ops of two tensors, without the detour through a function."""


def operand(value: Any) -> Any:
    """What may stand beside a tensor: a tensor, a Python number, an array (made a tensor)."""
    if isinstance(value, (Tensor, int, float, complex)):
        return value
    if isinstance(value, host.generic):
        return value.item()
    return creation.as_tensor(value) if isinstance(value, (host.ndarray, list, tuple)) else None


def in_place(op: OpSpec) -> Callable[..., Any]:
    def method(self: Tensor, other: Any) -> Any:
        other = operand(other)
        return NotImplemented if other is None else views.write(self, op, other)

    return method


def in_place_unary(op: OpSpec) -> Callable[..., Tensor]:
    return lambda self: views.write(self, op)


def written(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """A function that gives a new tensor, as a method that writes into the old one."""

    def method(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        views.refuse_leaf(self)
        found = function(self, *args, **kwargs)
        if found.shape != self.shape:
            raise placed(
                ShapeError("a write in place cannot change a shape", got=f"{found.shape}", want=f"{self.shape}")
            )
        views.refuse_cast(function.__name__, self, found)
        views.store(self, found)
        return self

    return method


def clamp_(self: Tensor, min: float | None = None, max: float | None = None) -> Tensor:
    """Clamp in place."""
    return views.write(self, elementwise.CLAMP, low=min, high=max)


def methods(operators: dict[str, OpSpec], functions: dict[str, Callable[..., Any]]) -> dict[str, Callable[..., Any]]:
    """All methods that write in place, by name."""
    augmented = {f"__i{name}__": in_place(op) for name, op in operators.items()}
    binary = {f"{name}_": in_place(getattr(elementwise, name.upper())) for name in BINARY}
    unary = {
        f"{name}_": in_place_unary(getattr(elementwise, name.upper()))
        for name in elementwise.UNARY
        if getattr(elementwise, name.upper()).dtype != "bool"
    }
    writers = {f"{name}_": written(functions[name]) for name in WRITERS}
    return {**augmented, **binary, **unary, **writers, "clamp_": clamp_}
