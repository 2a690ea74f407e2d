"""Schedules: how the learning rate changes from epoch to epoch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from patchgrad.errors import ArgumentError
from patchgrad.optim.optimizer import Optimizer


class LRScheduler:
    """Base of all schedules: call ``step()`` once after each epoch (or each step, if that is your unit).

    ``last_epoch`` counts the calls; a family writes ``get_lr``, the rate of every group at ``last_epoch``.
    ``last_epoch=-1`` begins at the optimizer's rates; another value goes on from there.
    """

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        if not isinstance(optimizer, Optimizer):
            raise ArgumentError(f"{type(self).__name__} takes an optimizer", got=type(optimizer).__name__)
        self.optimizer = optimizer
        for group in optimizer.param_groups:
            _note_first_rate(group, last_epoch)
        self.base_lrs: list[float] = [group["initial_lr"] for group in optimizer.param_groups]
        self.last_epoch = last_epoch
        self._step_count = 0
        self.step()

    def get_lr(self) -> list[float]:
        """The rate of every group at ``last_epoch``."""
        raise NotImplementedError(f"{type(self).__name__} has no get_lr method")

    def step(self) -> None:
        """Count one epoch and set the rates of the optimizer's groups."""
        self._step_count += 1
        self.last_epoch += 1
        for group, rate in zip(self.optimizer.param_groups, self.get_lr(), strict=True):
            group["lr"] = rate
        self._last_lr = self._rates()

    def get_last_lr(self) -> list[float]:
        """The rates that were set last."""
        return self._last_lr

    def state_dict(self) -> dict[str, Any]:
        """All but the optimizer, by name."""
        return {name: value for name, value in vars(self).items() if name != "optimizer"}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on where ``state_dict`` was taken."""
        vars(self).update(state_dict)

    def _rates(self) -> list[float]:
        return [group["lr"] for group in self.optimizer.param_groups]


class StepLR(LRScheduler):
    """Multiply the rate by ``gamma`` every ``step_size`` epochs."""

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1) -> None:
        if step_size < 1:
            raise ArgumentError(f"StepLR cannot use step_size={step_size}", want="1 epoch or more")
        self.step_size = step_size
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        changes = self.last_epoch > 0 and self.last_epoch % self.step_size == 0
        return [rate * self.gamma if changes else rate for rate in self._rates()]


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
            return [self.eta_min + (base - self.eta_min) * self._height(epoch) / 2 for base in self.base_lrs]
        if (epoch - 1 - self.T_max) % (2 * self.T_max) == 0:
            rise = (1 - math.cos(math.pi / self.T_max)) / 2
            return [rate + (base - self.eta_min) * rise for rate, base in zip(rates, self.base_lrs, strict=True)]
        factor = self._height(epoch) / self._height(epoch - 1)
        return [factor * (rate - self.eta_min) + self.eta_min for rate in rates]

    def _height(self, epoch: int) -> float:
        return 1 + math.cos(math.pi * epoch / self.T_max)


def _note_first_rate(group: dict[str, Any], last_epoch: int) -> None:
    if last_epoch == -1:
        group["initial_lr"] = group["lr"]
    elif "initial_lr" not in group:
        raise ArgumentError(
            "a schedule cannot go on with an optimizer that never had one",
            got=f"last_epoch={last_epoch}",
            hint="leave last_epoch at -1, or load the optimizer's state_dict first",
        )
