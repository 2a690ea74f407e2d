"""Losses that ask for a margin between right and wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from patchgrad.nn import functional
from patchgrad.nn.arguments import choice
from patchgrad.nn.loss import Loss
from patchgrad.tensor import Tensor


class MarginRankingLoss(Loss):
    """``max(0, -t (x1 - x2) + margin)``: x1 should rank higher where t is 1, lower where it is -1; (*) each."""

    def __init__(
        self,
        margin: float = 0.0,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin = margin

    def forward(self, input1: Tensor, input2: Tensor, target: Tensor) -> Tensor:
        return functional.margin_ranking_loss(input1, input2, target, self.margin, reduction=self.reduction)


class HingeEmbeddingLoss(Loss):
    """``x`` where t is 1, ``max(0, margin - x)`` where it is -1, for distances x; (*) each."""

    def __init__(
        self,
        margin: float = 1.0,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin = margin

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return functional.hinge_embedding_loss(input, target, self.margin, reduction=self.reduction)


class CosineEmbeddingLoss(Loss):
    """``1 - cos`` where t is 1, ``max(0, cos - margin)`` where it is -1.

    Shapes
        input1, input2 (batch, n), target (batch,)  ->  () with "mean" or "sum", (batch,) with "none"
    """

    def __init__(
        self,
        margin: float = 0.0,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin = margin

    def forward(self, input1: Tensor, input2: Tensor, target: Tensor) -> Tensor:
        return functional.cosine_embedding_loss(input1, input2, target, self.margin, reduction=self.reduction)


class SoftMarginLoss(Loss):
    """``log(1 + exp(-t x))`` for targets 1 and -1; (*) each."""

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return functional.soft_margin_loss(input, target, reduction=self.reduction)


class TripletMarginLoss(Loss):
    """``max(0, d(anchor, positive) - d(anchor, negative) + margin)`` with the p-norm as distance; (batch, n) each.

    Settings
        swap  take the negative's distance to the positive where that is smaller
    Source
        Balntas et al. 2016, Learning local feature descriptors with triplets and shallow CNNs.
    """

    def __init__(
        self,
        margin: float = 1.0,
        p: float = 2.0,
        eps: float = 1e-6,
        swap: bool = False,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin = margin
        self.p = p
        self.eps = eps
        self.swap = swap

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
        settings = (self.margin, self.p, self.eps, self.swap)
        return functional.triplet_margin_loss(anchor, positive, negative, *settings, reduction=self.reduction)


class TripletMarginWithDistanceLoss(Loss):
    """`TripletMarginLoss` with a distance of your own: ``distance_function(a, b)``, by default the 2-norm."""

    def __init__(
        self,
        *,
        distance_function: Callable[[Any, Any], Any] | None = None,
        margin: float = 1.0,
        swap: bool = False,
        reduction: str = "mean",
    ) -> None:
        super().__init__(reduction=reduction)
        self.distance_function = distance_function
        self.margin = margin
        self.swap = swap

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
        return functional.triplet_margin_with_distance_loss(
            anchor,
            positive,
            negative,
            distance_function=self.distance_function,
            margin=self.margin,
            swap=self.swap,
            reduction=self.reduction,
        )


class MultiMarginLoss(Loss):
    """The mean over the wrong classes j of ``max(0, margin - x[t] + x[j]) ** p``, times the weight of class t.

    Shapes
        input (batch, classes), target (batch,) class numbers  ->  () with "mean" or "sum", (batch,) with "none"
    Settings
        p       1 or 2
        weight  of each class, (classes,)
    """

    def __init__(
        self,
        p: int = 1,
        margin: float = 1.0,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        choice("MultiMarginLoss", (1, 2), p=p)
        self.register_buffer("weight", weight)
        self.p = p
        self.margin = margin

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return functional.multi_margin_loss(input, target, self.p, self.margin, self.weight, reduction=self.reduction)


class MultiLabelMarginLoss(Loss):
    """The sum of ``max(0, 1 - (x[t] - x[j]))`` over right classes t and wrong ones j, divided by the classes.

    Shapes
        input (batch, classes), target (batch, classes): the right class numbers first, then -1
        ->  () with "mean" or "sum", (batch,) with "none"
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return functional.multilabel_margin_loss(input, target, reduction=self.reduction)


class MultiLabelSoftMarginLoss(Loss):
    """Binary cross-entropy of ``sigmoid(x)``, averaged over the classes; (batch, classes) each.

    Settings
        weight  of each class, (classes,)
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.register_buffer("weight", weight)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return functional.multilabel_soft_margin_loss(input, target, self.weight, reduction=self.reduction)
