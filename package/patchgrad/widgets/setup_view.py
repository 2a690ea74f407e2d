"""How the network is trained, as the page shows it: four sections with a choice and fields each."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, Literal

from patchgrad.layergraph.commands.training import losses, settings_of_loss
from patchgrad.optim import exchange
from patchgrad.protocol.messages import FieldView, SectionView, SetupView
from patchgrad.session.settings import loaders, schedules
from patchgrad.widgets.notebook_data import choices, name_of

HIDDEN = ("maximize", "decoupled_weight_decay", "ns_coefficients", "size_average", "reduce", "reduction")
NONE = "none"
Words = Literal["int", "float", "bool", "choice", "text"]


def setup_view(session: Any) -> SetupView:
    """Optimizer, loss, data and schedule of a session. Reads plain values only."""
    setup = session.live.setup
    return SetupView((_optimizer(setup), _loss(setup), _data(setup), _schedule(setup)))


def _optimizer(setup: Any) -> SectionView:
    optimizer = setup.optimizer
    kind, group = type(optimizer).__name__, optimizer.param_groups[0]
    known = exchange.settings_of(kind) if kind in exchange.families() else optimizer.defaults
    values = {name: group.get(name) for name in known} | {"lr": group.get("initial_lr", group["lr"])}
    several = len(optimizer.param_groups)
    note = f"{several} groups: the values are those of the first, a change is one of all" if several > 1 else ""
    return SectionView("optimizer", kind, exchange.families(), _fields(known), _plain(known, values), note=note)


def _loss(setup: Any) -> SectionView:
    loss = setup.loss
    kind = type(loss).__name__ if type(loss).__name__ in losses() else getattr(loss, "__name__", type(loss).__name__)
    if kind not in losses():
        return SectionView("loss", kind, (kind, *losses()))
    known = {name: entry.default for name, entry in inspect.signature(type(loss)).parameters.items()}
    return SectionView("loss", kind, losses(), _fields(known), _plain(known, {**known, **settings_of_loss(loss)}))


def _data(setup: Any) -> SectionView:
    loader = setup.feed.loader
    values = loaders.settings_of(loader)
    note = f"Not changed here: {loaders.why_not(loader)}." if not values else ""
    names, kind = tuple(choices()), name_of(loader) or "the session's own"
    kinds = names if kind in names else (kind, *names)
    return SectionView("data", kind, kinds, _fields(values), _plain(values, values), note=note)


def _schedule(setup: Any) -> SectionView:
    held = setup.schedule
    kinds = (NONE, *schedules.USUAL)
    if held is None:
        return SectionView("schedule", NONE, kinds)
    kind = type(held.schedule).__name__
    beat = FieldView("every", "choice", held.every, choices=("step", "epoch"), help="when it is stepped")
    if kind not in schedules.USUAL:
        return SectionView("schedule", kind, (kind, *kinds), note=f"stepped every {held.every}")
    known = schedules.settings_for(kind)
    values = {name: getattr(held.schedule, name, known[name]) for name in known}
    shown = {name: value for name, value in values.items() if value is not inspect.Parameter.empty}
    return SectionView("schedule", kind, kinds, (*_fields(shown), beat), {**_plain(shown, shown), "every": held.every})


def _fields(settings: Mapping[str, Any]) -> tuple[FieldView, ...]:
    return tuple(
        FieldView(name, _type(value), _value(value)) for name, value in settings.items() if _is_shown(name, value)
    )


def _plain(settings: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(values.get(name)) for name in settings if _is_shown(name, settings[name])}


def _is_shown(name: str, value: Any) -> bool:
    pair = isinstance(value, tuple) and all(isinstance(entry, float | int) for entry in value)
    return name not in HIDDEN and (pair or isinstance(value, bool | int | float))


def _type(value: Any) -> Words:
    if isinstance(value, bool):
        return "bool"
    return "int" if isinstance(value, int) else "float"


def _value(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
