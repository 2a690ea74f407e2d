"""Ops that a user writes in ``forward`` and that are layers of the catalogue: ``relu(x)``, ``a + b``, ``x.view``.

Each rule gives the layers that do together, one after the other, what the op did; None if none do.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from patchgrad.nn.axes import index_text
from patchgrad.nn.calculation import FUNCTIONS

Layers = list[tuple[str, dict[str, Any]]]
"""Kinds with settings, in a row."""
Shape = tuple[int, ...]


def as_layers(ran: Any) -> Layers | None:
    """The layers that do what this op did; None if there are none."""
    rule = RULES.get(ran.op.name)
    return rule(ran) if rule else None


def inputs_of(ran: Any) -> list[Any]:
    """What the first of these layers takes, in the order of its ports: tensors, or `BATCH`."""
    choose = INPUTS.get(ran.op.name)
    return choose(ran) if choose else [entry for entry in ran.inputs if hasattr(entry, "shape")]


def _always(kind: str, **settings: Any) -> Callable[[Any], Layers]:
    return lambda ran: [(kind, settings)]


def _with(kind: str, **attributes: str) -> Callable[[Any], Layers]:
    """A kind whose settings are attributes of the op."""
    return lambda ran: [(kind, {setting: ran.attrs[name] for setting, name in attributes.items()})]


def _tensors(ran: Any) -> int:
    return sum(hasattr(entry, "shape") for entry in ran.inputs)


def _two(kind: str) -> Callable[[Any], Layers | None]:
    """A layer of two paths, or of one and a plain number."""

    def rule(ran: Any) -> Layers | None:
        if _tensors(ran) == 2:
            return [(kind, {})] if kind else None
        number = next(entry for entry in ran.inputs if not hasattr(entry, "shape"))
        if isinstance(number, complex) or not math.isfinite(number):
            return None
        reverse = not hasattr(ran.inputs[0], "shape")
        return [("Arithmetic", {"operation": ran.op.name, "number": number, "reverse": reverse})]

    return rule


def _reshape(ran: Any) -> Layers | None:
    """A reshape behind the batch axis that joins neighbouring axes, splits one, or does nothing."""
    before, after = tuple(ran.inputs[0].shape), tuple(ran.outputs[0].shape)
    if before[:1] != after[:1] or len(before) < 2 or len(after) < 2:
        return _any_reshape(ran)
    if before == after:
        return [("Flatten", {})] if len(after) == 2 else [("Identity", {})]
    if (joined := _joined(before, after)) is not None:
        start, end = joined
        return [("Flatten", {"start_dim": start, "end_dim": -1 if end == len(before) - 1 else end})]
    if (split := _joined(after, before)) is not None:
        start, end = split
        return [("Unflatten", {"dim": start, "unflattened_size": after[start : end + 1]})]
    return _any_reshape(ran)


def _any_reshape(ran: Any) -> Layers | None:
    """A reshape with the batch axis; the one size that depends on the batch becomes -1."""
    after = tuple(ran.outputs[0].shape)
    other = tuple(ran.other.outputs[0].shape) if ran.other is not None else after
    if len(other) != len(after) or sum(a != b for a, b in zip(after, other, strict=True)) > 1:
        return None
    return [("Reshape", {"shape": tuple(a if a == b else -1 for a, b in zip(after, other, strict=True))})]


def _joined(before: Shape, after: Shape) -> tuple[int, int] | None:
    """First and last axis of ``before`` that are one axis in ``after``; None if that is not the difference."""
    count = len(before) - len(after) + 1
    for start in range(1, len(after)):
        end = start + count - 1
        if count > 1 and (*before[:start], math.prod(before[start : end + 1]), *before[end + 1 :]) == after:
            return start, end
    return None


def _window(ran: Any) -> dict[str, Any] | None:
    """Settings of a pool with the same border on both sides; None for another."""
    attrs = ran.attrs
    if any(low != high for low, high in attrs["padding"]):
        return None
    padding = tuple(low for low, _ in attrs["padding"])
    return {"kernel_size": attrs["kernel"], "stride": attrs["stride"], "padding": padding}


def _max_pool(ran: Any) -> Layers | None:
    window = _window(ran)
    return None if window is None else [("MaxPool2d", {**window, "dilation": ran.attrs["dilation"]})]


def _avg_pool(ran: Any) -> Layers | None:
    window, border = _window(ran), tuple(ran.attrs["border"])
    if window is None or ran.attrs["divisor"] is not None or border not in (window["padding"], (0, 0)):
        return None
    return [("AvgPool2d", {**window, "count_include_pad": border == window["padding"]})]


def _reduction(function: str) -> Callable[[Any], Layers | None]:
    def rule(ran: Any) -> Layers | None:
        rank, axes = len(ran.inputs[0].shape), ran.attrs["axis"]
        places = (axes,) if isinstance(axes, int) else tuple(range(rank)) if axes is None else tuple(axes)
        if 0 in [place % rank for place in places]:
            return None  # it mixes the samples of a batch
        dim = places[0] if len(places) == 1 else places
        return [("Reduce", {"function": function, "dim": dim, "keepdim": ran.attrs["keepdims"]})]

    return rule


def _mean(ran: Any) -> Layers | None:
    """The mean over the axes of an image is a pool."""
    rank, axes = len(ran.inputs[0].shape), ran.attrs["axis"]
    axes = (axes,) if isinstance(axes, int) else axes or ()
    if rank != 4 or sorted(axis % rank for axis in axes) != [2, 3]:
        return _reduction("mean")(ran)
    pool: Layers = [("AdaptiveAvgPool2d", {"output_size": 1})]
    return pool if ran.attrs["keepdims"] else [*pool, ("Flatten", {})]


def _function(ran: Any) -> Layers | None:
    return [("Elementwise", {"function": ran.op.name})]


def _permute(ran: Any) -> Layers | None:
    return [("Permute", {"dims": tuple(ran.attrs["axes"])})]


def _index(ran: Any) -> Layers | None:
    """A part taken by numbers and slices that do not depend on the batch."""
    index = ran.attrs["index"]
    index = index if isinstance(index, tuple) else (index,)
    if ran.other is not None and repr(ran.other.attrs["index"]) != repr(ran.attrs["index"]):
        return None
    if not all(entry is None or entry is ... or type(entry) in (int, slice) for entry in index):
        return None
    return [("Index", {"index": index_text(index)})]


def _expand(ran: Any) -> Layers | None:
    """One sample repeated along the batch, which the other run shows by another size there, and only there."""
    before, after = tuple(ran.inputs[0].shape), tuple(ran.outputs[0].shape)
    other = tuple(ran.other.outputs[0].shape) if ran.other is not None else after
    if len(before) != len(after) or before[:1] != (1,) or before[1:] != after[1:]:
        return None
    return [("ExpandBatch", {})] if other[0] != after[0] and other[1:] == after[1:] else None


def _masked(ran: Any) -> Layers | None:
    """A fixed number where a mask is True."""
    _, value, x = ran.inputs
    if hasattr(value, "shape") or not hasattr(x, "shape"):
        return None
    return [("MaskedFill", {"value": str(float(value))})]


BATCH = object()
"""Stands for a tensor that is taken only for the size of its batch: the first Input."""
INPUTS: dict[str, Callable[[Any], list[Any]]] = {
    "where": lambda ran: [ran.inputs[2], ran.inputs[0]],
    "expand": lambda ran: [ran.inputs[0], BATCH],
}
RULES: dict[str, Callable[[Any], Layers | None]] = {
    "add": _two("Add"),
    "sub": _two("Subtract"),
    "mul": _two("Multiply"),
    "div": _two("Divide"),
    "pow": _two(""),
    "matmul": _always("MatMul"),
    "reshape": _reshape,
    "permute": _permute,
    "select": _index,
    "expand": _expand,
    "where": _masked,
    "clone": _always("Identity"),
    "relu": _always("ReLU"),
    "leaky_relu": _with("LeakyReLU", negative_slope="negative_slope"),
    "gelu": _always("GELU"),
    "gelu_tanh": _always("GELU", approximate="tanh"),
    "silu": _always("SiLU"),
    "tanh": _always("Tanh"),
    "sigmoid": _always("Sigmoid"),
    "softmax": _with("Softmax", dim="axis"),
    "log_softmax": _with("LogSoftmax", dim="axis"),
    "max_pool2d": _max_pool,
    "avg_pool2d": _avg_pool,
    "mean": _mean,
    "sum": _reduction("sum"),
    "amax": _reduction("amax"),
    "amin": _reduction("amin"),
    **dict.fromkeys(FUNCTIONS, _function),
}
