"""RMSprop: steps divided by the root of the mean squared gradient."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from patchgrad.optim.arguments import at_least_zero, execution_only
from patchgrad.optim.direction import descent, mean_towards
from patchgrad.optim.optimizer import Optimizer, Slots
from patchgrad.optim.taped import backend_of


class RMSprop(Optimizer):
    """``v = a v + (1 - a) g²``, ``p = p - lr * g / (sqrt(v) + eps)``; with momentum ``b = momentum b + g / ...``.

    Parameters
        lr            length of a step
        alpha         a, how slowly the running mean forgets
        eps           keeps the division finite
        weight_decay  adds ``weight_decay * p`` to the gradient
        momentum      share of the last direction that is kept
        centered      takes the square of the mean gradient from ``v``: what is left is its variance
        maximize      climbs instead of descending
    Slots
        step, square_avg (v), grad_avg if ``centered``, momentum_buffer (b) if ``momentum`` is not 0
    Source
        Hinton 2012, Neural networks for machine learning, lecture 6; Graves 2013 for the centered form.
    """

    elementwise = True

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        centered: bool = False,
        *,
        maximize: bool = False,
        **execution: Any,
    ) -> None:
        self.differentiable = execution_only("RMSprop", execution)
        at_least_zero("RMSprop", lr=lr, alpha=alpha, eps=eps, weight_decay=weight_decay, momentum=momentum)
        super().__init__(
            params,
            {
                "lr": lr,
                "momentum": momentum,
                "alpha": alpha,
                "eps": eps,
                "centered": centered,
                "weight_decay": weight_decay,
                "maximize": maximize,
            },
        )

    def _update(self, value: Any, gradient: Any, slots: Slots, group: dict[str, Any]) -> None:
        xp = backend_of(value).xp
        gradient = descent(value, gradient, group)
        _begin(xp, value, slots, group)
        slots["step"] += 1
        squares = slots["square_avg"]
        squares *= group["alpha"]
        squares += (1 - group["alpha"]) * gradient * gradient
        variance = squares
        if group["centered"]:
            mean_towards(slots["grad_avg"], gradient, 1 - group["alpha"])
            variance = squares - slots["grad_avg"] * slots["grad_avg"]
        direction = gradient / (xp.sqrt(variance) + group["eps"])
        if group["momentum"] > 0:
            slots["momentum_buffer"] *= group["momentum"]
            slots["momentum_buffer"] += direction
            direction = slots["momentum_buffer"]
        value -= group["lr"] * direction


def _begin(xp: Any, value: Any, slots: Slots, group: dict[str, Any]) -> None:
    """Zeros for the slots that are not there yet (a setting may be changed on the way)."""
    slots.setdefault("step", 0)
    wanted = {"square_avg": True, "momentum_buffer": group["momentum"] > 0, "grad_avg": group["centered"]}
    for name in (name for name, used in wanted.items() if used and name not in slots):
        slots[name] = xp.zeros_like(value)
