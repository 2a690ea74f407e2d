"""A schedule that looks at a measured value."""

from __future__ import annotations

import math
from typing import Any

from patchgrad.errors import ArgumentError
from patchgrad.optim.lr_scheduler.base import LRScheduler, checked_optimizer, per_group
from patchgrad.optim.optimizer import Optimizer


class ReduceLROnPlateau(LRScheduler):
    """Multiply the rate by ``factor`` when a value has not improved for more than ``patience`` epochs.

    Parameters
        mode            "min" for a value that should fall, "max" for one that should rise
        threshold       how much better than the best so far counts as better: a share of it, or an amount
        threshold_mode  "rel" or "abs"
        cooldown        epochs after a reduction that do not count
        min_lr          the least rate, for all groups or for each
        eps             smaller changes of the rate are left out
    """

    def __init__(
        self,
        optimizer: Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: float | list[float] = 0.0,
        eps: float = 1e-8,
    ) -> None:
        if factor >= 1 or mode not in ("min", "max") or threshold_mode not in ("rel", "abs"):
            raise ArgumentError(
                "ReduceLROnPlateau cannot use its settings",
                got=f"factor={factor}, mode={mode!r}, threshold_mode={threshold_mode!r}",
                want="a factor below 1, mode 'min' or 'max', threshold_mode 'rel' or 'abs'",
            )
        self.optimizer = checked_optimizer(optimizer, "ReduceLROnPlateau")
        self.mode = mode
        self.factor = factor
        self.patience = patience
        self.threshold = threshold
        self.threshold_mode = threshold_mode
        self.cooldown = cooldown
        self.min_lrs: list[float] = per_group("ReduceLROnPlateau", optimizer, min_lr=min_lr)
        self.eps = eps
        self.last_epoch = 0
        self.best = math.inf if mode == "min" else -math.inf
        self.cooldown_counter = 0
        self.num_bad_epochs = 0
        self._last_lr = self._rates()

    def step(self, metrics: Any = None) -> None:  # type: ignore[override]
        """Count one epoch in which ``metrics`` was measured."""
        if metrics is None:
            raise ArgumentError(
                "ReduceLROnPlateau follows a measure, and got none",
                got="step()",
                want="a number",
                hint="scheduler.step(validation_loss)",
            )
        self.last_epoch += 1
        value = float(metrics)
        self.num_bad_epochs += 1
        if self._is_better(value):
            self.best, self.num_bad_epochs = value, 0
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self._reduce()
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0
        self._last_lr = self._rates()

    def _is_better(self, value: float) -> bool:
        sign = 1 if self.mode == "max" else -1
        if self.threshold_mode == "abs":
            return sign * value > sign * (self.best + sign * self.threshold)
        return sign * value > sign * self.best * (1 + sign * self.threshold)

    def _reduce(self) -> None:
        for group, least in zip(self.optimizer.param_groups, self.min_lrs, strict=True):
            rate = max(group["lr"] * self.factor, least)
            if group["lr"] - rate > self.eps:
                group["lr"] = rate
