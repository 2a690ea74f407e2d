"""First values of parameters, with PyTorch's names, drawn from ``generator``, else from the global stream.

Each fills its tensor in place, without the tape, and returns it; a meta tensor is left alone.
"""

from __future__ import annotations

import math
from typing import Any, Literal

from patchgrad.backend import MetaArray, host
from patchgrad.backend.random import Stream, default_stream
from patchgrad.errors import ArgumentError, ShapeError
from patchgrad.tensor import Tensor, views

FanMode = Literal["fan_in", "fan_out"]


def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Stream | None = None) -> Tensor:
    """Uniform in [a, b)."""
    return tensor if _is_meta(tensor) else _filled(tensor, _uniform(tensor, generator) * (b - a) + a)


def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: Stream | None = None) -> Tensor:
    """Normal with this mean and standard deviation."""
    return tensor if _is_meta(tensor) else _filled(tensor, _normal(tensor, generator) * std + mean)


def trunc_normal_(
    tensor: Tensor,
    mean: float = 0.0,
    std: float = 1.0,
    a: float = -2.0,
    b: float = 2.0,
    generator: Stream | None = None,
) -> Tensor:
    """Normal, drawn again where it falls outside [a, b]."""
    if not a < b or b < mean - 8 * std or a > mean + 8 * std:
        raise ArgumentError(
            "trunc_normal_ cannot draw from the interval", got=f"[{a}, {b}]", want="a < b, near the mean"
        )
    if _is_meta(tensor):
        return tensor
    values = _normal(tensor, generator) * std + mean
    while (outside := (values < a) | (values > b)).any():
        values = tensor.backend.xp.where(outside, _normal(tensor, generator) * std + mean, values)
    return _filled(tensor, values)


def constant_(tensor: Tensor, val: float) -> Tensor:
    """Every element ``val``."""
    return tensor if _is_meta(tensor) else _filled(tensor, val)


def zeros_(tensor: Tensor) -> Tensor:
    """Every element 0."""
    return constant_(tensor, 0.0)


def ones_(tensor: Tensor) -> Tensor:
    """Every element 1."""
    return constant_(tensor, 1.0)


def eye_(tensor: Tensor) -> Tensor:
    """The identity matrix, as far as a matrix of this shape can be it."""
    _wants_axes("eye_", tensor, 2, 2)
    rows, columns = tensor.shape
    return tensor if _is_meta(tensor) else _filled(tensor, tensor.backend.asarray(host.eye(rows, columns)))


def dirac_(tensor: Tensor, groups: int = 1) -> Tensor:
    """The kernel of a convolution that hands each channel through, per group."""
    _wants_axes("dirac_", tensor, 3, 5)
    if tensor.shape[0] % groups:
        raise ArgumentError("dirac_ cannot split the channels", got=f"{tensor.shape[0]} channels, {groups} groups")
    if _is_meta(tensor):
        return tensor
    kernel = host.zeros(tensor.shape)
    per_group = tensor.shape[0] // groups
    center = tuple(size // 2 for size in tensor.shape[2:])
    for group in range(groups):
        for channel in range(min(per_group, tensor.shape[1])):
            kernel[(group * per_group + channel, channel, *center)] = 1
    return _filled(tensor, tensor.backend.asarray(kernel))


def xavier_uniform_(tensor: Tensor, gain: float = 1.0, generator: Stream | None = None) -> Tensor:
    """Uniform in ±gain * sqrt(6 / (fan_in + fan_out)). Source: Glorot and Bengio 2010."""
    bound = gain * math.sqrt(6.0 / sum(fans(tensor)))
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator: Stream | None = None) -> Tensor:
    """Normal with standard deviation gain * sqrt(2 / (fan_in + fan_out)). Source: Glorot and Bengio 2010."""
    return normal_(tensor, 0.0, gain * math.sqrt(2.0 / sum(fans(tensor))), generator)


def kaiming_uniform_(
    tensor: Tensor,
    a: float = 0.0,
    mode: FanMode = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Stream | None = None,
) -> Tensor:
    """Uniform in ±gain * sqrt(3 / fan). Source: He et al. 2015."""
    bound = calculate_gain(nonlinearity, a) * math.sqrt(3.0 / _fan(tensor, mode))
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor: Tensor,
    a: float = 0.0,
    mode: FanMode = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Stream | None = None,
) -> Tensor:
    """Normal with standard deviation gain / sqrt(fan). Source: He et al. 2015."""
    return normal_(tensor, 0.0, calculate_gain(nonlinearity, a) / math.sqrt(_fan(tensor, mode)), generator)


def orthogonal_(tensor: Tensor, gain: float = 1.0, generator: Stream | None = None) -> Tensor:
    """Rows (or columns, if there are fewer) orthogonal to each other, of length ``gain``. Source: Saxe et al. 2014."""
    _wants_axes("orthogonal_", tensor, 2, None)
    if _is_meta(tensor):
        return tensor
    rows, columns = tensor.shape[0], math.prod(tensor.shape[1:])
    xp = tensor.backend.xp
    values = xp.reshape(_normal(tensor, generator), (rows, columns))
    q, r = xp.linalg.qr(values.T if rows < columns else values)
    q = q * xp.sign(xp.diagonal(r))
    return _filled(tensor, gain * xp.reshape(q.T if rows < columns else q, tensor.shape))


def sparse_(tensor: Tensor, sparsity: float, std: float = 0.01, generator: Stream | None = None) -> Tensor:
    """Normal with this standard deviation, and zeros at random in a share ``sparsity`` of each column.

    Source
        Martens 2010, Deep learning via Hessian-free optimization.
    """
    _wants_axes("sparse_", tensor, 2, 2)
    if not 0 <= sparsity <= 1:
        raise ArgumentError(f"sparse_ cannot use sparsity={sparsity}", want="a share from 0 to 1")
    if _is_meta(tensor):
        return tensor
    xp, rows = tensor.backend.xp, tensor.shape[0]
    rank = xp.argsort(xp.argsort(_uniform(tensor, generator), axis=0), axis=0)
    return _filled(tensor, xp.where(rank < math.ceil(sparsity * rows), 0.0, _normal(tensor, generator) * std))


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """By how much weights must be larger before this activation, so that the variance is kept."""
    if nonlinearity == "leaky_relu":
        slope = 0.01 if param is None else param
        return math.sqrt(2.0 / (1 + slope**2))
    if nonlinearity not in _GAINS:
        raise ArgumentError(
            "no gain is known for this activation", got=repr(nonlinearity), want=", ".join(["leaky_relu", *_GAINS])
        )
    return _GAINS[nonlinearity]


_GAINS = {
    "linear": 1.0,
    "conv1d": 1.0,
    "conv2d": 1.0,
    "conv3d": 1.0,
    "conv_transpose1d": 1.0,
    "conv_transpose2d": 1.0,
    "conv_transpose3d": 1.0,
    "sigmoid": 1.0,
    "tanh": 5.0 / 3.0,
    "relu": math.sqrt(2.0),
    "selu": 0.75,
}


def fans(tensor: Tensor) -> tuple[int, int]:
    """(fan_in, fan_out): how many inputs feed an output of this weight, and how many outputs an input feeds."""
    _wants_axes("this first value", tensor, 2, None)
    kernel = math.prod(tensor.shape[2:])
    return tensor.shape[1] * kernel, tensor.shape[0] * kernel


def fan_in_uniform_(tensor: Tensor, fan_in: int) -> Tensor:
    """Uniform in ±sqrt(1 / fan_in): the default of Linear and Conv2d, for weight and bias alike."""
    bound = 1 / math.sqrt(fan_in) if fan_in > 0 else 0.0
    return uniform_(tensor, -bound, bound)


def _fan(tensor: Tensor, mode: FanMode) -> int:
    if mode not in ("fan_in", "fan_out"):
        raise ArgumentError(f"there is no mode {mode!r}", want="'fan_in' or 'fan_out'")
    return fans(tensor)[0 if mode == "fan_in" else 1]


def _wants_axes(what: str, tensor: Tensor, least: int, most: int | None) -> None:
    if tensor.ndim < least or (most is not None and tensor.ndim > most):
        raise ShapeError(
            f"{what} cannot fill the tensor",
            got=f"shape {tensor.shape}",
            want=f"{least} or more axes" if most is None else f"{least} to {most} axes",
        )


def _is_meta(tensor: Tensor) -> bool:
    return isinstance(tensor.data, MetaArray)


def _filled(tensor: Tensor, values: Any) -> Tensor:
    views.set_data(tensor, values)
    return tensor


def _uniform(tensor: Tensor, generator: Stream | None) -> Any:
    return (generator or default_stream()).uniform(tensor.shape, tensor.dtype, tensor.backend)


def _normal(tensor: Tensor, generator: Stream | None) -> Any:
    return (generator or default_stream()).normal(tensor.shape, tensor.dtype, tensor.backend)
