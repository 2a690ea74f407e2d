"""SparseAdam: Adam for tables of which each step uses a few rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from patchgrad.backend import backend_of
from patchgrad.optim.arguments import at_least_zero, two_betas
from patchgrad.optim.optimizer import Optimizer, Slots


class SparseAdam(Optimizer):
    """Adam that moves only the rows of a parameter whose gradient is not all zero, and only their running means.

    Gradients are dense here: a row that was not used is known by its zeros. (A row that was used, with a gradient of
    exactly zero, rests too.)

    Parameters
        lr        length of a step
        betas     how slowly the two running means forget
        eps       keeps the division finite
        maximize  climbs instead of descending
    Slots
        step, exp_avg, exp_avg_sq
    Source
        Kingma and Ba 2015, Adam, with lazy rows as PyTorch computes them.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        maximize: bool = False,
    ) -> None:
        at_least_zero("SparseAdam", lr=lr, eps=eps)
        super().__init__(params, {"lr": lr, "betas": two_betas("SparseAdam", betas), "eps": eps, "maximize": maximize})

    def _update(self, value: Any, gradient: Any, slots: Slots, group: dict[str, Any]) -> None:
        xp = backend_of(value).xp
        if not slots:
            slots.update(step=0, exp_avg=xp.zeros_like(value), exp_avg_sq=xp.zeros_like(value))
        slots["step"] += 1
        rows = xp.nonzero(xp.any(xp.reshape(gradient != 0, (len(gradient) if gradient.ndim else 1, -1)), axis=1))[0]
        where = rows if gradient.ndim else ()
        if not len(rows):
            return
        used = -gradient[where] if group["maximize"] else gradient[where]
        (beta1, beta2), mean, square = group["betas"], slots["exp_avg"], slots["exp_avg_sq"]
        mean[where] += (used - mean[where]) * (1 - beta1)
        square[where] += (used * used - square[where]) * (1 - beta2)
        size = group["lr"] * (1 - beta2 ** slots["step"]) ** 0.5 / (1 - beta1 ** slots["step"])
        value[where] -= size * mean[where] / (xp.sqrt(square[where]) + group["eps"])
