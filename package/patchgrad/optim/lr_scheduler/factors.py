"""Schedules that multiply the rate now and then, or by a function of the epoch."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from patchgrad.errors import ArgumentError
from patchgrad.optim.lr_scheduler.base import LRScheduler, checked_optimizer, per_group
from patchgrad.optim.optimizer import Optimizer

Factor = Callable[[int], float]


class StepLR(LRScheduler):
    """Multiply the rate by ``gamma`` every ``step_size`` epochs."""

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1) -> None:
        if step_size < 1:
            raise ArgumentError(
                "StepLR cannot use this step_size", got=f"step_size={step_size}", want="1 epoch or more"
            )
        self.step_size = step_size
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        changes = self.last_epoch > 0 and self.last_epoch % self.step_size == 0
        return self._scaled(self.gamma) if changes else self._rates()

    def closed_form(self) -> list[float]:
        return [base * self.gamma ** (self.last_epoch // self.step_size) for base in self.base_lrs]


class MultiStepLR(LRScheduler):
    """Multiply the rate by ``gamma`` at each of the epochs ``milestones`` (twice at one that is given twice)."""

    def __init__(
        self, optimizer: Optimizer, milestones: Iterable[int], gamma: float = 0.1, last_epoch: int = -1
    ) -> None:
        given = list(milestones) if isinstance(milestones, Iterable) else milestones
        if not isinstance(given, list) or given != sorted(given):
            raise ArgumentError(
                "MultiStepLR takes epochs, one after the other",
                got=f"milestones={milestones!r}",
                want="a list that does not fall",
                hint=f"milestones={sorted(given)}" if isinstance(given, list) else f"milestones=[{milestones!r}]",
            )
        self.milestones = Counter(given)
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        times = self.milestones.get(self.last_epoch, 0)
        return self._scaled(self.gamma**times) if times else self._rates()

    def closed_form(self) -> list[float]:
        passed = bisect_right(sorted(self.milestones.elements()), self.last_epoch)
        return [base * self.gamma**passed for base in self.base_lrs]


class ExponentialLR(LRScheduler):
    """Multiply the rate by ``gamma`` every epoch."""

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1) -> None:
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        return self._rates() if self._is_initial else self._scaled(self.gamma)

    def closed_form(self) -> list[float]:
        return [base * self.gamma**self.last_epoch for base in self.base_lrs]


class LambdaLR(LRScheduler):
    """The first rate times ``lr_lambda(epoch)``; one function for all groups, or a list of one for each.

    Functions are not saved: the schedule that loads a state keeps its own.
    """

    unsaved = ("optimizer", "lr_lambdas")

    def __init__(self, optimizer: Optimizer, lr_lambda: Factor | Sequence[Factor], last_epoch: int = -1) -> None:
        self.lr_lambdas = _functions(type(self).__name__, optimizer, lr_lambda)
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        return [base * scale(self.last_epoch) for scale, base in zip(self.lr_lambdas, self.base_lrs, strict=True)]


class MultiplicativeLR(LRScheduler):
    """Multiply the rate by ``lr_lambda(epoch)`` every epoch; one function for all groups, or a list of one for each.

    Functions are not saved: the schedule that loads a state keeps its own.
    """

    unsaved = ("optimizer", "lr_lambdas")

    def __init__(self, optimizer: Optimizer, lr_lambda: Factor | Sequence[Factor], last_epoch: int = -1) -> None:
        self.lr_lambdas = _functions(type(self).__name__, optimizer, lr_lambda)
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        if self._is_initial:
            return self._rates()
        return [rate * scale(self.last_epoch) for scale, rate in zip(self.lr_lambdas, self._rates(), strict=True)]


def _functions(schedule: str, optimizer: Optimizer, lr_lambda: Factor | Sequence[Factor]) -> list[Factor]:
    functions = per_group(schedule, checked_optimizer(optimizer, schedule), lr_lambda=lr_lambda)
    for function in functions:
        if not callable(function):
            raise ArgumentError(
                f"{schedule} cannot use lr_lambda", got=type(function).__name__, want="a function of the epoch"
            )
    return functions
