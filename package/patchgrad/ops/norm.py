"""Normalisation: to mean 0 and variance 1 over some axes, then scale and shift.

Batch, layer and group norm are one rule over different axes. Mean and variance are outputs of the op, so
the backward pass reads them, and second derivatives flow through them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from patchgrad.autograd.op import OpSpec, Sample, define
from patchgrad.backend import MetaArray
from patchgrad.backend.limits import finfo
from patchgrad.backend.low import NAMES
from patchgrad.errors import ShapeError
from patchgrad.ops import shapes
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed
from patchgrad.tensor.views import set_data
from patchgrad.typing import Shape


def _count(x: Any, axes: Shape) -> int:
    return shapes.count(x.shape[i] for i in axes)


def _normalize(xp: Any, x: Any, weight: Any, bias: Any, axes: Shape, eps: float) -> Any:
    mean = xp.mean(x, axis=axes, keepdims=True)
    centred = x - mean
    var = xp.mean(centred * centred, axis=axes, keepdims=True)
    scale = 1 / xp.sqrt(var + eps)
    y = centred * (scale if weight is None or not _constant(weight, x, axes) else scale * weight)
    if weight is not None and not _constant(weight, x, axes):
        y = y * weight
    return (y if bias is None else y + bias), mean, var


def _constant(weight: Any, x: Any, axes: Shape) -> bool:
    """Does the weight not vary along the axes (as in batch norm)?"""
    extra = len(x.shape) - len(weight.shape)
    return all(i < extra or weight.shape[i - extra] == 1 for i in axes)


def _rule(xp: Any, cts: Any, s: Any, wanted: list[bool]) -> tuple[Any, ...]:
    """Source: Ioffe and Szegedy 2015, section 3; with the terms of mean and variance as results of their own."""
    ct, ct_mean, ct_var = cts
    count = _count(s.x, s.axes)
    rstd = 1 / xp.sqrt(s.var + s.eps)
    centred = s.x - s.mean
    total: Any = None
    dweight = dbias = None
    if ct is not None:
        unit = centred * rstd
        inner = ct if s.weight is None else ct * s.weight
        along = xp.sum(inner * unit, axis=s.axes, keepdims=True) / count
        level = xp.sum(inner, axis=s.axes, keepdims=True) / count
        if wanted[0]:
            total = (inner - level - unit * along) * rstd
        dweight = ct * unit if wanted[1] else None
        dbias = ct if wanted[2] else None
    if ct_mean is not None:
        total = _plus(total, xp.broadcast_to(ct_mean / count, s.shape_of("x")))
    if ct_var is not None:
        total = _plus(total, ct_var * centred * (2 / count))
    return total, dweight, dbias


def _plus(a: Any, b: Any) -> Any:
    return b if a is None else a + b


def _shape(x: Shape, weight: Shape | None, bias: Shape | None, *, axes: Shape, **_: Any) -> tuple[Shape, ...]:
    for name, entry in (("weight", weight), ("bias", bias)):
        if entry is not None and (len(entry) > len(x) or shapes.broadcast(x, entry) != tuple(x)):
            raise ShapeError(f"the {name} does not fit the input", got=f"x {tuple(x)}, {name} {tuple(entry)}")
    kept = shapes.reduced(x, axis=axes, keepdims=True)
    return tuple(x), kept, kept


def _define(name: str, samples: Callable[..., list[Sample]]) -> OpSpec:
    return define(
        name,
        inputs=("x", "weight", "bias"),
        outputs=("y", "mean", "var"),
        forward=_normalize,
        shape=_shape,
        dtype="normalized",
        promotes=("x",),
        saves=("x", "weight", "mean", "var"),
        joint=_rule,
        cost=lambda x, *_, **__: 8 * shapes.count(x),
        formula=r"\frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}}\, w + b",
        samples=samples,
    )


BATCH_NORM = _define(
    "batch_norm",
    lambda draw: [
        Sample((draw(4, 3), draw(3), draw(3)), {"axes": (0,), "eps": 1e-5}),
        Sample((draw(2, 2, 3, 2), draw(2, 1, 1), draw(2, 1, 1)), {"axes": (0, 2, 3), "eps": 1e-3}, "images"),
        Sample((draw(4, 3), None, None), {"axes": (0,), "eps": 1e-5}, "not affine"),
    ],
)
LAYER_NORM = _define(
    "layer_norm",
    lambda draw: [
        Sample((draw(2, 3, 4), draw(4), draw(4)), {"axes": (2,), "eps": 1e-5}),
        Sample((draw(2, 3, 4), draw(3, 4), None), {"axes": (1, 2), "eps": 1e-5}, "two axes, no bias"),
    ],
)
GROUP_NORM = _define(
    "group_norm",
    lambda draw: [
        Sample((draw(2, 2, 3, 2), draw(2, 3, 1), draw(2, 3, 1)), {"axes": (2, 3), "eps": 1e-5}),
    ],
)


def _root_mean_square(xp: Any, x: Any, weight: Any, axes: Shape, eps: float) -> Any:
    square = xp.mean(x * x, axis=axes, keepdims=True)
    y = x * (1 / xp.sqrt(square + eps))
    return (y if weight is None else y * weight), square


def _rms_rule(xp: Any, cts: Any, s: Any, wanted: list[bool]) -> tuple[Any, ...]:
    ct, ct_square = cts
    count = _count(s.x, s.axes)
    scale = 1 / xp.sqrt(s.square + s.eps)
    total: Any = None
    dweight = None
    if ct is not None:
        unit = s.x * scale
        if wanted[0]:
            inner = ct if s.weight is None else ct * s.weight
            along = xp.sum(inner * unit, axis=s.axes, keepdims=True) / count
            total = (inner - unit * along) * scale
        dweight = ct * unit if wanted[1] else None
    if ct_square is not None:
        total = _plus(total, ct_square * s.x * (2 / count))
    return total, dweight


def _rms_shape(x: Shape, weight: Shape | None, *, axes: Shape, **_: Any) -> tuple[Shape, ...]:
    return _shape(x, weight, None, axes=axes)[:2]


RMS_NORM = define(
    "rms_norm",
    inputs=("x", "weight"),
    outputs=("y", "square"),
    forward=_root_mean_square,
    shape=_rms_shape,
    dtype="normalized",
    promotes=("x",),
    saves=("x", "weight", "square"),
    joint=_rms_rule,
    cost=lambda x, *_, **__: 5 * shapes.count(x),
    formula=r"\frac{x}{\sqrt{\overline{x^2} + \epsilon}}\, w",
    samples=lambda draw: [
        Sample((draw(2, 3, 4), draw(4)), {"axes": (2,), "eps": 1e-5}),
        Sample((draw(2, 3, 4), None), {"axes": (1, 2), "eps": 1e-5}, "two axes, no weight"),
    ],
)


def batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Normalise each channel over the batch (``training``) or with the running statistics.

    Shapes
        input (batch, channels, *), the others (channels,)  ->  same as input
    Effects
        With ``training`` the running mean and (unbiased) variance move towards the batch's by ``momentum``,
        outside the tape.
    Source
        Ioffe and Szegedy 2015, Batch normalization.
    """
    if input.ndim < 2:
        raise placed(ShapeError("batch_norm wants a channel axis", got=f"{input.shape}", want="(batch, channels, *)"))
    channels = input.shape[1]
    for name, entry in (
        ("weight", weight),
        ("bias", bias),
        ("running_mean", running_mean),
        ("running_var", running_var),
    ):
        if entry is not None and entry.shape != (channels,):
            raise placed(
                ShapeError(
                    "batch_norm holds one number per channel",
                    got=f"input {input.shape}, {name} {entry.shape}",
                    want=f"{(channels,)}",
                    hint=f"BatchNorm with num_features={channels}",
                )
            )
    each = (channels,) + (1,) * (input.ndim - 2)
    weight, bias = _as_channels(weight, each), _as_channels(bias, each)
    if not training and running_mean is not None and running_var is not None:
        return _by_running(input, _as_channels(running_mean, each), _as_channels(running_var, each), weight, bias, eps)
    count = shapes.count(input.shape) // max(channels, 1)
    if count < 2:
        raise placed(
            ShapeError(
                "batch_norm needs more than one value per channel when training",
                got=f"input {input.shape}",
                hint="use a larger batch, or eval()",
            )
        )
    axes = (0, *range(2, input.ndim))
    y, mean, var = apply(BATCH_NORM, input, weight, bias, axes=axes, eps=eps)
    _move(running_mean, mean, momentum)
    _move(running_var, var, momentum, count / (count - 1))
    return y


def _as_channels(x: Tensor | None, shape: Shape) -> Tensor | None:
    return x if x is None or len(shape) == 1 else x.reshape(shape)


def _by_running(x: Any, mean: Any, var: Any, weight: Any, bias: Any, eps: float) -> Tensor:
    scale = (var + eps).rsqrt()
    scale = scale if weight is None else scale * weight
    shift = -mean * scale if bias is None else bias - mean * scale
    return x * scale + shift


def _move(running: Tensor | None, new: Tensor, momentum: float, factor: float = 1.0) -> None:
    """``running`` a step of ``momentum`` towards ``factor * new``; nothing on meta tensors."""
    if running is None or isinstance(new.data, MetaArray) or isinstance(running.data, MetaArray):
        return
    values = new.data.reshape(running.shape) * (factor * momentum) + running.data * (1 - momentum)
    set_data(running, values)


def layer_norm(
    input: Tensor,
    normalized_shape: Any,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """Normalise each sample over its last axes, which are ``normalized_shape``.

    Shapes
        input (*, *normalized_shape), weight and bias normalized_shape  ->  same as input
    Source
        Ba, Kiros and Hinton 2016, Layer normalization.
    """
    shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
    if not shape or input.shape[-len(shape) :] != shape:
        raise placed(
            ShapeError(
                "layer_norm wants the last axes to be normalized_shape",
                got=f"input {input.shape}",
                want=f"(*, {', '.join(str(size) for size in shape)})",
                hint=f"LayerNorm({input.shape[-1] if input.shape else ''})",
            )
        )
    axes = tuple(range(input.ndim - len(shape), input.ndim))
    return apply(LAYER_NORM, input, weight, bias, axes=axes, eps=eps)[0]


def group_norm(
    input: Tensor,
    num_groups: int,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """Normalise each sample over groups of channels.

    Shapes
        input (batch, channels, *), weight and bias (channels,)  ->  same as input
    Source
        Wu and He 2018, Group normalization.
    """
    if input.ndim < 2 or num_groups < 1 or input.shape[1] % num_groups:
        raise placed(
            ShapeError(
                "group_norm cannot split the channels into equal groups",
                got=f"input {input.shape}, num_groups={num_groups}",
                want="(batch, channels, *) with channels a multiple of num_groups",
            )
        )
    batch, channels = input.shape[:2]
    grouped = input.reshape(batch, num_groups, channels // num_groups, *input.shape[2:])
    each = (num_groups, channels // num_groups) + (1,) * (input.ndim - 2)
    weight, bias = (None if entry is None else entry.reshape(each) for entry in (weight, bias))
    axes = tuple(range(2, grouped.ndim))
    return apply(GROUP_NORM, grouped, weight, bias, axes=axes, eps=eps)[0].reshape(input.shape)


def instance_norm(input: Tensor, weight: Tensor | None = None, bias: Tensor | None = None, eps: float = 1e-5) -> Tensor:
    """Normalise each channel of each sample: `group_norm` with one channel per group."""
    return group_norm(input, input.shape[1], weight, bias, eps)


def rms_norm(input: Any, normalized_shape: Any, weight: Any = None, eps: float | None = None) -> Tensor:
    """Divide by the root of the mean square over the last axes, which are ``normalized_shape``.

    Shapes
        input (*, *normalized_shape), weight normalized_shape  ->  same as input
    Parameters
        eps  is added to the mean square; the machine epsilon of the dtype that is computed in if left out
    Source
        Zhang and Sennrich 2019, Root mean square layer normalization.
    """
    shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
    if not shape or input.shape[-len(shape) :] != shape:
        raise placed(
            ShapeError(
                "rms_norm wants the last axes to be normalized_shape",
                got=f"input {input.shape}",
                want=f"(*, {', '.join(str(size) for size in shape)})",
                hint=f"RMSNorm({input.shape[-1] if input.shape else ''})",
            )
        )
    small = finfo("float32" if input.dtype.name in NAMES else input.dtype).eps if eps is None else eps
    axes = tuple(range(input.ndim - len(shape), input.ndim))
    return apply(RMS_NORM, input, weight, axes=axes, eps=small)[0]
