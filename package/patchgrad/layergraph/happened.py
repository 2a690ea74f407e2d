"""Questions to one event of a run: what a layer was given, what a module read from outside, what stays the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from patchgrad.backend import host
from patchgrad.layergraph.measure import evaluated
from patchgrad.layergraph.reading import kind_of
from patchgrad.layergraph.watching import Call, Ran, Wrote
from patchgrad.tensor import Tensor


class Unmapped(Exception):
    """Something happened in a module that no layer of the catalogue does."""


def arguments(kind: Any, call: Call) -> tuple[Any, ...]:
    """Tensors by input port. Where the kind may leave ports open, the call must mean the same without them."""
    args = tuple(arg for arg in call.args if arg is not None)
    if len(args) > len(kind.inputs) or not all(isinstance(arg, Tensor) for arg in args):
        raise Unmapped(f"{kind.name} in it is given more than a node can say")
    given = (*args, *[None] * (len(kind.inputs) - len(args)))
    if kind.ins is None and kind.outs is None:
        if None in given and kind.family != "join":
            raise Unmapped(f"{kind.name} in it is given less than it takes")
        return given
    slim = tuple(None if at and value is given[at - 1] else value for at, value in enumerate(given))
    again = kind.split(evaluated(call.module, kind.arrange(slim)))
    same = all(
        host.array_equal(a.numpy(force=True), b.numpy(force=True))
        for a, b in zip(again, kind.split(call.output), strict=True)
    )
    if not same:
        raise Unmapped(f"{kind.name} in it is given more than a node can say")
    return slim


def stays(tensor: Any, event: Ran | Call) -> bool:
    """Was the same constant in its place in every other run?"""
    at = next(at for at, entry in enumerate(event.inputs) if entry is tensor)
    return all(
        isinstance(twin.inputs[at], Tensor)
        and twin.inputs[at].shape == tensor.shape
        and host.array_equal(twin.inputs[at].numpy(force=True), tensor.numpy(force=True))
        for twin in event.twins
    )


def taken_from_outside(call: Call, known: Any) -> set[int]:
    """Ids of tensors that ops inside a call read and that were known before it."""
    read: set[int] = set()
    for inner in call.walk():
        for event in inner.events:
            taken = () if isinstance(event, Wrote) else event.inputs
            read |= {id(tensor) for tensor in taken if isinstance(tensor, Tensor)}
    return read & set(known)


def outermost_layers(module: Any) -> Iterator[Any]:
    """Layers of the catalogue in a module, without those that are parts of another."""
    for child in module.children():
        if kind_of(child) is not None:
            yield child
        else:
            yield from outermost_layers(child)


def listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (tuple, list)) else [value]
