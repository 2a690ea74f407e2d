"""The one table that binds operators and methods to Tensor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from patchgrad.autograd.op import OpSpec
from patchgrad.backend import get_backend, host
from patchgrad.backend.dtype import as_dtype
from patchgrad.backend.dtype import dtype as DType
from patchgrad.errors import ArgumentError
from patchgrad.ops import creation, elementwise, index, linalg, movement, reduce
from patchgrad.tensor import Tensor, apply, views


def _operand(value: Any) -> Any:
    """What may stand beside a tensor: a tensor, a Python number, an array (made a tensor)."""
    if isinstance(value, (Tensor, int, float, complex)):
        return value
    if isinstance(value, host.generic):
        return value.item()
    return creation.as_tensor(value) if isinstance(value, (host.ndarray, list, tuple)) else None


def operator(op: OpSpec) -> Callable[..., Any]:
    def method(self: Tensor, other: Any) -> Any:
        other = _operand(other)
        return NotImplemented if other is None else apply(op, self, other)

    return method


def reflected(op: OpSpec) -> Callable[..., Any]:
    def method(self: Tensor, other: Any) -> Any:
        other = _operand(other)
        return NotImplemented if other is None else apply(op, other, self)

    return method


def in_place(op: OpSpec) -> Callable[..., Any]:
    def method(self: Tensor, other: Any) -> Any:
        other = _operand(other)
        return NotImplemented if other is None else views.write(self, op, other)

    return method


def in_place_unary(op: OpSpec) -> Callable[..., Tensor]:
    return lambda self: views.write(self, op)


OPERATORS = {
    "add": elementwise.ADD,
    "sub": elementwise.SUB,
    "mul": elementwise.MUL,
    "truediv": elementwise.DIV,
    "pow": elementwise.POW,
    "floordiv": elementwise.FLOOR_DIVIDE,
    "mod": elementwise.REMAINDER,
    "matmul": linalg.MATMUL,
}
COMPARISONS = {
    "eq": elementwise.EQ,
    "ne": elementwise.NE,
    "lt": elementwise.LT,
    "le": elementwise.LE,
    "gt": elementwise.GT,
    "ge": elementwise.GE,
    "and": elementwise.LOGICAL_AND,
    "or": elementwise.LOGICAL_OR,
}


def to(self: Tensor, *targets: Any, dtype: Any = None, device: Any = None) -> Tensor:
    """This tensor in another dtype or on another device; itself if nothing changes."""
    for target in targets:
        if isinstance(target, DType) or (isinstance(target, type) and target in (float, int, bool)):
            dtype = target
        elif isinstance(target, Tensor):
            dtype, device = target.dtype, target.device
        else:
            device = target
    out = self
    if device is not None and get_backend(device) is not self.backend:
        out = apply(TO_DEVICE, out, device=str(device))
    if dtype is not None and as_dtype(dtype) is not out.dtype:
        out = apply(elementwise.CAST, out, dtype=as_dtype(dtype))
    return out


def _move(xp: Any, x: Any, device: str) -> Any:
    from patchgrad.backend import backend_of

    target = get_backend(device)
    return target.asarray(x if target.name == "meta" else backend_of(x).to_host(x))


TO_DEVICE = OpSpec(
    "to_device",
    inputs=("x",),
    forward=_move,
    shape=lambda x, **_: x,
    dtype="same",
)


def item(self: Tensor) -> Any:
    """The single element as a Python number."""
    if self.data.size != 1:
        raise ArgumentError("item() needs exactly one element", got=f"shape {self.shape}", hint="use tolist()")
    return self.backend.to_host(self.data).item()


def numpy(self: Tensor) -> Any:
    """The values as a NumPy array that shares memory (on the CPU). Raises if a gradient is required."""
    if self.requires_grad:
        raise ArgumentError("a tensor that requires a gradient has no plain array", hint="use .detach().numpy()")
    return self.backend.to_host(self.data)


def _as_array(self: Tensor, dtype: Any = None, copy: bool | None = None) -> Any:
    return host.array(numpy(self), dtype=dtype, copy=copy)


def _iterate(self: Tensor) -> Any:
    return iter(movement.unbind(self))


def _fill(self: Tensor, value: Any) -> Tensor:
    views.refuse_leaf(self)
    views.store(self, Tensor(self.backend.xp.full(self.shape, value, dtype=self.data.dtype)))
    return self


def _copy(self: Tensor, source: Tensor) -> Tensor:
    views.refuse_leaf(self)
    views.store_value(self, source)
    return self


def _extreme(values: Any, indices: Any, pairwise: Any) -> Callable[..., Any]:
    def method(self: Tensor, dim: Any = None, keepdim: bool = False) -> Any:
        if isinstance(dim, Tensor):
            return pairwise(self, dim)
        found = values(self, dim, keepdim)
        return found if dim is None else (found, indices(self, dim, keepdim))

    return method


METHODS: dict[str, Callable[..., Any]] = {
    **elementwise.UNARY,
    **{
        name: getattr(elementwise, name)
        for name in (
            "add", "sub", "mul", "div", "pow", "eq", "ne", "lt", "le", "gt", "ge", "clamp", "maximum", "minimum",
            "logical_and", "logical_or", "logical_not", "floor_divide", "remainder",
        )
    },
    **{
        name: getattr(reduce, name)
        for name in (
            "sum", "mean", "prod", "amax", "amin", "var", "std", "argmax", "argmin", "all", "any", "cumsum", "norm",
        )
    },
    **{
        name: getattr(movement, name)
        for name in (
            "reshape", "view", "flatten", "unflatten", "permute", "transpose", "t", "movedim", "squeeze", "unsqueeze",
            "expand", "broadcast_to", "split", "chunk", "unbind", "flip", "clone", "contiguous",
        )
    },
    "matmul": linalg.matmul,
    "max": _extreme(reduce.amax, reduce.argmax, elementwise.maximum),
    "min": _extreme(reduce.amin, reduce.argmin, elementwise.minimum),
    "tril": creation.tril,
    "triu": creation.triu,
    "to": to,
    "item": item,
    "numpy": numpy,
    "tolist": lambda self: self.backend.to_host(self.data).tolist(),
    "numel": lambda self: self.data.size,
    "size": lambda self, dim=None: self.shape if dim is None else self.shape[dim],
    "dim": lambda self: self.ndim,
    "float": lambda self: to(self, dtype="float32"),
    "double": lambda self: to(self, dtype="float64"),
    "half": lambda self: to(self, dtype="float16"),
    "long": lambda self: to(self, dtype="int64"),
    "int": lambda self: to(self, dtype="int32"),
    "bool": lambda self: to(self, dtype="bool"),
    "cpu": lambda self: to(self, device="cpu"),
    "cuda": lambda self: to(self, device="cuda"),
    "type_as": lambda self, other: to(self, dtype=other.dtype),
    "fill_": _fill,
    "zero_": lambda self: _fill(self, 0),
    "copy_": _copy,
    "masked_fill": lambda self, mask, value: elementwise.where(mask, value, self),
    "__getitem__": index.getitem,
    "__setitem__": index.setitem,
    "__neg__": elementwise.neg,
    "__abs__": elementwise.UNARY["abs"],
    "__invert__": elementwise.logical_not,
    "__iter__": _iterate,
    "__array__": _as_array,
    "__bool__": lambda self: bool(item(self)),
    "__int__": lambda self: int(item(self)),
    "__float__": lambda self: float(item(self)),
    "__index__": lambda self: int(item(self)),
}  # fmt: skip
PROPERTIES = {
    "T": lambda self: self if self.ndim < 2 else movement.permute(self, tuple(reversed(range(self.ndim)))),
    "mT": lambda self: movement.transpose(self, -2, -1),
}


def bind() -> None:
    """Attach the table to Tensor."""
    for name, op in OPERATORS.items():
        setattr(Tensor, f"__{name}__", operator(op))
        setattr(Tensor, f"__r{name}__", reflected(op))
        setattr(Tensor, f"__i{name}__", in_place(op))
    for name, op in COMPARISONS.items():
        setattr(Tensor, f"__{name}__", operator(op))
    for name in ("add", "sub", "mul", "div", "pow", "clamp", "floor_divide", "remainder"):
        op = getattr(elementwise, name.upper())
        setattr(Tensor, f"{name}_", in_place(op) if len(op.inputs) == 2 else in_place_clamp)
    for name in elementwise.UNARY:
        op = getattr(elementwise, name.upper())
        if op.dtype != "bool":
            setattr(Tensor, f"{name}_", in_place_unary(op))
    for name, function in METHODS.items():
        setattr(Tensor, name, function)
    for name, getter in PROPERTIES.items():
        setattr(Tensor, name, property(getter))
    Tensor.__array_priority__ = 1000  # type: ignore[attr-defined]
    Tensor.__array_ufunc__ = None  # type: ignore[attr-defined]


def in_place_clamp(self: Tensor, min: float | None = None, max: float | None = None) -> Tensor:
    """Clamp in place."""
    return views.write(self, elementwise.CLAMP, low=min, high=max)
