"""Losses that ask for a margin between right and wrong: compositions of other ops. All have ``reduction``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from patchgrad.errors import ArgumentError, ShapeError
from patchgrad.ops import elementwise, ranges
from patchgrad.ops.activation import logsigmoid
from patchgrad.ops.distance import pairwise_distance
from patchgrad.ops.reduction import REDUCTIONS, chosen
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed
from patchgrad.tensor.precision import under_autocast

TINY = 1e-12
"""Under the squared lengths in `cosine_embedding_loss`, as in PyTorch."""


def reduced(loss: str, values: Any, reduction: str) -> Tensor:
    """``values``, their mean or their sum; raises ArgumentError for another word."""
    if reduction not in REDUCTIONS:
        raise placed(ArgumentError(f"{loss} has no reduction {reduction!r}", want=", ".join(REDUCTIONS)))
    if reduction == "none":
        return values
    return values.mean() if reduction == "mean" else values.sum()


def _above(x: Any) -> Any:
    """``max(x, 0)``."""
    return x.clamp(min=0)


@under_autocast
def margin_ranking_loss(
    input1: Any,
    input2: Any,
    target: Any,
    margin: float = 0.0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """``max(0, -t (x1 - x2) + margin)``: x1 should rank higher where t is 1, lower where it is -1."""
    reduction = chosen(reduction, size_average, reduce)
    return reduced("margin_ranking_loss", _above(-target * (input1 - input2) + margin), reduction)


@under_autocast
def hinge_embedding_loss(
    input: Any,
    target: Any,
    margin: float = 1.0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """``x`` where t is 1, ``max(0, margin - x)`` where it is -1, for distances x."""
    reduction = chosen(reduction, size_average, reduce)
    near = elementwise.where(target != -1, input, 0)
    far = elementwise.where(target != 1, _above(margin - input), 0)
    return reduced("hinge_embedding_loss", near + far, reduction)


@under_autocast
def cosine_embedding_loss(
    input1: Any,
    input2: Any,
    target: Any,
    margin: float = 0.0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """``1 - cos`` where t is 1, ``max(0, cos - margin)`` where it is -1.

    Shapes
        input1, input2 (batch, n) or (n,), target (batch,) or ()  ->  () or (batch,)
    """
    reduction = chosen(reduction, size_average, reduce)
    lengths = ((input1 * input1).sum(-1) + TINY) * ((input2 * input2).sum(-1) + TINY)
    cosine = (input1 * input2).sum(-1) / lengths.sqrt()
    near = elementwise.where(target == 1, 1 - cosine, 0.0)
    far = elementwise.where(target == -1, _above(cosine - margin), 0.0)
    return reduced("cosine_embedding_loss", near + far, reduction)


@under_autocast
def soft_margin_loss(
    input: Any,
    target: Any,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """``log(1 + exp(-t x))`` for targets 1 and -1."""
    reduction = chosen(reduction, size_average, reduce)
    return reduced("soft_margin_loss", -logsigmoid(target * input), reduction)


@under_autocast
def triplet_margin_loss(
    anchor: Any,
    positive: Any,
    negative: Any,
    margin: float = 1.0,
    p: float = 2.0,
    eps: float = 1e-6,
    swap: bool = False,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """``max(0, d(anchor, positive) - d(anchor, negative) + margin)`` with the p-norm as distance d.

    Parameters
        swap  take the negative's distance to the positive where that is smaller
    Source
        Balntas et al. 2016, Learning local feature descriptors with triplets and shallow CNNs.
    """
    reduction = chosen(reduction, size_average, reduce)
    return triplet_margin_with_distance_loss(
        anchor,
        positive,
        negative,
        distance_function=lambda a, b: pairwise_distance(a, b, p, eps),
        margin=margin,
        swap=swap,
        reduction=reduction,
    )


def triplet_margin_with_distance_loss(
    anchor: Any,
    positive: Any,
    negative: Any,
    *,
    distance_function: Callable[[Any, Any], Any] | None = None,
    margin: float = 1.0,
    swap: bool = False,
    reduction: str = "mean",
) -> Tensor:
    """`triplet_margin_loss` with a distance of your own."""
    distance = pairwise_distance if distance_function is None else distance_function
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = elementwise.minimum(far, distance(positive, negative))
    return reduced("triplet_margin_loss", _above(near - far + margin), reduction)


@under_autocast
def multi_margin_loss(
    input: Any,
    target: Any,
    p: int = 1,
    margin: float = 1.0,
    weight: Any = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """The mean over the wrong classes j of ``max(0, margin - x[t] + x[j]) ** p``, times the weight of t.

    Shapes
        input (batch, classes) or (classes,), target (batch,) or () class numbers, weight (classes,)  ->  () or (batch,)
    """
    reduction = chosen(reduction, size_average, reduce)
    scores, wanted = (input, target) if input.ndim == 2 else (input.unsqueeze(0), target.reshape(1))
    if scores.ndim != 2 or wanted.shape != scores.shape[:1]:
        raise placed(
            ShapeError(
                "multi_margin_loss needs one class per sample",
                got=f"input {input.shape}, target {target.shape}",
                want="input (batch, classes), target (batch,)",
            )
        )
    right = scores.gather(1, wanted.unsqueeze(1))
    terms = _above(margin - right + scores) ** p
    if weight is not None:
        terms = terms * weight[wanted].unsqueeze(1)
    wrong = ranges.arange(scores.shape[1]) != wanted.unsqueeze(1)
    losses = elementwise.where(wrong, terms, 0.0).sum(1) / scores.shape[1]
    return reduced("multi_margin_loss", losses if input.ndim == 2 else losses.squeeze(0), reduction)


@under_autocast
def multilabel_soft_margin_loss(
    input: Any,
    target: Any,
    weight: Any = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Binary cross-entropy of ``sigmoid(x)``, averaged over the classes: (batch, classes) -> () or (batch,)."""
    reduction = chosen(reduction, size_average, reduce)
    terms: Any = -(target * logsigmoid(input) + (1 - target) * logsigmoid(-input))
    return reduced("multilabel_soft_margin_loss", (terms if weight is None else terms * weight).mean(-1), reduction)


@under_autocast
def multilabel_margin_loss(
    input: Any,
    target: Any,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """The sum of ``max(0, 1 - (x[t] - x[j]))`` over right classes t and wrong ones j, divided by the classes.

    Shapes
        input (batch, classes) or (classes,), target of the same shape: right class numbers first, then -1
        ->  () or (batch,)
    """
    reduction = chosen(reduction, size_average, reduce)
    scores, wanted = (input, target) if input.ndim == 2 else (input.unsqueeze(0), target.unsqueeze(0))
    counted = ((wanted < 0).cumsum(1) == 0).unsqueeze(2)
    places = elementwise.where(wanted < 0, 0, wanted)
    is_right = ((ranges.arange(scores.shape[1]) == wanted.unsqueeze(2)) & counted).any(1)
    terms = _above(1 - (scores.gather(1, places).unsqueeze(2) - scores.unsqueeze(1)))
    losses = elementwise.where(counted & ~is_right.unsqueeze(1), terms, 0.0).sum((1, 2)) / scores.shape[1]
    return reduced("multilabel_margin_loss", losses if input.ndim == 2 else losses.squeeze(0), reduction)
