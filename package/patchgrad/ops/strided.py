"""Views by strides: overlapping windows, memory read in any order, bytes read as other numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from patchgrad.autograd.op import Sample, define
from patchgrad.backend import host
from patchgrad.backend.dtype import as_dtype
from patchgrad.errors import DtypeError, RangeError, ShapeError
from patchgrad.ops import shapes
from patchgrad.tensor import Tensor, apply, views
from patchgrad.tensor.explain import placed
from patchgrad.typing import Shape

__all__ = ["as_strided"]
METHODS = "as_strided data_ptr element_size nelement storage_offset stride unfold"


def _windows(x: Shape, *, axis: int, size: int, step: int) -> Shape:
    place = shapes.axis_in(axis, len(x))
    if not 0 <= size <= (x[place] if x else 1) or step < 1:
        raise RangeError(
            "these windows do not fit",
            got=f"size={size}, step={step} for {x[place] if x else 1} places",
            want="0 <= size <= places, step > 0",
        )
    if not x:
        return (size,)
    return (*x[:place], (x[place] - size) // step + 1, *x[place + 1 :], size)


def _unfold(xp: Any, x: Any, axis: int, size: int, step: int) -> Any:
    shape = _windows(x.shape, axis=axis, size=size, step=step)
    if not x.shape:
        return xp.reshape(x, (1,))[:size]
    place = axis % len(x.shape)
    strides = (*x.strides[:place], x.strides[place] * step, *x.strides[place + 1 :], x.strides[place])
    return xp.lib.stride_tricks.as_strided(x, shape, strides)


def _unfold_rule(xp: Any, ct: Any, s: Any) -> Any:
    """Each place gets what all windows over it got."""
    shape = s.shape_of("x")
    if not shape:
        return xp.sum(ct, axis=0)
    axis = s.axis % len(shape)
    starts = host.arange(ct.shape[axis])[:, None] * s.step + host.arange(s.size)
    moved = xp.moveaxis(ct, -1, axis + 1)
    return xp.ops.index_add(moved, shape=shape, index=(slice(None),) * axis + (starts,))


UNFOLD = define(
    "unfold",
    beyond="makes a view by strides",
    inputs=("x",),
    forward=_unfold,
    shape=_windows,
    dtype="same",
    view=True,
    vjps={"x": _unfold_rule},
    formula=r"y_{i k} = x_{i \cdot step + k}",
    samples=lambda draw: [
        Sample((draw(2, 7),), {"axis": 1, "size": 3, "step": 2}),
        Sample((draw(5, 2),), {"axis": 0, "size": 2, "step": 1}, "first axis"),
    ],
    errors=lambda draw: [Sample((draw(2, 7),), {"axis": 1, "size": 8, "step": 1})],
)


def _reach(size: Sequence[int], stride: Sequence[int], offset: int) -> tuple[int, int]:
    """The first and the last place in memory that a view reads."""
    if not shapes.count(size):
        return offset, offset
    ends = [(n - 1) * step for n, step in zip(size, stride, strict=True)]
    return offset + sum(min(end, 0) for end in ends), offset + sum(max(end, 0) for end in ends)


def _positions(size: Sequence[int], stride: Sequence[int]) -> Any:
    """The place in memory of each element."""
    out = host.zeros((1,) * len(size), dtype=host.int64)
    for axis, (n, step) in enumerate(zip(size, stride, strict=True)):
        out = out + host.arange(n).reshape((-1,) + (1,) * (len(size) - axis - 1)) * step
    return out


def _as_strided(xp: Any, x: Any, size: Shape, stride: Shape, offset: int, own: Shape) -> Any:
    """From the second of two elements ``offset`` apart, the first of which is that of ``x``."""
    item, by_strides = x.dtype.itemsize, xp.lib.stride_tricks.as_strided
    start = by_strides(x, (2,), (offset * item,))[1:] if x.size else x
    return by_strides(start, size, tuple(step * item for step in stride))


def _as_strided_rule(xp: Any, ct: Any, s: Any) -> Any:
    """Summed by place in memory, and each place shared by the elements of x that lie there."""
    shape = s.shape_of("x")
    theirs, mine = _positions(s.size, s.stride) + s.offset, _positions(shape, s.own)
    low = min(0, int(theirs.min(initial=0)), int(mine.min(initial=0)))
    length = max(int(theirs.max(initial=0)), int(mine.max(initial=0))) - low + 1
    memory = xp.ops.index_add(ct, shape=(length,), index=(theirs - low,))
    shared = host.bincount((mine - low).reshape(-1), minlength=length)
    found = memory[(mine - low,)] if mine.size else xp.zeros(shape, dtype=ct.dtype)
    return found if shared.max(initial=1) == 1 else found / xp.asarray(shared[mine - low].astype(host.float64))


AS_STRIDED = define(
    "as_strided",
    beyond="makes a view by strides",
    inputs=("x",),
    forward=_as_strided,
    shape=lambda x, size, **_: tuple(size),
    dtype="same",
    view=True,
    vjps={"x": _as_strided_rule},
    formula=r"y_i = memory[offset + \sum_k i_k \, stride_k]",
    samples=lambda draw: [
        Sample((draw(3, 4),), {"size": (2, 3), "stride": (1, 2), "offset": 1, "own": (4, 1)}),
        Sample((draw(6),), {"size": (4, 3), "stride": (1, 1), "offset": 0, "own": (1,)}, "overlapping"),
    ],
)


def stride(input: Tensor, dim: int | None = None) -> Any:
    """How far apart neighbours along each axis (or one) lie in memory, in elements."""
    found = strides_of(input)
    return found if dim is None else found[shapes.axis_in(dim, input.ndim)]


def strides_of(input: Tensor) -> Shape:
    strides = getattr(input.data, "strides", None)
    if strides is not None:
        return tuple(step // input.data.dtype.itemsize for step in strides)
    shape = input.shape
    return tuple(shapes.count(shape[i + 1 :]) for i in range(len(shape)))


def storage_offset(input: Tensor) -> int:
    """How far behind the start of its memory the first element lies, in elements."""
    root = views.root_of(input)
    if root is input or not hasattr(input.data, "strides"):
        return 0
    ends = [min(0, (n - 1) * step) for n, step in zip(root.data.shape, root.data.strides, strict=True)]
    return (data_ptr(input) - data_ptr(root) - sum(ends)) // input.data.dtype.itemsize


def as_strided(input: Tensor, size: Sequence[int], stride: Sequence[int], storage_offset: int | None = None) -> Tensor:
    """A view of the memory behind ``input``: its elements ``stride`` apart, from ``storage_offset`` on."""
    here = _offset(input)
    offset = (here if storage_offset is None else storage_offset) - here
    if len(size) != len(stride) or min(*size, 0) < 0:
        raise placed(ShapeError("as_strided needs a stride for every size", got=f"{tuple(size)}, {tuple(stride)}"))
    root = views.root_of(input)
    low, high = _reach(size, stride, offset + here)
    if shapes.count(size) and (low < 0 or high >= root.data.size):
        raise placed(
            RangeError("this lies outside the memory", got=f"places {low} to {high}", want=f"0 to {root.data.size - 1}")
        )
    return apply(AS_STRIDED, input, size=tuple(size), stride=tuple(stride), offset=offset, own=strides_of(input))


_offset = storage_offset


def unfold(input: Tensor, dimension: int, size: int, step: int) -> Tensor:
    """Windows of ``size`` places of an axis, ``step`` apart, as a new last axis; a view."""
    return apply(UNFOLD, input, axis=dimension, size=size, step=step)


def _bytes_shape(x: Shape, *, dtype: Any, itemsize: int) -> Shape:
    if itemsize == dtype.itemsize:
        return tuple(x)
    if not x or (x[-1] * itemsize) % dtype.itemsize:
        raise ShapeError("the last axis does not hold whole numbers of that size", got=f"{tuple(x)} as {dtype.name}")
    return (*x[:-1], x[-1] * itemsize // dtype.itemsize)


VIEW_DTYPE = define(
    "view_dtype",
    beyond="reads bytes as other numbers",
    inputs=("x",),
    forward=lambda xp, x, dtype, itemsize: x.view(dtype.numpy),
    shape=_bytes_shape,
    dtype=lambda kinds, attrs: attrs["dtype"].numpy,
    view=True,
    formula=r"bytes(y) = bytes(x)",
    samples=lambda draw: [
        Sample((draw(2, 4),), {"dtype": as_dtype("int64"), "itemsize": 8}),
        Sample((draw(2, 4),), {"dtype": as_dtype("int32"), "itemsize": 8}, "smaller"),
    ],
)


def view_as_dtype(input: Tensor, dtype: Any) -> Tensor:
    """The bytes read as numbers of another dtype; the last axis becomes longer or shorter."""
    if dtype.itemsize != input.dtype.itemsize and input.ndim and strides_of(input)[-1] != 1:
        raise placed(DtypeError("numbers of another size need a last axis without gaps", got=f"{input.shape}"))
    return apply(VIEW_DTYPE, input, dtype=dtype, itemsize=input.dtype.itemsize)


def data_ptr(input: Tensor) -> int:
    """The address of the first element."""
    found = input.data
    return found.ctypes.data if isinstance(found, host.ndarray) else getattr(getattr(found, "data", None), "ptr", 0)


def element_size(input: Tensor) -> int:
    """Bytes of one element."""
    return input.data.dtype.itemsize


def nelement(input: Tensor) -> int:
    """The number of elements."""
    return input.data.size
