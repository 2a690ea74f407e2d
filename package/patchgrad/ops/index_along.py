"""Slices of one axis by a vector of indices, elements by their place in the flattened tensor, and masks."""

from __future__ import annotations

from typing import Any

from patchgrad.backend import host
from patchgrad.backend.ranges import check_range
from patchgrad.errors import DtypeError, PatchgradError, ShapeError
from patchgrad.ops import elementwise, movement, shapes
from patchgrad.ops.gather import scatter, wants_integers
from patchgrad.ops.index import INDEX_ADD, INDEX_PUT, as_index, index_put
from patchgrad.ops.out import takes_out
from patchgrad.ops.searching import known
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed
from patchgrad.tensor.precision import rounded_once

__all__ = [
    "index_add", "index_copy", "index_fill", "index_select", "masked_fill", "masked_scatter", "masked_select", "put",
    "take",
]  # fmt: skip
METHODS = "index_add index_copy index_fill index_select masked_fill masked_scatter masked_select put take"
IN_PLACE = "index_add index_copy index_fill masked_fill masked_scatter put"


def _checked(name: str, input: Any, dim: int, vector: Tensor) -> tuple[int, Any]:
    """The axis, and the index as a vector within it."""
    wants_integers(name, vector)
    if vector.ndim > 1:
        raise placed(
            ShapeError(
                f"{name} needs a vector of indices",
                got=f"index of shape {vector.shape}",
                want="one axis",
                hint="index.flatten(), or x[index] for any shape",
            )
        )
    axis = shapes.axis_in(dim, input.ndim)
    flat: Any = vector if vector.ndim else movement.reshape(vector, 1)
    if vector.backend.name in ("cpu", "cuda"):
        try:
            check_range(input.backend.xp, flat.data, input.shape[axis] if input.ndim else 1)
        except PatchgradError as error:
            raise placed(error) from None
    return axis, flat


@takes_out
def index_select(input: Any, dim: int, index: Tensor) -> Tensor:
    """Slices along ``dim`` by a vector of indices: (*, n, *), (k,) -> (*, k, *)."""
    axis, vector = _checked("index_select", input, dim, index)
    if not input.ndim:
        return input.reshape(1)[vector].reshape(())
    return input[(slice(None),) * axis + (vector,)]


@takes_out
@rounded_once
def index_add(input: Any, dim: int, index: Tensor, source: Any, *, alpha: float = 1) -> Tensor:
    """A copy of ``input`` with ``alpha * source`` added to the slices of ``dim`` that ``index`` names."""
    axis, vector = _checked("index_add", input, dim, index)
    _same_kind("index_add", input, source)
    added = source if alpha == 1 else (source * alpha).to(dtype=source.dtype)
    if not input.ndim:
        return input + added.reshape(())
    place = (slice(None),) * axis + (vector,)
    rows = (*input.shape[:axis], vector.shape[0], *input.shape[axis + 1 :])
    if added.shape != rows:
        raise placed(
            ShapeError("index_add needs one slice per index", got=f"source {added.shape}", want=f"source {rows}")
        )
    return input + apply(INDEX_ADD, added, shape=input.shape, index=as_index(place))


def _same_kind(name: str, input: Tensor, source: Tensor) -> None:
    if source.data.dtype != input.data.dtype:
        raise placed(
            DtypeError(
                f"{name} needs one dtype",
                got=f"{source.dtype.name} into {input.dtype.name}",
                hint=f"source.to(pg.{input.dtype.name})",
            )
        )


@takes_out
def index_copy(input: Any, dim: int, index: Tensor, source: Any) -> Tensor:
    """A copy of ``input`` whose slices of ``dim`` that ``index`` names are those of ``source``."""
    axis, vector = _checked("index_copy", input, dim, index)
    _same_kind("index_copy", input, source)
    if not input.ndim:
        return source.reshape(()).clone()
    return scatter(input, axis, _along(vector, source.shape, axis), source)


def _along(vector: Any, shape: Any, axis: int) -> Any:
    """A vector of indices as an index of every element."""
    return vector.reshape((-1,) + (1,) * (len(shape) - axis - 1)).expand(shape)


@takes_out
def index_fill(input: Any, dim: int, index: Tensor, value: Any) -> Tensor:
    """A copy of ``input`` whose slices of ``dim`` that ``index`` names hold ``value``."""
    wants_integers("index_fill", index)
    axis = shapes.axis_in(dim, input.ndim)
    size = input.shape[axis] if input.ndim else 1
    hit = host.zeros(size, dtype=bool)
    if input.backend.name != "meta":
        check_range(input.backend.xp, index.data, size, -size)
        hit[input.backend.to_host(index.data)] = True
    mask = Tensor(input.backend.asarray(hit.reshape((-1,) + (1,) * (input.ndim - axis - 1)) if input.ndim else hit[0]))
    return masked_fill(input, mask, value)


@takes_out
def masked_select(input: Tensor, mask: Tensor) -> Tensor:
    """The elements where the mask is True, as a vector; both broadcast."""
    _is_mask(mask)
    known("how many elements the mask keeps", mask)
    shape = shapes.broadcast(input.shape, mask.shape)
    wide: Any = movement.expand(input, *shape)
    if not shape:
        wide, mask = wide.reshape(1), movement.reshape(mask, 1)
        shape = (1,)
    return wide[movement.expand(mask, *shape)]


def _is_mask(mask: Tensor) -> None:
    if mask.dtype.kind != "b":
        raise placed(DtypeError("a mask holds True and False", got=mask.dtype.name, hint="mask.bool()"))


@takes_out
def masked_fill(input: Tensor, mask: Tensor, value: Any) -> Tensor:
    """``value`` (a number or a tensor without axes) where the mask is True, else ``input``; broadcast."""
    _is_mask(mask)
    if isinstance(value, Tensor):
        if value.ndim:
            raise placed(ShapeError("masked_fill takes one value", got=f"{value.shape}", hint="where(mask, a, b)"))
        value = value.to(dtype=input.dtype)  # type: ignore[attr-defined]
        return elementwise.where(mask, value, input)
    found = elementwise.where(mask, value, input)
    return found if found.data.dtype == input.data.dtype else found.to(dtype=input.dtype)  # type: ignore[attr-defined]


@takes_out
def masked_scatter(input: Any, mask: Tensor, source: Any) -> Tensor:
    """``input`` in which the elements where the mask is True are those of ``source``, one after the other."""
    _is_mask(mask)
    _same_kind("masked_scatter", input, source)
    known("how many elements the mask keeps", mask)
    shape = shapes.broadcast(input.shape, mask.shape)
    wide, hit = movement.expand(input, *shape), movement.expand(mask, *shape)
    count = int(hit.data.sum())
    flat = source.reshape(-1)
    if flat.shape[0] < count:
        raise placed(ShapeError("source is too short", got=f"{flat.shape[0]} elements", want=f"{count}"))
    return apply(INDEX_PUT, wide, flat[:count], index=(hit.data,), accumulate=False)


@takes_out
def take(input: Any, index: Tensor) -> Tensor:
    """Elements of the flattened tensor by index; the index's shape."""
    wants_integers("take", index)
    return input.reshape(-1)[index]


@takes_out
def put(input: Any, index: Tensor, source: Any, accumulate: bool = False) -> Tensor:
    """A copy of ``input`` whose elements at these places of the flattened tensor are ``source`` (or get it added)."""
    wants_integers("put", index)
    _same_kind("put", input, source)
    if source.shape != index.shape:
        source = source.reshape(index.shape)
    flat = index_put(input.reshape(-1), (index,), source, accumulate)
    return flat.reshape(input.shape)
