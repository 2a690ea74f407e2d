"""How an optimizer stands, to come back to it: groups with their settings, slots, factors of rates."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, NamedTuple, Self

from patchgrad.optim.optimizer import Optimizer
from patchgrad.optim.state import Slots, State


class Standing(NamedTuple):
    """Copies of what an optimizer holds; what it trains is not copied."""

    optimizer: Optimizer
    groups: tuple[tuple[dict[str, Any], tuple[Any, ...]], ...]
    slots: Mapping[str, Slots]
    scales: Mapping[str, float]

    @classmethod
    def of(cls, optimizer: Optimizer) -> Self:
        groups = tuple((settings_of(group), tuple(group["params"])) for group in optimizer.param_groups)
        return cls(optimizer, groups, deepcopy(optimizer.state), dict(optimizer.lr_scales))

    def put_back(self) -> Optimizer:
        """The optimizer as it stood; the copies are there for another time."""
        put_groups(self.optimizer, self.groups)
        self.optimizer.state = State({uid: deepcopy(slots) for uid, slots in self.slots.items()})
        self.optimizer.lr_scales = dict(self.scales)
        return self.optimizer


def settings_of(group: dict[str, Any]) -> dict[str, Any]:
    """The settings of a group, without its parameters."""
    return {key: deepcopy(value) for key, value in group.items() if key != "params"}


def put_groups(optimizer: Optimizer, groups: tuple[tuple[dict[str, Any], tuple[Any, ...]], ...]) -> None:
    """Let an optimizer have these groups, in the dictionaries that it has already where their number is the same."""
    held = optimizer.param_groups
    if len(held) != len(groups):
        held = optimizer.param_groups = [{} for _ in groups]
    for group, (settings, parameters) in zip(held, groups, strict=True):
        group.clear()
        group |= {**deepcopy(settings), "params": list(parameters)}
