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
    bitwise,
    creation,
    elementwise,
    gather,
    in_place,
    index,
    linalg,
    movement,
    random,
    reduce,
    sorting,
    special,
)
from patchgrad.tensor import Tensor, apply, views
from patchgrad.tensor.explain import placed


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


def _named(family: Any, names: str) -> dict[str, Callable[..., Any]]:
    return {name: getattr(family, name) for name in names.split()}


METHODS: dict[str, Callable[..., Any]] = {
    **elementwise.UNARY,
    **_named(elementwise, "add sub mul div pow eq ne lt le gt ge clamp maximum minimum floor_divide remainder"),
    **_named(elementwise, "logical_and logical_or logical_not"),
    **_named(arithmetic, "acosh addcdiv addcmul allclose asinh atan2 atanh divide equal exp2 fmod frac hypot isclose"),
    **_named(arithmetic, "lerp logaddexp logical_xor logit nan_to_num trunc xlogy"),
    **_named(bitwise, "bitwise_and bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift bitwise_xor"),
    **_named(reduce, "sum mean prod amax amin var std argmax argmin all any cumsum cumprod norm logsumexp"),
    **_named(movement, "reshape view flatten unflatten permute transpose t movedim squeeze unsqueeze expand"),
    **_named(movement, "broadcast_to split chunk unbind flip clone contiguous"),
    **_named(arrange, "diag diagonal repeat repeat_interleave roll tile trace"),
    **_named(activation, "relu sigmoid softmax log_softmax"),
    **_named(gather, "gather index_add index_select masked_fill masked_select nonzero scatter scatter_add"),
    **_named(gather, "take_along_dim unique"),
    **_named(sorting, "argsort kthvalue max median min sort topk"),
    **_named(random, "bernoulli bernoulli_ multinomial normal_ random_ uniform_"),
    **_named(linalg, "addmm baddbmm bmm dot inner matmul mm mv outer"),
    "erf": special.erf,
    "erfc": special.erfc,
    "tril": creation.tril,
    "triu": creation.triu,
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
    "__abs__": elementwise.UNARY["abs"],
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


def bind() -> None:
    """Attach the table to Tensor."""
    for name, op in OPERATORS.items():
        setattr(Tensor, f"__{name}__", operator(op))
        setattr(Tensor, f"__r{name}__", reflected(op))
    for name, op in COMPARISONS.items():
        setattr(Tensor, f"__{name}__", operator(op))
    for name, function in METHODS.items():
        setattr(Tensor, name, function)
    for name, function in in_place.methods(OPERATORS, METHODS).items():
        setattr(Tensor, name, function)
    for name, getter in PROPERTIES.items():
        setattr(Tensor, name, property(getter))
    Tensor.__array_priority__ = 1000  # type: ignore[attr-defined]
    Tensor.__array_ufunc__ = None  # type: ignore[attr-defined]
