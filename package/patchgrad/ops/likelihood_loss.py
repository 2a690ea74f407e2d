"""Losses from the likelihood of a distribution: compositions of other ops. All have ``reduction``."""

from __future__ import annotations

import math
from typing import Any

from patchgrad.backend import MetaArray
from patchgrad.errors import ArgumentError, ShapeError
from patchgrad.ops import elementwise
from patchgrad.ops.margin_loss import reduced
from patchgrad.ops.reduction import chosen
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed
from patchgrad.tensor.precision import under_autocast


def gaussian_nll_loss(
    input: Any, target: Any, var: Any, full: bool = False, eps: float = 1e-6, reduction: str = "mean"
) -> Tensor:
    """``(log var + (x - t)² / var) / 2``: a normal distribution with mean x and variance ``var``.

    Shapes
        input (*, n), target (*, n) or broadcast, var (*, n), (*, 1), (*) or a number  ->  () or (*, n)
    Parameters
        full  add the constant ``log(2 pi) / 2``
        eps   the least variance; the gradient passes through it
    Source
        Nix and Weigend 1994, Estimating the mean and variance of the target probability distribution.
    """
    spread = _variance(input, var)
    if not isinstance(spread.data, MetaArray) and bool((spread.data < 0).any()):
        raise placed(ArgumentError("gaussian_nll_loss needs variances of 0 or more", got="a negative one"))
    spread = spread + (spread.clamp(min=eps) - spread).detach()
    values = 0.5 * (spread.log() + (input - target) ** 2 / spread)
    return reduced("gaussian_nll_loss", values + 0.5 * math.log(2 * math.pi) if full else values, reduction)


def _variance(input: Any, var: Any) -> Any:
    if isinstance(var, (int, float)):
        return input.detach() * 0 + var
    if var.shape == input.shape or var.shape == (*input.shape[:-1], 1):
        return var
    if var.shape == input.shape[:-1]:
        return var.unsqueeze(-1)
    raise placed(
        ShapeError(
            "gaussian_nll_loss cannot match the variance",
            got=f"input {input.shape}, var {var.shape}",
            want="the shape of input, or one variance for the last axis",
        )
    )


@under_autocast
def poisson_nll_loss(
    input: Any,
    target: Any,
    log_input: bool = True,
    full: bool = False,
    size_average: bool | None = None,
    eps: float = 1e-8,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """``exp(x) - t x`` for the logarithm x of a Poisson rate, or ``x - t log(x + eps)`` for the rate.

    Parameters
        full  add Stirling's ``t log t - t + log(2 pi t) / 2`` where t is above 1
    """
    reduction = chosen(reduction, size_average, reduce)
    values = input.exp() - target * input if log_input else input - target * (input + eps).log()
    if full:
        large = elementwise.where(target > 1, target, 1.0)
        stirling: Any = large * large.log() - large + 0.5 * (2 * math.pi * large).log()
        values = values + elementwise.where(target > 1, stirling, 0.0)
    return reduced("poisson_nll_loss", values, reduction)


@under_autocast
def kl_div(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    log_target: bool = False,
) -> Tensor:
    """``target * (log(target) - input)`` for log-probabilities ``input``; "batchmean" divides by the first axis."""
    reduction = chosen(reduction, size_average, reduce)
    expected: Any = elementwise.exp(target) * target if log_target else xlogy(target)
    values = expected - (elementwise.exp(target) if log_target else target) * input
    if reduction == "batchmean":
        return values.sum() / input.shape[0]
    return reduced("kl_div", values, reduction)


def xlogy(x: Tensor) -> Tensor:
    """``x log x``, 0 at 0."""
    return x * elementwise.log(elementwise.where(x > 0, x, 1.0))
