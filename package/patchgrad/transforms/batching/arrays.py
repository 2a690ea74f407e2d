"""The array of a tensor inside ``vmap``, and its backend.

A `BatchArray` holds a tensor of the level outside, with the batch as its first axis, and shows the shape without it.
So the tape and the batches of that level go on by themselves, and the tape inside sees only examples.
There is one type of arrays, with one backend, for each depth of nesting.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from patchgrad.autograd.node import Node
from patchgrad.autograd.op import OpSpec
from patchgrad.autograd.state import no_grad, state
from patchgrad.backend import BY_TYPE, Backend, Namespace, host
from patchgrad.errors import ArgumentError, GradError
from patchgrad.tensor import Tensor, views, worlds
from patchgrad.tensor.explain import placed
from patchgrad.transforms.batching import run
from patchgrad.transforms.batching.level import Level, levels

CREATING = ("zeros", "ones", "full", "empty", "arange", "linspace", "eye")
OPERATORS = (
    "add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "rtruediv", "floordiv", "rfloordiv", "mod", "rmod", "pow",
    "rpow", "matmul", "rmatmul", "and", "rand", "or", "ror", "xor", "rxor", "lshift", "rshift", "eq", "ne", "lt", "le",
    "gt", "ge", "neg", "abs", "invert", "getitem",
)  # fmt: skip


class BatchArray:
    """The arrays of all examples.

    Fields
        value    a tensor of the level outside; its first axis is the batch, where ``batched``
        batched  False for an array that is the same for all examples
    """

    __slots__ = ("__weakref__", "batched", "level", "value")
    __array_ufunc__ = None
    __hash__ = object.__hash__

    def __init__(self, value: Tensor, batched: bool, level: Level) -> None:
        self.value = value
        self.batched = batched
        self.level = level

    @property
    def shape(self) -> tuple[int, ...]:
        return self.value.shape[1:] if self.batched else self.value.shape

    @property
    def dtype(self) -> Any:
        return self.value.data.dtype

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        return host.prod(self.shape, dtype=int).item()

    @property
    def itemsize(self) -> int:
        return self.dtype.itemsize

    @property
    def nbytes(self) -> int:
        return self.size * self.itemsize

    @property
    def base(self) -> Any:
        """Who owns the memory: equal for arrays that share it."""
        return views.root_of(self.value)

    @property
    def T(self) -> Any:
        return Tensor(self).T.data

    def astype(self, dtype: Any, copy: bool = True) -> Any:
        return type(self)(self.value.to(dtype=dtype), self.batched, self.level)

    def copy(self) -> BatchArray:
        return type(self)(self.value.clone(), self.batched, self.level)

    def reshape(self, *shape: Any) -> Any:
        return Tensor(self).reshape(*shape).data

    def __len__(self) -> int:
        return self.shape[0]

    def __setitem__(self, index: Any, value: Any) -> None:
        if index is not ...:
            raise ArgumentError("an array inside vmap is written through its tensor", got=f"index {index!r}")
        self.value.copy_(_beside(self, value))

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise placed(
            ArgumentError(
                "a tensor inside vmap has no single value",
                got=f"shape {self.shape}, for {self.level.size} examples at once",
                hint="replace `if`, float() and item() by where() and other functions of tensors",
            )
        )

    __bool__ = __int__ = __float__ = __index__ = __complex__ = __array__ = __iter__ = item = tolist = _refuse


def _beside(target: BatchArray, value: Any) -> Any:
    """``value`` as a tensor that can be copied into the memory of ``target``."""
    if not isinstance(value, BatchArray):
        return value if isinstance(value, Tensor) else worlds.tensor_of(host.asarray(value, dtype=target.dtype))
    if value.batched and not target.batched:
        views.refuse_batch(Tensor(target))
    missing = len(target.shape) - len(value.shape)
    return value.value.unflatten(0, (value.level.size, *(1,) * missing)) if value.batched and missing else value.value


def _operator(name: str) -> Callable[..., Any]:
    def call(self: BatchArray, *others: Any) -> Any:
        found = getattr(Tensor, name)(Tensor(self), *[_wrapped(other) for other in others])
        return found.data if isinstance(found, Tensor) else found

    return call


for _name in OPERATORS:
    setattr(BatchArray, f"__{_name}__", _operator(f"__{_name}__"))


def _wrapped(value: Any) -> Any:
    return Tensor(value) if type(value) in BY_TYPE else value


def _unwrapped(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return type(value)(_unwrapped(entry) for entry in value)
    return value.data if isinstance(value, Tensor) else value


class _Lifted(Namespace):
    """The namespace of tensors, on arrays."""

    def __getattr__(self, name: str) -> Any:
        plain = levels.stack[-1].base.xp
        found = getattr(plain if name in CREATING else worlds.tensor_namespace(), name, None)
        if found is None:
            found = getattr(plain, name)
        if name in CREATING or not callable(found) or isinstance(found, type):
            return found

        def call(*args: Any, **kwargs: Any) -> Any:
            given = [[_wrapped(part) for part in entry] if isinstance(entry, list | tuple) else entry for entry in args]
            return _unwrapped(found(*[_wrapped(entry) for entry in given], **kwargs))

        return call


class _LiftedOperations:
    def __getattr__(self, name: str) -> Any:
        op = getattr(worlds.tensor_namespace().ops, name)
        return lambda *args, **attrs: _unwrapped(op(*[_wrapped(entry) for entry in args], **attrs))


LIFT = OpSpec(
    "lift",
    inputs=("x",),
    forward=lambda xp, x: x,
    shape=lambda x: tuple(x),
    dtype="same",
    elementwise=True,
    vjps={"x": lambda xp, ct, s: ct},
)
"""A tensor that is the same for all examples, as one of the batch."""


class Batches(Backend):
    """Runs ops on batches."""

    def __init__(self, depth: int, kind: type[BatchArray]) -> None:
        super().__init__(f"vmap{depth}", _Lifted("vmap", {}), (kind,))
        self.xp.ops = _LiftedOperations()
        self.depth = depth
        self.kind = kind

    def run(self, op: Any, arrays: list[Any], attrs: dict[str, Any]) -> Any:
        level = self.level_of(arrays)
        entries = [entry if type(entry) is not self.kind else (entry.value, entry.batched) for entry in arrays]
        with nullcontext() if level.taping or not state.grad_enabled else no_grad():
            found = run.run(op, entries, attrs, level)
        outputs = tuple(self.kind(value, batched, level) for value, batched in found)
        return outputs if len(op.outputs) > 1 else outputs[0]

    def level_of(self, arrays: list[Any]) -> Level:
        level: Level = next(entry.level for entry in arrays if type(entry) is self.kind)
        if not level.active:
            raise placed(
                GradError(
                    "a tensor was kept from inside a vmap that has ended",
                    got=f"a batch of {level.size}",
                    hint="give it out as a result of the function",
                )
            )
        return level

    def lift(self, inputs: tuple[Any, ...]) -> list[Any]:
        level = self.level_of([entry.data for entry in inputs if isinstance(entry, Tensor)])
        return [self._lifted(entry, level) if isinstance(entry, Tensor) else entry for entry in inputs]

    def _lifted(self, tensor: Tensor, level: Level) -> Tensor:
        if type(tensor.data) is self.kind:
            return tensor
        out = Tensor(self.kind(level.seen_from_outside(tensor), False, level))
        if tensor.requires_grad and level.began_inside(tensor) and state.grad_enabled:
            out.node = Node(LIFT, {}, [tensor.node], [tensor.port], self, [tensor.shape], [tensor.data.dtype])
            out.requires_grad = True
        return out

    def asarray(self, value: Any, dtype: Any = None) -> Any:
        if isinstance(value, BatchArray):
            return value if dtype is None else value.astype(dtype)
        return levels.stack[-1].base.asarray(value, dtype)

    def to_host(self, array: Any) -> Any:
        return array._refuse()

    def device_of(self, array: Any) -> str:
        return array.value.backend.device_of(array.value.data)


_kinds: dict[int, type[BatchArray]] = {}


def kind_at(depth: int) -> type[BatchArray]:
    """The type of arrays of runs of vmap inside ``depth - 1`` others."""
    if depth not in _kinds:
        kind = _kinds[depth] = type(f"BatchArray{depth}", (BatchArray,), {"__slots__": ()})
        BY_TYPE[kind] = Batches(depth, kind)
    return _kinds[depth]


def enter(size: int, randomness: str, like: Tensor) -> Level:
    """Begin a run of vmap in this thread, over tensors on the device of ``like``."""
    base = like.data.level.base if like.backend.depth else like.backend
    level = Level(len(levels.stack) + 1, size, randomness, base)
    kind_at(level.depth)
    levels.stack.append(level)
    return level


def leave(level: Level) -> None:
    """End it."""
    level.active = False
    levels.stack.remove(level)


def batched(value: Tensor, level: Level) -> Tensor:
    """A tensor whose first axis is the batch, as the tensor of one example that the inside sees."""
    return Tensor(kind_at(level.depth)(value, True, level))


def unbatched(tensor: Tensor, level: Level) -> tuple[Tensor, bool]:
    """A tensor from inside as the outside sees it, and whether its first axis is the batch."""
    if type(tensor.data) is kind_at(level.depth):
        return tensor.data.value, tensor.data.batched
    return level.seen_from_outside(tensor), False
