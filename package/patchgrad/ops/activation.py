"""Activations, with PyTorch's names, defaults and values. The softmax family stands in ``softmax.py``."""

# Names are imported here to be found here.
# ruff: noqa: F401
# pyright: reportUnusedImport=false

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from patchgrad.autograd.op import OpSpec, Sample, define
from patchgrad.ops import shapes
from patchgrad.ops.out import takes_out
from patchgrad.ops.pointwise import caller, choice, conj, mask
from patchgrad.ops.precise import in_pieces
from patchgrad.ops.selection import CLAMP
from patchgrad.ops.softmax import log_softmax, softmax, softmin
from patchgrad.ops.trigonometric import tanh
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.precision import rounded_once, under_autocast

__all__ = ["celu", "hardshrink", "prelu", "relu", "selu", "sigmoid", "threshold"]
METHODS = "hardshrink prelu relu sigmoid"
IN_PLACE = "relu sigmoid"

SELU_ALPHA = 1.6732632423543772848170429916717
SELU_SCALE = 1.0507009873554804934193349852946


def curve(
    name: str,
    forward: Callable[..., Any],
    rule: Callable[..., Any],
    *,
    saves: str = "x",
    formula: str = "",
    dtype: str = "float",
    real: bool = False,
    **attrs: Any,
) -> OpSpec:
    """An op of one number with settings; samples keep clear of 0, where many have a kink."""

    def samples(draw: Callable[..., Any]) -> list[Sample]:
        signs = [[1.0, -1.0, 1.0, -1.0]]
        return [Sample((draw(3, 4, low=0.2, high=2.5) * signs,), attrs), Sample((draw(low=0.3, high=0.9),), attrs)]

    return define(
        name,
        inputs=("x",),
        forward=forward,
        shape=shapes.same,
        dtype=dtype,
        real=real,
        elementwise=True,
        saves=(saves,),
        vjps={"x": rule},
        formula=formula,
        cost=lambda x, **_: 4 * shapes.count(x),
        samples=samples,
    )


RELU = curve(
    "relu",
    lambda xp, x: xp.maximum(x, 0),
    lambda xp, ct, s: ct * mask(xp, s.y > 0, ct),
    saves="y",
    dtype="same",
    formula=r"\max(x, 0)",
    real=True,
)
LEAKY_RELU = curve(
    "leaky_relu",
    lambda xp, x, negative_slope: (
        xp.maximum(x, x * negative_slope) if 0 <= negative_slope <= 1 else xp.where(x > 0, x, x * negative_slope)
    ),
    lambda xp, ct, s: ct * (mask(xp, s.x > 0, ct) * (1 - s.negative_slope) + s.negative_slope),
    formula=r"\max(x, 0) + slope \min(x, 0)",
    negative_slope=0.1,
    real=True,
    dtype="floating",
)
ELU = curve(
    "elu",
    lambda xp, x, alpha, scale: scale * xp.where(x > 0, x, alpha * xp.expm1(_low(xp, x))),
    lambda xp, ct, s: ct * (s.scale * xp.where(s.x > 0, 1.0, s.alpha * xp.exp(_low(xp, s.x)))),
    formula=r"scale \cdot (x > 0\;?\;x : \alpha (e^x - 1))",
    alpha=1.5,
    scale=1.1,
    real=True,
    dtype="floating",
)
SIGMOID = curve(
    "sigmoid",
    lambda xp, x: _sigmoid(xp, x),
    lambda xp, ct, s: ct * conj(xp, s.y * (1 - s.y)),
    saves="y",
    formula=r"\frac{1}{1 + e^{-x}}",
)
SILU = curve(
    "silu",
    lambda xp, x: x * _sigmoid(xp, x),
    lambda xp, ct, s: ct * _silu_slope(xp, s.x),
    formula=r"\frac{x}{1 + e^{-x}}",
    dtype="floating",
)
SOFTPLUS = curve(
    "softplus",
    lambda xp, x, beta, threshold: xp.where(
        x * beta > threshold, x, xp.log1p(xp.exp(xp.minimum(x * beta, threshold))) / beta
    ),
    lambda xp, ct, s: ct * xp.where(s.x * s.beta > s.threshold, 1.0, xp.ops.sigmoid(s.x * s.beta)),
    formula=r"\frac{1}{\beta} \ln(1 + e^{\beta x})",
    beta=1.5,
    threshold=20.0,
    real=True,
    dtype="floating",
)
LOGSIGMOID = curve(
    "logsigmoid",
    lambda xp, x: xp.minimum(x, 0.0) - xp.log1p(xp.exp(-xp.abs(x))),
    lambda xp, ct, s: ct * xp.ops.sigmoid(-s.x),
    formula=r"-\ln(1 + e^{-x})",
    real=True,
    dtype="floating",
)
GELU = curve(
    "gelu",
    in_pieces(lambda xp, x: 0.5 * x * (1 + xp.ops.erf(x * math.sqrt(0.5)))),
    lambda xp, ct, s: ct * _gelu_slope(xp, s.x),
    formula=r"\frac{x}{2} \left(1 + \mathrm{erf}\frac{x}{\sqrt 2}\right)",
    real=True,
    dtype="floating",
)
GELU_TANH = curve(
    "gelu_tanh",
    lambda xp, x: 0.5 * x * (1 + xp.tanh(_gelu_inner(x))),
    lambda xp, ct, s: ct * _gelu_tanh_slope(xp, s.x),
    formula=r"\frac{x}{2} \left(1 + \tanh\left(\sqrt{2/\pi}\,(x + 0.044715 x^3)\right)\right)",
    real=True,
    dtype="floating",
)
HARDSIGMOID = curve(
    "hardsigmoid",
    lambda xp, x: xp.clip(x / 6 + 0.5, 0.0, 1.0),
    lambda xp, ct, s: ct * (mask(xp, xp.abs(s.x) < 3, ct) / 6),
    formula=r"\min(\max(x/6 + 1/2, 0), 1)",
    real=True,
    dtype="floating",
)
HARDSWISH = curve(
    "hardswish",
    lambda xp, x: x * xp.clip(x / 6 + 0.5, 0.0, 1.0),
    lambda xp, ct, s: ct * xp.where(xp.abs(s.x) < 3, s.x / 3 + 0.5, mask(xp, s.x >= 3, ct)),
    formula=r"x \min(\max(x/6 + 1/2, 0), 1)",
    real=True,
    dtype="floating",
)
SOFTSHRINK = curve(
    "softshrink",
    lambda xp, x, lambd: x - xp.clip(x, -lambd, lambd),
    lambda xp, ct, s: ct * mask(xp, xp.abs(s.x) > s.lambd, ct),
    formula=r"x - \min(\max(x, -\lambda), \lambda)",
    lambd=0.5,
    real=True,
    dtype="floating",
)
HARDSHRINK = curve(
    "hardshrink",
    lambda xp, x, lambd: x * mask(xp, xp.abs(x) > lambd, x),
    lambda xp, ct, s: ct * mask(xp, xp.abs(s.x) > s.lambd, ct),
    formula=r"|x| > \lambda\;?\;x : 0",
    lambd=0.5,
    real=True,
    dtype="floating",
)
THRESHOLD = curve(
    "threshold",
    lambda xp, x, threshold, value: xp.astype(xp.where(x <= threshold, value, x), x.dtype),
    lambda xp, ct, s: ct * mask(xp, xp.logical_not(s.x <= s.threshold), ct),
    formula=r"x > threshold\;?\;x : value",
    dtype="same",
    threshold=0.1,
    value=-3.0,
    real=True,
)


def _low(xp: Any, x: Any) -> Any:
    """``x`` where it is negative, else 0: exp of the unused branch cannot overflow."""
    return xp.minimum(x, 0.0)


def _sigmoid(xp: Any, x: Any) -> Any:
    """Far below 0 the exponential is infinite, and its reciprocal 0, as it should be."""
    return 1 / (1 + xp.exp(-x))


def _silu_slope(xp: Any, x: Any) -> Any:
    y = xp.ops.sigmoid(x)
    return y * (1 + x * (1 - y))


def _gelu_slope(xp: Any, x: Any) -> Any:
    density = xp.exp(-0.5 * (x * x)) * (1 / math.sqrt(2 * math.pi))
    return 0.5 * (1 + xp.ops.erf(x * math.sqrt(0.5))) + x * density


def _gelu_inner(x: Any) -> Any:
    return (x + 0.044715 * (x * x * x)) * math.sqrt(2 / math.pi)


def _gelu_tanh_slope(xp: Any, x: Any) -> Any:
    y = xp.tanh(_gelu_inner(x))
    inner = (1 + 3 * 0.044715 * (x * x)) * math.sqrt(2 / math.pi)
    return 0.5 * (1 + y) + 0.5 * x * (1 - y * y) * inner


PRELU = define(
    "prelu",
    inputs=("x", "weight"),
    dtype="floating",
    elementwise=True,
    forward=lambda xp, x, weight: xp.where(x > 0, x, x * weight),
    shape=shapes.broadcast,
    saves=("x", "weight"),
    vjps={
        "x": lambda xp, ct, s: xp.where(s.x > 0, ct, ct * s.weight),
        "weight": lambda xp, ct, s: xp.where(s.x > 0, 0.0, ct * s.x),
    },
    formula=r"\max(x, 0) + weight \min(x, 0)",
    samples=lambda draw: [Sample((draw(2, 3, 4, low=0.2) * [1.0, -1.0, 1.0, -1.0], draw(3, 1)))],
)


def _into(input: Tensor, y: Tensor, inplace: bool) -> Tensor:
    return input.copy_(y) if inplace else y


sigmoid = caller(SIGMOID, "The logistic function ``1 / (1 + exp(-input))``, without overflow; (*) -> (*).")


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """The positive part, ``max(input, 0)``; (*) -> (*). The gradient at 0 is 0."""
    return _into(input, apply(RELU, input), inplace)


def relu6(input: Tensor, inplace: bool = False) -> Tensor:
    """``input`` clamped to [0, 6]; (*) -> (*)."""
    return _into(input, hardtanh(input, 0.0, 6.0), inplace)


def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """``input`` where positive, else ``negative_slope * input``; (*) -> (*)."""
    return _into(input, apply(LEAKY_RELU, input, negative_slope=negative_slope), inplace)


@under_autocast
def prelu(input: Tensor, weight: Tensor) -> Tensor:
    """``input`` where positive, else ``weight * input``, with one weight or one per channel.

    Shapes
        input (batch, channels, *), weight (1,) or (channels,)  ->  y (batch, channels, *)
    """
    if weight.data.size > 1 and input.ndim > 1:
        weight = weight.reshape((-1,) + (1,) * (input.ndim - 2))
    return apply(PRELU, input, weight)


def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """``input`` where positive, else ``alpha * (exp(input) - 1)``; (*) -> (*)."""
    return _into(input, apply(ELU, input, alpha=alpha, scale=1.0), inplace)


def selu(input: Tensor, inplace: bool = False) -> Tensor:
    """`elu` with the constants that keep mean 0 and variance 1. Source: Klambauer et al. 2017."""
    return _into(input, apply(ELU, input, alpha=SELU_ALPHA, scale=SELU_SCALE), inplace)


def celu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """``input`` where positive, else ``alpha * (exp(input / alpha) - 1)``; (*) -> (*)."""
    return _into(input, elu(input / alpha) * alpha, inplace)


def logsigmoid(input: Tensor) -> Tensor:
    """``log(sigmoid(input))``, without underflow; (*) -> (*)."""
    return apply(LOGSIGMOID, input)


def silu(input: Tensor, inplace: bool = False) -> Tensor:
    """``input * sigmoid(input)``, also called swish; (*) -> (*)."""
    return _into(input, apply(SILU, input), inplace)


def mish(input: Tensor, inplace: bool = False) -> Tensor:
    """``input * tanh(softplus(input))``; (*) -> (*). Source: Misra 2019."""
    return _into(input, _mish(input), inplace)


@rounded_once
def _mish(x: Any) -> Any:
    return x * tanh(softplus(x))


def gelu(input: Tensor, approximate: str = "none") -> Tensor:
    """``input`` times the normal distribution function of ``input``; ``approximate="tanh"`` for the cheaper form.

    Source: Hendrycks and Gimpel 2016, Gaussian error linear units.
    """
    choice("approximate", approximate, ("none", "tanh"))
    return apply(GELU if approximate == "none" else GELU_TANH, input)


def softplus(input: Tensor, beta: float = 1.0, threshold: float = 20.0) -> Tensor:
    """``log(1 + exp(beta * input)) / beta``, and ``input`` itself where ``beta * input > threshold``; (*) -> (*)."""
    return apply(SOFTPLUS, input, beta=beta, threshold=threshold)


def hardtanh(input: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Tensor:
    """``input`` clamped to [min_val, max_val]; (*) -> (*). Bounds of whole numbers lose what is after the point."""
    if input.dtype.kind in "iu":
        min_val, max_val = int(min_val), int(max_val)
    return _into(input, apply(CLAMP, input, min_val, max_val), inplace)


def hardsigmoid(input: Tensor, inplace: bool = False) -> Tensor:
    """A sigmoid of three straight lines: ``clamp(input / 6 + 1 / 2, 0, 1)``; (*) -> (*)."""
    return _into(input, apply(HARDSIGMOID, input), inplace)


def hardswish(input: Tensor, inplace: bool = False) -> Tensor:
    """``input * hardsigmoid(input)``; (*) -> (*)."""
    return _into(input, apply(HARDSWISH, input), inplace)


def softsign(input: Tensor) -> Tensor:
    """``input / (1 + |input|)``; (*) -> (*)."""
    return input / (1 + input.abs())


def tanhshrink(input: Tensor) -> Tensor:
    """``input - tanh(input)``; (*) -> (*)."""
    return input - tanh(input)


def softshrink(input: Tensor, lambd: float = 0.5) -> Tensor:
    """``input`` moved towards 0 by ``lambd``, and 0 within it; (*) -> (*)."""
    return apply(SOFTSHRINK, input, lambd=lambd)


@takes_out
def hardshrink(input: Tensor, lambd: float = 0.5) -> Tensor:
    """``input``, and 0 where ``|input| <= lambd``; (*) -> (*)."""
    return apply(HARDSHRINK, input, lambd=lambd)


@takes_out
def threshold(input: Tensor, threshold: float, value: float, inplace: bool = False) -> Tensor:
    """``input`` where it is above ``threshold``, else ``value``; (*) -> (*)."""
    return _into(input, apply(THRESHOLD, input, threshold=threshold, value=value), inplace)


def glu(input: Tensor, dim: int = -1) -> Tensor:
    """First half of ``dim`` times the sigmoid of the second half; (*, 2n, *) -> (*, n, *)."""
    first, second = input.chunk(2, dim)
    return first * sigmoid(second)
