"""RAdam: Adam that does not trust its first steps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from patchgrad.optim.arguments import at_least_zero, execution_only, two_betas
from patchgrad.optim.direction import descent, follow
from patchgrad.optim.optimizer import Optimizer, Slots
from patchgrad.optim.taped import backend_of


class RAdam(Optimizer):
    """Adam whose scaling by ``sqrt(v)`` waits until enough gradients were seen to know ``v``.

    With ``n = 2 / (1 - b2) - 1`` and ``r = n - 2 t b2^t / (1 - b2^t)``, the number of gradients that ``v`` averages:
    up to ``r = 5``, ``p = p - lr m̂``; from there Adam's step times
    ``sqrt((r - 4) (r - 2) n / ((n - 4) (n - 2) r))``.

    Parameters
        lr                      length of a step
        betas                   (b1, b2), how slowly the two running means forget
        eps                     keeps the division finite
        weight_decay            adds ``weight_decay * p`` to the gradient
        decoupled_weight_decay  shrinks the parameter by ``lr * weight_decay`` instead
        maximize                climbs instead of descending
    Slots
        step, exp_avg (m), exp_avg_sq (v)
    Source
        Liu et al. 2020, On the variance of the adaptive learning rate and beyond.
    """

    elementwise = True

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        decoupled_weight_decay: bool = False,
        *,
        maximize: bool = False,
        **execution: Any,
    ) -> None:
        self.differentiable = execution_only("RAdam", execution)
        at_least_zero("RAdam", lr=lr, eps=eps, weight_decay=weight_decay)
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": two_betas("RAdam", betas),
                "eps": eps,
                "weight_decay": weight_decay,
                "decoupled_weight_decay": decoupled_weight_decay,
                "maximize": maximize,
            },
        )

    def _update(self, value: Any, gradient: Any, slots: Slots, group: dict[str, Any]) -> None:
        xp = backend_of(value).xp
        gradient = descent(value, gradient, group)
        if not slots:
            slots.update(step=0, exp_avg=xp.zeros_like(value), exp_avg_sq=xp.zeros_like(value))
        slots["step"] += 1
        follow(gradient, slots, group["betas"])
        step, (beta1, beta2) = slots["step"], group["betas"]
        direction = slots["exp_avg"] / (1 - beta1**step)
        rectified = _rectification(step, beta2)
        if rectified is not None:
            root = xp.sqrt(slots["exp_avg_sq"]) + group["eps"]
            direction = direction * (1 - beta2**step) ** 0.5 * rectified / root
        value -= group["lr"] * direction


def _rectification(step: int, beta2: float) -> float | None:
    """The factor of Adam's step; None while too few gradients were seen."""
    most = 2 / (1 - beta2) - 1
    seen = most - 2 * step * beta2**step / (1 - beta2**step)
    if seen <= 5:
        return None
    return ((seen - 4) * (seen - 2) * most / ((most - 4) * (most - 2) * seen)) ** 0.5
