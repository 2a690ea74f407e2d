"""ASGD: gradient descent whose answer is the mean of the later parameters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from patchgrad.optim.arguments import at_least_zero, execution_only
from patchgrad.optim.direction import descent
from patchgrad.optim.optimizer import Optimizer, Slots
from patchgrad.optim.taped import backend_of


class ASGD(Optimizer):
    """``p = (1 - lambd eta) p - eta g`` with ``eta = lr / (1 + lambd lr t)^alpha``; ``ax`` is the mean of ``p``.

    The mean begins at step ``t0``: ``ax = ax + mu (p - ax)`` with ``mu = 1 / max(1, t - t0)``.

    Parameters
        lr            length of the first step
        lambd         how fast steps shrink, and a decay of the parameter
        alpha         power of that shrinking
        t0            the step at which the mean begins
        weight_decay  adds ``weight_decay * p`` to the gradient
        maximize      climbs instead of descending
    Slots
        step, eta and mu (numbers), ax: the mean, to be copied into the parameter at the end
    Source
        Polyak and Juditsky 1992, Acceleration of stochastic approximation by averaging.
    """

    elementwise = True
    scalar_slots = ("step", "eta", "mu")

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        lambd: float = 1e-4,
        alpha: float = 0.75,
        t0: float = 1e6,
        weight_decay: float = 0.0,
        *,
        maximize: bool = False,
        **execution: Any,
    ) -> None:
        self.differentiable = execution_only("ASGD", execution)
        at_least_zero("ASGD", lr=lr, weight_decay=weight_decay)
        super().__init__(
            params,
            {"lr": lr, "lambd": lambd, "alpha": alpha, "t0": t0, "weight_decay": weight_decay, "maximize": maximize},
        )

    def _update(self, value: Any, gradient: Any, slots: Slots, group: dict[str, Any]) -> None:
        xp = backend_of(value).xp
        if not slots:
            slots.update(step=0, eta=group["lr"], mu=1.0, ax=xp.zeros_like(value))
        slots["step"] += 1
        gradient = descent(value, gradient, group)
        value *= 1 - group["lambd"] * slots["eta"]
        value -= slots["eta"] * gradient
        slots["ax"] += slots["mu"] * (value - slots["ax"])
        slots["eta"] = group["lr"] / (1 + group["lambd"] * group["lr"] * slots["step"]) ** group["alpha"]
        slots["mu"] = 1 / max(1, slots["step"] - group["t0"])
