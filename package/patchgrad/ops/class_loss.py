"""Losses of class indices: the negative log-likelihood and the cross-entropy.

The class axis is axis 1 (axis 0 of a single sample). Inside the ops it stands last.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from patchgrad.autograd.op import Sample, define
from patchgrad.backend import host
from patchgrad.errors import ArgumentError, DtypeError, ShapeError
from patchgrad.ops import activation, shapes
from patchgrad.ops.class_distribution import losses, wants_weight
from patchgrad.ops.reduction import REDUCTIONS, chosen
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed
from patchgrad.tensor.precision import under_autocast
from patchgrad.typing import Shape


def _last(xp: Any, x: Any) -> Any:
    return x if len(x.shape) <= 2 else xp.moveaxis(x, 1, -1)


def _back(xp: Any, x: Any) -> Any:
    return x if len(x.shape) <= 2 else xp.moveaxis(x, -1, 1)


def _class_axis(shape: Shape) -> int:
    return 1 if len(shape) > 1 else 0


def _shape(input: Shape, target: Shape, weight: Shape | None, *, reduction: str, **_: Any) -> Shape:
    axis = _class_axis(input)
    wanted = (*input[:axis], *input[axis + 1 :])
    if not input or tuple(target) != wanted:
        raise ShapeError(
            "the loss needs one class index per sample",
            got=f"input {tuple(input)}, target {tuple(target)}",
            want=f"input (batch, classes, *), target (batch, *): here {wanted}",
            hint="target.squeeze(1)" if (*wanted, 1) == tuple(target) else "",
        )
    if weight is not None:
        wants_weight(weight, input[axis])
    return wanted if reduction == "none" else ()


def _wanted(xp: Any, ct: Any, s: Any, label_smoothing: float) -> tuple[Any, Any]:
    """The distribution and the cotangent per row."""
    shape = s.shape_of("input")
    q = xp.ops.class_distribution(
        s.target,
        s.weight,
        classes=shape[_class_axis(shape)],
        ignore_index=s.ignore_index,
        label_smoothing=label_smoothing,
        reduction=s.reduction,
        kind=s.dtype_of("input"),
    )
    return q, ct[..., None] if s.reduction == "none" else ct


def _nll_rule(xp: Any, ct: Any, s: Any) -> Any:
    q, ct = _wanted(xp, ct, s, 0.0)
    return _back(xp, -ct * q)


def _cross_entropy_rule(xp: Any, ct: Any, s: Any) -> Any:
    q, ct = _wanted(xp, ct, s, s.label_smoothing)
    p = xp.ops.softmax(_last(xp, s.input), axis=-1)
    return _back(xp, ct * (p * xp.sum(q, axis=-1, keepdims=True) - q))


def _samples(**attrs: Any) -> Callable[..., list[Sample]]:
    def samples(draw: Callable[..., Any]) -> list[Sample]:
        def case(label: str, x: tuple[int, ...], target: Any, weight: Any = None, **more: Any) -> Sample:
            settings = {"ignore_index": -100, "reduction": "mean"} | attrs | more
            return Sample((draw(*x), host.asarray(target), weight), settings, label)

        return [
            case("mean", (4, 3), [0, 2, 1, 0]),
            case("none", (2, 3, 2), [[0, 2], [1, 1]], reduction="none"),
            case("weighted", (4, 3), [0, 2, 1, 0], draw(3, low=0.5)),
            case("ignored", (4, 3), [0, 2, 1, 0], ignore_index=0, reduction="sum"),
            case("one sample", (3,), 1),
        ]

    return samples


def _errors(**attrs: Any) -> Callable[..., list[Sample]]:
    settings = {"ignore_index": -100, "reduction": "mean"} | attrs
    return lambda draw: [
        Sample((draw(4, 3), host.asarray([0, 1, 2]), None), settings, "sizes"),
        Sample((draw(4, 3), host.asarray([0, 1, 2, 3]), None), settings, "class out of range"),
        Sample((draw(4, 3), host.asarray([0, 1, 2, 0]), draw(4)), settings, "weight"),
    ]


NLL = define(
    "nll_loss",
    inputs=("input", "target", "weight"),
    forward=lambda xp, x, target, weight, ignore_index, reduction: losses(
        xp, _last(xp, x), target, weight, ignore_index, 0.0, reduction
    ),
    shape=_shape,
    dtype="same",
    saves=("target", "weight"),
    vjps={"input": _nll_rule},
    formula=r"-w_t x_t",
    cost=lambda x, *_, **__: x[0],
    samples=_samples(),
    errors=_errors(),
)
CROSS_ENTROPY = define(
    "cross_entropy",
    inputs=("input", "target", "weight"),
    forward=lambda xp, x, target, weight, ignore_index, label_smoothing, reduction: losses(
        xp,
        xp.ops.log_softmax(_last(xp, x), axis=-1),
        target,
        weight,
        ignore_index,
        label_smoothing,
        reduction,
    ),
    shape=_shape,
    dtype="same",
    saves=("input", "target", "weight"),
    vjps={"input": _cross_entropy_rule},
    formula=r"-w_t \ln \frac{e^{x_t}}{\sum_c e^{x_c}}",
    cost=lambda x, *_, **__: 6 * shapes.count(x),
    samples=lambda draw: _samples(label_smoothing=0.0)(draw) + _samples(label_smoothing=0.2)(draw),
    errors=_errors(label_smoothing=0.0),
)


def _check(name: str, input: Tensor, target: Tensor, reduction: str) -> None:
    if reduction not in REDUCTIONS:
        raise placed(
            ArgumentError(f"{name} has no such reduction", got=f"{reduction!r}", want="'mean', 'sum' or 'none'")
        )
    if not input.dtype.is_floating_point:
        raise placed(DtypeError(f"{name} needs floating scores", got=f"input {input.dtype.name}", hint="input.float()"))
    if target.data.dtype.kind not in "iu":
        raise placed(
            DtypeError(
                f"{name} needs class indices as integers",
                got=f"target {target.dtype.name}",
                want="int64",
                hint="target.long()",
            )
        )


@under_autocast
def nll_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Minus the log-probability of the right class.

    Shapes
        input (batch, classes, *) log-probabilities, target (batch, *) class indices  ->  () or (batch, *)
    Parameters
        weight        factor per class, (classes,); the mean is then weighted
        ignore_index  samples with this target count for nothing
    """
    reduction = chosen(reduction, size_average, reduce)
    _check("nll_loss", input, target, reduction)
    return apply(NLL, input, target, weight, ignore_index=ignore_index, reduction=reduction)


@under_autocast
def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    """Minus the log-probability of the right class under ``softmax(input)``.

    Shapes
        input (batch, classes, *) scores, target (batch, *) class indices or (batch, classes, *) probabilities
        ->  () or (batch, *)
    Parameters
        weight           factor per class, (classes,); the mean is then weighted (for class indices)
        ignore_index     samples with this target count for nothing
        label_smoothing  part of the probability that is spread evenly over all classes
    """
    reduction = chosen(reduction, size_average, reduce)
    if not 0.0 <= label_smoothing <= 1.0:
        raise placed(
            ArgumentError("label_smoothing is a part of a probability", got=f"{label_smoothing}", want="0 to 1")
        )
    if target.dtype.is_floating_point and target.shape == input.shape:
        return _of_probabilities(input, target, weight, reduction, label_smoothing)
    _check("cross_entropy", input, target, reduction)
    return apply(
        CROSS_ENTROPY,
        input,
        target,
        weight,
        ignore_index=ignore_index,
        label_smoothing=label_smoothing,
        reduction=reduction,
    )


def _of_probabilities(input: Any, target: Any, weight: Any, reduction: str, label_smoothing: float) -> Tensor:
    axis = _class_axis(input.shape)
    if label_smoothing:
        target = target * (1 - label_smoothing) + label_smoothing / input.shape[axis]
    if weight is not None:
        target = target * weight.reshape((-1,) + (1,) * (input.ndim - 1 - axis))
    found: Any = -(activation.log_softmax(input, axis) * target).sum(axis)
    if reduction == "none":
        return found
    return found.sum() if reduction == "sum" else found.sum() / max(found.data.size, 1)
