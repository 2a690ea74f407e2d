"""One optimizer in the place of another while a network learns: what both mean is carried over, the rest begins anew.

Settings: what is named is taken. Of the rest, the optimizers that divide by the root of a mean square keep ``lr``,
``betas`` and ``eps`` among themselves, all keep ``maximize``, and everything else is the usual value of the new family.
Groups stay groups: where one differs from the first in ``lr`` or ``weight_decay``, it differs by as much afterwards.
Slots: see ``moments.py``.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, NamedTuple

from patchgrad.errors import ArgumentError, near
from patchgrad.nn.parameter import Parameter
from patchgrad.ops.filled import zeros
from patchgrad.optim import _public, moments
from patchgrad.optim.arguments import EXECUTION
from patchgrad.optim.optimizer import Optimizer

RELATED = ("lr", "betas", "eps")
"""Kept between Adam and its relatives."""
CLOSURES = ("LBFGS",)


class Exchange(NamedTuple):
    """How an optimizer took over: parameters whose slots were carried, and those that begin afresh."""

    carried: int
    fresh: int
    what: tuple[str, ...]
    """Names of the slots that hold something carried."""


def families() -> tuple[str, ...]:
    """The optimizers that a training can change to, by name."""
    import patchgrad.optim as optim

    names = [name for entry in _public.NAMES.values() for name in entry.split()]
    found = [name for name in names if isinstance(getattr(optim, name), type)]
    usable = [name for name in found if issubclass(getattr(optim, name), Optimizer)]
    return tuple(sorted(name for name in usable if name not in ("Optimizer", *CLOSURES)))


def family_of(name: str) -> type[Optimizer]:
    """The class of an optimizer. Errors: ArgumentError if there is none that a step without a closure serves."""
    import patchgrad.optim as optim

    if name in families():
        return getattr(optim, name)
    known = "it computes the loss several times in a step" if name in CLOSURES else ", ".join(families())
    raise ArgumentError(
        f"training cannot go on with {name}", got=repr(name), want=known, hint=near(name, list(families()))
    )


def settings_of(name: str) -> dict[str, Any]:
    """The settings of a family with their usual values."""
    found = inspect.signature(family_of(name)).parameters.values()
    return {
        entry.name: entry.default
        for entry in found
        if entry.kind is not entry.VAR_KEYWORD and entry.name not in ("params", *EXECUTION)
    }


def checked(name: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a group of this family, all of them. Errors: ArgumentError, as its class gives it."""
    known = settings_of(name)
    for given in settings:
        if given not in known:
            raise ArgumentError(
                f"{name} has no setting {given!r}",
                got=f"{given}={settings[given]!r}",
                want=", ".join(known),
                hint=near(given, list(known)),
            )
    group = family_of(name)([Parameter(zeros(1, 1))], **{key: _listed(value) for key, value in settings.items()})
    return {key: value for key, value in group.param_groups[0].items() if key != "params"}


def exchanged(old: Optimizer, name: str, settings: Mapping[str, Any]) -> tuple[Optimizer, Exchange]:
    """An optimizer of the family ``name`` for the parameters of ``old``, which stays as it is.

    Errors
        ArgumentError  for a family, a setting or a value that there is not, or a parameter that it cannot train.
    """
    family = family_of(name)
    groups = [checked(name, _settings(old, name, settings, group)) for group in old.param_groups]
    made = family([{"params": [Parameter(zeros(1, 1))]}], **{k: _listed(v) for k, v in settings.items()})
    made.param_groups = []
    for own, group in zip(groups, old.param_groups, strict=True):
        made.add_param_group({**own, "params": group["params"]})
    made.lr_scales = dict(old.lr_scales)
    if "_hooks" in vars(old):
        vars(made)["_hooks"] = vars(old)["_hooks"]
    return made, _carry(old, made)


def _settings(old: Optimizer, name: str, given: Mapping[str, Any], group: dict[str, Any]) -> dict[str, Any]:
    """The settings of one group in its new family."""
    known, before, first = settings_of(name), old.defaults, old.param_groups[0]
    related = type(old).__name__ in (*moments.ADAM, "Adamax") and name in (*moments.ADAM, "Adamax")
    kept = {key: first[key] for key in RELATED if related and key in known and key in before}
    kept |= {"maximize": group["maximize"]} if "maximize" in known and "maximize" in before else {}
    found = {**known, **kept, **given}
    base = first.get("initial_lr", first["lr"])
    if group is not first and base:
        found["lr"] = found["lr"] * (group.get("initial_lr", group["lr"]) / base)
    if "weight_decay" in known and group.get("weight_decay") != first.get("weight_decay"):
        found["weight_decay"] = group["weight_decay"]
    return found


def _carry(old: Optimizer, made: Optimizer) -> Exchange:
    one, other, carried, fresh, what = type(old).__name__, type(made).__name__, 0, 0, dict[str, None]()
    for before, after in zip(old.param_groups, made.param_groups, strict=True):
        for parameter in after["params"]:
            slots = old.slots(parameter)
            found = _mapped(one, other, before, after, slots, parameter.data)
            if found:
                made.set_slots(parameter, found)
                what |= dict.fromkeys(key for key in found if key not in made.scalar_slots)
            carried, fresh = carried + bool(found), fresh + bool(slots and not found)
    return Exchange(carried, fresh, tuple(what))


def _mapped(
    one: str, other: str, before: dict[str, Any], after: dict[str, Any], slots: dict[str, Any], value: Any
) -> dict[str, Any]:
    if not slots:
        return {}
    if moments.same_form(one, other, before, after):
        return {key: value.copy() if hasattr(value, "shape") else value for key, value in slots.items()}
    sign = -1.0 if before.get("maximize", False) != after.get("maximize", False) else 1.0
    found = moments.read(one, before, slots)
    found = found._replace(mean=found.mean * sign) if sign < 0 and found.mean is not None else found
    return moments.write(other, after, found, value)


def _listed(value: Any) -> Any:
    """What came over the wire as a list is a tuple here."""
    return tuple(value) if isinstance(value, list) else value
