"""One cycle: up, down, and far down, over the whole training."""

from __future__ import annotations

import math
from typing import Any

from patchgrad.errors import ArgumentError
from patchgrad.optim.lr_scheduler.base import LRScheduler, checked_optimizer, from_zero_to_one, per_group
from patchgrad.optim.lr_scheduler.momentum import note_momentum, set_momentum
from patchgrad.optim.optimizer import Optimizer

Phase = dict[str, Any]


class OneCycleLR(LRScheduler):
    """From ``max_lr / div_factor`` up to ``max_lr``, then down to far below where it began. A step per batch.

    Parameters
        total_steps       length of the training, or ``epochs`` times ``steps_per_epoch``
        pct_start         share of the steps that go up
        anneal_strategy   "cos" or "linear"
        cycle_momentum    move the momentum from ``max_momentum`` to ``base_momentum`` and back
        div_factor        the first rate is ``max_lr / div_factor``
        final_div_factor  the last rate is the first one divided by this
        three_phase       go down as long as up, then to the last rate
    Source
        Smith and Topin 2019, Super-convergence: very fast training of neural networks using large learning rates.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float | list[float],
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.85,
        max_momentum: float | list[float] = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ) -> None:
        checked_optimizer(optimizer, "OneCycleLR")
        from_zero_to_one("OneCycleLR", pct_start=pct_start)
        if anneal_strategy not in ("cos", "linear"):
            raise ArgumentError(f"OneCycleLR cannot use anneal_strategy={anneal_strategy!r}", want="'cos' or 'linear'")
        self.total_steps = _length(total_steps, epochs, steps_per_epoch)
        self._schedule_phases = _phases(self.total_steps, pct_start, three_phase)
        self._anneal_func_type = anneal_strategy
        if last_epoch == -1:
            for group, most in zip(
                optimizer.param_groups, per_group("OneCycleLR", optimizer, max_lr=max_lr), strict=True
            ):
                group["initial_lr"] = most / div_factor
                group["max_lr"] = most
                group["min_lr"] = group["initial_lr"] / final_div_factor
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            note_momentum("OneCycleLR", optimizer, base_momentum, max_momentum, last_epoch)
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        if self.last_epoch > self.total_steps:
            raise ArgumentError(
                "OneCycleLR is over",
                got=f"step {self.last_epoch}",
                want=f"at most {self.total_steps} steps",
                hint="a larger total_steps",
            )
        phase, share = self._place()
        if self.cycle_momentum:
            for group in self.optimizer.param_groups:
                set_momentum(group, self._between(group[phase["start_momentum"]], group[phase["end_momentum"]], share))
        return [
            self._between(group[phase["start_lr"]], group[phase["end_lr"]], share)
            for group in self.optimizer.param_groups
        ]

    def _place(self) -> tuple[Phase, float]:
        """The phase at ``last_epoch``, and which share of it is over."""
        start = 0.0
        for phase in self._schedule_phases[:-1]:
            if self.last_epoch <= phase["end_step"]:
                return phase, (self.last_epoch - start) / (phase["end_step"] - start)
            start = phase["end_step"]
        last = self._schedule_phases[-1]
        return last, (self.last_epoch - start) / (last["end_step"] - start)

    def _between(self, start: float, end: float, share: float) -> float:
        if self._anneal_func_type == "linear":
            return (end - start) * share + start
        return end + (start - end) / 2.0 * (math.cos(math.pi * share) + 1)


def _length(total_steps: int | None, epochs: int | None, steps_per_epoch: int | None) -> int:
    given = [total_steps] if total_steps is not None else [epochs, steps_per_epoch]
    counts = [count for count in given if isinstance(count, int) and count > 0]
    if len(counts) != len(given):
        raise ArgumentError(
            "OneCycleLR does not know how long the training is",
            got=f"total_steps={total_steps}, epochs={epochs}, steps_per_epoch={steps_per_epoch}",
            want="total_steps, or both of the others, as integers of 1 or more",
        )
    return math.prod(counts)


def _phases(total: int, share: float, three: bool) -> list[Phase]:
    up = _phase(float(share * total) - 1, "initial_lr", "max_lr", "max_momentum", "base_momentum")
    if not three:
        return [up, _phase(total - 1, "max_lr", "min_lr", "base_momentum", "max_momentum")]
    down = _phase(float(2 * share * total) - 2, "max_lr", "initial_lr", "base_momentum", "max_momentum")
    return [up, down, _phase(total - 1, "initial_lr", "min_lr", "max_momentum", "max_momentum")]


def _phase(end: float, start_lr: str, end_lr: str, start_momentum: str, end_momentum: str) -> Phase:
    return {
        "end_step": end,
        "start_lr": start_lr,
        "end_lr": end_lr,
        "start_momentum": start_momentum,
        "end_momentum": end_momentum,
    }
