"""Losses: one number that says how far an output is from its target. More in element_loss.py and margin_loss.py."""

from __future__ import annotations

from patchgrad.nn import functional
from patchgrad.nn.arguments import choice, probability
from patchgrad.nn.module import Module
from patchgrad.ops.reduction import chosen
from patchgrad.tensor import Tensor


class Loss(Module):
    """A loss that is averaged, summed, or left per element.

    Settings
        reduction     "mean", "sum" or "none"
        size_average  the older form: False for the sum
        reduce        the older form: False for every element
    """

    reductions: tuple[str, ...] = ("mean", "sum", "none")

    def __init__(self, size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean") -> None:
        super().__init__()
        choice(type(self).__name__, self.reductions, reduction=reduction)
        self.reduction = chosen(reduction, size_average, reduce)

    def extra_repr(self) -> str:
        return "" if self.reduction == "mean" else f"reduction={self.reduction!r}"


class MSELoss(Loss):
    """Mean of ``(input - target)²``.

    Shapes
        input (*), target (*)  ->  () with "mean" or "sum", (*) with "none"
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return functional.mse_loss(input, target, reduction=self.reduction)


class L1Loss(Loss):
    """Mean of ``|input - target|``.

    Shapes
        input (*), target (*)  ->  () with "mean" or "sum", (*) with "none"
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return functional.l1_loss(input, target, reduction=self.reduction)


class CrossEntropyLoss(Loss):
    """Minus the log of the probability (softmax of ``input``) that the target class gets.

    Shapes
        input (batch, classes, *), target (batch, *) class numbers, or probabilities of the shape of ``input``
        ->  () with "mean" or "sum", (batch, *) with "none"
    Settings
        weight           of each class, (classes,); "mean" divides by the sum of the weights of the targets
        ignore_index     a class number that does not count
        label_smoothing  share of the target that is spread evenly over all classes
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        ignore_index: int = -100,
        reduce: bool | None = None,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        probability("CrossEntropyLoss", label_smoothing=label_smoothing)
        self.register_buffer("weight", weight)
        self.ignore_index = ignore_index
        self.label_smoothing = label_smoothing

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return functional.cross_entropy(
            input,
            target,
            self.weight,
            ignore_index=self.ignore_index,
            reduction=self.reduction,
            label_smoothing=self.label_smoothing,
        )


class NLLLoss(Loss):
    """Minus the log-probability of the target class: what `CrossEntropyLoss` is behind a `LogSoftmax`.

    Shapes
        input (batch, classes, *) log-probabilities, target (batch, *) class numbers
        ->  () with "mean" or "sum", (batch, *) with "none"
    Settings
        weight        of each class, (classes,); "mean" divides by the sum of the weights of the targets
        ignore_index  a class number that does not count
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        ignore_index: int = -100,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.register_buffer("weight", weight)
        self.ignore_index = ignore_index

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return functional.nll_loss(input, target, self.weight, ignore_index=self.ignore_index, reduction=self.reduction)


class BCEWithLogitsLoss(Loss):
    """Binary cross-entropy of ``sigmoid(input)``, computed without overflow.

    Shapes
        input (*), target (*) from 0 to 1  ->  () with "mean" or "sum", (*) with "none"
    Settings
        weight      factor of each element, broadcast
        pos_weight  factor of the positive part, broadcast: above 1 finds more positives
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        pos_weight: Tensor | None = None,
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.register_buffer("weight", weight)
        self.register_buffer("pos_weight", pos_weight)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return functional.binary_cross_entropy_with_logits(
            input, target, self.weight, reduction=self.reduction, pos_weight=self.pos_weight
        )
