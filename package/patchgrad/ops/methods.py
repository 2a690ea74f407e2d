"""The one table that binds operators and methods to Tensor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from patchgrad.autograd.op import OpSpec
from patchgrad.backend import get_backend, host
from patchgrad.backend.dtype import as_dtype
from patchgrad.backend.dtype import dtype as DType
from patchgrad.errors import ArgumentError, PatchgradError
from patchgrad.ops import (
    activation,
    arithmetic,
    arrange,
    axes,
    bitwise,
    creation,
    cumulative,
    diagonals,
    differences,
    elementwise,
    gather,
    in_place,
    index,
    index_along,
    joining,
    linalg,
    movement,
    random,
    ranks,
    reduce,
    scatter_reduce,
    searching,
    sorting,
    special,
    statistics,
    strided,
    vector_norm,
)
from patchgrad.tensor import Tensor, apply, views
from patchgrad.tensor.explain import placed

FAMILIES = (
    activation, arithmetic, arrange, axes, bitwise, creation, cumulative, diagonals, differences, elementwise,
    gather, index, index_along, joining, linalg, movement, random, ranks, reduce, scatter_reduce, searching,
    sorting, special, statistics, strided, vector_norm,
)  # fmt: skip
"""Each names in ``METHODS`` which of its functions are methods too, and in ``IN_PLACE`` which of them also write."""


def operator(op: OpSpec) -> Callable[..., Any]:
    def method(self: Tensor, other: Any) -> Any:
        other = in_place.operand(other)
        return NotImplemented if other is None else apply(op, self, other)

    return method


def reflected(op: OpSpec) -> Callable[..., Any]:
    def method(self: Tensor, other: Any) -> Any:
        other = in_place.operand(other)
        return NotImplemented if other is None else apply(op, other, self)

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


def _values(self: Tensor) -> Any:
    try:
        return self.backend.to_host(self.data)
    except PatchgradError as error:
        raise placed(error) from None


def item(self: Tensor) -> Any:
    """The single element as a Python number."""
    if self.data.size != 1:
        raise placed(ArgumentError("item() needs exactly one element", got=f"shape {self.shape}", hint="use tolist()"))
    return _values(self).item()


def numpy(self: Tensor) -> Any:
    """The values as a NumPy array that shares memory (on the CPU). Raises if a gradient is required."""
    if self.requires_grad:
        raise placed(
            ArgumentError(
                "a tensor that requires a gradient has no plain array",
                got=f"shape {self.shape}, which requires a gradient",
                hint="use .detach().numpy()",
            )
        )
    return _values(self)


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


def _named(attribute: str) -> dict[str, Callable[..., Any]]:
    """The functions that the families name in ``METHODS`` or ``IN_PLACE``."""
    return {name: getattr(family, name) for family in FAMILIES for name in getattr(family, attribute, "").split()}


METHODS: dict[str, Callable[..., Any]] = {
    **_named("METHODS"),
    "to": to,
    "item": item,
    "numpy": numpy,
    "tolist": lambda self: _values(self).tolist(),
    "numel": lambda self: self.data.size,
    "size": lambda self, dim=None: self.shape if dim is None else self.shape[dim],
    "dim": lambda self: self.ndim,
    "float": lambda self: to(self, dtype="float32"),
    "double": lambda self: to(self, dtype="float64"),
    "half": lambda self: to(self, dtype="float16"),
    "long": lambda self: to(self, dtype="int64"),
    "int": lambda self: to(self, dtype="int32"),
    "bool": lambda self: to(self, dtype="bool"),
    "new_zeros": lambda self, *size: creation.zeros(*size, dtype=self.dtype, device=self.device),
    "new_ones": lambda self, *size: creation.ones(*size, dtype=self.dtype, device=self.device),
    "cpu": lambda self: to(self, device="cpu"),
    "cuda": lambda self: to(self, device="cuda"),
    "type_as": lambda self, other: to(self, dtype=other.dtype),
    "fill_": _fill,
    "zero_": lambda self: _fill(self, 0),
    "copy_": _copy,
    "__getitem__": index.getitem,
    "__setitem__": index.setitem,
    "__neg__": elementwise.neg,
    "__abs__": elementwise.abs,
    "__invert__": bitwise.bitwise_not,
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


def operators() -> dict[str, Callable[..., Any]]:
    """What stands behind Python's operators, by name."""
    plain = {f"__{name}__": operator(op) for name, op in {**OPERATORS, **COMPARISONS}.items()}
    return plain | {f"__r{name}__": reflected(op) for name, op in OPERATORS.items()}


METHODS.update(in_place.methods(OPERATORS, _named("IN_PLACE")))


def bind() -> None:
    """Attach the table to Tensor."""
    for name, function in {**operators(), **METHODS}.items():
        setattr(Tensor, name, function)
    for name, getter in PROPERTIES.items():
        setattr(Tensor, name, property(getter))
    Tensor.__array_priority__ = 1000  # type: ignore[attr-defined]
    Tensor.__array_ufunc__ = None  # type: ignore[attr-defined]
