"""Batch, layer, instance and root-mean-square norms by cuDNN: forward with its statistics, and all gradients.

cuDNN gives 1 / sqrt(var + eps) and not the variance. For batch norm, whose variance is kept on, it comes from the
running variance that cuDNN moves all the way (momentum 1); the others need it for the gradients alone, as var + eps.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy

from patchgrad.backend.kernels import rule
from patchgrad.backend.kernels.cudnn_graph import takes

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Layout:
    """How a norm is put to cuDNN: the name of its op there, and the shapes with four axes of all that it takes."""

    kind: str
    x: Shape
    each: Shape
    """Of weight and bias."""
    kept: Shape
    """Of the statistics."""


def layout_of(op: str, shape: Shape, axes: Shape) -> Layout | None:
    """None for axes that cuDNN has no norm over."""
    axes = tuple(axis % len(shape) for axis in axes)
    if op in ("layer_norm", "rms_norm") and axes == tuple(range(len(shape) - len(axes), len(shape))):
        size = math.prod(shape[i] for i in axes)
        rows = math.prod(shape) // max(size, 1)
        kind = "layernorm" if op == "layer_norm" else "rmsnorm"
        return Layout(kind, (rows, size, 1, 1), (1, size, 1, 1), (rows, 1, 1, 1))
    if op == "batch_norm" and axes == (0, *range(2, len(shape))):
        each = (1, shape[1], 1, 1)
        return Layout("batchnorm", (*shape[:2], math.prod(shape[2:]), 1), each, each)
    if op == "group_norm" and axes == tuple(range(2, len(shape))) and shape[2] == 1:  # one channel per group
        return Layout("instancenorm", (*shape[:2], math.prod(shape[2:]), 1), (1, shape[1], 1, 1), (*shape[:2], 1, 1))
    return None


def forward_graph(graph: Any, tensors: Any, kind: str) -> dict[str, Any]:
    """y and the statistics."""
    given: dict[str, Any] = {"input": tensors["x"], "scale": tensors["weight"], "epsilon": tensors["eps"]}
    if kind == "batchnorm":
        running = {"in_running_mean": tensors["zero_mean"], "in_running_var": tensors["zero_var"]}
        y, mean, scale, moved, var = graph.batchnorm(bias=tensors["bias"], momentum=tensors["one"], **running, **given)
        return {"y": y, "mean": mean, "scale": scale, "moved_mean": moved, "var": var}
    given["norm_forward_phase"] = import_module("cudnn").norm_forward_phase.TRAINING
    if kind == "rmsnorm":
        y, scale = graph.rmsnorm(**given)[:2]
        return {"y": y, "scale": scale}
    y, mean, scale = getattr(graph, kind)(bias=tensors["bias"], **given)
    return {"y": y, "mean": mean, "scale": scale}


def backward_graph(graph: Any, tensors: Any, kind: str) -> dict[str, Any]:
    """The gradients by x, weight and bias."""
    given = {"grad": tensors["ct"], "input": tensors["x"], "scale": tensors["weight"], "inv_variance": tensors["scale"]}
    if kind == "rmsnorm":
        dx, dweight = graph.rmsnorm_backward(has_dbias=False, **given)[:2]
        return {"dx": dx, "dweight": dweight}
    dx, dweight, dbias = getattr(graph, f"{kind}_backward")(mean=tensors["mean"], **given)
    return {"dx": dx, "dweight": dweight, "dbias": dbias}


def inputs_of(kind: str) -> dict[str, str]:
    """What the forward takes beside x, and of which shape: "each" or a "number" that lies on the host."""
    running = {"zero_mean": "each", "zero_var": "each", "one": "number"} if kind == "batchnorm" else {}
    bias = {} if kind == "rmsnorm" else {"bias": "each"}
    return {"weight": "each", **bias, "eps": "number", **running}


def outputs_of(kind: str) -> tuple[str, ...]:
    """The statistics that the forward gives, each of the shape that is kept."""
    names = ("scale",) if kind == "rmsnorm" else ("mean", "scale")
    return (*names, "moved_mean", "var") if kind == "batchnorm" else names


def _number(value: float) -> Any:
    return numpy.full((1, 1, 1, 1), value, dtype="float32")


def _single(xp: Any, array: Any, shape: Shape) -> Any:
    return xp.reshape(xp.ascontiguousarray(array.astype("float32", copy=False)), shape)


def _fits(entry: Any, layout: Layout, shape: Shape, axes: Shape) -> bool:
    """Has a weight or bias one number for each place along the axes (layer norm), or for each channel?"""
    if layout.kind in ("layernorm", "rmsnorm"):
        return entry.shape == tuple(shape[i] for i in axes)
    return entry.size == shape[1] and entry.shape[0] == shape[1]


def _forward(xp: Any, op: str, x: Any, weight: Any, bias: Any, axes: Shape, eps: float) -> Any:
    layout = layout_of(op, x.shape, axes) if x.ndim else None
    given = [entry for entry in (weight, bias) if entry is not None]
    if xp.cudnn is None or layout is None or not takes(x) or not all(_fits(e, layout, x.shape, axes) for e in given):
        return None
    fill = {"weight": xp.ones, "bias": xp.zeros, "zero_mean": xp.zeros, "zero_var": xp.zeros}
    inputs = {"x": xp.reshape(xp.ascontiguousarray(x), layout.x)}
    for name, shape in inputs_of(layout.kind).items():
        own = {"weight": weight, "bias": bias}.get(name)
        if shape == "number":
            inputs[name] = _number(eps if name == "eps" else 1.0)
        else:
            inputs[name] = fill[name](layout.each, dtype="float32") if own is None else _single(xp, own, layout.each)
    outputs = {"y": xp.empty(layout.x, dtype=x.dtype)}
    outputs |= {name: xp.empty(layout.kept, dtype="float32") for name in outputs_of(layout.kind)}
    return outputs if xp.cudnn.run(forward_graph, inputs, outputs, kind=layout.kind) else None


def _normalize(xp: Any, op: str, x: Any, weight: Any, bias: Any, axes: Shape, eps: float) -> Any:
    made = _forward(xp, op, x, weight, bias, axes, eps)
    if made is None:
        return NotImplemented
    kept = tuple(1 if i in axes else n for i, n in enumerate(x.shape))
    if "var" in made:  # unbiased, as running variances are
        count = math.prod(x.shape[i] for i in axes)
        var = made["var"] * ((count - 1) / count)
    else:
        var = xp.maximum(made["scale"] ** -2 - numpy.float32(eps), numpy.float32(0))
    return xp.reshape(made["y"], x.shape), xp.reshape(made["mean"], kept), xp.reshape(var, kept)


def layer_norm(xp: Any, x: Any, weight: Any, bias: Any, axes: Shape, eps: float) -> Any:
    """(*, sizes) -> the same, with mean and variance of each row."""
    return _normalize(xp, "layer_norm", x, weight, bias, axes, eps)


def batch_norm(xp: Any, x: Any, weight: Any, bias: Any, axes: Shape, eps: float) -> Any:
    """(batch, channels, *) -> the same, with mean and variance of each channel."""
    return _normalize(xp, "batch_norm", x, weight, bias, axes, eps)


def group_norm(xp: Any, x: Any, weight: Any, bias: Any, axes: Shape, eps: float) -> Any:
    """(batch, groups, 1, *) -> the same: instance norm. Groups of several channels are declined."""
    return _normalize(xp, "group_norm", x, weight, bias, axes, eps)


def rms_norm(xp: Any, x: Any, weight: Any, axes: Shape, eps: float) -> Any:
    """(*, sizes) -> the same, with the mean square of each row."""
    made = _forward(xp, "rms_norm", x, weight, None, axes, eps)
    if made is None:
        return NotImplemented
    kept = tuple(1 if i in axes else n for i, n in enumerate(x.shape))
    square = xp.maximum(made["scale"] ** -2 - numpy.float32(eps), numpy.float32(0))
    return xp.reshape(made["y"], x.shape), xp.reshape(square, kept)


def _backward(xp: Any, op: str, cts: Any, s: Any) -> Any:
    """The gradients by x, weight and bias; declined where the statistics have cotangents of their own."""
    ct, *others = cts
    axes = tuple(axis % len(s.x.shape) for axis in s.axes)
    layout = layout_of(op, s.x.shape, axes)
    fits = s.weight is None or (layout is not None and _fits(s.weight, layout, s.x.shape, axes))
    if xp.cudnn is None or ct is None or any(entry is not None for entry in others) or layout is None or not fits:
        return NotImplemented
    if not takes(ct, s.x):
        return NotImplemented
    spread = s.square if layout.kind == "rmsnorm" else s.var
    inputs = {name: xp.reshape(xp.ascontiguousarray(array), layout.x) for name, array in (("ct", ct), ("x", s.x))}
    weight = xp.ones(layout.each, dtype="float32") if s.weight is None else _single(xp, s.weight, layout.each)
    inputs |= {"weight": weight, "scale": _single(xp, 1 / xp.sqrt(spread + numpy.float32(s.eps)), layout.kept)}
    if layout.kind != "rmsnorm":
        inputs["mean"] = _single(xp, s.mean, layout.kept)
    outputs = {"dx": xp.empty(layout.x, dtype=ct.dtype), "dweight": xp.empty(layout.each, dtype="float32")}
    if layout.kind != "rmsnorm":
        outputs["dbias"] = xp.empty(layout.each, dtype="float32")
    if not xp.cudnn.run(backward_graph, inputs, outputs, kind=layout.kind):
        return NotImplemented
    dweight = None if s.weight is None else xp.reshape(outputs["dweight"], s.weight.shape)
    dx = xp.reshape(outputs["dx"], s.x.shape)
    if layout.kind == "rmsnorm":
        return dx, dweight
    bias = s.shape_of("bias")
    return dx, dweight, xp.reshape(outputs["dbias"], bias) if math.prod(bias) == layout.each[1] else None


def _enter(op: str) -> None:
    @rule("cuda", op)
    def _(xp: Any, cts: Any, s: Any, wanted: list[bool]) -> Any:
        return _backward(xp, op, cts, s)


for _name in ("layer_norm", "batch_norm", "group_norm", "rms_norm"):
    _enter(_name)
