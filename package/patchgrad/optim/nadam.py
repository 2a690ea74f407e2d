"""NAdam: Adam that looks one step of momentum ahead."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from patchgrad.optim.arguments import at_least_zero, execution_only, two_betas
from patchgrad.optim.direction import descent, follow
from patchgrad.optim.optimizer import Optimizer, Slots
from patchgrad.optim.taped import backend_of


class NAdam(Optimizer):
    """Adam with a momentum that grows over the steps, ``u(t) = b1 (1 - 0.96^(t decay) / 2)``, and looks ahead.

    With Adam's running means m and v and ``P = u(1) ... u(t)``:
    ``p = p - lr ((1 - u(t)) / (1 - P) g + u(t+1) / (1 - P u(t+1)) m) / (sqrt(v / (1 - b2^t)) + eps)``.

    Parameters
        lr                      length of a step
        betas                   (b1, b2), how slowly the two running means forget
        eps                     keeps the division finite
        weight_decay            adds ``weight_decay * p`` to the gradient
        momentum_decay          how fast the momentum grows
        decoupled_weight_decay  shrinks the parameter by ``lr * weight_decay`` instead
        maximize                climbs instead of descending
    Slots
        step, mu_product (P, a number), exp_avg (m), exp_avg_sq (v)
    Source
        Dozat 2016, Incorporating Nesterov momentum into Adam.
    """

    elementwise = True
    scalar_slots = ("step", "mu_product")

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum_decay: float = 4e-3,
        decoupled_weight_decay: bool = False,
        *,
        maximize: bool = False,
        **execution: Any,
    ) -> None:
        self.differentiable = execution_only("NAdam", execution)
        at_least_zero("NAdam", lr=lr, eps=eps, weight_decay=weight_decay, momentum_decay=momentum_decay)
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": two_betas("NAdam", betas),
                "eps": eps,
                "weight_decay": weight_decay,
                "momentum_decay": momentum_decay,
                "decoupled_weight_decay": decoupled_weight_decay,
                "maximize": maximize,
            },
        )

    def _update(self, value: Any, gradient: Any, slots: Slots, group: dict[str, Any]) -> None:
        xp = backend_of(value).xp
        gradient = descent(value, gradient, group)
        if not slots:
            slots.update(step=0, mu_product=1.0, exp_avg=xp.zeros_like(value), exp_avg_sq=xp.zeros_like(value))
        slots["step"] += 1
        follow(gradient, slots, group["betas"])
        now, after = _momentum(slots["step"], group), _momentum(slots["step"] + 1, group)
        product = slots["mu_product"] = slots["mu_product"] * now
        root = xp.sqrt(slots["exp_avg_sq"] / (1 - group["betas"][1] ** slots["step"])) + group["eps"]
        value -= group["lr"] * (1 - now) / (1 - product) * gradient / root
        value -= group["lr"] * after / (1 - product * after) * slots["exp_avg"] / root


def _momentum(step: int, group: dict[str, Any]) -> float:
    return group["betas"][0] * (1.0 - 0.5 * 0.96 ** (step * group["momentum_decay"]))
