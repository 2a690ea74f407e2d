"""Momentum that a schedule moves against the rate: ``momentum`` of SGD and its kin, the first beta of Adam and its."""

from __future__ import annotations

from typing import Any

from patchgrad.errors import ArgumentError
from patchgrad.optim.lr_scheduler.base import per_group
from patchgrad.optim.optimizer import Optimizer


def note_momentum(schedule: str, optimizer: Optimizer, base: Any, most: Any, last_epoch: int) -> None:
    """Check that there is momentum; at the beginning keep its bounds in the groups, and start at the upper one."""
    if "momentum" not in optimizer.defaults and "betas" not in optimizer.defaults:
        raise ArgumentError(
            f"{schedule} cannot cycle the momentum",
            got=f"{type(optimizer).__name__} without momentum or betas",
            hint="cycle_momentum=False",
        )
    lower = per_group(schedule, optimizer, base_momentum=base)
    upper = per_group(schedule, optimizer, max_momentum=most)
    if last_epoch == -1:
        for group, least, largest in zip(optimizer.param_groups, lower, upper, strict=True):
            group["base_momentum"], group["max_momentum"] = least, largest
            set_momentum(group, largest)


def set_momentum(group: dict[str, Any], momentum: float) -> None:
    """The momentum of a group, under the name that it has there."""
    if "betas" in group:
        group["betas"] = (momentum, *group["betas"][1:])
    else:
        group["momentum"] = momentum
