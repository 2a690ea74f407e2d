"""Numbers in order, and the identity matrix. Nothing here is on the tape."""

from __future__ import annotations

from typing import Any

from patchgrad.backend import get_backend, host
from patchgrad.backend.dtype import as_dtype, get_default_dtype
from patchgrad.errors import ArgumentError
from patchgrad.ops.factory import factory
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed

__all__ = ["arange", "eye", "linspace", "logspace", "range"]
Number = Any


def _number(value: Any) -> Any:
    """A number, also where a tensor holds it."""
    return value.item() if isinstance(value, Tensor) else value


def _steps(name: str, start: Any, end: Any, step: Any, dtype: Any) -> tuple[Any, Any, Any, Any]:
    start, end, step = _number(start), _number(end), _number(step)
    if not step or (end - start) * step < 0:
        raise placed(
            ArgumentError(f"{name} cannot go from {start} to {end}", got=f"step={step}", want="a step towards the end")
        )
    if dtype is None:
        dtype = "int64" if all(isinstance(entry, int) for entry in (start, end, step)) else get_default_dtype()
    return start, end, step, as_dtype(dtype).numpy


@factory
def arange(start: Number, end: Number = None, step: Number = 1, *, dtype: Any = None, device: Any = None) -> Tensor:
    """``start``, ``start + step``, ... below ``end``; int64 for integers, else the default dtype."""
    start, end = (0, start) if end is None else (start, end)
    start, end, step, kind = _steps("arange", start, end, step, dtype)
    return Tensor(get_backend(device).asarray(host.arange(start, end, step).astype(kind)))


@factory
def range(start: Number, end: Number = None, step: Number = 1, *, dtype: Any = None, device: Any = None) -> Tensor:
    """``start``, ``start + step``, ... up to ``end``, which is included; the default dtype. Prefer `arange`."""
    start, end = (0, start) if end is None else (start, end)
    start, end, step, kind = _steps("range", start, end, step, dtype or get_default_dtype())
    values = start + host.arange(int((end - start) / step) + 1) * step
    return Tensor(get_backend(device).asarray(values.astype(kind)))


@factory
def linspace(start: Number, end: Number, steps: int, *, dtype: Any = None, device: Any = None) -> Tensor:
    """``steps`` values from ``start`` to ``end``, both included."""
    return Tensor(get_backend(device).asarray(_even(start, end, steps, dtype)))


@factory
def logspace(
    start: Number, end: Number, steps: int, base: float = 10.0, *, dtype: Any = None, device: Any = None
) -> Tensor:
    """``steps`` values from ``base ** start`` to ``base ** end``, both included, each the same multiple of the last."""
    kind = _line_kind(start, end, dtype)
    return Tensor(get_backend(device).asarray((base ** _exact(start, end, steps)).astype(kind)))


def _even(start: Any, end: Any, steps: int, dtype: Any) -> Any:
    return _exact(start, end, steps).astype(_line_kind(start, end, dtype))


def _exact(start: Any, end: Any, steps: int) -> Any:
    if steps < 0:
        raise placed(ArgumentError("the number of steps cannot be negative", got=f"steps={steps}", want="0 or more"))
    return host.linspace(_number(start), _number(end), steps)


def _line_kind(start: Any, end: Any, dtype: Any) -> Any:
    """The default dtype, or its complex counterpart for complex ends."""
    if dtype is not None:
        return as_dtype(dtype).numpy
    default = get_default_dtype()
    return (default.to_complex() if any(type(_number(end)) is complex for end in (start, end)) else default).numpy


@factory
def eye(n: int, m: int | None = None, *, dtype: Any = None, device: Any = None) -> Tensor:
    """Ones on the diagonal of an (n, m) matrix of zeros."""
    if n < 0 or (m is not None and m < 0):
        raise placed(ArgumentError("a size cannot be negative", got=f"{n}, {m}", want="0 or more"))
    kind = as_dtype(get_default_dtype() if dtype is None else dtype).numpy
    return Tensor(get_backend(device).asarray(host.eye(n, m, dtype=kind)))
