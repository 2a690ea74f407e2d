"""Norms."""

from __future__ import annotations

from typing import Any

from patchgrad.backend import host
from patchgrad.interop.onnx_builder import Builder
from patchgrad.interop.onnx_ops.convolution import parameter
from patchgrad.interop.recorded import Event
from patchgrad.nn import functional


def _batch_norm(b: Builder, e: Event) -> None:
    layer = e.module
    kind, count = b.dtype_of(e.outputs[0]), layer.num_features
    scale = parameter(b, e, "weight") or b.constant(host.ones(count), kind)
    shift = parameter(b, e, "bias") or b.constant(host.zeros(count), kind)
    statistics = parameter(b, e, "running_mean"), parameter(b, e, "running_var")
    b.set(0, b.node("BatchNormalization", b.name(e.inputs[0]), scale, shift, *statistics, epsilon=float(layer.eps)))


def _layer_norm(b: Builder, e: Event) -> None:
    """One node over the last axes; by its parts over others."""
    x, weight, bias = e.inputs
    rank, axes, kind = b.rank(x), sorted(e.attrs["axes"]), b.dtype_of(e.outputs[0])
    sizes = b.static(b.shape_of(x)[axes[0] :])
    fits = all(entry is None or tuple(b.shape_of(entry)) == tuple(sizes) for entry in (weight, bias))
    if axes != list(range(axes[0], rank)) or not fits:
        return _by_parts(b, e)
    scale = b.constant(host.ones(sizes), kind) if weight is None else b.name(weight)
    shift = None if bias is None else b.name(bias)
    return b.set(0, b.node("LayerNormalization", b.name(x), scale, shift, axis=axes[0], epsilon=float(e.attrs["eps"])))


def _by_parts(b: Builder, e: Event) -> None:
    x, weight, bias = e.inputs
    name, axes, kind = b.name(x), b.ints(sorted(e.attrs["axes"])), b.dtype_of(e.outputs[0])
    centred = b.node("Sub", name, b.node("ReduceMean", name, axes, keepdims=1))
    var = b.node("ReduceMean", b.node("Mul", centred, centred), axes, keepdims=1)
    y = b.node("Div", centred, b.node("Sqrt", b.node("Add", var, b.constant(float(e.attrs["eps"]), kind))))
    y = y if weight is None else b.node("Mul", y, b.name(weight))
    b.set(0, y if bias is None else b.node("Add", y, b.name(bias)))


def _rms_norm(b: Builder, e: Event) -> None:
    x, weight = e.inputs
    name, kind = b.name(x), b.dtype_of(e.outputs[0])
    square = b.node("ReduceMean", b.node("Mul", name, name), b.ints(sorted(e.attrs["axes"])), keepdims=1)
    y = b.node("Div", name, b.node("Sqrt", b.node("Add", square, b.constant(float(e.attrs["eps"]), kind))))
    b.set(0, y if weight is None else b.node("Mul", y, b.name(weight)))


def whole(module: Any) -> bool:
    """Batch norms with running statistics are one node."""
    return type(module).__name__ in BATCH_NORMS and module.running_mean is not None


BATCH_NORMS = ("BatchNorm1d", "BatchNorm2d", "BatchNorm3d")
WRITE: dict[str, Any] = {
    **dict.fromkeys(BATCH_NORMS, _batch_norm),
    "layer_norm": _layer_norm,
    "group_norm": _by_parts,
    "batch_norm": _by_parts,
    "rms_norm": _rms_norm,
}


# --- Reading --------------------------------------------------------------------------------------


def _read_layer_norm(
    x: Any, scale: Any, bias: Any = None, axis: int = -1, epsilon: float = 1e-5, stash_type: int = 1
) -> Any:
    shape = tuple(x.shape[axis % x.ndim :])
    plain = functional.layer_norm(x, shape, None, None, epsilon) * scale
    return plain if bias is None else plain + bias


def _by_channel(x: Any, value: Any) -> Any:
    return value.reshape(-1, *[1] * (x.ndim - 2))


def _read_instance_norm(x: Any, scale: Any, bias: Any, epsilon: float = 1e-5) -> Any:
    axes = tuple(range(2, x.ndim))
    return (
        functional.layer_norm(x, tuple(x.shape[2:]), None, None, epsilon) * _by_channel(x, scale) + _by_channel(x, bias)
        if axes
        else x
    )


def _read_group_norm(x: Any, scale: Any, bias: Any, num_groups: int, epsilon: float = 1e-5, stash_type: int = 1) -> Any:
    """A scale for each group (before version 21) or for each channel."""
    plain = functional.group_norm(x, num_groups, None, None, epsilon)
    if tuple(scale.shape) == (num_groups,) != (x.shape[1],):
        scale, bias = (entry.repeat_interleave(x.shape[1] // num_groups, 0) for entry in (scale, bias))
    return plain * _by_channel(x, scale) + _by_channel(x, bias)


def _read_batch_norm(x: Any, scale: Any, bias: Any, mean: Any, var: Any, epsilon: float = 1e-5, **_: Any) -> Any:
    return functional.batch_norm(x, mean, var, scale, bias, False, 0.0, epsilon)


def _read_lp_norm(x: Any, axis: int = -1, p: int = 2) -> Any:
    size = (x * x).sum(axis, keepdim=True).sqrt() if p == 2 else x.abs().sum(axis, keepdim=True)
    return x / size


READ: dict[str, Any] = {
    "LayerNormalization": _read_layer_norm,
    "InstanceNormalization": _read_instance_norm,
    "GroupNormalization": _read_group_norm,
    "BatchNormalization": _read_batch_norm,
    "LpNormalization": _read_lp_norm,
}
