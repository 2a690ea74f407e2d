"""What a session needs besides its weights to go on from a file with the same bits: numbers and plain data, no code.

Slots of the optimizer lie with the arrays of the file; all else is a record that is checked before anything is changed.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from patchgrad.backend import backend_of
from patchgrad.backend.random import default_stream, get_rng_state, set_rng_state
from patchgrad.errors import DataError
from patchgrad.layergraph.build import holders
from patchgrad.nn.keep import place_of, put_place
from patchgrad.nn.parameter import array_like, overwrite
from patchgrad.optim.standing import put_groups, settings_of
from patchgrad.session.settings import loaders, schedules
from patchgrad.session.settings.schedule import Schedule

PLAIN = (bool, int, float, str, type(None), list, tuple)
SLOT, AVERAGE = "slot", "average"
Pair = tuple[str, str]
"""Key and offset of a random stream; as text, since JSON has no numbers of 64 bits for everybody."""


class Beats(msgspec.Struct, forbid_unknown_fields=True):
    """A schedule with plain settings."""

    kind: str
    every: str
    sum: float
    count: int
    state: dict[str, Any]


class GoingOn(msgspec.Struct, forbid_unknown_fields=True):
    """The record in the file."""

    issued: int
    step: int
    loss: float | None
    seed: str
    default: Pair
    streams: dict[str, Pair | None]
    groups: list[tuple[dict[str, Any], list[str]]]
    numbers: dict[str, dict[str, int | float]]
    epoch: int
    index: int
    loader: dict[str, int] | None
    data: dict[str, Any]
    schedule: Beats | None
    averaged: int | None


# --- writing --------------------------------------------------------------------------------------


def record(session: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The record and the arrays of a session at a boundary."""
    setup, training = session.live.setup, session.training
    optimizer, place = setup.optimizer, training.feed.place()
    names = {parameter.uid: name for name, parameter in _parameters(session.graph, session.model)}
    numbers: dict[str, dict[str, Any]] = {}
    arrays: dict[str, Any] = {}
    for parameter in (p for p in optimizer.parameters() if p.uid in names):
        for slot, value in optimizer.slots(parameter).items():
            name = names[parameter.uid]
            if hasattr(value, "shape"):
                arrays[f"{SLOT}:{name}:{slot}"] = backend_of(value).to_host(value)
            else:
                numbers.setdefault(name, {})[slot] = value
    average = setup.average
    if average is not None:
        arrays |= {f"{AVERAGE}:{name}": t.backend.to_host(t.data) for name, t in _kept(session.graph, average.module)}
    stream = default_stream()
    made = GoingOn(
        issued=session.graph.issued,
        step=training.count,
        loss=training.loss if training.loss is not None and math.isfinite(training.loss) else None,
        seed=str(get_rng_state()["seed"]),
        default=(str(stream.key), str(stream.offset)),
        streams={name: _texts(place_of(layer)) for name, layer in _streams(session.graph, session.model)},
        groups=[
            (_plain(settings_of(group)), [names[p.uid] for p in group["params"] if p.uid in names])
            for group in optimizer.param_groups
        ],
        numbers=numbers,
        epoch=place.epoch,
        index=place.index,
        loader=None if place.loader is None else {**place.loader, "batch": place.loader["batch"] - len(place.kept)},
        data=loaders.settings_of(training.feed.loader),
        schedule=_beats(setup.schedule),
        averaged=None if average is None else int(average.model.n_averaged.item()),
    )
    return msgspec.to_builtins(made), arrays


def _beats(schedule: Schedule | None) -> Beats | None:
    if schedule is None or type(schedule.schedule).__name__ not in schedules.kinds():
        return None
    state = {name: _written(value) for name, value in schedule.schedule.state_dict().items()}
    return Beats(type(schedule.schedule).__name__, schedule.every, schedule._sum, schedule._count, state)


def _plain(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _written(value) for key, value in settings.items() if isinstance(value, PLAIN)}


def _written(value: Any) -> Any:
    """A value as JSON has it: numbers that are not finite as a word."""
    if isinstance(value, float) and not math.isfinite(value):
        return {"float": str(value)}
    if isinstance(value, list | tuple):
        return [_written(entry) for entry in value]
    return {str(key): _written(entry) for key, entry in value.items()} if isinstance(value, dict) else value


def _texts(place: tuple[int, int] | None) -> Pair | None:
    return None if place is None else (str(place[0]), str(place[1]))


# --- reading --------------------------------------------------------------------------------------


def read(settings: Mapping[str, Any]) -> GoingOn | None:
    """The record of a file, checked; None where it has none. Errors: DataError for one that is damaged."""
    found = settings.get("going_on")
    if found is None:
        return None
    try:
        made = msgspec.convert(found, GoingOn)
        [int(text) for pair in (made.default, *filter(None, made.streams.values())) for text in (*pair, made.seed)]
    except (msgspec.ValidationError, ValueError) as error:
        raise DataError("what the file says of its training is damaged", got=str(error)[:200]) from None
    return made


def resume(session: Any, found: GoingOn, arrays: Mapping[str, Any], *, streams: bool) -> None:
    """Let a new session stand where the record was written.

    Errors
        DataError, ArgumentError, ShapeError  for a record that does not fit the network or its optimizer.
    """
    _resume_optimizer(session, found, arrays)
    _resume_average(session, found, arrays)
    training = session.training
    training.count, training.loss = found.step, found.loss
    _resume_data(session, found)
    if streams:
        set_rng_state({**get_rng_state(), "seed": int(found.seed), "default": _numbers(found.default)})
        for name, layer in _streams(session.graph, session.model):
            place = found.streams.get(name)
            put_place(layer, None if place is None else _numbers(place))


def _resume_optimizer(session: Any, found: GoingOn, arrays: Mapping[str, Any]) -> None:
    optimizer, known = session.optimizer, dict(_parameters(session.graph, session.model))
    listed = [name for _, names in found.groups for name in names]
    if sorted(listed) != sorted({name for name, p in known.items() if p.requires_grad} | set(listed) & known.keys()):
        raise DataError(
            "the file lists other parameters than its network has",
            got=f"{len(listed)} in groups of the optimizer",
            want=f"those of {len(known)}, each once",
        )
    defaults = optimizer.defaults
    groups = tuple(
        ({**defaults, **_taken(settings, {**defaults})}, tuple(known[name] for name in names))
        for settings, names in found.groups
    )
    put_groups(optimizer, groups)
    for name, parameter in known.items():
        slots: dict[str, Any] = dict(found.numbers.get(name, {}))
        prefix = f"{SLOT}:{name}:"
        slots |= {key[len(prefix) :]: _array(parameter, arrays[key]) for key in arrays if key.startswith(prefix)}
        if slots:
            optimizer.set_slots(parameter, slots)
    if found.schedule is not None and session.live.setup.schedule is None:
        session.live.setup.schedule = _schedule(found.schedule, optimizer)
        put_groups(optimizer, groups)


def _schedule(found: Beats, optimizer: Any) -> Schedule:
    """The schedule: made with its usual settings, then given those state values that one of its kind has."""
    if found.kind not in schedules.kinds():
        raise DataError("the file has a schedule that is not known", got=found.kind, want=", ".join(schedules.kinds()))
    schedule = schedules.standing(found.kind, optimizer)
    usual = schedule.state_dict()
    if found.state.keys() - usual.keys():
        raise DataError("the file has a schedule with other values", got=", ".join(found.state), want=", ".join(usual))
    schedule.load_state_dict(_taken(found.state, usual))
    made = Schedule(schedule, found.every)
    made._sum, made._count = found.sum, found.count
    return made


def _resume_average(session: Any, found: GoingOn, arrays: Mapping[str, Any]) -> None:
    average = session.live.setup.average
    if average is None or found.averaged is None:
        return
    for name, tensor in _kept(session.graph, average.module):
        if f"{AVERAGE}:{name}" in arrays:
            overwrite(tensor, array_like(arrays[f"{AVERAGE}:{name}"], tensor))
    overwrite(average.model.n_averaged, found.averaged)


def _resume_data(session: Any, found: GoingOn) -> None:
    """The place in the data, where the loader can go there and cuts its batches as the one before did."""
    feed = session.training.feed
    if loaders.settings_of(feed.loader) == found.data:
        feed.go_to(type(feed.place())(found.epoch, found.index, (), found.loader))


def _taken(values: Mapping[str, Any], usual: Mapping[str, Any]) -> dict[str, Any]:
    """Values of a file in the form of those that there usually are: tuples, and numbers that are not finite."""
    return {key: _read(value, usual.get(key)) for key, value in values.items()}


def _read(value: Any, usual: Any) -> Any:
    if isinstance(value, dict) and value.keys() == {"float"}:
        return float(value["float"]) if value["float"] in ("inf", "-inf", "nan") else math.nan
    if isinstance(value, dict) and isinstance(usual, Counter):
        return Counter({int(key): int(count) for key, count in value.items()})
    if isinstance(value, list):
        entries = [_read(entry, None) for entry in value]
        return tuple(entries) if isinstance(usual, tuple) else entries
    return value


def _array(parameter: Any, array: Any) -> Any:
    return parameter.backend.asarray(array).copy()


def _numbers(pair: Pair) -> tuple[int, int]:
    return int(pair[0]), int(pair[1])


# --- names ----------------------------------------------------------------------------------------


def _parameters(graph: Any, module: Any) -> Iterator[tuple[str, Any]]:
    for node in holders(graph):
        for name, parameter in module.layer(node.uid).named_parameters():
            yield f"{node.uid}/{name}", parameter


def _kept(graph: Any, module: Any) -> Iterator[tuple[str, Any]]:
    for node in holders(graph):
        for name, tensor in module.layer(node.uid).state_dict(keep_vars=True).items():
            yield f"{node.uid}/{name}", tensor


def _streams(graph: Any, module: Any) -> Iterator[tuple[str, Any]]:
    for node in holders(graph):
        for path, layer in module.layer(node.uid).named_modules():
            if "stream" in layer.__dict__:
                yield f"{node.uid}/{path}", layer
