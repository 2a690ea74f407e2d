"""Convolutions and pools."""

from __future__ import annotations

import math
from typing import Any

from patchgrad.errors import GraphError
from patchgrad.interop.onnx_builder import Builder
from patchgrad.interop.recorded import Dim, Event
from patchgrad.interop.words import meaning
from patchgrad.ops.arrange import pad


def _pads(padding: Any) -> list[int]:
    """All widths before, then all after."""
    return [low for low, _ in padding] + [high for _, high in padding]


def _conv(b: Builder, e: Event) -> None:
    x, weight, bias = (*e.inputs, None)[:3]
    kernel = list(b.shape_of(weight)[2:])
    attrs: dict[str, Any] = {
        "kernel_shape": kernel,
        "strides": list(e.attrs["stride"]),
        "pads": _pads(e.attrs["padding"]),
        "dilations": list(e.attrs["dilation"]),
        "group": e.attrs["groups"],
    }
    b.set(0, b.node("Conv", b.name(x), b.name(weight), None if bias is None else b.name(bias), **attrs))


def _conv_transpose(b: Builder, e: Event) -> None:
    """The gradient of a convolution with respect to its input is what is called a transposed one."""
    x, weight = e.inputs
    kernel, size = list(b.shape_of(weight)[2:]), b.static(e.attrs["size"])
    stride, padding, dilation = (e.attrs[name] for name in ("stride", "padding", "dilation"))
    extra: list[int] = []
    for axis in range(len(kernel)):
        length = b.shape_of(x)[2 + axis]
        if isinstance(length, Dim):
            raise b.cannot("an image whose size follows the batch")
        low, high = padding[axis]
        extra.append(size[axis] - ((length - 1) * stride[axis] - low - high + dilation[axis] * (kernel[axis] - 1) + 1))
    attrs: dict[str, Any] = {
        "kernel_shape": kernel,
        "strides": list(stride),
        "pads": _pads(padding),
        "dilations": list(dilation),
        "group": e.attrs["groups"],
        "output_padding": extra,
    }
    b.set(0, b.node("ConvTranspose", b.name(x), b.name(weight), **attrs))


def _max_pool(b: Builder, e: Event) -> None:
    attrs: dict[str, Any] = {
        "kernel_shape": list(e.attrs["kernel"]),
        "strides": list(e.attrs["stride"]),
        "pads": _pads(e.attrs["padding"]),
        "dilations": list(e.attrs["dilation"]),
    }
    b.set(0, _as_given(b, e, b.node("MaxPool", _images(b, e), **attrs)))


def _images(b: Builder, e: Event) -> str:
    """The input as (batch, channels, height, width): here pools look at the last two axes of anything."""
    x, shape = b.name(e.inputs[0]), b.shape_of(e.inputs[0])
    return x if len(shape) == 4 else b.node("Reshape", x, b.ints([-1, 1, *b.static(shape[-2:])]))


def _as_given(b: Builder, e: Event, y: str) -> str:
    """The result with the axes of the input."""
    sizes = list(b.shape_of(e.outputs[0]))
    if len(sizes) == 4:
        return y
    following = [at for at, size in enumerate(sizes) if isinstance(size, Dim)]
    if len(following) == 1:
        sizes[following[0]] = -1
    return b.node("Reshape", y, b.shape(sizes))


def _avg_pool(b: Builder, e: Event) -> None:
    padding, border, divisor = e.attrs["padding"], tuple(e.attrs["border"]), e.attrs["divisor"]
    x, kernel = _images(b, e), list(e.attrs["kernel"])
    even = tuple(low for low, _ in padding) == tuple(high for _, high in padding) == border
    if divisor is None and not even and any(border):
        raise b.cannot("a mean whose border counts on one side alone")
    counted = divisor is not None or (even and any(border))
    attrs: dict[str, Any] = {"kernel_shape": kernel, "strides": list(e.attrs["stride"]), "pads": _pads(padding)}
    mean = b.node("AveragePool", x, count_include_pad=int(counted), **attrs)
    if divisor is not None:
        size = 1
        for length in kernel:
            size *= length
        mean = b.node("Mul", mean, b.constant(size / divisor, b.dtype_of(e.outputs[0])))
    b.set(0, _as_given(b, e, mean))


def _layer(b: Builder, e: Event) -> None:
    """A convolution as one node, whatever computes them here."""
    layer = e.module
    if layer.padding_mode != "zeros":
        raise b.cannot(f"padding_mode={layer.padding_mode!r}")
    x, *more = e.inputs
    if more:
        raise b.cannot("an output_size that is given at the call")
    rank = len(layer.kernel_size)
    padding: Any = (0,) * rank if layer.padding == "valid" else layer.padding
    if padding == "same":
        total = [d * (k - 1) for d, k in zip(layer.dilation, layer.kernel_size, strict=True)]
        pads = [whole // 2 for whole in total] + [whole - whole // 2 for whole in total]
    else:
        pads = [*padding, *padding]
    attrs: dict[str, Any] = {
        "kernel_shape": list(layer.kernel_size), "strides": list(layer.stride), "pads": pads,
        "dilations": list(layer.dilation), "group": layer.groups,
    }  # fmt: skip
    transposed = "Transpose" in e.what
    if transposed:
        attrs["output_padding"] = list(layer.output_padding)
    names = parameter(b, e, "weight"), parameter(b, e, "bias")
    b.set(0, b.node("ConvTranspose" if transposed else "Conv", b.name(x), *names, **attrs))


def parameter(b: Builder, e: Event, name: str) -> str | None:
    """The initializer of a layer's parameter, under its name in the state dict; None if the layer has none."""
    value = getattr(e.module, name, None)
    return None if value is None else b.initializer(f"{e.path}.{name}" if e.path else name, value.numpy(force=True))


def whole(module: Any) -> bool:
    """Layers that are one node each: here they are computed by several ops."""
    name = type(module).__name__
    return name in LAYERS and module.padding_mode == "zeros"


LAYERS = ("Conv1d", "Conv3d", "ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d")
WRITE: dict[str, Any] = {
    "conv2d": _conv,
    "conv2d_input": _conv_transpose,
    "max_pool2d": _max_pool,
    "avg_pool2d": _avg_pool,
    **dict.fromkeys(LAYERS, _layer),
}


# --- Reading --------------------------------------------------------------------------------------


def _even(pads: Any, rank: int) -> tuple[Any, Any]:
    """The border where both sides have the same, and what is to be added before (as ``pad`` takes it) where not."""
    pads = list(pads or [0] * 2 * rank)
    low, high = pads[:rank], pads[rank:]
    if low == high:
        return tuple(low), None
    return (0,) * rank, [width for axis in range(rank - 1, -1, -1) for width in (low[axis], high[axis])]


def _window(kernel_shape: Any, strides: Any, **_: Any) -> tuple[tuple[int, ...], tuple[int, ...]]:
    kernel = tuple(kernel_shape)
    return kernel, tuple(strides or (1,) * len(kernel))


def _refuse_automatic(auto_pad: str) -> None:
    if auto_pad not in ("NOTSET", "VALID"):
        raise GraphError("padding that the runtime chooses is not supported", got=f"auto_pad={auto_pad}")


def _read_max_pool(
    x: Any, kernel_shape: Any, strides: Any = None, pads: Any = None, auto_pad: str = "NOTSET", **more: Any
) -> Any:
    _refuse_automatic(auto_pad)
    kernel, stride = _window(kernel_shape, strides)
    border, extra = _even(pads, len(kernel))
    x = x if extra is None else pad(x, extra, "constant", -math.inf)
    found: Any = meaning(f"functional.max_pool{len(kernel)}d")
    dilation = tuple(more.get("dilations") or (1,) * len(kernel))
    return found(x, kernel, stride, border, dilation, bool(more.get("ceil_mode", 0)))


def _read_avg_pool(
    x: Any, kernel_shape: Any, strides: Any = None, pads: Any = None, auto_pad: str = "NOTSET", **more: Any
) -> Any:
    _refuse_automatic(auto_pad)
    kernel, stride = _window(kernel_shape, strides)
    border, extra = _even(pads, len(kernel))
    counted = bool(more.get("count_include_pad", 0))
    found: Any = meaning(f"functional.avg_pool{len(kernel)}d")
    if extra is None:
        return found(x, kernel, stride, border, bool(more.get("ceil_mode", 0)), counted)
    ones = pad(x * 0 + 1, extra, "constant", 1.0 if counted else 0.0)
    return found(pad(x, extra), kernel, stride) / found(ones, kernel, stride)


def _read_conv(
    x: Any, weight: Any, bias: Any = None, pads: Any = None, auto_pad: str = "NOTSET", group: int = 1, **more: Any
) -> Any:
    _refuse_automatic(auto_pad)
    rank = weight.ndim - 2
    border, extra = _even(pads, rank)
    found: Any = meaning(f"functional.conv{rank}d")
    stride, dilation = (tuple(more.get(name) or (1,) * rank) for name in ("strides", "dilations"))
    return found(x if extra is None else pad(x, extra), weight, bias, stride, border, dilation, group)


def _over_image(name: str) -> Any:
    return lambda x: getattr(x, name)(tuple(range(2, x.ndim)), keepdim=True)


READ: dict[str, Any] = {
    "Conv": _read_conv,
    "MaxPool": _read_max_pool,
    "AveragePool": _read_avg_pool,
    "GlobalAveragePool": _over_image("mean"),
    "GlobalMaxPool": _over_image("amax"),
}
