"""Parts of tensors, and rows by number."""

from __future__ import annotations

from typing import Any

from patchgrad.backend import host
from patchgrad.backend.dtype import as_dtype
from patchgrad.interop.onnx_builder import Builder
from patchgrad.interop.onnx_ops.convolution import parameter
from patchgrad.interop.recorded import Dim, Event, Value
from patchgrad.interop.words import meaning
from patchgrad.tensor import Tensor

FAR = 2**31 - 1
"""An end beyond every axis."""


def _select(b: Builder, e: Event) -> None:
    """Slices first, then rows by an array, then single places, then new axes."""
    given = e.attrs["index"]
    index = _full(given if isinstance(given, tuple) else (given,), b.rank(e.inputs[0]))
    x = _sliced(b, b.name(e.inputs[0]), [entry for entry in index if entry is not None])
    axes = [entry for entry in index if entry is not None]
    arrays = [axis for axis, entry in enumerate(axes) if isinstance(entry, (Value, host.ndarray))]
    if len(arrays) > 1 or (arrays and any(isinstance(entry, int) for entry in axes)):
        raise b.cannot("an index of several arrays")
    for axis in arrays:
        x = _rows(b, x, axes[axis], axis)
    single = [axis for axis, entry in enumerate(axes) if isinstance(entry, (int, Dim))]
    x = b.node("Squeeze", x, b.ints(single)) if single else x
    kept = [entry for entry in index if not isinstance(entry, (int, Dim))]
    fresh = [axis for axis, entry in enumerate(kept) if entry is None]
    x = b.node("Unsqueeze", x, b.ints(fresh)) if fresh else x
    b.set(0, b.node("Identity", x) if x == b.name(e.inputs[0]) else x)


def _full(index: tuple[Any, ...], rank: int) -> list[Any]:
    """The index with ``...`` written out as whole axes."""
    count = rank - sum(entry is not None and entry is not ... for entry in index)
    entries = list(index) if any(entry is ... for entry in index) else [*index, ...]
    at = next(place for place, entry in enumerate(entries) if entry is ...)
    return [*entries[:at], *[slice(None)] * count, *entries[at + 1 :]]


def _sliced(b: Builder, x: str, axes: list[Any]) -> str:
    starts, ends, places, steps = [], [], [], []
    for axis, entry in enumerate(axes):
        if isinstance(entry, slice) and entry != slice(None):
            step = 1 if entry.step is None else entry.step
            first = entry.start if entry.start is not None else (0 if step > 0 else FAR)
            last = entry.stop if entry.stop is not None else (FAR if step > 0 else -FAR - 1)
            parts = (first, last, axis, step)
        elif isinstance(entry, (int, Dim)):
            after = FAR if entry == -1 else entry + 1 if isinstance(entry, int) else Dim(entry.factor, entry.rest + 1)
            parts = (entry, after, axis, 1)
        else:
            continue
        for column, part in zip((starts, ends, places, steps), parts, strict=True):
            column.append(part)
    if not places:
        return x
    return b.node("Slice", x, b.shape(starts), b.shape(ends), b.ints(places), b.ints(b.static(steps)))


def _rows(b: Builder, x: str, index: Any, axis: int) -> str:
    kind = b.dtype_of(index) if isinstance(index, Value) else index.dtype.name
    if kind == "bool":
        raise b.cannot("an index by a mask gives a shape that nobody knows before")
    return b.node("Gather", x, b.name(index, "int64"), axis=axis)


def _embedding(b: Builder, e: Event) -> None:
    b.set(0, b.node("Gather", b.name(e.inputs[1]), b.name(e.inputs[0], "int64"), axis=0))


def _bag(b: Builder, e: Event) -> None:
    """Rows of a table, and their mean, sum or maximum by bag."""
    layer, x = e.module, e.inputs[0]
    if b.rank(x) != 2 or any(entry is not None for entry in e.inputs[1:]) or layer.padding_idx is not None:
        raise b.cannot("bags of different sizes, with weights or with padding")
    rows = b.node("Gather", parameter(b, e, "weight"), b.name(x, "int64"), axis=0)
    op = {"mean": "ReduceMean", "sum": "ReduceSum", "max": "ReduceMax"}[layer.mode]
    b.set(0, b.node(op, rows, b.ints([1]), keepdims=0))


def whole(module: Any) -> bool:
    return type(module).__name__ == "EmbeddingBag"


def _gather(b: Builder, e: Event) -> None:
    b.set(0, b.node("GatherElements", b.name(e.inputs[0]), b.name(e.inputs[1], "int64"), axis=e.attrs["axis"]))


def _scatter(reduction: str | None) -> Any:
    def write(b: Builder, e: Event) -> None:
        x, index, source = e.inputs
        kind = b.dtype_of(e.outputs[0])
        names = (b.name(x, kind), b.name(index, "int64"), b.name(source, kind))
        b.set(0, b.node("ScatterElements", *names, axis=e.attrs["axis"], reduction=reduction))

    return write


def _one_hot(b: Builder, e: Event) -> None:
    depth = b.constant(e.attrs["classes"], "int64")
    b.set(0, b.node("OneHot", b.name(e.inputs[0], "int64"), depth, b.constant([0, 1], "int64")))


def _triangle(upper: int) -> Any:
    def write(b: Builder, e: Event) -> None:
        b.set(0, b.node("Trilu", b.name(e.inputs[0]), b.constant(e.attrs["diagonal"], "int64"), upper=upper))

    return write


WRITE: dict[str, Any] = {
    "select": _select,
    "EmbeddingBag": _bag,
    "embedding": _embedding,
    "tril": _triangle(0),
    "triu": _triangle(1),
    "gather": _gather,
    "scatter": _scatter(None),
    "scatter_add": _scatter("add"),
    "one_hot": _one_hot,
}


# --- Reading --------------------------------------------------------------------------------------


def _read_gather(x: Any, index: Any, axis: int = 0) -> Any:
    """Rows by number; a plain number of the file takes its axis away."""
    if isinstance(x, host.ndarray) and isinstance(index, host.ndarray):
        return host.asarray(host.take(x, index, axis=axis))
    if isinstance(index, host.ndarray) and not index.ndim:
        return x[(slice(None),) * (axis % x.ndim) + (int(index),)]
    rows, x = _tensor(index, x), _tensor(x, index)
    size = x.shape[axis]
    rows = _positive(rows, size)
    flat = x.index_select(axis, rows.reshape(-1))
    return flat.reshape(*x.shape[: axis % x.ndim], *rows.shape, *x.shape[axis % x.ndim + 1 :])


def _read_elements(x: Any, index: Any, axis: int = 0) -> Any:
    return x.gather(axis, _positive(_tensor(index, x), x.shape[axis]))


def _read_scatter(x: Any, index: Any, updates: Any, axis: int = 0, reduction: str = "none") -> Any:
    known = next(entry for entry in (x, updates, index) if isinstance(entry, Tensor))
    x, index, updates = (_tensor(entry, known) for entry in (x, index, updates))
    index = _positive(index, x.shape[axis])
    if reduction == "none":
        return x.scatter(axis, index, updates)
    if reduction == "add":
        return x.scatter_add(axis, index, updates)
    return x.scatter_reduce(axis, index, updates, {"mul": "prod", "max": "amax", "min": "amin"}[reduction])


def _tensor(value: Any, like: Any) -> Any:
    return value if isinstance(value, Tensor) else Tensor(like.backend.asarray(value))


def _positive(index: Any, size: int) -> Any:
    found: Any = meaning("torch.where")
    return found(index < 0, index + size, index)


def _read_one_hot(index: Any, depth: Any, values: Any, axis: int = -1) -> Any:
    off, on = values.tolist()
    rows = index.unsqueeze(axis if axis >= 0 else index.ndim + 1 + axis)
    shape = [1] * rows.ndim
    shape[axis] = int(depth.item())
    places = Tensor(index.backend.asarray(host.arange(shape[axis]).reshape(shape)))
    hot = _positive(rows, shape[axis]) == places
    kind = as_dtype(values.dtype)
    return hot.to(kind) * (on - off) + off


def _read_triangle(x: Any, k: Any = None, upper: int = 1) -> Any:
    diagonal = 0 if k is None else int(k.item())
    return x.triu(diagonal) if upper else x.tril(diagonal)


READ: dict[str, Any] = {
    "Gather": _read_gather,
    "GatherElements": _read_elements,
    "ScatterElements": _read_scatter,
    "OneHot": _read_one_hot,
    "Trilu": _read_triangle,
}
