"""A schedule whose optimizer, or whose first rates, are changed under way: it goes on from where it is."""

from __future__ import annotations

from collections.abc import Iterator
from math import isclose
from typing import Any

from patchgrad.errors import ArgumentError
from patchgrad.optim.lr_scheduler.base import LRScheduler
from patchgrad.optim.lr_scheduler.cyclic import CyclicLR
from patchgrad.optim.optimizer import Optimizer

BOUNDS = ("max_lr", "min_lr")
MOMENTA = ("base_momentum", "max_momentum")


def parts_of(schedule: LRScheduler) -> Iterator[LRScheduler]:
    """The schedule, and those that it is made of."""
    yield schedule
    for part in getattr(schedule, "_schedulers", ()):
        yield from parts_of(part)


def require_momentum(schedule: LRScheduler, optimizer: Optimizer) -> None:
    """ArgumentError if a schedule moves a momentum that the optimizer has not."""
    cycles = any(getattr(part, "cycle_momentum", False) for part in parts_of(schedule))
    if cycles and not any(name in optimizer.defaults for name in ("momentum", "betas")):
        raise ArgumentError(
            f"{type(schedule).__name__} moves the momentum, which {type(optimizer).__name__} has not",
            got=f"a schedule with cycle_momentum=True, and {type(optimizer).__name__}",
            want="an optimizer with momentum or betas",
            hint="another schedule first: pg.edit.schedule(None)",
        )


def place(group: dict[str, Any]) -> float:
    """Which share of its first rate a group has now."""
    first = group.get("initial_lr", group["lr"])
    return group["lr"] / first if first else 1.0


def set_rate(group: dict[str, Any], rate: float) -> None:
    """Let ``rate`` be the first rate of a group: all that a schedule keeps in it is scaled alike."""
    if "initial_lr" not in group:
        group["lr"] = rate
        return
    first, now = group["initial_lr"], place(group)
    group["initial_lr"], group["lr"] = rate, rate * now
    for name in BOUNDS:
        if name in group and first:
            group[name] *= rate / first


def take_over(schedule: LRScheduler, old: Optimizer, new: Optimizer) -> None:
    """Let a schedule go on with another optimizer of as many groups, at the same place of its way."""
    for before, after in zip(old.param_groups, new.param_groups, strict=True):
        if "initial_lr" not in before:
            continue
        first = after.setdefault("initial_lr", after["lr"])
        if not isclose(place(after), place(before), rel_tol=1e-12):
            after["lr"] = first * place(before)
        for name in BOUNDS:
            if name in before and name not in after:
                after[name] = before[name] * (first / before["initial_lr"] if before["initial_lr"] else 1.0)
        after |= {name: before[name] for name in MOMENTA if name in before and name not in after}
        if "swa_lr" in before:
            after.setdefault("swa_lr", before["swa_lr"])
    for part in parts_of(schedule):
        part.optimizer = new
    scaled(schedule, [group.get("initial_lr", group["lr"]) for group in new.param_groups])


def scaled(schedule: LRScheduler, first: list[float]) -> None:
    """Let a schedule begin at other first rates."""
    for part in parts_of(schedule):
        bases = getattr(part, "base_lrs", None)
        if bases is None:
            continue
        if isinstance(part, CyclicLR):
            part.max_lrs = [
                most * new / old if old else most for most, new, old in zip(part.max_lrs, first, bases, strict=True)
            ]
        part.base_lrs = list(first)
        part._last_lr = part._rates()
