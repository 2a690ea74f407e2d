"""Methods that write into the tensor they belong to: ``x += y``, ``x.add_(y)``, ``x.relu_()``."""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from typing import Any

from patchgrad.autograd.op import OpSpec
from patchgrad.backend import host
from patchgrad.errors import ShapeError
from patchgrad.ops import creation
from patchgrad.tensor import Tensor, views
from patchgrad.tensor.explain import placed
from patchgrad.tensor.foreign import not_a_tensor


def operand(value: Any) -> Any:
    """What may stand beside a tensor: a tensor, a Python number, an array (made a tensor)."""
    if isinstance(value, (Tensor, int, float, complex)):
        return value
    if isinstance(value, host.generic):
        return value.item()
    return creation.as_tensor(value) if isinstance(value, (host.ndarray, list, tuple)) else None


def no_operand(op: OpSpec, value: Any) -> Any:
    """Leave it to a class that computes with tensors itself, else say what stands there. Anything may be compared."""
    kind = type(value)
    if op.name in ("eq", "ne") or (
        kind.__module__ != "builtins" and hasattr(kind, f"__r{PYTHON_NAMES.get(op.name, op.name)}__")
    ):
        return NotImplemented
    raise placed(not_a_tensor(op.name, op.inputs[1], value))


PYTHON_NAMES = {
    "div": "truediv", "floor_divide": "floordiv", "remainder": "mod", "bitwise_and": "and", "bitwise_or": "or",
    "bitwise_xor": "xor", "bitwise_left_shift": "lshift", "bitwise_right_shift": "rshift",
}  # fmt: skip
"""The operators of Python whose ops have another name."""


def in_place(op: OpSpec) -> Callable[..., Any]:
    def method(self: Tensor, other: Any) -> Any:
        found = operand(other)
        return no_operand(op, other) if found is None else views.write(self, op, found)

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

    return _named(method, function)


def writer(function: Callable[..., Any]) -> Callable[..., Any]:
    """The method with an underscore that belongs to a function: by its op where it is nothing but that op."""
    op: OpSpec | None = getattr(function, "op", None)
    if op is None or (len(op.inputs) > 1 and "other" not in signature(function).parameters):
        return written(function)
    return _named(in_place_unary(op) if len(op.inputs) == 1 else in_place(op), function)


def _named(method: Callable[..., Any], function: Callable[..., Any]) -> Callable[..., Any]:
    told: Any = method
    told.__name__ = told.__qualname__ = f"{function.__name__}_"
    told.__doc__ = f"`{function.__name__}`, written into the tensor itself."
    own = [entry for entry in signature(function).parameters.values() if entry.name != "out"]
    told.__signature__ = signature(function).replace(parameters=own, return_annotation="Tensor")
    return method


def augmented(operators: dict[str, OpSpec]) -> dict[str, Callable[..., Any]]:
    """What stands behind ``+=`` and its like, by name."""
    return {f"__i{name}__": in_place(op) for name, op in operators.items()}
