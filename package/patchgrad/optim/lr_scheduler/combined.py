"""Schedules made of schedules: all at once, or one after the other."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

from patchgrad.errors import ArgumentError
from patchgrad.optim.lr_scheduler.base import LRScheduler, checked_optimizer
from patchgrad.optim.lr_scheduler.plateau import ReduceLROnPlateau
from patchgrad.optim.optimizer import Optimizer


class _Combined(LRScheduler):
    """A schedule that sets no rates itself; its parts are saved and loaded with it."""

    unsaved = ("optimizer", "_schedulers")
    _schedulers: list[LRScheduler]

    def state_dict(self) -> dict[str, Any]:
        return {**super().state_dict(), "_schedulers": [part.state_dict() for part in self._schedulers]}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        super().load_state_dict(state_dict)
        for part, saved in zip(self._schedulers, state_dict["_schedulers"], strict=True):
            part.load_state_dict(saved)


class ChainedScheduler(_Combined):
    """All schedules at once: each changes the rates that the one before it left."""

    def __init__(self, schedulers: Sequence[LRScheduler], optimizer: Optimizer | None = None) -> None:
        self.optimizer = _shared_optimizer("ChainedScheduler", schedulers, optimizer)
        self._schedulers = list(schedulers)
        self._last_lr = self._rates()

    def step(self) -> None:
        """One step of every schedule, in order."""
        for part in self._schedulers:
            part.step()
        self._last_lr = self._rates()


class SequentialLR(_Combined):
    """One schedule after the other: the next one begins at each of the epochs ``milestones``."""

    def __init__(
        self, optimizer: Optimizer, schedulers: Sequence[LRScheduler], milestones: Sequence[int], last_epoch: int = -1
    ) -> None:
        self.optimizer = _shared_optimizer("SequentialLR", schedulers, checked_optimizer(optimizer, "SequentialLR"))
        if len(milestones) != len(schedulers) - 1:
            raise ArgumentError(
                "SequentialLR cannot use its milestones",
                got=f"{len(milestones)} milestones for {len(schedulers)} schedules",
                want=f"{len(schedulers) - 1}: one less than schedules",
            )
        self._schedulers = list(schedulers)
        self._milestones = list(milestones)
        self.last_epoch = last_epoch + 1
        self._begin_anew()

    def step(self) -> None:
        """One step of the schedule whose turn it is."""
        self.last_epoch += 1
        turn = bisect_right(self._milestones, self.last_epoch)
        part = self._schedulers[turn]
        if turn > 0 and self._milestones[turn - 1] == self.last_epoch:
            part.restart()
        else:
            part.step()
        self._last_lr = part.get_last_lr()

    def _begin_anew(self) -> None:
        """Take back the first step that each schedule made when it was built, and make that of the first one only."""
        for group in self.optimizer.param_groups:
            group["lr"] = group["initial_lr"]
        _take_back(self)
        first = self._schedulers[bisect_right(self._milestones, 0)]
        first.begin()
        self._last_lr = first.get_last_lr()


def _take_back(schedule: LRScheduler) -> None:
    if isinstance(schedule, _Combined):
        for part in schedule._schedulers:
            _take_back(part)
    else:
        schedule.last_epoch -= 1


def _shared_optimizer(name: str, schedulers: Sequence[LRScheduler], optimizer: Optimizer | None) -> Optimizer:
    if not schedulers:
        raise ArgumentError(f"{name} got no schedules", want="at least one")
    shared = schedulers[0].optimizer if optimizer is None else optimizer
    for place, part in enumerate(schedulers):
        if isinstance(part, ReduceLROnPlateau) or not isinstance(part, LRScheduler):
            raise ArgumentError(
                f"{name} cannot hold schedule {place}",
                got=type(part).__name__,
                want="a schedule whose step() takes no argument",
            )
        if part.optimizer is not shared:
            raise ArgumentError(
                f"{name} got schedules of different optimizers", got=f"schedule {place} has another one"
            )
    return shared
