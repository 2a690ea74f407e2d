"""Activations and the softmax family, with PyTorch's names, defaults and values."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from patchgrad.autograd.op import OpSpec, Sample, define
from patchgrad.errors import ArgumentError
from patchgrad.ops import elementwise, shapes
from patchgrad.ops.special import in_pieces
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed
from patchgrad.tensor.precision import under_autocast

__all__ = ["log_softmax", "relu", "sigmoid", "softmax"]
METHODS = "log_softmax relu sigmoid softmax"
IN_PLACE = "relu sigmoid"

tanh = elementwise.tanh

SELU_ALPHA = 1.6732632423543772848170429916717
SELU_SCALE = 1.0507009873554804934193349852946


def curve(
    name: str,
    forward: Callable[..., Any],
    rule: Callable[..., Any],
    *,
    saves: str = "x",
    formula: str = "",
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
        dtype="float",
        elementwise=True,
        saves=(saves,),
        vjps={"x": rule},
        formula=formula,
        cost=lambda x, **_: 4 * shapes.count(x),
        samples=samples,
    )


def mask(xp: Any, condition: Any, like: Any) -> Any:
    """1 where the condition holds, else 0, in the dtype of ``like``."""
    return xp.astype(condition, like.dtype)


RELU = curve(
    "relu",
    lambda xp, x: xp.maximum(x, 0.0),
    lambda xp, ct, s: ct * mask(xp, s.y > 0, ct),
    saves="y",
    formula=r"\max(x, 0)",
)
LEAKY_RELU = curve(
    "leaky_relu",
    lambda xp, x, negative_slope: (
        xp.maximum(x, x * negative_slope) if 0 <= negative_slope <= 1 else xp.where(x > 0, x, x * negative_slope)
    ),
    lambda xp, ct, s: ct * (mask(xp, s.x > 0, ct) * (1 - s.negative_slope) + s.negative_slope),
    formula=r"\max(x, 0) + slope \min(x, 0)",
    negative_slope=0.1,
)
ELU = curve(
    "elu",
    lambda xp, x, alpha, scale: scale * xp.where(x > 0, x, alpha * xp.expm1(_low(xp, x))),
    lambda xp, ct, s: ct * (s.scale * xp.where(s.x > 0, 1.0, s.alpha * xp.exp(_low(xp, s.x)))),
    formula=r"scale \cdot (x > 0 \mathbin{?} x : \alpha (e^x - 1))",
    alpha=1.5,
    scale=1.1,
)
SIGMOID = curve(
    "sigmoid",
    lambda xp, x: _sigmoid(xp, x),
    lambda xp, ct, s: ct * (s.y * (1 - s.y)),
    saves="y",
    formula=r"\frac{1}{1 + e^{-x}}",
)
SILU = curve(
    "silu",
    lambda xp, x: x * _sigmoid(xp, x),
    lambda xp, ct, s: ct * _silu_slope(xp, s.x),
    formula=r"\frac{x}{1 + e^{-x}}",
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
)
LOGSIGMOID = curve(
    "logsigmoid",
    lambda xp, x: xp.minimum(x, 0.0) - xp.log1p(xp.exp(-xp.abs(x))),
    lambda xp, ct, s: ct * xp.ops.sigmoid(-s.x),
    formula=r"-\ln(1 + e^{-x})",
)
GELU = curve(
    "gelu",
    in_pieces(lambda xp, x: 0.5 * x * (1 + xp.ops.erf(x * math.sqrt(0.5)))),
    lambda xp, ct, s: ct * _gelu_slope(xp, s.x),
    formula=r"\frac{x}{2} \left(1 + \mathrm{erf}\frac{x}{\sqrt 2}\right)",
)
GELU_TANH = curve(
    "gelu_tanh",
    lambda xp, x: 0.5 * x * (1 + xp.tanh(_gelu_inner(x))),
    lambda xp, ct, s: ct * _gelu_tanh_slope(xp, s.x),
    formula=r"\frac{x}{2} \left(1 + \tanh\left(\sqrt{2/\pi}\,(x + 0.044715 x^3)\right)\right)",
)
HARDSIGMOID = curve(
    "hardsigmoid",
    lambda xp, x: xp.clip(x / 6 + 0.5, 0.0, 1.0),
    lambda xp, ct, s: ct * (mask(xp, xp.abs(s.x) < 3, ct) / 6),
    formula=r"\min(\max(x/6 + 1/2, 0), 1)",
)
HARDSWISH = curve(
    "hardswish",
    lambda xp, x: x * xp.clip(x / 6 + 0.5, 0.0, 1.0),
    lambda xp, ct, s: ct * xp.where(xp.abs(s.x) < 3, s.x / 3 + 0.5, mask(xp, s.x >= 3, ct)),
    formula=r"x \min(\max(x/6 + 1/2, 0), 1)",
)
SOFTSHRINK = curve(
    "softshrink",
    lambda xp, x, lambd: x - xp.clip(x, -lambd, lambd),
    lambda xp, ct, s: ct * mask(xp, xp.abs(s.x) > s.lambd, ct),
    formula=r"x - \min(\max(x, -\lambda), \lambda)",
    lambd=0.5,
)
HARDSHRINK = curve(
    "hardshrink",
    lambda xp, x, lambd: x * mask(xp, xp.abs(x) > lambd, x),
    lambda xp, ct, s: ct * mask(xp, xp.abs(s.x) > s.lambd, ct),
    formula=r"|x| > \lambda \mathbin{?} x : 0",
    lambd=0.5,
)
THRESHOLD = curve(
    "threshold",
    lambda xp, x, threshold, value: xp.where(x > threshold, x, value),
    lambda xp, ct, s: ct * mask(xp, s.x > s.threshold, ct),
    formula=r"x > threshold \mathbin{?} x : value",
    threshold=0.1,
    value=-3.0,
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


def _softmax_samples(draw: Callable[..., Any]) -> list[Sample]:
    return [Sample((draw(3, 4),), {"axis": 1}), Sample((draw(2, 3, 4),), {"axis": -2}, "middle axis")]


def _axis_exists(x: Any, *, axis: int) -> Any:
    shapes.axis_in(axis, len(x))
    return tuple(x)


def _softmax(xp: Any, x: Any, axis: int) -> Any:
    e = xp.exp(x - xp.max(x, axis=axis, keepdims=True))
    return e / xp.sum(e, axis=axis, keepdims=True)


def _log_softmax(xp: Any, x: Any, axis: int) -> Any:
    x = x - xp.max(x, axis=axis, keepdims=True)
    return x - xp.log(xp.sum(xp.exp(x), axis=axis, keepdims=True))


SOFTMAX = define(
    "softmax",
    inputs=("x",),
    forward=_softmax,
    shape=_axis_exists,
    dtype="float",
    saves=("y",),
    vjps={"x": lambda xp, ct, s: s.y * (ct - xp.sum(ct * s.y, axis=s.axis, keepdims=True))},
    cost=lambda x, **_: 5 * shapes.count(x),
    formula=r"\frac{e^{x_i}}{\sum_j e^{x_j}}",
    samples=_softmax_samples,
    errors=lambda draw: [Sample((draw(3, 4),), {"axis": 2})],
)
LOG_SOFTMAX = define(
    "log_softmax",
    inputs=("x",),
    forward=_log_softmax,
    shape=_axis_exists,
    dtype="float",
    saves=("y",),
    vjps={"x": lambda xp, ct, s: ct - xp.exp(s.y) * xp.sum(ct, axis=s.axis, keepdims=True)},
    cost=lambda x, **_: 5 * shapes.count(x),
    formula=r"x_i - \ln \sum_j e^{x_j}",
    samples=_softmax_samples,
    errors=lambda draw: [Sample((draw(3, 4),), {"axis": -3})],
)
PRELU = define(
    "prelu",
    inputs=("x", "weight"),
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


def _into(x: Tensor, y: Tensor, inplace: bool) -> Tensor:
    return x.copy_(y) if inplace else y


def relu(x: Tensor, inplace: bool = False) -> Tensor:
    """The positive part, ``max(x, 0)``; (*) -> (*). The gradient at 0 is 0."""
    return _into(x, apply(RELU, x), inplace)


def relu6(x: Tensor, inplace: bool = False) -> Tensor:
    """``x`` clamped to [0, 6]; (*) -> (*)."""
    return _into(x, hardtanh(x, 0.0, 6.0), inplace)


def leaky_relu(x: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """``x`` where positive, else ``negative_slope * x``; (*) -> (*)."""
    return _into(x, apply(LEAKY_RELU, x, negative_slope=negative_slope), inplace)


@under_autocast
def prelu(x: Tensor, weight: Tensor) -> Tensor:
    """``x`` where positive, else ``weight * x``, with one weight or one per channel; (batch, channels, *) -> same."""
    if weight.data.size > 1 and x.ndim > 1:
        weight = weight.reshape((-1,) + (1,) * (x.ndim - 2))
    return apply(PRELU, x, weight)


def elu(x: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """``x`` where positive, else ``alpha * (exp(x) - 1)``; (*) -> (*)."""
    return _into(x, apply(ELU, x, alpha=alpha, scale=1.0), inplace)


def selu(x: Tensor, inplace: bool = False) -> Tensor:
    """`elu` with the constants that keep mean 0 and variance 1. Source: Klambauer et al. 2017."""
    return _into(x, apply(ELU, x, alpha=SELU_ALPHA, scale=SELU_SCALE), inplace)


def celu(x: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """``x`` where positive, else ``alpha * (exp(x / alpha) - 1)``; (*) -> (*)."""
    return _into(x, elu(x / alpha) * alpha, inplace)


def sigmoid(x: Tensor) -> Tensor:
    """The logistic function ``1 / (1 + exp(-x))``, without overflow; (*) -> (*)."""
    return apply(SIGMOID, x)


def logsigmoid(x: Tensor) -> Tensor:
    """``log(sigmoid(x))``, without underflow; (*) -> (*)."""
    return apply(LOGSIGMOID, x)


def silu(x: Tensor, inplace: bool = False) -> Tensor:
    """``x * sigmoid(x)``, also called swish; (*) -> (*)."""
    return _into(x, apply(SILU, x), inplace)


def mish(x: Tensor, inplace: bool = False) -> Tensor:
    """``x * tanh(softplus(x))``; (*) -> (*). Source: Misra 2019."""
    return _into(x, x * elementwise.tanh(softplus(x)), inplace)


def gelu(x: Tensor, approximate: str = "none") -> Tensor:
    """``x`` times the normal distribution function of ``x``; ``approximate="tanh"`` for the cheaper form.

    Source: Hendrycks and Gimpel 2016, Gaussian error linear units.
    """
    if approximate not in ("none", "tanh"):
        raise placed(
            ArgumentError("gelu has no such form", got=f"approximate={approximate!r}", want="'none' or 'tanh'")
        )
    return apply(GELU if approximate == "none" else GELU_TANH, x)


def softplus(x: Tensor, beta: float = 1.0, threshold: float = 20.0) -> Tensor:
    """``log(1 + exp(beta * x)) / beta``, and ``x`` itself where ``beta * x > threshold``; (*) -> (*)."""
    return apply(SOFTPLUS, x, beta=beta, threshold=threshold)


def hardtanh(x: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Tensor:
    """``x`` clamped to [min_val, max_val]; (*) -> (*)."""
    return _into(x, apply(elementwise.CLAMP, x, low=min_val, high=max_val), inplace)


def hardsigmoid(x: Tensor, inplace: bool = False) -> Tensor:
    """A sigmoid of three straight lines: ``clamp(x / 6 + 1 / 2, 0, 1)``; (*) -> (*)."""
    return _into(x, apply(HARDSIGMOID, x), inplace)


def hardswish(x: Tensor, inplace: bool = False) -> Tensor:
    """``x * hardsigmoid(x)``; (*) -> (*)."""
    return _into(x, apply(HARDSWISH, x), inplace)


def softsign(x: Tensor) -> Tensor:
    """``x / (1 + |x|)``; (*) -> (*)."""
    return x / (1 + x.abs())


def tanhshrink(x: Tensor) -> Tensor:
    """``x - tanh(x)``; (*) -> (*)."""
    return x - elementwise.tanh(x)


def softshrink(x: Tensor, lambd: float = 0.5) -> Tensor:
    """``x`` moved towards 0 by ``lambd``, and 0 within it; (*) -> (*)."""
    return apply(SOFTSHRINK, x, lambd=lambd)


def hardshrink(x: Tensor, lambd: float = 0.5) -> Tensor:
    """``x``, and 0 where ``|x| <= lambd``; (*) -> (*)."""
    return apply(HARDSHRINK, x, lambd=lambd)


def threshold(x: Tensor, threshold: float, value: float, inplace: bool = False) -> Tensor:
    """``x`` where it is above ``threshold``, else ``value``; (*) -> (*)."""
    return _into(x, apply(THRESHOLD, x, threshold=threshold, value=value), inplace)


def softmax(x: Tensor, dim: int, *, dtype: Any = None) -> Tensor:
    """Positive numbers that add up to 1 along ``dim``; (*) -> (*)."""
    return apply(SOFTMAX, x if dtype is None else x.to(dtype=dtype), axis=dim)


def softmin(x: Tensor, dim: int) -> Tensor:
    """`softmax` of ``-x``; (*) -> (*)."""
    return softmax(-x, dim)


def log_softmax(x: Tensor, dim: int, *, dtype: Any = None) -> Tensor:
    """``log(softmax(x))`` along ``dim``, without underflow; (*) -> (*)."""
    return apply(LOG_SOFTMAX, x if dtype is None else x.to(dtype=dtype), axis=dim)


def glu(x: Tensor, dim: int = -1) -> Tensor:
    """First half of ``dim`` times the sigmoid of the second half; (*, 2n, *) -> (*, n, *)."""
    first, second = x.chunk(2, dim)
    return first * sigmoid(second)
