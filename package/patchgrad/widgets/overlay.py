"""What is shown on the boxes of the canvas: one quantity of every layer over the steps, as arrays of a frame."""

from __future__ import annotations

from typing import Any

from patchgrad.backend import host
from patchgrad.protocol.messages import QuantityView
from patchgrad.recorder.histogram import histogram
from patchgrad.recorder.quantities import QUANTITIES
from patchgrad.recorder.series import Series

MOST_POINTS = 200
ALL_POINTS = 8192
"""Of all layers together: a frame stays below 100 kB."""
FEWEST_POINTS = 16
BRANCH_POINTS = 300
Arrays = dict[str, Any]


def quantity_views(recorder: Any) -> tuple[QuantityView, ...]:
    """Those that this recorder measures by itself."""
    known = recorder.quantities() if recorder is not None else ()
    return tuple(QuantityView(q.name, q.question, q.healthy, q.source, q.unit, q.width > 0) for q in known)


def overlay(recorder: Any, name: str, uids: tuple[str, ...]) -> Arrays:
    """The newest points of a quantity by layer, thinned where there are many; nothing where none was measured."""
    measured = recorder.measured.get(name, {}) if recorder is not None else {}
    if name not in QUANTITIES or not any(uid in measured for uid in uids):
        return {}
    if QUANTITIES[name].width:
        return _rows(recorder, name, uids)
    points = min(MOST_POINTS, max(FEWEST_POINTS, ALL_POINTS // len(uids)))
    steps = host.full((len(uids), points), -1, dtype="int32")
    values = host.full((len(uids), points), host.nan, dtype="float32")
    for row, uid in enumerate(uids):
        if uid in measured:
            at, what = thinned(measured[uid], points)
            steps[row, points - len(at) :], values[row, points - len(at) :] = at, what
    return {"overlay.step": steps, "overlay.value": values}


def other_branches(session: Any) -> Arrays:
    """The loss of every branch but the one that trains."""
    found: Arrays = {}
    for branch in session.timeline.branches:
        if branch.tip is not None and branch.recorder is not None:
            steps, values = thinned(branch.recorder.series("loss"), BRANCH_POINTS)
            found[f"branch.{branch.number}.step"] = steps.astype("float64")
            found[f"branch.{branch.number}.value"] = values.astype("float32")
    return found


def thinned(series: Series, most: int) -> tuple[Any, Any]:
    """Steps and values of at most so many of the points, evenly, the newest among them."""
    steps, values = series.read()
    if len(steps) <= most:
        return steps, values
    chosen = host.linspace(0, len(steps) - 1, most).round().astype("int64")
    return steps[chosen], values[chosen]


def _rows(recorder: Any, name: str, uids: tuple[str, ...]) -> Arrays:
    """The newest histogram of each layer, all over the same powers of two."""
    newest = [recorder.series(name, uid).newest(1) for uid in uids]
    width = QUANTITIES[name].width
    rows = host.stack([row[-1] if len(row) else host.zeros(width, "uint16") for row in newest])
    found = histogram(host.arange(len(uids)), rows)
    whole = host.maximum(rows.sum(axis=1, dtype="float64"), 1)[:, None]
    return {
        "overlay.rows": (found.counts / whole).astype("float32"),
        "overlay.exponent": found.exponents.astype("int32"),
    }
