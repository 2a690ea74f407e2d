"""The array namespace of tensors: array-API names over ops.

Gradient rules run with it when the gradient is itself to be differentiated.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from patchgrad.autograd.op import find
from patchgrad.backend import Namespace, host
from patchgrad.backend.dtype import as_dtype
from patchgrad.ops import creation, elementwise, linalg, movement, reduce, statistics
from patchgrad.tensor import Tensor, apply


class TensorOperations:
    """Ops as functions of tensors, by name."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        bound = partial(apply, find(name))
        setattr(self, name, bound)
        return bound


def _reduction(op: Any) -> Callable[..., Tensor]:
    return lambda x, /, *, axis=None, keepdims=False: apply(op, x, axis=axis, keepdims=keepdims)


def _op(op: Any) -> Callable[..., Tensor]:
    return lambda *inputs: apply(op, *inputs)


def _asarray(value: Any, *, dtype: Any = None, copy: bool | None = None) -> Tensor:
    out = value if isinstance(value, Tensor) else creation.as_tensor(value)
    out = movement.clone(out) if copy else out
    return out if dtype is None else out.to(dtype=as_dtype(dtype))


def _expand_dims(x: Tensor, /, *, axis: int = 0) -> Tensor:
    return movement.unsqueeze(x, axis)


def _full_like(x: Tensor, value: Any, *, dtype: Any = None) -> Tensor:
    return creation.full_like(x, value, dtype=dtype)


def _var(x: Tensor, /, *, axis: Any = None, correction: float = 0, keepdims: bool = False) -> Tensor:
    return apply(statistics.VAR, x, axis=axis, keepdims=keepdims, correction=correction)


def _astype(x: Tensor, dtype: Any, /, *, copy: bool = True) -> Tensor:
    return x.to(dtype=as_dtype(dtype))


def _flip(x: Tensor, /, *, axis: Any = None) -> Tensor:
    return movement.flip(x, tuple(range(x.ndim)) if axis is None else axis)


RENAMED = {
    "negative": "NEG", "abs": "ABS", "subtract": "SUB", "multiply": "MUL", "divide": "DIV", "equal": "EQ",
    "not_equal": "NE", "less": "LT", "less_equal": "LE", "greater": "GT", "greater_equal": "GE",
}  # fmt: skip
SAME = (
    "add", "pow", "maximum", "minimum", "where", "sign", "exp", "expm1", "log", "log1p", "log2", "log10", "sqrt",
    "square", "reciprocal", "sin", "cos", "tan", "sinh", "cosh", "tanh", "asin", "acos", "atan", "floor", "ceil",
    "round", "isnan", "isinf", "isfinite", "logical_and", "logical_or", "logical_not", "floor_divide", "remainder",
)  # fmt: skip

FUNCTIONS: dict[str, Any] = {
    **{name: _op(getattr(elementwise, name.upper())) for name in SAME},
    **{name: _op(getattr(elementwise, other)) for name, other in RENAMED.items()},
    "sum": _reduction(reduce.SUM),
    "mean": _reduction(reduce.MEAN),
    "prod": _reduction(reduce.PROD),
    "max": _reduction(reduce.AMAX),
    "min": _reduction(reduce.AMIN),
    "argmax": _reduction(reduce.ARGMAX),
    "argmin": _reduction(reduce.ARGMIN),
    "all": _reduction(reduce.ALL),
    "any": _reduction(reduce.ANY),
    "var": _var,
    "matmul": linalg.matmul,
    "matrix_transpose": lambda x: movement.transpose(x, -2, -1),
    "reshape": lambda x, shape: movement.reshape(x, tuple(shape)),
    "permute_dims": lambda x, axes: movement.permute(x, tuple(axes)),
    "moveaxis": movement.movedim,
    "expand_dims": _expand_dims,
    "squeeze": lambda x, axis: movement.squeeze(x, axis),
    "broadcast_to": lambda x, shape: movement.expand(x, tuple(shape)),
    "concat": lambda tensors, *, axis=0: movement.cat(tensors, axis),
    "stack": lambda tensors, *, axis=0: movement.stack(tensors, axis),
    "flip": _flip,
    "astype": _astype,
    "asarray": _asarray,
    "clip": lambda x, low, high: apply(elementwise.CLAMP, x, low=low, high=high),
    "zeros_like": creation.zeros_like,
    "ones_like": creation.ones_like,
    "full_like": _full_like,
    "zeros": lambda shape, *, dtype=None: creation.zeros(shape, dtype=dtype),
    "ones": lambda shape, *, dtype=None: creation.ones(shape, dtype=dtype),
    "empty": lambda shape, *, dtype=None: creation.empty(shape, dtype=dtype),
    "arange": creation.arange,
    "pi": host.pi,
    "inf": host.inf,
}

namespace = Namespace("patchgrad", FUNCTIONS)
namespace.ops = TensorOperations()
