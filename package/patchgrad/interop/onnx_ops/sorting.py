"""Order, places in an order, and what runs along an axis."""

from __future__ import annotations

from typing import Any

from patchgrad.backend import host
from patchgrad.interop.onnx_builder import Builder
from patchgrad.interop.recorded import Dim, Event

SORTED = ("float16", "float32", "float64", "int32", "int64")
"""Dtypes that ONNX runtimes sort."""


def _argsort(b: Builder, e: Event) -> None:
    """All of an axis is its top k; equal elements keep their order there too."""
    axis, kind = e.attrs["axis"], b.dtype_of(e.inputs[0])
    if not b.rank(e.inputs[0]):
        return b.set(0, b.constant(0, "int64"))
    x, size = b.name(e.inputs[0], kind if kind in SORTED else "int64"), b.shape_of(e.inputs[0])[axis]
    _, places = b.node("TopK", x, b.shape([size]), outputs=2, axis=axis, largest=int(e.attrs["descending"]))
    return b.set(0, places)


def _searchsorted(b: Builder, e: Event) -> None:
    """How many edges stand before each number."""
    kind = b.dtype_of(e.inputs[0])
    edges = b.node("Unsqueeze", b.name(e.inputs[0]), b.ints([-2]))
    x = b.node("Unsqueeze", b.name(e.inputs[1], kind), b.ints([-1]))
    before = b.node("LessOrEqual" if e.attrs["right"] else "Less", edges, x)
    numbers = b.node("Cast", before, to=b.kind("int64"))
    b.set(0, b.node("ReduceSum", numbers, b.ints([-1]), keepdims=0))


def _running_product(b: Builder, e: Event) -> None:
    """Each round multiplies with what stands twice as far before: log2(n) rounds."""
    kind, axis = b.dtype_of(e.outputs[0]), e.attrs["axis"]
    x, size = b.name(e.inputs[0], kind), b.shape_of(e.inputs[0])[axis]
    if isinstance(size, Dim):
        raise b.cannot("a running product along the batch")
    step, rank = 1, b.rank(e.inputs[0])
    while step < size:
        shifted = b.node("Slice", x, b.ints([0]), b.ints([size - step]), b.ints([axis]))
        pads = [step if at == axis % rank else 0 for at in range(2 * rank)]
        x = b.node("Mul", x, b.node("Pad", shifted, b.ints(pads), b.constant(1, kind)))
        step *= 2
    b.set(0, b.node("Identity", x))


def _running_logsumexp(b: Builder, e: Event) -> None:
    kind, axis = b.dtype_of(e.outputs[0]), e.attrs["axis"]
    x = b.name(e.inputs[0], kind)
    top = b.node("ReduceMax", x, b.ints([axis]), keepdims=1)
    sums = b.node("CumSum", b.node("Exp", b.node("Sub", x, top)), b.constant(axis, "int64"))
    b.set(0, b.node("Add", b.node("Log", sums), top))


def _running_place(largest: bool) -> Any:
    """The last place of the extreme so far: of each prefix, the rest of which is put out of the way."""

    def write(b: Builder, e: Event) -> None:
        kind, axis, rank = b.dtype_of(e.inputs[0]), e.attrs["axis"] % b.rank(e.inputs[0]), b.rank(e.inputs[0])
        size = b.shape_of(e.inputs[0])[axis]
        if isinstance(size, Dim) or not kind.startswith("float"):
            raise b.cannot("a running extreme along the batch, or of whole numbers")
        prefix = b.constant(host.tri(size, dtype=bool), "bool")
        order = [at for at in range(rank) if at != axis] + [axis]
        rows = b.node("Unsqueeze", b.node("Transpose", b.name(e.inputs[0]), perm=order), b.ints([-2]))
        held = b.node("Where", prefix, rows, b.constant(-host.inf if largest else host.inf, kind))
        places = b.node("ArgMax" if largest else "ArgMin", held, axis=-1, keepdims=0, select_last_index=1)
        b.set(0, b.node("Transpose", places, perm=[order.index(at) for at in range(rank)]))

    return write


WRITE: dict[str, Any] = {
    "cumargmax": _running_place(True),
    "cumargmin": _running_place(False),
    "argsort": _argsort,
    "searchsorted": _searchsorted,
    "cumprod": _running_product,
    "logcumsumexp": _running_logsumexp,
}
