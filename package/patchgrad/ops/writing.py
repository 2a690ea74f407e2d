"""Writes in place that belong to no op: values, diagonals, Python functions of each element."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from patchgrad.backend import host
from patchgrad.errors import ArgumentError, ShapeError
from patchgrad.ops import index_along, movement, strided
from patchgrad.tensor import Tensor, views
from patchgrad.tensor.explain import placed

__all__ = ["as_strided_scatter", "detach", "detach_", "fill"]
METHODS = "apply_ as_strided_scatter copy_ fill_ fill_diagonal_ map2_ map_ zero_"


def fill(input: Tensor, value: Any) -> Tensor:
    """A tensor like ``input`` with one value everywhere: a number, or a tensor without axes, which gets a gradient."""
    return fill_(movement.clone(input), value)


def fill_(self: Tensor, value: Any) -> Tensor:
    """Write one value everywhere: a number, or a tensor without axes. Raises ShapeError for a tensor with axes."""
    views.refuse_leaf(self)
    if isinstance(value, Tensor):
        if value.ndim:
            raise placed(ShapeError("fill_ takes one value", got=f"shape {value.shape}", want="a number", hint="copy_"))
        views.store_value(self, value)
    else:
        views.store(self, Tensor(self.backend.xp.full(self.shape, value, dtype=self.data.dtype)))
    return self


def zero_(self: Tensor) -> Tensor:
    """Write 0 everywhere."""
    return fill_(self, 0)


def copy_(self: Tensor, src: Tensor, non_blocking: bool = False) -> Tensor:
    """Write the values of ``src``, broadcast and cast; copies from and to a GPU wait."""
    views.refuse_leaf(self)
    views.store_value(self, src)
    return self


def fill_diagonal_(self: Tensor, fill_value: Any, wrap: bool = False) -> Tensor:
    """Write one value along the diagonal: of a matrix, or of a cube of more axes.

    Parameters
        wrap  start again below in a tall matrix
    """
    if self.ndim < 2 or (self.ndim > 2 and len(set(self.shape)) > 1):
        raise placed(
            ShapeError("only a matrix or a cube has a diagonal", got=f"{self.shape}", want="2 axes, or all of one size")
        )
    mask = host.zeros(self.shape, dtype=bool)
    if mask.size:
        host.fill_diagonal(mask, True, wrap=wrap)
    views.refuse_leaf(self)
    views.store(self, index_along.masked_fill(self, Tensor(self.backend.asarray(mask)), fill_value))
    return self


def as_strided_scatter(input: Tensor, src: Tensor, size: Any, stride: Any, storage_offset: int | None = None) -> Tensor:
    """A copy of ``input`` whose elements that `as_strided` would view are ``src``."""
    out = movement.clone(movement.contiguous(input))
    place = strided.as_strided(out, size, stride, storage_offset)
    if place.shape != src.shape:
        raise placed(ShapeError("src does not fit the part", got=f"{src.shape}", want=f"{place.shape}"))
    copy_(place, src)
    return out


def apply_(self: Tensor, callable: Callable[[Any], Any]) -> Tensor:
    """Write ``callable(element)`` for each element: slow, on the CPU, without the tape."""
    return _called(self, callable)


def map_(self: Tensor, tensor: Tensor, callable: Callable[[Any, Any], Any]) -> Tensor:
    """Write ``callable(element, other)`` for each element and that of ``tensor``, which broadcasts."""
    return _called(self, callable, tensor)


def map2_(self: Tensor, x: Tensor, y: Tensor, callable: Callable[[Any, Any, Any], Any]) -> Tensor:
    """Write ``callable(element, a, b)`` for each element and those of ``x`` and ``y``, which broadcast."""
    return _called(self, callable, x, y)


def _called(self: Tensor, function: Callable[..., Any], *others: Tensor) -> Tensor:
    if any(entry.device.type != "cpu" or entry.requires_grad for entry in (self, *others)):
        raise placed(
            ArgumentError("a Python function is applied to plain numbers on the CPU", got=f"device {self.device}",
                          want="tensors on the CPU that require no gradient", hint="x.detach().cpu()")
        )  # fmt: skip
    columns = [host.broadcast_to(entry.data, self.shape).reshape(-1).tolist() for entry in (self, *others)]
    values = [function(*row) for row in zip(*columns, strict=True)]
    views.store(self, Tensor(host.asarray(values, dtype=self.data.dtype).reshape(self.shape)))
    return self


def detach(input: Tensor) -> Tensor:
    """The same memory without a past."""
    return input.detach()


def detach_(input: Tensor) -> Tensor:
    """Forget the past of this tensor itself."""
    return input.detach_()
