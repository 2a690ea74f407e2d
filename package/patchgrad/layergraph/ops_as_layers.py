"""Ops that a user writes in ``forward`` and that are layers of the catalogue: ``relu(x)``, ``a + b``, ``x.view``.

Each rule gives the layers that do together, one after the other, what the op did; None if none do.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

Layers = list[tuple[str, dict[str, Any]]]
"""Kinds with settings, in a row."""
Shape = tuple[int, ...]


def as_layers(ran: Any) -> Layers | None:
    """The layers that do what this op did; None if there are none."""
    rule = RULES.get(ran.op.name)
    return rule(ran) if rule else None


def _always(kind: str, **settings: Any) -> Callable[[Any], Layers]:
    return lambda ran: [(kind, settings)]


def _with(kind: str, **attributes: str) -> Callable[[Any], Layers]:
    """A kind whose settings are attributes of the op."""
    return lambda ran: [(kind, {setting: ran.attrs[name] for setting, name in attributes.items()})]


def _join(kind: str) -> Callable[[Any], Layers | None]:
    """A join of two tensors; with a plain number it is none."""

    def rule(ran: Any) -> Layers | None:
        return [(kind, {})] if len(ran.inputs) == 2 and all(hasattr(entry, "shape") for entry in ran.inputs) else None

    return rule


def _reshape(ran: Any) -> Layers | None:
    """A reshape behind the batch axis that joins neighbouring axes, splits one, or does nothing."""
    before, after = tuple(ran.inputs[0].shape), tuple(ran.outputs[0].shape)
    if before[:1] != after[:1] or len(before) < 2 or len(after) < 2:
        return None
    if before == after:
        return [("Flatten", {})] if len(after) == 2 else [("Identity", {})]
    if (joined := _joined(before, after)) is not None:
        start, end = joined
        return [("Flatten", {"start_dim": start, "end_dim": -1 if end == len(before) - 1 else end})]
    if (split := _joined(after, before)) is not None:
        start, end = split
        return [("Unflatten", {"dim": start, "unflattened_size": after[start : end + 1]})]
    return None


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


def _mean(ran: Any) -> Layers | None:
    """The mean over the axes of an image."""
    rank, axes = len(ran.inputs[0].shape), ran.attrs["axis"]
    axes = (axes,) if isinstance(axes, int) else axes or ()
    places = sorted(axis % rank for axis in axes)
    if rank != 4 or places != [2, 3]:
        return None
    pool: Layers = [("AdaptiveAvgPool2d", {"output_size": 1})]
    return pool if ran.attrs["keepdims"] else [*pool, ("Flatten", {})]


RULES: dict[str, Callable[[Any], Layers | None]] = {
    "add": _join("Add"),
    "mul": _join("Multiply"),
    "reshape": _reshape,
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
}
