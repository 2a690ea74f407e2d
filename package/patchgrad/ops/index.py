"""Indexing: ``x[...]`` with NumPy's full rules, and writing to it.

Basic indices (integers, slices, None, ...) give views; integer and boolean arrays give copies.
"""

from __future__ import annotations

from typing import Any

from patchgrad.autograd.op import Sample, define
from patchgrad.backend import BY_TYPE, MetaArray, backend_of, host
from patchgrad.errors import RangeError
from patchgrad.tensor import Tensor, apply, views
from patchgrad.typing import Shape


def _result_shape(x: Shape, index: Any) -> Shape:
    """By indexing a stand-in of one byte with the same shape."""
    try:
        return host.broadcast_to(host.empty((), dtype=bool), x)[index].shape
    except (IndexError, ValueError) as error:
        raise RangeError(
            f"this index does not fit: {error}",
            got=f"shape {tuple(x)}, index {_text(index)}",
            want="at most one index per axis, each within its size; a mask of the axes' own sizes",
        ) from None


def _text(index: Any) -> str:
    entries = index if isinstance(index, tuple) else (index,)
    return ", ".join(f"array {entry.shape}" if hasattr(entry, "shape") else str(entry) for entry in entries)


def _scatter(xp: Any, ct: Any, shape: Shape, index: Any) -> Any:
    return xp.ops.index_add(ct, shape=shape, index=index)


def _add_at(xp: Any, x: Any, shape: Shape, index: Any) -> Any:
    out = xp.zeros(shape, dtype=x.dtype)
    if is_basic(index):
        out[index] += x
    else:
        xp.add.at(out, index, x)
    return out


SELECT = define(
    "select",
    beyond_rules="its rule is index_add",
    inputs=("x",),
    forward=lambda xp, x, index: x[index],
    shape=lambda x, index: _result_shape(x, index),
    dtype="same",
    view=True,
    vjps={"x": lambda xp, ct, s: _scatter(xp, ct, s.shape_of("x"), s.index)},
    samples=lambda draw: [
        Sample((draw(4, 5),), {"index": (slice(1, None, 2), 3)}, "basic"),
        Sample((draw(4, 5),), {"index": (None, ..., slice(None, None, -1))}, "new axis, reversed"),
        Sample((draw(4, 5),), {"index": (host.asarray([0, 2, 2]),)}, "repeated rows"),
        Sample((draw(3, 2),), {"index": (host.asarray([True, False, True]),)}, "mask"),
    ],
)
INDEX_ADD = define(
    "index_add",
    beyond="adds into repeated places: add.at",
    inputs=("x",),
    forward=_add_at,
    shape=lambda x, shape, index: tuple(shape),
    dtype="same",
    vjps={"x": lambda xp, ct, s: ct[s.index]},
    formula=r"y_{index} \mathrel{+}= x",
    samples=lambda draw: [Sample((draw(3, 5),), {"shape": (4, 5), "index": (host.asarray([0, 2, 2]),)})],
)


def _put(xp: Any, x: Any, value: Any, index: Any) -> Any:
    out = xp.asarray(x, copy=True)
    out[index] = value
    return out


def _outside(xp: Any, ct: Any, s: Any) -> Any:
    mask = host.ones(s.shape_of("x"), dtype=bool)
    mask[s.index] = False
    return xp.where(xp.asarray(mask), ct, 0.0)


INDEX_PUT = define(
    "index_put",
    beyond="writes to places given by arrays",
    inputs=("x", "value"),
    forward=_put,
    shape=lambda x, value, index: tuple(x),
    dtype="same",
    vjps={"x": _outside, "value": lambda xp, ct, s: ct[s.index]},
    samples=lambda draw: [Sample((draw(4, 5), draw(5)), {"index": (host.asarray([0, 2]),)})],
)


def is_basic(index: Any) -> bool:
    """Does this index give a view?"""
    entries = index if isinstance(index, tuple) else (index,)
    return not any(hasattr(entry, "shape") or isinstance(entry, list) for entry in entries)


def as_index(index: Any) -> tuple[Any, ...]:
    """An index as a tuple whose tensors are bare arrays and whose lists are arrays.

    A basic index ends in ``...``, so that even ``x[0, 0]`` is a view and not a number.
    """
    entries = tuple(_entry(entry) for entry in (index if isinstance(index, tuple) else (index,)))
    return (*entries, ...) if is_basic(entries) and ... not in entries else entries


def _entry(entry: Any) -> Any:
    if isinstance(entry, Tensor):
        if isinstance(entry.data, MetaArray):
            return host.zeros(entry.shape, dtype=entry.data.dtype)
        array = entry.ndim or entry.data.dtype.kind == "b" or entry.backend.depth
        return entry.data if array else int(entry.data)
    return host.asarray(entry) if isinstance(entry, list) else entry


def getitem(x: Tensor, index: Any) -> Tensor:
    """``x[index]``: a view for basic indices, a copy for arrays of integers or booleans."""
    index = as_index(index)
    return apply(SELECT, x if is_basic(index) else beside(x, index), index=index)


def beside(x: Tensor, index: tuple[Any, ...]) -> Tensor:
    """``x`` as the tensor of each example, where an index differs between the examples of a `vmap`."""
    backends = [backend_of(entry) for entry in index if type(entry) in BY_TYPE]
    deepest = max(backends, key=lambda backend: backend.depth, default=None)
    if deepest is None or deepest.depth <= x.backend.depth:
        return x
    like = next(entry for entry in index if type(entry) in BY_TYPE and backend_of(entry) is deepest)
    return deepest.lift((x, Tensor(like)))[0]


def setitem(x: Tensor, index: Any, value: Any) -> None:
    """``x[index] = value``, with the tape; the value broadcasts."""
    views.refuse_leaf(x)
    index = as_index(index)
    value = value if isinstance(value, Tensor) else Tensor(x.backend.asarray(value, dtype=x.data.dtype))
    if not is_basic(index):
        views.store(x, apply(INDEX_PUT, beside(x, index), value, index=index))
        return
    target = apply(SELECT, x, index=index)
    views.store_value(target, value)
