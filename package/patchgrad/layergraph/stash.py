"""What an edit put away for its undo, and the state of the optimizer before an edit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec


class Kept(msgspec.Struct, frozen=True):
    """A layer that is no longer in use, with the key of the node it belonged to."""

    key: tuple[Any, ...]
    layer: Any
    drawn: int = 0


class Stash(msgspec.Struct, frozen=True):
    """What an edit put away.

    Parameters
        layers     by node uid: trained layers that were removed or replaced
        slots      by parameter uid: optimizer group and slots of their parameters
        order      parameter uids per optimizer group, before the edit
        untrained  parameters among them that the optimizer did not hold
    """

    layers: Mapping[str, Kept] = {}
    slots: Mapping[str, tuple[int, Mapping[str, Any]]] = {}
    order: tuple[tuple[str, ...], ...] = ()

    @property
    def untrained(self) -> frozenset[str]:
        uids = (p.uid for kept in self.layers.values() for p in kept.layer.parameters())
        return frozenset(uid for uid in uids if uid not in self.slots)


class Trained(msgspec.Struct, frozen=True):
    """Which parameters an optimizer trains, with which slots: to put it back as it was."""

    params: tuple[list[Any], ...]
    slots: Mapping[str, Mapping[str, Any]]

    @classmethod
    def of(cls, optimizer: Any) -> Trained:
        if optimizer is None:
            return cls((), {})
        groups = tuple(list(group["params"]) for group in optimizer.param_groups)
        slots = {p.uid: optimizer.slots(p) for group in groups for p in group}
        return cls(groups, {uid: found for uid, found in slots.items() if found})

    @property
    def order(self) -> tuple[tuple[str, ...], ...]:
        return tuple(tuple(p.uid for p in group) for group in self.params)

    def put_back(self, optimizer: Any) -> None:
        """The optimizer as it was when this was taken."""
        if optimizer is None:
            return
        for parameter in [p for group in optimizer.param_groups for p in group["params"]]:
            optimizer.remove_parameter(parameter)
        for index, group in enumerate(self.params):
            for parameter in group:
                optimizer.add_parameter(parameter, index)
                optimizer.set_slots(parameter, self.slots.get(parameter.uid, {}))

    def kept_in(self, optimizer: Any, heirs: Mapping[str, str]) -> int:
        """How many parameters that had slots still have them, themselves or as their resized heirs."""
        if optimizer is None:
            return 0
        now = {p.uid for group in optimizer.param_groups for p in group["params"] if optimizer.slots(p)}
        return sum(uid in now or heirs.get(uid) in now for uid in self.slots)
