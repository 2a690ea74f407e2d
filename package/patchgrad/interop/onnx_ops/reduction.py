"""Sums, means and extremes along axes; what is normalised by them."""

from __future__ import annotations

import math
from typing import Any

from patchgrad.backend import host
from patchgrad.interop.onnx_builder import Builder
from patchgrad.interop.onnx_ops.elementwise import Write
from patchgrad.interop.recorded import Dim, Event

REDUCES = {
    "sum": "ReduceSum", "mean": "ReduceMean", "amax": "ReduceMax", "amin": "ReduceMin", "prod": "ReduceProd",
    "logsumexp": "ReduceLogSumExp",
}  # fmt: skip


def _axes(b: Builder, e: Event) -> list[int]:
    """The axes as numbers from 0 on."""
    rank, axis = b.rank(e.inputs[0]), b.static(e.attrs["axis"])
    if axis is None:
        return list(range(rank))
    return sorted(entry % rank for entry in ([axis] if isinstance(axis, int) else axis))


def _reduced(op: str) -> Write:
    def write(b: Builder, e: Event) -> None:
        kind = b.dtype_of(e.outputs[0])
        b.set(0, b.node(op, b.name(e.inputs[0], kind), b.ints(_axes(b, e)), keepdims=int(e.attrs["keepdims"])))

    return write


def _norm(b: Builder, e: Event) -> None:
    """The p-norm: the largest, the smallest, a count, or a root of a sum of powers."""
    p, kind, axes = e.attrs.get("p", 2.0), b.dtype_of(e.outputs[0]), b.ints(_axes(b, e))
    x, keep = b.name(e.inputs[0], kind), int(e.attrs["keepdims"])
    if p in (1, 2):
        return b.set(0, b.node(f"ReduceL{p:.0f}", x, axes, keepdims=keep))
    size = b.node("Abs", x)
    if abs(p) == math.inf:
        return b.set(0, b.node("ReduceMax" if p > 0 else "ReduceMin", size, axes, keepdims=keep))
    if not p:
        held = b.node("Cast", b.node("Not", b.node("Equal", x, b.constant(0, kind))), to=b.kind(kind))
        return b.set(0, b.node("ReduceSum", held, axes, keepdims=keep))
    powers = b.node("ReduceSum", b.node("Pow", size, b.constant(p, kind)), axes, keepdims=keep)
    return b.set(0, b.node("Pow", powers, b.constant(1 / p, kind)))


def _truth(op: str) -> Write:
    """``any`` and ``all``: the largest and the smallest of zeros and ones."""

    def write(b: Builder, e: Event) -> None:
        numbers = b.node("Cast", b.name(e.inputs[0], "bool"), to=b.kind("int32"))
        found = b.node(op, numbers, b.ints(_axes(b, e)), keepdims=int(e.attrs["keepdims"]))
        b.set(0, b.node("Cast", found, to=b.kind("bool")))

    return write


def _variance(b: Builder, e: Event) -> None:
    axes, keep = _axes(b, e), int(e.attrs["keepdims"])
    x, kind = b.name(e.inputs[0]), b.dtype_of(e.outputs[0])
    sizes = [b.shape_of(e.inputs[0])[axis] for axis in axes]
    if any(isinstance(size, Dim) for size in sizes):
        raise b.cannot("a variance over the batch")
    centred = b.node("Sub", x, b.node("ReduceMean", x, b.ints(axes), keepdims=1))
    mean = b.node("ReduceMean", b.node("Mul", centred, centred), b.ints(axes), keepdims=keep)
    count = math.prod(sizes)
    left = max(count - e.attrs["correction"], 0)
    found = b.node("Mul", mean, b.constant(count / left if left else math.inf, kind))
    b.set(0, b.node("Sqrt", found) if e.what == "std" else found)


def _place(op: str) -> Write:
    def write(b: Builder, e: Event) -> None:
        x, axis, keep = b.name(e.inputs[0]), e.attrs["axis"], int(e.attrs["keepdims"])
        if axis is None:
            x, axis = b.node("Reshape", x, b.ints([-1])), 0
        b.set(0, b.node(op, x, axis=axis, keepdims=keep))

    return write


def _along(op: str) -> Write:
    return lambda b, e: b.set(0, b.node(op, b.name(e.inputs[0]), axis=e.attrs["axis"]))


def _running(b: Builder, e: Event) -> None:
    kind = b.dtype_of(e.outputs[0])
    b.set(0, b.node("CumSum", b.name(e.inputs[0], kind), b.constant(e.attrs["axis"], "int64")))


WRITE: dict[str, Any] = {
    **{name: _reduced(op) for name, op in REDUCES.items()},
    "norm": _norm,
    "any": _truth("ReduceMax"),
    "all": _truth("ReduceMin"),
    "var": _variance,
    "std": _variance,
    "argmax": _place("ArgMax"),
    "argmin": _place("ArgMin"),
    "softmax": _along("Softmax"),
    "log_softmax": _along("LogSoftmax"),
    "cumsum": _running,
}


# --- Reading --------------------------------------------------------------------------------------


def _read_reduce(name: str) -> Any:
    def read(x: Any, axes_given: Any = None, axes: Any = None, keepdims: int = 1, noop_with_empty_axes: int = 0) -> Any:
        found = axes if axes_given is None else axes_given.tolist()
        if not found and noop_with_empty_axes:
            return x
        if isinstance(x, host.ndarray):
            return host.asarray(getattr(x, name)(axis=tuple(found) if found else None, keepdims=bool(keepdims)))
        return _over(x, name, found or list(range(x.ndim)), bool(keepdims))

    return read


def _over(x: Any, name: str, axes: list[int], keep: bool) -> Any:
    if name == "square":
        return (x * x).sum(tuple(axes), keepdim=keep)
    if name == "abs":
        return x.abs().sum(tuple(axes), keepdim=keep)
    if name == "l2":
        return (x * x).sum(tuple(axes), keepdim=keep).sqrt()
    if name == "prod":
        for axis in sorted((axis % x.ndim for axis in axes), reverse=True):
            x = x.prod(axis, keepdim=keep)
        return x
    return getattr(x, name)(tuple(axes), keepdim=keep)


def _read_place(name: str) -> Any:
    def read(x: Any, axis: int = 0, keepdims: int = 1, select_last_index: int = 0) -> Any:
        if select_last_index:
            return x.shape[axis] - 1 - getattr(x.flip(axis), name)(axis, keepdim=bool(keepdims))
        return getattr(x, name)(axis, keepdim=bool(keepdims))

    return read


def _read_topk(x: Any, k: Any, axis: int = -1, largest: int = 1, sorted: int = 1) -> Any:
    return tuple(x.topk(int(k.item()), axis, bool(largest)))


READ: dict[str, Any] = {
    "ReduceSum": _read_reduce("sum"),
    "ReduceMean": _read_reduce("mean"),
    "ReduceMax": _read_reduce("amax"),
    "ReduceMin": _read_reduce("amin"),
    "ReduceProd": _read_reduce("prod"),
    "ReduceLogSumExp": _read_reduce("logsumexp"),
    "ReduceSumSquare": _read_reduce("square"),
    "ReduceL1": _read_reduce("abs"),
    "ReduceL2": _read_reduce("l2"),
    "ArgMax": _read_place("argmax"),
    "ArgMin": _read_place("argmin"),
    "TopK": _read_topk,
    "Softmax": lambda x, axis=-1: x.softmax(axis),
    "LogSoftmax": lambda x, axis=-1: x.log_softmax(axis),
    "CumSum": lambda x, axis, exclusive=0, reverse=0: _read_running(x, int(axis.item()), exclusive, reverse),
}


def _read_running(x: Any, axis: int, exclusive: int, reverse: int) -> Any:
    x = x.flip(axis) if reverse else x
    total = x.cumsum(axis) - x if exclusive else x.cumsum(axis)
    return total.flip(axis) if reverse else total
