"""How the standard's functions reach ops: dtypes decide alone, so operands are cast before an op sees them.

PyTorch's promotion looks at axes too (a tensor without axes does not widen one with axes). The standard's does not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from patchgrad.array_api.data_types import promoted
from patchgrad.autograd.op import OpSpec, find
from patchgrad.backend.dtype import as_dtype
from patchgrad.backend.dtype import dtype as Dtype
from patchgrad.errors import DtypeError
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed


def tensor(x: Any, function: str) -> Tensor:
    """``x`` itself. Raises DtypeError when it is no tensor."""
    if not isinstance(x, Tensor):
        raise placed(
            DtypeError(
                f"{function} takes tensors",
                got=f"{type(x).__name__}",
                hint="make one with asarray(...) of this namespace",
            )
        )
    return x


def cast(x: Tensor, dtype: Dtype) -> Tensor:
    """``x`` in this dtype; itself if it has it."""
    return x if x.dtype is dtype else x.to(dtype=dtype)


def alike(*entries: Any) -> list[Any]:
    """Tensors cast to the dtype that theirs promote to; Python numbers as they are."""
    dtypes = {entry.dtype for entry in entries if isinstance(entry, Tensor)}
    if len(dtypes) < 2:
        return list(entries)
    target = promoted(dtypes)
    return [cast(entry, target) if isinstance(entry, Tensor) else entry for entry in entries]


def named(function: Callable[..., Any], name: str, doc: str) -> Callable[..., Any]:
    """A function made by a factory, under its own name."""
    function.__name__ = function.__qualname__ = name
    function.__doc__ = doc
    return function


def unary(name: str, doc: str, op: str | None = None) -> Callable[[Tensor], Tensor]:
    """The function that runs an op of one tensor."""
    record = find(op or name)

    def call(x: Tensor, /) -> Tensor:
        return apply(record, tensor(x, name))

    return named(call, name, doc)


def binary(name: str, doc: str, op: str | None = None) -> Callable[[Any, Any], Tensor]:
    """The function that runs an op of two tensors, or of a tensor and a Python number."""
    record = find(op or name)

    def call(x1: Any, x2: Any, /) -> Tensor:
        return apply(record, *pair(x1, x2, name))

    return named(call, name, doc)


def pair(x1: Any, x2: Any, function: str) -> list[Any]:
    """Two operands in one dtype. Raises DtypeError when neither is a tensor."""
    if not isinstance(x1, Tensor) and not isinstance(x2, Tensor):
        tensor(x1, function)
    return alike(x1, x2)


def bare(function: str, *entries: Any, **attrs: Any) -> Any:
    """The array library's own function on bare arrays; not on the tape, for results that have no gradient.

    A tuple where the function gives several arrays.
    """
    first = next(entry for entry in entries if isinstance(entry, Tensor))
    arrays = [entry.data if isinstance(entry, Tensor) else entry for entry in entries]
    backend = first.backend
    with backend.quiet():
        found = getattr(backend.xp, function)(*arrays, **attrs)
    if isinstance(found, (tuple, list)):
        return tuple(Tensor(backend.asarray(entry)) for entry in found)
    return Tensor(backend.asarray(found))


def numpy_dtype(dtype: Any) -> Any:
    """The array library's dtype, or None for None."""
    return None if dtype is None else as_dtype(dtype).numpy


def record(name: str) -> OpSpec:
    """The op of this name."""
    return find(name)
