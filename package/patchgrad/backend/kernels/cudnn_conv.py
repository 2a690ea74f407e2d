"""Convolutions by cuDNN: forward (the bias in the same pass) and both gradients.

In float16 and bfloat16 the sums are in float32 and the result is rounded once, as everywhere in patchgrad.
"""

from __future__ import annotations

from typing import Any

from patchgrad.backend.kernels.cudnn_graph import takes

Pair = tuple[int, int]
Attrs = dict[str, Any]


def forward_graph(graph: Any, tensors: Any, **settings: Any) -> dict[str, Any]:
    """y = conv(x, weight) [+ bias]."""
    y = graph.conv_fprop(image=tensors["x"], weight=tensors["weight"], **_lists(settings))
    return {"y": graph.bias(input=y, bias=tensors["bias"]) if "bias" in tensors else y}


def input_graph(graph: Any, tensors: Any, **settings: Any) -> dict[str, Any]:
    """The gradient by x."""
    return {"y": graph.conv_dgrad(loss=tensors["ct"], filter=tensors["weight"], **_lists(settings))}


def weight_graph(graph: Any, tensors: Any, **settings: Any) -> dict[str, Any]:
    """The gradient by the weight."""
    return {"y": graph.conv_wgrad(image=tensors["x"], loss=tensors["ct"], **_lists(settings))}


def _lists(settings: Attrs) -> dict[str, list[int]]:
    return {name: list(value) for name, value in settings.items()}


def settings_of(stride: Pair, padding: tuple[Pair, Pair], dilation: Pair) -> dict[str, Pair]:
    """The op's attributes in cuDNN's terms."""
    (top, bottom), (left, right) = padding
    return {"pre_padding": (top, left), "post_padding": (bottom, right), "stride": stride, "dilation": dilation}


def conv2d(xp: Any, x: Any, weight: Any, bias: Any, groups: int, **attrs: Any) -> Any:
    """(batch, in, h, w) with (out, in / groups, a, b) -> (batch, out, h', w')."""
    if x.ndim != 4 or x.shape[1] != weight.shape[1] * groups:
        return NotImplemented
    size = [_windows(x.shape[i], weight.shape[i], i - 2, **attrs) for i in (2, 3)]
    inputs = {"x": x, "weight": weight}
    if bias is not None:
        inputs["bias"] = xp.reshape(bias, (1, -1, 1, 1))
    return _ran(xp, forward_graph, inputs, (x.shape[0], weight.shape[0], *size), attrs)


def conv2d_input(xp: Any, ct: Any, weight: Any, size: Pair, groups: int, **attrs: Any) -> Any:
    """The gradient by the input, of this size."""
    shape = (ct.shape[0], weight.shape[1] * groups, *size)
    return _ran(xp, input_graph, {"ct": ct, "weight": weight}, shape, attrs)


def conv2d_weight(xp: Any, x: Any, ct: Any, kernel: Pair, groups: int, **attrs: Any) -> Any:
    """The gradient by the weight, of this kernel."""
    shape = (ct.shape[1], x.shape[1] // groups, *kernel)
    return _ran(xp, weight_graph, {"x": x, "ct": ct}, shape, attrs)


def _windows(size: int, kernel: int, axis: int, stride: Pair, padding: tuple[Pair, Pair], dilation: Pair) -> int:
    return (size + sum(padding[axis]) - dilation[axis] * (kernel - 1) - 1) // stride[axis] + 1


def _ran(xp: Any, build: Any, inputs: dict[str, Any], shape: tuple[int, ...], attrs: Attrs) -> Any:
    if xp.cudnn is None or not takes(*inputs.values()) or min(shape) < 1:
        return NotImplemented
    contiguous = {name: xp.ascontiguousarray(array) for name, array in inputs.items()}
    y = xp.empty(shape, dtype=next(iter(inputs.values())).dtype)
    return y if xp.cudnn.run(build, contiguous, {"y": y}, **settings_of(**attrs)) else NotImplemented
