"""Rprop: steps by the sign of the gradient alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from patchgrad.errors import ArgumentError
from patchgrad.optim.arguments import at_least_zero, execution_only
from patchgrad.optim.optimizer import Optimizer, Slots
from patchgrad.optim.taped import backend_of


class Rprop(Optimizer):
    """Each element steps by its own size against the sign of its gradient.

    Where the sign stays, the size grows by ``etas[1]``; where it turns, it shrinks by ``etas[0]`` and the element
    rests for this step. For whole batches: noise in the gradient turns signs.

    Parameters
        lr          the first size of a step
        etas        (shrink, grow), below and above 1
        step_sizes  (least, most) size of a step
        maximize    climbs instead of descending
    Slots
        step, prev (the last gradient, 0 where it turned), step_size
    Source
        Riedmiller and Braun 1993, A direct adaptive method for faster backpropagation learning.
    """

    elementwise = True

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50),
        *,
        maximize: bool = False,
        **execution: Any,
    ) -> None:
        self.differentiable = execution_only("Rprop", execution)
        at_least_zero("Rprop", lr=lr)
        if not 0 < etas[0] < 1 < etas[1]:
            raise ArgumentError("Rprop cannot use etas", got=repr(etas), want="0 < etas[0] < 1 < etas[1]")
        super().__init__(params, {"lr": lr, "etas": etas, "step_sizes": step_sizes, "maximize": maximize})

    def _update(self, value: Any, gradient: Any, slots: Slots, group: dict[str, Any]) -> None:
        xp = backend_of(value).xp
        gradient = -gradient if group["maximize"] else gradient
        if not slots:
            slots.update(step=0, prev=xp.zeros_like(value), step_size=xp.full_like(value, float(group["lr"])))
        slots["step"] += 1
        shrink, grow = group["etas"]
        agreement = gradient * slots["prev"]
        size = slots["step_size"]
        factors = xp.where(agreement < 0, xp.full_like(size, shrink), xp.full_like(size, 1.0))
        size *= xp.where(agreement > 0, xp.full_like(size, grow), factors)
        xp.clip(size, *group["step_sizes"], out=size)
        slots["prev"][...] = xp.where(agreement < 0, xp.zeros_like(gradient), gradient)
        value -= xp.sign(slots["prev"]) * size
