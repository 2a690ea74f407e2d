"""CTCLoss: how far a sequence of outputs is from labels whose places in time are not known."""

from __future__ import annotations

from typing import Any

from patchgrad.nn import functional
from patchgrad.nn.arguments import counts
from patchgrad.nn.loss import Loss
from patchgrad.tensor import Tensor


class CTCLoss(Loss):
    """Minus the logarithm of the chance that the labels come out, over all ways to place them in time.

    Shapes
        log_probs (time, batch, classes) or (time, classes), from a `LogSoftmax`; targets (batch, longest) or all labels
        one after another; input_lengths and target_lengths (batch,)
        ->  () with "mean" or "sum", (batch,) with "none"
    Settings
        blank          the class that stands for no label
        zero_infinity  a sample with more labels than its time holds counts 0 instead of infinity
    Source
        Graves et al. 2006, Connectionist temporal classification.
    """

    def __init__(self, blank: int = 0, reduction: str = "mean", zero_infinity: bool = False) -> None:
        super().__init__(reduction=reduction)
        counts("CTCLoss", 0, blank=blank)
        self.blank = blank
        self.zero_infinity = zero_infinity

    def forward(self, log_probs: Tensor, targets: Tensor, input_lengths: Any, target_lengths: Any) -> Tensor:
        settings = (self.blank, self.reduction, self.zero_infinity)
        return functional.ctc_loss(log_probs, targets, input_lengths, target_lengths, *settings)
