"""Another schedule, or none, in the middle of training."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from patchgrad.errors import ArgumentError, near
from patchgrad.layergraph.commands.training import Changed
from patchgrad.optim import lr_scheduler
from patchgrad.optim.lr_scheduler import LRScheduler
from patchgrad.optim.standing import put_groups, settings_of
from patchgrad.session.settings.schedule import Schedule

NOT_ALONE = ("LRScheduler", "ChainedScheduler", "SequentialLR", "LambdaLR", "MultiplicativeLR")
USUAL: dict[str, dict[str, Any]] = {
    "StepLR": {"step_size": 10},
    "MultiStepLR": {"milestones": (30, 60)},
    "ExponentialLR": {"gamma": 0.99},
    "CosineAnnealingLR": {"T_max": 100},
    "CosineAnnealingWarmRestarts": {"T_0": 50},
    "LinearLR": {},
    "ConstantLR": {},
    "PolynomialLR": {},
    "ReduceLROnPlateau": {},
}
"""Schedules that can be chosen without a word more, with values for the settings that have no usual one."""
KEYS = ("initial_lr", "max_lr", "min_lr", "base_momentum", "max_momentum", "swa_lr")


def kinds() -> tuple[str, ...]:
    """The schedules that plain settings make, by name."""
    return tuple(name for name in sorted(lr_scheduler.__all__) if name not in NOT_ALONE)


def settings_for(kind: str) -> dict[str, Any]:
    """The settings of a schedule with their usual values; those that must be given are ``inspect.Parameter.empty``."""
    found = inspect.signature(getattr(lr_scheduler, kind)).parameters
    return {name: entry.default for name, entry in found.items() if name not in ("optimizer", "last_epoch")}


def change(setup: Any, kind: str | None, settings: Mapping[str, Any], every: str | None) -> Changed:
    """Let another schedule move the rates from here on, beginning at those there are; None: they stay.

    Errors
        ArgumentError  for a schedule, a setting or a value that there is not.
    """
    before = _groups(setup)
    try:
        for group in setup.optimizer.param_groups:
            for key in KEYS:
                group.pop(key, None)
        new = None if kind is None else Schedule(_made(kind, settings, setup.optimizer), every)
    except BaseException:
        put_groups(setup.optimizer, before)
        raise
    return _put(setup, new, before)


def _put(setup: Any, new: Schedule | None, before: Any) -> Changed:
    old, setup.schedule = setup.schedule, new
    kept = None if old is None else old.snapshot()
    rates = ", ".join(f"{group['lr']:.3g}" for group in setup.optimizer.param_groups)
    told = f"{_name(old)} → {_name(new)}, lr {rates}"
    return Changed((told,), lambda: _back(setup, kept, before))


def _back(setup: Any, kept: Any, groups: Any) -> Changed:
    """The schedule that there was, where it stood, with its rates."""
    now = _groups(setup)
    here = [entry for _, entry in now]
    put_groups(setup.optimizer, tuple((settings, own) for (settings, _), own in zip(groups, here, strict=True)))
    return _put(setup, None if kept is None else kept.back(), now)


def _groups(setup: Any) -> tuple[Any, ...]:
    return tuple((settings_of(group), tuple(group["params"])) for group in setup.optimizer.param_groups)


def _made(kind: str, settings: Mapping[str, Any], optimizer: Any) -> LRScheduler:
    if kind not in kinds():
        raise ArgumentError(
            f"there is no schedule {kind!r}", got=repr(kind), want=", ".join(kinds()), hint=near(kind, list(kinds()))
        )
    known, settings = settings_for(kind), {**USUAL.get(kind, {}), **settings}
    missing = [name for name, value in known.items() if value is inspect.Parameter.empty and name not in settings]
    unknown = [name for name in settings if name not in known]
    if missing or unknown:
        raise ArgumentError(
            f"{kind} cannot be made with these settings",
            got=", ".join(f"{name}={value!r}" for name, value in settings.items()) or "none",
            want=", ".join(known),
            hint=f"give {', '.join(missing)}" if missing else near(unknown[0], list(known)),
        )
    try:
        return getattr(lr_scheduler, kind)(optimizer, **settings)
    except TypeError as error:
        raise ArgumentError(f"{kind} cannot be made with these settings", got=str(error)) from error


def standing(kind: str, optimizer: Any) -> LRScheduler:
    """A schedule of this kind, to be given the state of another; the rates are then to be set anew."""
    beyond = {"OneCycleLR": {"max_lr": 1.0, "total_steps": 10}, "CyclicLR": {"base_lr": 0.1, "max_lr": 1.0}}
    given = {**USUAL.get(kind, {}), **beyond.get(kind, {}), **_still(kind, optimizer)}
    return getattr(lr_scheduler, kind)(optimizer, **given)


def _still(kind: str, optimizer: Any) -> dict[str, Any]:
    """Not to move a momentum that there is none of."""
    moves = "cycle_momentum" in settings_for(kind)
    return {"cycle_momentum": False} if moves and not {"momentum", "betas"} & optimizer.defaults.keys() else {}


def _name(schedule: Schedule | None) -> str:
    return "no schedule" if schedule is None else f"{type(schedule.schedule).__name__} every {schedule.every}"
