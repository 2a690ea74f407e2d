"""A rate that goes up and down between two bounds."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from patchgrad.errors import ArgumentError
from patchgrad.optim.lr_scheduler.base import LRScheduler, checked_optimizer, per_group
from patchgrad.optim.lr_scheduler.momentum import note_momentum, set_momentum
from patchgrad.optim.optimizer import Optimizer

MODES = ("triangular", "triangular2", "exp_range")


class CyclicLR(LRScheduler):
    """From ``base_lr`` up to ``max_lr`` and down again, in straight lines; momentum the other way. A step per batch.

    Parameters
        step_size_up, step_size_down  steps of each way (down as up, by default)
        mode             "triangular": all cycles alike; "triangular2": half as high each time;
                         "exp_range": ``gamma ** step`` as high
        scale_fn         a height of your own, of the cycle or the step as ``scale_mode`` says ("cycle", "iterations");
                         not saved
        cycle_momentum   move the momentum from ``max_momentum`` to ``base_momentum`` and back
    Source
        Smith 2017, Cyclical learning rates for training neural networks.
    """

    unsaved = ("optimizer", "_scale_fn_custom")

    def __init__(
        self,
        optimizer: Optimizer,
        base_lr: float | list[float],
        max_lr: float | list[float],
        step_size_up: int = 2000,
        step_size_down: int | None = None,
        mode: str = "triangular",
        gamma: float = 1.0,
        scale_fn: Callable[[float], float] | None = None,
        scale_mode: str = "cycle",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.8,
        max_momentum: float | list[float] = 0.9,
        last_epoch: int = -1,
    ) -> None:
        if mode not in MODES and scale_fn is None:
            raise ArgumentError(f"CyclicLR cannot use mode={mode!r}", want=" or ".join(map(repr, MODES)))
        base_lrs = per_group("CyclicLR", checked_optimizer(optimizer, "CyclicLR"), base_lr=base_lr)
        self.max_lrs: list[float] = per_group("CyclicLR", optimizer, max_lr=max_lr)
        down = step_size_up if step_size_down is None else step_size_down
        self.total_size = float(step_size_up + down)
        self.step_ratio = step_size_up / self.total_size
        self.mode = mode
        self.gamma = gamma
        self.scale_mode = scale_mode if scale_fn is not None else "iterations" if mode == "exp_range" else "cycle"
        self._scale_fn_custom = scale_fn
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            note_momentum("CyclicLR", optimizer, base_momentum, max_momentum, last_epoch)
        if last_epoch == -1:
            for group, rate in zip(optimizer.param_groups, base_lrs, strict=True):
                group["lr"] = rate
        super().__init__(optimizer, last_epoch)
        self.base_lrs = base_lrs

    def scale_fn(self, x: float) -> float:
        """How high a cycle is, from 0 to 1; ``x`` is the number of the cycle (from 1) or of the step."""
        if self._scale_fn_custom is not None:
            return self._scale_fn_custom(x)
        return {"triangular": 1.0, "triangular2": 1 / 2.0 ** (x - 1), "exp_range": self.gamma**x}[self.mode]

    def get_lr(self) -> list[float]:
        height = self._height()
        if self.cycle_momentum:
            for group in self.optimizer.param_groups:
                set_momentum(group, _between(group["max_momentum"], group["base_momentum"], *height))
        return [_between(base, most, *height) for base, most in zip(self.base_lrs, self.max_lrs, strict=True)]

    def _height(self) -> tuple[float, float]:
        """Where on the triangle, from 0 to 1, and how high it is."""
        cycle = math.floor(1 + self.last_epoch / self.total_size)
        x = 1.0 + self.last_epoch / self.total_size - cycle
        place = x / self.step_ratio if x <= self.step_ratio else (x - 1) / (self.step_ratio - 1)
        return place, self.scale_fn(cycle if self.scale_mode == "cycle" else self.last_epoch)


def _between(start: Any, end: Any, place: float, scale: float) -> float:
    return start + (end - start) * place * scale
