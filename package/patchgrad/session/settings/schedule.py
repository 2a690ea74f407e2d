"""The schedule of a session: counts steps or passes, and goes where the optimizer goes."""

from __future__ import annotations

import math
from copy import deepcopy
from typing import Any, Literal

from patchgrad.errors import ArgumentError
from patchgrad.optim.lr_scheduler import CyclicLR, LRScheduler, OneCycleLR, ReduceLROnPlateau

Every = Literal["step", "epoch"]
PER_STEP = (OneCycleLR, CyclicLR)
"""Schedules that are made to be stepped after every batch."""


class Schedule:
    """A schedule of ``patchgrad.optim.lr_scheduler`` with its beat.

    Fields
        schedule  sets the rates of the optimizer's groups
        every     ``step``: after each update; ``epoch``: after each pass over the data
    One that follows a measure (ReduceLROnPlateau) is given the loss: of the step, or the mean of those of the pass.
    """

    def __init__(self, schedule: LRScheduler, every: str | None = None) -> None:
        self.schedule = schedule
        self.every = checked_beat(every, schedule)
        self._sum, self._count = 0.0, 0

    def stepped(self, loss: float | None) -> None:
        """An update was made."""
        if loss is not None and math.isfinite(loss):
            self._sum, self._count = self._sum + loss, self._count + 1
        if self.every == "step":
            self._beat()

    def passed(self) -> None:
        """A pass over the data is over."""
        if self.every == "epoch":
            self._beat()

    def _beat(self) -> None:
        if not isinstance(self.schedule, ReduceLROnPlateau):
            self.schedule.step()
        elif self._count:
            self.schedule.step(self._sum / self._count)
        self._sum, self._count = 0.0, 0

    def twin(self, optimizer: Any) -> Schedule:
        """The same schedule at the same place, for a copy of the optimizer."""
        return deepcopy(self, {id(self.schedule.optimizer): optimizer})

    def snapshot(self) -> Snapshot:
        """How it stands."""
        return Snapshot(self)

    def words(self) -> str:
        """All that decides what it does next."""
        state = self.schedule.state_dict()
        return f"{type(self.schedule).__name__} {self.every} {self._sum!r} {self._count} {sorted(state.items())!r}"


class Snapshot:
    """A schedule as it stood: ``back`` lets the same object stand so again."""

    def __init__(self, held: Schedule) -> None:
        self._held = held
        self._copy = held.twin(held.schedule.optimizer)

    def back(self) -> Schedule:
        held, copy = self._held, self._copy.twin(self._copy.schedule.optimizer)
        vars(held.schedule).clear()
        vars(held.schedule).update(vars(copy.schedule))
        vars(held).update({**vars(copy), "schedule": held.schedule})
        return held


def checked_beat(every: str | None, schedule: Any) -> Every:
    """How often a schedule is stepped, by itself once for each pass but for those made for each step."""
    if every is None:
        return "step" if isinstance(schedule, PER_STEP) else "epoch"
    if every not in ("step", "epoch"):
        raise ArgumentError("a schedule is stepped in another beat", got=repr(every), want="'step' or 'epoch'")
    return every  # type: ignore[return-value]


def made(scheduler: Any, every: str | None, optimizer: Any) -> Schedule | None:
    """The schedule of a new session, from a schedule or a function of the optimizer that makes one."""
    if scheduler is None:
        return None
    found = scheduler if isinstance(scheduler, LRScheduler) or not callable(scheduler) else scheduler(optimizer)
    if not isinstance(found, LRScheduler):
        raise ArgumentError(
            "a session cannot use this as its schedule",
            got=type(found).__name__,
            want="a schedule of patchgrad.optim.lr_scheduler, or a function of the optimizer that makes one",
            hint="scheduler=lambda o: optim.lr_scheduler.StepLR(o, 10)",
        )
    if found.optimizer is not optimizer:
        raise ArgumentError(
            "the schedule moves the rates of another optimizer",
            got=f"a {type(found).__name__} of another {type(found.optimizer).__name__}",
            want="one of the session's own optimizer",
            hint="give the session both: optimizer=opt, scheduler=StepLR(opt, 10)",
        )
    return Schedule(found, every)
