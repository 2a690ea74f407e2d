"""Which modules must stay closed, seen by running the model in other ways: in training, on other values.

A module that then calls other layers or runs other ops decides by something that a layer graph does not show.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

from patchgrad.backend import host
from patchgrad.layergraph.reading import kind_of
from patchgrad.layergraph.watching import Call, Ran, watch
from patchgrad.ops.movement import cat

Signatures = dict[int, list[Any]]


def opaque_calls(model: Any, example: tuple[Any, ...], seen: Call) -> dict[int, str]:
    """Ids of calls that must stay closed, with the reason. Ops get to know their twins in the other runs."""
    found: dict[int, str] = {}
    others = (
        ("it does something else in training", _tried(model, example, training=True)),
        ("it decides by the values that come in", _tried(model, _other_values(example), training=False)),
    )
    for reason, other in others:
        if other is not None:
            found |= {id(call): reason for call in _differing(seen, other)}
            _introduce(seen, other, another_batch=False)
    smaller = _tried(model, another_batch(example), training=False)
    if smaller is not None:
        _introduce(seen, smaller, another_batch=True)
    return found


def another_batch(example: tuple[Any, ...]) -> tuple[Any, ...]:
    """The example with another number of samples: the first alone, or, of one, twice the same."""
    return tuple(x[:1] if x.shape[0] > 1 else cat((x, x), 0) for x in example)


def _introduce(call: Call, other: Call, *, another_batch: bool) -> None:
    """Tell ops of one run about the same ops of another, as far as the same things happened."""
    for event, twin in zip(call.events, other.events, strict=False):
        if isinstance(event, Call) and isinstance(twin, Call) and event.module is twin.module:
            event.twins.append(twin)
            _introduce(event, twin, another_batch=another_batch)
        elif isinstance(event, Ran) and isinstance(twin, Ran) and event.op is twin.op:
            event.twins.append(twin)
            event.other = twin if another_batch else event.other
        elif type(event) is not type(twin):
            return


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
