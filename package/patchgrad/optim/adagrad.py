"""Adagrad: steps that shrink with the sum of all squared gradients."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from patchgrad.optim.arguments import at_least_zero, execution_only
from patchgrad.optim.direction import descent
from patchgrad.optim.optimizer import Optimizer, Slots
from patchgrad.optim.taped import backend_of


class Adagrad(Optimizer):
    """``s = s + g²``, ``p = p - lr / (1 + (t - 1) lr_decay) * g / (sqrt(s) + eps)``.

    Parameters
        lr                         length of a step
        lr_decay                   shrinks the steps over time as well
        weight_decay               adds ``weight_decay * p`` to the gradient
        initial_accumulator_value  what ``s`` begins with
        eps                        keeps the division finite
        maximize                   climbs instead of descending
    Slots
        step, sum (s)
    Source
        Duchi et al. 2011, Adaptive subgradient methods for online learning and stochastic optimization.
    """

    elementwise = True

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        lr_decay: float = 0.0,
        weight_decay: float = 0.0,
        initial_accumulator_value: float = 0.0,
        eps: float = 1e-10,
        *,
        maximize: bool = False,
        **execution: Any,
    ) -> None:
        self.differentiable = execution_only("Adagrad", execution)
        at_least_zero("Adagrad", lr=lr, lr_decay=lr_decay, weight_decay=weight_decay, eps=eps)
        at_least_zero("Adagrad", initial_accumulator_value=initial_accumulator_value)
        super().__init__(
            params,
            {
                "lr": lr,
                "lr_decay": lr_decay,
                "eps": eps,
                "weight_decay": weight_decay,
                "initial_accumulator_value": initial_accumulator_value,
                "maximize": maximize,
            },
        )

    def _update(self, value: Any, gradient: Any, slots: Slots, group: dict[str, Any]) -> None:
        xp = backend_of(value).xp
        gradient = descent(value, gradient, group)
        if not slots:
            slots.update(step=0, sum=xp.full_like(value, group["initial_accumulator_value"]))
        slots["step"] += 1
        slots["sum"] += gradient * gradient
        rate = group["lr"] / (1 + (slots["step"] - 1) * group["lr_decay"])
        value -= rate * gradient / (xp.sqrt(slots["sum"]) + group["eps"])
