"""Adamax: Adam with the largest recent gradient in the place of the root of the mean square."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from patchgrad.optim.arguments import at_least_zero, execution_only, two_betas
from patchgrad.optim.direction import descent, mean_towards
from patchgrad.optim.optimizer import Optimizer, Slots
from patchgrad.optim.taped import backend_of


class Adamax(Optimizer):
    """``m = b1 m + (1 - b1) g``, ``u = max(b2 u, |g| + eps)``, ``p = p - lr / (1 - b1^t) * m / u``.

    Parameters
        lr            length of a step
        betas         (b1, b2), how slowly ``m`` and ``u`` forget
        eps           keeps the division finite
        weight_decay  adds ``weight_decay * p`` to the gradient
        maximize      climbs instead of descending
    Slots
        step, exp_avg (m), exp_inf (u)
    Source
        Kingma and Ba 2015, Adam: a method for stochastic optimization, section 7.1.
    """

    elementwise = True

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        *,
        maximize: bool = False,
        **execution: Any,
    ) -> None:
        self.differentiable = execution_only("Adamax", execution)
        at_least_zero("Adamax", lr=lr, eps=eps, weight_decay=weight_decay)
        betas = two_betas("Adamax", betas)
        super().__init__(
            params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "maximize": maximize}
        )

    def _update(self, value: Any, gradient: Any, slots: Slots, group: dict[str, Any]) -> None:
        xp = backend_of(value).xp
        gradient = descent(value, gradient, group)
        if not slots:
            slots.update(step=0, exp_avg=xp.zeros_like(value), exp_inf=xp.zeros_like(value))
        slots["step"] += 1
        beta1, beta2 = group["betas"]
        mean, largest = slots["exp_avg"], slots["exp_inf"]
        mean_towards(mean, gradient, 1 - beta1)
        largest *= beta2
        xp.maximum(largest, xp.abs(gradient) + group["eps"], out=largest)
        value -= group["lr"] / (1 - beta1 ** slots["step"]) * mean / largest
