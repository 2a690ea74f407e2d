"""What all schedules share: they count calls and set the rates of the optimizer's groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from patchgrad.errors import ArgumentError, NotWrittenError
from patchgrad.optim.optimizer import Optimizer
from patchgrad.tensor.calls import Constructed


class LRScheduler(Constructed):
    """Base of all schedules: call ``step()`` once after each epoch (or each step, if that is your unit).

    ``last_epoch`` counts the calls; a family writes ``get_lr``, the rate of every group at ``last_epoch``.
    ``last_epoch=-1`` begins at the optimizer's rates; another value goes on from there.
    """

    _is_initial = False
    """True within the step that a schedule begins with."""
    unsaved: tuple[str, ...] = ("optimizer",)
    """What ``state_dict`` leaves out."""

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        self.optimizer = checked_optimizer(optimizer, type(self).__name__)
        for group in optimizer.param_groups:
            _note_first_rate(group, last_epoch)
        self.base_lrs: list[float] = [group["initial_lr"] for group in optimizer.param_groups]
        self.last_epoch = last_epoch
        self.begin()

    def begin(self) -> None:
        """Set the first rates."""
        self._step_count = 0
        self._is_initial = True
        try:
            self.step()
        finally:
            self._is_initial = False

    def get_lr(self) -> list[float]:
        """The rate of every group at ``last_epoch``."""
        raise NotWrittenError(
            f"{type(self).__name__} has no get_lr method",
            got=f"a step of {type(self).__name__}",
            want="a method get_lr that gives the rate of every group",
            hint="write `def get_lr(self): ...`",
        )

    def closed_form(self) -> list[float]:
        """The rates at ``last_epoch`` from the first ones, where a family knows them; else ``get_lr``."""
        return self.get_lr()

    def step(self) -> None:
        """Count one epoch and set the rates of the optimizer's groups."""
        self._step_count += 1
        self.last_epoch += 1
        self._set(self.get_lr())

    def restart(self) -> None:
        """Begin again at epoch 0: what a schedule that follows another one does."""
        self.last_epoch = 0
        self._set(self.closed_form())

    def get_last_lr(self) -> list[float]:
        """The rates that were set last."""
        return self._last_lr

    def state_dict(self) -> dict[str, Any]:
        """All but the optimizer and functions, by name."""
        return {name: value for name, value in vars(self).items() if name not in self.unsaved}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on where ``state_dict`` was taken."""
        vars(self).update({name: value for name, value in state_dict.items() if name not in self.unsaved})

    def _set(self, rates: Sequence[float]) -> None:
        for group, rate in zip(self.optimizer.param_groups, rates, strict=True):
            group["lr"] = rate
        self._last_lr = self._rates()

    def _rates(self) -> list[float]:
        return [group["lr"] for group in self.optimizer.param_groups]

    def _scaled(self, factor: float) -> list[float]:
        """The present rates times ``factor``."""
        return [rate * factor for rate in self._rates()]


def checked_optimizer(optimizer: Any, schedule: str) -> Optimizer:
    """The optimizer; raises ArgumentError for anything else."""
    if not isinstance(optimizer, Optimizer):
        raise ArgumentError(
            f"{schedule} takes an optimizer",
            got=type(optimizer).__name__,
            hint="make the optimizer first, and give it to the schedule",
        )
    return optimizer


def per_group(schedule: str, optimizer: Optimizer, **setting: Any) -> list[Any]:
    """One value of a setting for each group of the optimizer: a list of as many, or one for all."""
    ((name, value),) = setting.items()
    count = len(optimizer.param_groups)
    if not isinstance(value, (list, tuple)):
        return [value] * count
    if len(value) != count:
        raise ArgumentError(
            f"{schedule} cannot use {name}", got=f"{len(value)} values", want=f"one for each of the {count} groups"
        )
    return list(value)


def from_zero_to_one(schedule: str, **setting: float) -> None:
    """Raise ArgumentError unless the setting is from 0 to 1."""
    ((name, value),) = setting.items()
    if not 0 <= value <= 1:
        raise ArgumentError(f"{schedule} cannot use {name}={value}", want="a factor from 0 to 1")


def _note_first_rate(group: dict[str, Any], last_epoch: int) -> None:
    if last_epoch == -1:
        group.setdefault("initial_lr", group["lr"])
    elif "initial_lr" not in group:
        raise ArgumentError(
            "a schedule cannot go on with an optimizer that never had one",
            got=f"last_epoch={last_epoch}",
            hint="leave last_epoch at -1, or load the optimizer's state_dict first",
        )
