"""Another optimizer, or other settings for the one there is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from patchgrad.errors import ArgumentError, near
from patchgrad.layergraph.commands.training import Changed
from patchgrad.optim import exchange
from patchgrad.optim.lr_scheduler.rebase import place, require_momentum, scaled, set_rate, take_over
from patchgrad.optim.standing import Standing

Values = tuple[dict[str, Any], ...]
RATES = ("lr", "initial_lr", "max_lr", "min_lr")
ABSENT = object()


def change(setup: Any, kind: str, settings: Mapping[str, Any]) -> Changed:
    """Train with an optimizer of another family; see ``optim/exchange.py`` for what it takes over.

    Errors
        ArgumentError  for a family, setting or value that there is not, or a parameter that it cannot train.
    """
    old = setup.optimizer
    if kind == type(old).__name__ and not settings:
        raise ArgumentError(f"{kind} is what it trains with already", got=f"no setting of {kind} either")
    if kind == type(old).__name__:
        return tune(setup, settings, None)
    made, found = exchange.exchanged(old, kind, settings)
    if setup.schedule is not None:
        require_momentum(setup.schedule.schedule, made)
    before = Standing.of(old)
    _put(setup, made)
    rate = ", ".join(f"{group['lr']:g}" for group in made.param_groups)
    told = [f"{type(old).__name__} → {kind}, lr {rate}"]
    if found.carried:
        told.append(f"{', '.join(found.what)} of {_tensors(found.carried)} carried over")
    if found.fresh or not found.carried:
        told.append(f"slots of {_tensors(found.fresh)} begin afresh" if found.fresh else "no slots to carry over")
    return Changed(tuple(told), lambda: _bring_back(setup, before))


def _bring_back(setup: Any, standing: Standing) -> Changed:
    """The optimizer that was put away, with its slots; a schedule goes on at the place that it has reached."""
    old = setup.optimizer
    before = Standing.of(old)
    _put(setup, standing.put_back())
    text = f"{type(old).__name__} → {type(setup.optimizer).__name__} as it was, slots of {len(standing.slots)} tensors"
    return Changed((text,), lambda: _bring_back(setup, before))


def _put(setup: Any, optimizer: Any) -> None:
    if setup.schedule is not None:
        take_over(setup.schedule.schedule, setup.optimizer, optimizer)
    setup.optimizer = optimizer


def _tensors(count: int) -> str:
    return f"{count} tensor{'' if count == 1 else 's'}"


# --- settings ---------------------------------------------------------------------------------------


def tune(setup: Any, settings: Mapping[str, Any], group: int | None) -> Changed:
    """Other values for settings of all groups, or of one. ``lr`` is the rate that a schedule starts from.

    Errors
        ArgumentError  for a setting or value that the optimizer does not take, or a group that there is not.
    """
    optimizer = setup.optimizer
    name, groups = type(optimizer).__name__, _groups(optimizer, group)
    if not settings:
        raise ArgumentError("no setting is given", want=", ".join(sorted(optimizer.defaults)), hint="lr=1e-4")
    values = {id(entry): _checked(name, optimizer, entry, settings) for entry in groups}
    before = _values(optimizer, settings)
    shown = [_shown(groups[0], key) for key in settings]
    for entry in groups:
        _set(entry, values[id(entry)])
    _rebase(setup)
    now = [_shown(groups[0], key) for key in settings]
    told = [f"{key} {a} → {b}" for key, a, b in zip(settings, shown, now, strict=True)]
    if setup.schedule is not None and "lr" in settings:
        told.append(f"the schedule goes on at {place(groups[0]):.3g} of it: {groups[0]['lr']:.3g}")
    after = _values(optimizer, settings)
    return Changed(tuple(told), lambda: _retune(setup, tuple(settings), before, after))


def _retune(setup: Any, names: tuple[str, ...], values: Values, left: Values) -> Changed:
    """Bring settings back. A rate that has moved on since is scaled instead, as the schedule has not been undone."""
    optimizer = setup.optimizer
    before = _values(optimizer, names)
    for group, old, seen in zip(optimizer.param_groups, values, left, strict=True):
        here = {key: group.get(key, ABSENT) for key in old}
        group |= {key: old[key] for key in names if key != "lr"}
        if "lr" in names and any(here[key] != seen[key] for key in RATES):
            set_rate(group, old["lr"] if old["initial_lr"] is ABSENT else old["initial_lr"])
        elif "lr" in names:
            for key in RATES:
                group[key] = old[key]
                if old[key] is ABSENT:
                    del group[key]
    _rebase(setup)
    told = ", ".join(f"{key} {_shown(optimizer.param_groups[0], key)}" for key in names)
    after = _values(optimizer, names)
    return Changed((f"back: {told}",), lambda: _retune(setup, names, before, after))


def _values(optimizer: Any, names: Any) -> Values:
    """What a change of these settings changes, group by group."""
    kept = {*names, *(RATES if "lr" in names else ())}
    return tuple({key: group.get(key, ABSENT) for key in sorted(kept)} for group in optimizer.param_groups)


def _set(group: dict[str, Any], values: Mapping[str, Any]) -> None:
    for key, value in values.items():
        if key == "lr":
            set_rate(group, value)
        else:
            group[key] = value


def _rebase(setup: Any) -> None:
    if setup.schedule is not None:
        rates = [group.get("initial_lr", group["lr"]) for group in setup.optimizer.param_groups]
        scaled(setup.schedule.schedule, rates)


def _groups(optimizer: Any, number: int | None) -> list[dict[str, Any]]:
    count = len(optimizer.param_groups)
    if number is None:
        return optimizer.param_groups
    if not 0 <= number < count:
        raise ArgumentError(f"there is no group {number}", got=f"{count} groups", want=f"0 to {count - 1}")
    return [optimizer.param_groups[number]]


def _checked(name: str, optimizer: Any, group: dict[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    """The values in the form of the optimizer's own."""
    for key in settings:
        if key not in optimizer.defaults:
            known = list(optimizer.defaults)
            raise ArgumentError(
                f"{name} has no setting {key!r}",
                got=f"{key}={settings[key]!r}",
                want=", ".join(known),
                hint=near(key, known),
            )
    if name not in exchange.families():
        return dict(settings)
    known = exchange.settings_of(name)
    whole = exchange.checked(name, {**{key: group[key] for key in known if key in group}, **settings})
    return {key: whole[key] for key in settings}


def _shown(group: dict[str, Any], key: str) -> str:
    value = group.get("initial_lr", group["lr"]) if key == "lr" else group[key]
    return f"{value:g}" if isinstance(value, float) else str(value)
