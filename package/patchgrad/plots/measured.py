"""Any quantity: over the steps, or over depth."""

from __future__ import annotations

from typing import Any, Literal

from patchgrad.errors import ArgumentError
from patchgrad.plots import look
from patchgrad.plots.source import Source
from patchgrad.recorder.quantities import QUANTITIES

Axis = Literal["step", "layer"]
DECADES = 100.0


def measured(source: Source, name: str, over: Axis = "step") -> look.Spec:
    """The series of a quantity, a line for each layer (or op, or part); or its newest values by depth.

    The axis is logarithmic where all numbers are above zero and span two decades.
    """
    quantity = QUANTITIES.get(name)
    if quantity is None or quantity.width:
        plain = ", ".join(known for known, found in QUANTITIES.items() if not found.width)
        raise ArgumentError(f"there is no quantity {name!r} of single numbers", want=f"one of {plain}")
    return _by_depth(source, name, quantity.question) if over == "layer" else _by_step(source, name, quantity.question)


def _by_step(source: Source, name: str, question: str) -> look.Spec:
    table, names = dict(source.recorder.measured.get(name, {})), source.names()
    uids = [*[uid for uid in names if uid in table], *[uid for uid in table if uid not in names]]
    many = len(uids) > look.MANY
    series = [(uid, *table[uid].read()) for uid in uids]
    log = _spans([value for _, _, values in series for value in values.tolist()])
    lines = [
        look.line(
            names.get(uid, uid or "whole model"),
            steps,
            [value if value > 0 or not log else None for value in values.tolist()],
            look.depth_colour(place, len(uids)),
            showlegend=not many,
        )
        for place, (uid, steps, values) in enumerate(series)
    ]
    spec = {"data": lines, "layout": look.layout(question or name, "step", _words(name), log=log)}
    return look.finished(look.flagged(spec, source.flags()))


def _by_depth(source: Source, name: str, question: str) -> look.Spec:
    now, names = source.recorder.by_layer(name), source.names()
    labels, values = [names[uid] for uid in now], [float(value) for value in now.values()]
    log = _spans(values)
    shown = [value if value > 0 or not log else None for value in values]
    line = look.line(_words(name), list(range(len(shown))), shown, look.ACCENTS[0], text=labels, mode="lines+markers")
    layout = look.layout(question or name, "layers, from input to output", _words(name), log=log)
    return look.finished(look.by_name({"data": [line], "layout": layout}, labels))


def _spans(values: list[Any]) -> bool:
    """Do the numbers lie above zero, and over two decades or more?"""
    kept = [value for value in values if value - value == 0 and value != 0]
    return bool(kept) and min(kept) > 0 and max(kept) > DECADES * min(kept)


def _words(name: str) -> str:
    return name.replace("_", " ")
