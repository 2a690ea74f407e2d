"""Which modules must stay closed, seen by running the model in other ways: in training, on other values.

A module that then calls other layers or runs other ops decides by something that a layer graph does not show.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

from patchgrad.backend import host
from patchgrad.layergraph.reading import kind_of, tensors
from patchgrad.layergraph.watching import Call, watch

Signatures = dict[int, list[Any]]


def opaque_calls(model: Any, example: tuple[Any, ...], seen: Call) -> dict[int, str]:
    """Ids of calls that must stay closed, with the reason."""
    found = _running_twice(seen)
    others = (
        ("it does something else in training", _tried(model, example, training=True)),
        ("it decides by the values that come in", _tried(model, _other_values(example), training=False)),
    )
    for reason, other in others:
        if other is not None:
            found |= {id(call): reason for call in _differing(seen, other)}
    return found


def _tried(model: Any, example: tuple[Any, ...], *, training: bool) -> Call | None:
    """Another run; None if the model cannot do it (a batch norm on one sample, a logarithm of other values)."""
    try:
        with warnings.catch_warnings(), host.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return watch(model, example, training=training)
    except Exception:
        return None


def _other_values(example: tuple[Any, ...]) -> tuple[Any, ...]:
    """The example with the signs turned; whole numbers, which may be indices, in reverse order."""
    return tuple(-x if x.dtype.is_floating_point else x.flip(0) for x in example)


def _differing(seen: Call, other: Call) -> Iterator[Call]:
    """Calls inside which something else happened in the other run."""
    signatures: Signatures = {}
    for call in _containers(other):
        signatures.setdefault(id(call.module), []).append(call.inside())
    for call in _containers(seen):
        if call.inside() not in signatures.get(id(call.module), [call.inside()]):
            yield call


def _containers(call: Call) -> Iterator[Call]:
    """Calls of modules that are not layers of the catalogue."""
    if kind_of(call.module) is None:
        yield call
        for event in call.events:
            if isinstance(event, Call):
                yield from _containers(event)


def _running_twice(seen: Call) -> dict[int, str]:
    """The innermost calls around several runs of one layer that has weights or a random stream."""
    runs: dict[int, list[Call]] = {}
    for call in seen.walk():
        runs.setdefault(id(call.module), []).append(call)
    found: dict[int, str] = {}
    for several in runs.values():
        if len(several) > 1 and _has_state(several[0].module):
            words = f"{type(several[0].module).__name__} in it runs {len(several)} times"
            found[id(_around(several))] = words
    return found


def _has_state(module: Any) -> bool:
    return bool(tensors(module)) or any(hasattr(part, "stream") for part in module.modules())


def _around(calls: list[Call]) -> Call:
    """The innermost call around all of these."""
    paths = [{id(outer) for outer in call.outward()} for call in calls[1:]]
    outers = list(calls[0].outward())[1:] or [calls[0]]
    return next((outer for outer in outers if all(id(outer) in path for path in paths)), outers[-1])
