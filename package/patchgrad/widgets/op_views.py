"""One box of a computation in full: sizes, what is kept for backward and why, where it stands in the code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from patchgrad.autograd.op import find
from patchgrad.backend import host
from patchgrad.drawing.compute_facts import BoxFacts
from patchgrad.drawing.compute_view import ComputeViewer
from patchgrad.drawing.measures import amount, duration, size
from patchgrad.protocol.compute import CodePlace, NumbersView, OpInspected, TensorView
from patchgrad.recorder.card import Numbers
from patchgrad.recorder.snapshot import OpRecord, ValueRecord
from patchgrad.recorder.source import story
from patchgrad.widgets.code_places import code_place

MOST = 60
"""Entries of a list, at most."""


def inspected(viewer: ComputeViewer, request_id: str, box: str, facts: BoxFacts | None) -> OpInspected:
    """All about a box, by its id. ``facts`` is None for a leaf."""
    if facts is None:
        return _leaf(viewer, request_id, viewer.snapshot.values[box])
    op = viewer.snapshot.ops[facts.begin]
    return _op(viewer, request_id, op, facts) if not facts.opens else _group(viewer, request_id, facts)


def _op(viewer: ComputeViewer, request_id: str, op: OpRecord, facts: BoxFacts) -> OpInspected:
    values = viewer.snapshot.values
    formula = "" if op.op in ("write", "alias") else find(op.op).formula
    settings = {name: value for name, value in op.attrs if value not in ("None", "")}
    return OpInspected(
        request_id,
        op.id,
        op.op,
        op.path,
        {**settings, **_work(facts), **_backward(op)},
        tuple(_tensor(name, values[value], name in op.gradients) for name, value in op.inputs),
        tuple(_tensor(value.rsplit(".", 1)[-1], values[value], False) for value in op.outputs),
        tuple(op.why_saved()),
        tuple(_places([(op.position, "")])),
        formula,
        op.id,
    )


def _work(facts: BoxFacts) -> dict[str, str]:
    found = {
        "forward": duration(facts.seconds),
        "backward": duration(facts.backward_seconds),
        "work": amount(facts.flops, "FLOP"),
        "kept for backward": size(facts.kept),
        "parameters inside": f"{facts.parameters}, {size(facts.parameter_bytes)}" if facts.parameters else "",
    }
    return {name: text for name, text in found.items() if text}


def _backward(op: OpRecord) -> dict[str, str]:
    found: dict[str, str] = {}
    if op.backward is not None:
        found["rules ran"] = f"as number {op.backward + 1} of backward"
    elif op.taped:
        found["rules ran"] = "no: backward did not reach it"
    else:
        found["on the tape"] = "no: no gradient is wanted of it"
    if op.copied:
        found["copied before the write"] = size(op.copied)
    return found


def _group(viewer: ComputeViewer, request_id: str, facts: BoxFacts) -> OpInspected:
    group = viewer.groups.get(facts.id) or viewer.groups[facts.opens]
    ops = viewer.snapshot.ops[facts.begin : facts.begin + facts.ops]
    counts: dict[str, int] = {}
    for op in ops:
        counts[op.op] = counts.get(op.op, 0) + 1
    most = sorted(counts.items(), key=lambda entry: -entry[1])
    names = ", ".join(f"{name} ×{count}" if count > 1 else name for name, count in most[:12])
    return OpInspected(
        request_id,
        facts.id,
        group.title,
        ops[0].path,
        {"repeat": group.label, "ops": f"{len(ops):,}", "of which": names, **_work(facts)}
        if group.label
        else {"ops": f"{len(ops):,}", "of which": names, **_work(facts)},
        (),
        (),
        tuple(_kept_most(ops)),
        tuple(_places([(op.position, "") for op in ops[:MOST]])),
    )


def _kept_most(ops: tuple[OpRecord, ...]) -> Iterator[str]:
    """What the tape keeps, the largest first."""
    kept = sorted((entry.added, number, op) for number, op in enumerate(ops) for entry in op.saved if entry.added)
    for _, _, op in islice(reversed(kept), 12):
        yield next(op.why_saved())


def _leaf(viewer: ComputeViewer, request_id: str, value: ValueRecord) -> OpInspected:
    found = story(viewer.snapshot, value.id)
    readers = viewer.shared.get(value.id, ())
    facts = {"read by": ", ".join(op.op for op in found.reads[:12]) + (" …" if len(found.reads) > 12 else "")}
    if readers:
        facts["shared"] = f"read by {len(readers)} ops in several calls"
    places = [(found.made, "made")]
    places += [(op.position, f"read by {op.op}") for op in found.reads[:MOST]]
    places += [(op.position, "changed in place") for op in found.writes[:MOST]]
    places += [(where, f"updated by {optimizer}") for optimizer, where in found.updates]
    return OpInspected(
        request_id,
        value.id,
        value.name or "data",
        "",
        facts,
        (),
        (_tensor("", value, any(_has_gradient(op, value.id) for op in found.reads)),),
        (),
        tuple(_places(places)),
    )


def _has_gradient(op: OpRecord, value: str) -> bool:
    return any(name == value and argument in op.gradients for argument, name in op.inputs)


def _tensor(name: str, value: ValueRecord, gradient: bool) -> TensorView:
    return TensorView(name, value.id, value.shape, value.dtype, value.device, value.bytes, value.source or "", gradient)


def _places(found: list[tuple[Any, str]]) -> list[CodePlace]:
    """Every place once."""
    places = (code_place(where, why) for where, why in found)
    return list(dict.fromkeys(place for place in places if place is not None))


def numbers(found: Mapping[str, Numbers]) -> tuple[NumbersView, ...]:
    return tuple(_numbers(name, entry) for name, entry in found.items())


def _numbers(name: str, found: Numbers) -> NumbersView:
    first = tuple(_finite(value) for value in found.first)
    return NumbersView(
        name, found.shape, found.dtype, first, _finite(found.low), _finite(found.high), _finite(found.mean)
    )


def _finite(value: Any) -> float | None:
    if value is None:
        return None
    number = abs(value) if isinstance(value, complex) else float(value)
    return number if host.isfinite(number) else None
