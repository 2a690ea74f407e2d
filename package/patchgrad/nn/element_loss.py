"""More losses of each element: robust ones, and likelihoods of distributions."""

from __future__ import annotations

from patchgrad.nn import functional
from patchgrad.nn.loss import Loss
from patchgrad.tensor import Tensor


class SmoothL1Loss(Loss):
    """``d² / (2 beta)`` for differences ``|d| < beta``, ``|d| - beta / 2`` beyond. Source: Girshick 2015."""

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        beta: float = 1.0,
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.beta = beta

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return functional.smooth_l1_loss(input, target, reduction=self.reduction, beta=self.beta)


class HuberLoss(Loss):
    """``d² / 2`` for differences ``|d| < delta``, ``delta (|d| - delta / 2)`` beyond. Source: Huber 1964."""

    def __init__(self, reduction: str = "mean", delta: float = 1.0) -> None:
        super().__init__(reduction=reduction)
        self.delta = delta

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return functional.huber_loss(input, target, self.reduction, self.delta)


class BCELoss(Loss):
    """``-t log(p) - (1 - t) log(1 - p)`` for probabilities p; logarithms are cut off at -100.

    Settings
        weight  factor of each element, broadcast
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
        return functional.binary_cross_entropy(input, target, self.weight, reduction=self.reduction)


class KLDivLoss(Loss):
    """``t (log t - x)`` for log-probabilities x and probabilities t (their logarithms with ``log_target``).

    Settings
        reduction  also "batchmean": the sum divided by the batch, which is the divergence
    Source
        Kullback and Leibler 1951, On information and sufficiency.
    """

    reductions = ("mean", "sum", "none", "batchmean")

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        log_target: bool = False,
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.log_target = log_target

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return functional.kl_div(input, target, reduction=self.reduction, log_target=self.log_target)


class PoissonNLLLoss(Loss):
    """``exp(x) - t x`` for the logarithm x of a Poisson rate, or ``x - t log(x + eps)`` for the rate itself.

    Settings
        log_input  x is a logarithm
        full       add Stirling's ``t log t - t + log(2 pi t) / 2`` where t is above 1
    """

    def __init__(
        self,
        log_input: bool = True,
        full: bool = False,
        size_average: bool | None = None,
        eps: float = 1e-8,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.log_input = log_input
        self.full = full
        self.eps = eps

    def forward(self, log_input: Tensor, target: Tensor) -> Tensor:
        return functional.poisson_nll_loss(
            log_input, target, self.log_input, self.full, eps=self.eps, reduction=self.reduction
        )


class GaussianNLLLoss(Loss):
    """``(log var + (x - t)² / var) / 2``: a normal distribution with mean x and a variance that is learned too.

    Shapes
        input (*, n), target (*, n), var (*, n), (*, 1) or (*)  ->  () with "mean" or "sum", (*, n) with "none"
    Settings
        full  add the constant ``log(2 pi) / 2``
        eps   the least variance
    """

    def __init__(self, *, full: bool = False, eps: float = 1e-6, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.full = full
        self.eps = eps

    def forward(self, input: Tensor, target: Tensor, var: Tensor | float) -> Tensor:
        return functional.gaussian_nll_loss(input, target, var, self.full, self.eps, reduction=self.reduction)
