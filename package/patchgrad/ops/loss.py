"""Losses: one op each where a gradient is worth fusing, else compositions. All have ``reduction``."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from patchgrad.autograd.op import OpSpec, Sample, define
from patchgrad.errors import ArgumentError, ShapeError
from patchgrad.ops import shapes
from patchgrad.ops.class_loss import cross_entropy, nll_loss
from patchgrad.ops.reduction import REDUCTIONS, chosen
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed
from patchgrad.tensor.precision import under_autocast
from patchgrad.typing import Shape

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "huber_loss",
    "l1_loss",
    "mse_loss",
    "nll_loss",
    "smooth_l1_loss",
]


def _reduce(xp: Any, values: Any, reduction: str) -> Any:
    if reduction == "none":
        return values
    return xp.mean(values) if reduction == "mean" else xp.sum(values)


def _share(ct: Any, shape: Shape, reduction: str) -> Any:
    """The cotangent of each single loss."""
    return ct / shapes.count(shape) if reduction == "mean" else ct


def _reduced_shape(*inputs: Shape, reduction: str, **_: Any) -> Shape:
    shape = shapes.broadcast(*inputs)
    return shape if reduction == "none" else ()


def pair_loss(
    name: str, value: Callable[..., Any], slopes: dict[str, Callable[..., Any]], formula: str, **attrs: Any
) -> OpSpec:
    """A loss of two tensors, element by element; ``slopes`` are its derivatives by each."""

    def rule(slope: Callable[..., Any]) -> Callable[..., Any]:
        def vjp(xp: Any, ct: Any, s: Any) -> Any:
            shape = shapes.broadcast(s.shape_of("input"), s.shape_of("target"))
            return _share(ct, shape, s.reduction) * slope(xp, s)

        return vjp

    def samples(draw: Callable[..., Any]) -> list[Sample]:
        def pair() -> tuple[Any, Any]:
            return draw(3, 4, low=0.1, high=0.9), draw(3, 4, low=0.1, high=0.9)

        return [Sample(pair(), {**attrs, "reduction": reduction}, reduction) for reduction in REDUCTIONS]

    return define(
        name,
        inputs=("input", "target"),
        forward=lambda xp, a, b, reduction, **attrs: _reduce(xp, value(xp, a, b, **attrs), reduction),
        shape=_reduced_shape,
        dtype="float",
        saves=("input", "target"),
        vjps={key: rule(slope) for key, slope in slopes.items()},
        formula=formula,
        cost=lambda a, b, **_: 4 * shapes.count(shapes.broadcast(a, b)),
        samples=samples,
        errors=lambda draw: [Sample((draw(3, 4), draw(3, 5)), {**attrs, "reduction": "mean"})],
    )


def _both(slope: Callable[..., Any]) -> dict[str, Callable[..., Any]]:
    """For a loss of the difference of its inputs."""
    return {"input": slope, "target": lambda xp, s: -slope(xp, s)}


MSE = pair_loss(
    "mse_loss",
    lambda xp, a, b: xp.square(a - b),
    _both(lambda xp, s: 2 * (s.input - s.target)),
    "(x - t)^2",
)
L1 = pair_loss(
    "l1_loss",
    lambda xp, a, b: xp.abs(a - b),
    _both(lambda xp, s: xp.sign(s.input - s.target)),
    "|x - t|",
)


def _huber(xp: Any, a: Any, b: Any, delta: float, scale: float) -> Any:
    d = xp.abs(a - b)
    return scale * xp.where(d < delta, 0.5 * d * d, delta * (d - 0.5 * delta))


HUBER = pair_loss(
    "huber_loss",
    _huber,
    _both(lambda xp, s: s.scale * xp.clip(s.input - s.target, -s.delta, s.delta)),
    r"|d| < \delta\;?\;d^2/2 : \delta (|d| - \delta/2),\quad d = x - t",
    delta=0.4,
    scale=1.5,
)
BCE = pair_loss(
    "binary_cross_entropy",
    lambda xp, a, b: -(b * xp.clip(xp.log(a), -100.0, None) + (1 - b) * xp.clip(xp.log1p(-a), -100.0, None)),
    {
        "input": lambda xp, s: (s.input - s.target) / xp.clip(s.input * (1 - s.input), 1e-12, None),
        "target": lambda xp, s: xp.clip(xp.log1p(-s.input), -100.0, None) - xp.clip(xp.log(s.input), -100.0, None),
    },
    r"-t \ln x - (1 - t) \ln(1 - x)",
)


def _bce_logits(xp: Any, x: Any, t: Any, weight: Any) -> Any:
    """Stable for large |x|; ``weight`` is of the positive term."""
    negative_log = xp.log1p(xp.exp(-xp.abs(x))) + xp.clip(-x, 0.0, None)
    return (1 - t) * x + (1 + (weight - 1) * t) * negative_log


BCE_LOGITS = define(
    "binary_cross_entropy_with_logits",
    inputs=("input", "target", "pos_weight"),
    forward=lambda xp, x, t, w, reduction: _reduce(xp, _bce_logits(xp, x, t, 1.0 if w is None else w), reduction),
    shape=_reduced_shape,
    dtype="float",
    saves=("input", "target", "pos_weight"),
    vjps={
        "input": lambda xp, ct, s: _logit_ct(ct, s) * _logit_slope(xp, s),
        "target": lambda xp, ct, s: _logit_ct(ct, s) * _target_slope(xp, s),
    },
    formula=r"-t \ln \sigma(x) - (1 - t) \ln(1 - \sigma(x))",
    cost=lambda x, t, w=None, **_: 8 * shapes.count(shapes.broadcast(x, t)),
    samples=lambda draw: [
        Sample((draw(3, 4), draw(3, 4, low=0.0, high=1.0), None), {"reduction": "mean"}),
        Sample((draw(3, 4), draw(3, 4, low=0.0, high=1.0), None), {"reduction": "none"}, "none"),
        Sample((draw(3, 4), draw(3, 4, low=0.0), draw(4, low=0.5)), {"reduction": "sum"}, "weighted"),
    ],
    errors=lambda draw: [Sample((draw(3, 4), draw(2, 4), None), {"reduction": "mean"})],
)  # fmt: skip


def _logit_ct(ct: Any, s: Any) -> Any:
    return _share(ct, shapes.broadcast(s.shape_of("input"), s.shape_of("target")), s.reduction)


def _logit_slope(xp: Any, s: Any) -> Any:
    w = 1.0 if s.pos_weight is None else s.pos_weight
    y = xp.ops.sigmoid(s.input)
    return y * (1 + (w - 1) * s.target) - w * s.target


def _target_slope(xp: Any, s: Any) -> Any:
    w = 1.0 if s.pos_weight is None else s.pos_weight
    return -s.input - (w - 1) * xp.ops.logsigmoid(s.input)


def _check_reduction(name: str, reduction: str) -> None:
    if reduction not in REDUCTIONS:
        raise placed(
            ArgumentError(f"{name} has no such reduction", got=f"{reduction!r}", want="'mean', 'sum' or 'none'")
        )


def _pair(op: OpSpec, input: Tensor, target: Tensor, weight: Tensor | None, reduction: str, **attrs: Any) -> Tensor:
    _check_reduction(op.name, reduction)
    if isinstance(target, Tensor) and input.shape != target.shape:  # pyright: ignore[reportUnnecessaryIsInstance]
        warnings.warn(
            f"{op.name}: the input's shape {input.shape} and the target's {target.shape} differ and are broadcast, "
            "which is rarely meant: give both the same shape",
            stacklevel=3,
        )
    if weight is None:
        return apply(op, input, target, reduction=reduction, **attrs)
    return _finish(weight * apply(op, input, target, reduction="none", **attrs), reduction)


def _weighted(op: OpSpec, input: Tensor, target: Tensor, weight: Any, reduction: str) -> Tensor:
    """A loss whose mean is that of its weights too. Differences of whole numbers are whole."""
    if weight is None and _whole(input) and _whole(target):
        apart: Any = input - target
        return _finish(apart.abs() if op is L1 else apart * apart, reduction)
    if weight is None or reduction != "mean":
        return _pair(op, input, target, weight, reduction)
    return _pair(op, input, target, weight, "sum") / weight.sum()  # type: ignore[operator]


def _whole(value: Any) -> bool:
    return isinstance(value, Tensor) and value.data.dtype.kind in "biu"


def _finish(values: Any, reduction: str) -> Tensor:
    if reduction == "none":
        return values
    return values.mean() if reduction == "mean" else values.sum()


@under_autocast
def mse_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """Squared difference, its mean (by ``weight``), or its sum; (*), (*) -> () or (*)."""
    reduction = chosen(reduction, size_average, reduce)
    return _weighted(MSE, input, target, weight, reduction)


@under_autocast
def l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """Absolute difference, its mean (by ``weight``), or its sum; (*), (*) -> () or (*)."""
    reduction = chosen(reduction, size_average, reduce)
    return _weighted(L1, input, target, weight, reduction)


@under_autocast
def huber_loss(
    input: Tensor, target: Tensor, reduction: str = "mean", delta: float = 1.0, weight: Tensor | None = None
) -> Tensor:
    """Half the squared difference, and a straight line beyond ``delta``. Source: Huber 1964."""
    if not delta > 0:
        raise placed(ArgumentError("huber_loss needs a positive delta", got=f"delta={delta}", want="above 0"))
    return _pair(HUBER, input, target, weight, reduction, delta=delta, scale=1.0)


@under_autocast
def smooth_l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    beta: float = 1.0,
) -> Tensor:
    """`huber_loss` divided by ``beta``, its delta; `l1_loss` for ``beta = 0``."""
    reduction = chosen(reduction, size_average, reduce)
    if beta < 0:
        raise placed(ArgumentError("smooth_l1_loss needs a beta of 0 or more", got=f"beta={beta}", want="0 or more"))
    if beta == 0:
        return l1_loss(input, target, reduction=reduction)
    return _pair(HUBER, input, target, None, reduction, delta=beta, scale=1.0 / beta)


@under_autocast
def binary_cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """``-t log(p) - (1 - t) log(1 - p)`` for probabilities ``input``; logarithms are cut off at -100."""
    reduction = chosen(reduction, size_average, reduce)
    if input.shape != target.shape:
        raise placed(
            ShapeError(
                "binary_cross_entropy needs one target per probability",
                got=f"input {input.shape}, target {target.shape}",
                want="equal shapes",
            )
        )
    found = _pair(BCE, input, target, weight, reduction)
    total = found.data.sum() if found.backend.name == "cpu" else 0.0
    if total != total:  # NaN: a logarithm of what is no probability
        _need_probabilities(input)
    return found


def _need_probabilities(input: Tensor) -> None:
    low, high = input.data.min(), input.data.max()
    if low < 0 or high > 1:
        raise placed(
            ArgumentError(
                "binary_cross_entropy takes probabilities",
                got=f"input from {low:g} to {high:g}",
                want="0 to 1",
                hint="binary_cross_entropy_with_logits takes scores; sigmoid() makes probabilities of them",
            )
        )


@under_autocast
def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Tensor:
    """`binary_cross_entropy` of ``sigmoid(input)``, stable for large inputs.

    Parameters
        weight      factor per element, broadcast
        pos_weight  factor of the positive term, per class: broadcast to the last axes
    """
    reduction = chosen(reduction, size_average, reduce)
    _check_reduction("binary_cross_entropy_with_logits", reduction)
    if input.shape != target.shape:
        raise placed(
            ShapeError(
                "binary_cross_entropy_with_logits needs one target per logit",
                got=f"input {input.shape}, target {target.shape}",
                want="equal shapes",
                hint="target.unsqueeze(1)" if input.shape == (*target.shape, 1) else "",
            )
        )
    if weight is None:
        return apply(BCE_LOGITS, input, target, pos_weight, reduction=reduction)
    return _finish(weight * apply(BCE_LOGITS, input, target, pos_weight, reduction="none"), reduction)
