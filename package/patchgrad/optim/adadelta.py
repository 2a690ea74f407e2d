"""Adadelta: steps in the units of the parameter, from the sizes of the steps before."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from patchgrad.errors import ArgumentError
from patchgrad.optim.arguments import at_least_zero, execution_only
from patchgrad.optim.direction import descent
from patchgrad.optim.optimizer import Optimizer, Slots
from patchgrad.optim.taped import backend_of


class Adadelta(Optimizer):
    """``d = sqrt(u + eps) / sqrt(v + eps) g``, ``p = p - lr d``; running means ``v`` of ``g²`` and ``u`` of ``d²``.

    Parameters
        lr            factor of a step
        rho           how slowly the two running means forget
        eps           sets the size of the first steps
        weight_decay  adds ``weight_decay * p`` to the gradient
        maximize      climbs instead of descending
    Slots
        step, square_avg (v), acc_delta (u)
    Source
        Zeiler 2012, Adadelta: an adaptive learning rate method.
    """

    elementwise = True

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0.0,
        *,
        maximize: bool = False,
        **execution: Any,
    ) -> None:
        self.differentiable = execution_only("Adadelta", execution)
        at_least_zero("Adadelta", lr=lr, eps=eps, weight_decay=weight_decay)
        if not 0 <= rho <= 1:
            raise ArgumentError(f"Adadelta cannot use rho={rho}", want="a number from 0 to 1")
        super().__init__(params, {"lr": lr, "rho": rho, "eps": eps, "weight_decay": weight_decay, "maximize": maximize})

    def _update(self, value: Any, gradient: Any, slots: Slots, group: dict[str, Any]) -> None:
        xp = backend_of(value).xp
        gradient = descent(value, gradient, group)
        if not slots:
            slots.update(step=0, square_avg=xp.zeros_like(value), acc_delta=xp.zeros_like(value))
        slots["step"] += 1
        rho, eps, squares, steps = group["rho"], group["eps"], slots["square_avg"], slots["acc_delta"]
        squares *= rho
        squares += (1 - rho) * gradient * gradient
        step = xp.sqrt(steps + eps) / xp.sqrt(squares + eps) * gradient
        steps *= rho
        steps += (1 - rho) * step * step
        value -= group["lr"] * step
