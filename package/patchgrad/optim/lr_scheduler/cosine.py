"""Schedules along a cosine."""

from __future__ import annotations

import math

from patchgrad.errors import ArgumentError
from patchgrad.optim.lr_scheduler.base import LRScheduler
from patchgrad.optim.optimizer import Optimizer


class CosineAnnealingLR(LRScheduler):
    """Lower the rate to ``eta_min`` along half a cosine in ``T_max`` epochs, then raise it again.

    Each rate is derived from the last one, so that another schedule or a hand on ``lr`` in between is kept:
    ``lr(t) = eta_min + (lr(t-1) - eta_min) * (1 + cos(pi t / T)) / (1 + cos(pi (t-1) / T))``.

    Source
        Loshchilov and Hutter 2017, SGDR, without restarts.
    """

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0, last_epoch: int = -1) -> None:
        if T_max < 1:
            raise ArgumentError(f"CosineAnnealingLR cannot use T_max={T_max}", want="1 epoch or more")
        self.T_max = T_max
        self.eta_min = eta_min
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        epoch, rates = self.last_epoch, self._rates()
        if epoch == 0:
            return rates
        if self._step_count == 1:
            return self.closed_form()
        if (epoch - 1 - self.T_max) % (2 * self.T_max) == 0:
            rise = (1 - math.cos(math.pi / self.T_max)) / 2
            return [rate + (base - self.eta_min) * rise for rate, base in zip(rates, self.base_lrs, strict=True)]
        factor = self._height(epoch) / self._height(epoch - 1)
        return [factor * (rate - self.eta_min) + self.eta_min for rate in rates]

    def closed_form(self) -> list[float]:
        return [self.eta_min + (base - self.eta_min) * self._height(self.last_epoch) / 2 for base in self.base_lrs]

    def _height(self, epoch: int) -> float:
        return 1 + math.cos(math.pi * epoch / self.T_max)


class CosineAnnealingWarmRestarts(LRScheduler):
    """Lower the rate to ``eta_min`` along half a cosine, jump back, and again; each time ``T_mult`` times longer.

    ``step(epoch)`` goes to an epoch, which may be a fraction: ``step(epoch + batch / batches)`` after each batch.

    Parameters
        T_0     epochs of the first half cosine
        T_mult  factor of the length after each restart
    Source
        Loshchilov and Hutter 2017, SGDR: stochastic gradient descent with warm restarts.
    """

    def __init__(
        self, optimizer: Optimizer, T_0: int, T_mult: int = 1, eta_min: float = 0.0, last_epoch: int = -1
    ) -> None:
        if T_0 < 1 or T_mult < 1 or not isinstance(T_0, int) or not isinstance(T_mult, int):
            raise ArgumentError(
                "CosineAnnealingWarmRestarts cannot use its lengths",
                got=f"T_0={T_0}, T_mult={T_mult}",
                want="integers of 1 or more",
            )
        self.T_0 = T_0
        self.T_i = T_0
        self.T_mult = T_mult
        self.eta_min = eta_min
        self.T_cur: float = last_epoch
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        height = 1 + math.cos(math.pi * self.T_cur / self.T_i)
        return [self.eta_min + (base - self.eta_min) * height / 2 for base in self.base_lrs]

    def step(self, epoch: float | None = None) -> None:
        """Count one epoch, or go to ``epoch``, and set the rates."""
        if epoch is None and self.last_epoch >= 0:
            self._count()
            self.last_epoch += 1
        else:
            self._go_to(0 if epoch is None else epoch)
        self._set(self.get_lr())

    def _count(self) -> None:
        self.T_cur += 1
        if self.T_cur >= self.T_i:
            self.T_cur %= self.T_i
            self.T_i *= self.T_mult

    def _go_to(self, epoch: float) -> None:
        if epoch < 0:
            raise ArgumentError(f"there is no epoch {epoch}", want="0 or more")
        self.last_epoch = math.floor(epoch)
        if epoch < self.T_0 or self.T_mult == 1:
            self.T_cur, self.T_i = epoch % self.T_0, self.T_0
            return
        restarts = int(math.log(epoch / self.T_0 * (self.T_mult - 1) + 1, self.T_mult))
        self.T_cur = epoch - self.T_0 * (self.T_mult**restarts - 1) / (self.T_mult - 1)
        self.T_i = self.T_0 * self.T_mult**restarts
