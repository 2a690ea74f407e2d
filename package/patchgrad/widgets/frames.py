"""One frame of the scopes: named arrays in one buffer, made from what the recorder has measured.

Must run where the model is not being trained: at a boundary. Read next: ``protocol/messages.py`` (``Frame``).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from patchgrad.backend import host
from patchgrad.protocol.messages import ArrayView, Flag, Frame, LayerStat, RunView
from patchgrad.recorder.histogram import histogram
from patchgrad.widgets.overlay import other_branches, overlay

ALIGN = 8
SMOOTHING = 0.05
"""Weight of the newest loss in the smoothed curve."""
BY_DEPTH = {
    "gradient.norm": "gradient_norm",
    "activation.mean": "activation_mean",
    "activation.std": "activation_std",
    "update.ratio": "update_ratio",
}
HISTOGRAM = "activation_histogram"


def frame(session: Any, number: int, run: RunView, selected: Iterable[str], shown: str = "") -> tuple[Frame, bytes]:
    """The frame, and its buffer."""
    recorder = session.recorder
    layers = [layer for layer in (recorder.layers if recorder else None) or () if layer.uid in session.graph.nodes]
    uids = tuple(layer.uid for layer in layers)
    chosen = next((uid for uid in selected if uid in session.graph.nodes), None)
    arrays = {
        **_loss(recorder),
        **_shadow(session.trials.shadow),
        **_by_depth(recorder, uids),
        **_histogram(recorder, chosen),
        **overlay(recorder, shown, uids),
        **other_branches(session),
    }
    views, buffer = packed(arrays)
    made = Frame(
        number=number,
        run=run,
        arrays=views,
        layers=uids,
        names=tuple(session.graph.nodes[uid].name for uid in uids),
        flags=flags(session),
        stats=tuple(_stat(recorder, uid) for uid in uids),
        selected=chosen,
        shown=shown,
        plan=str(recorder.budget) if recorder is not None else "",
    )
    return made, buffer


def flags(session: Any) -> tuple[Flag, ...]:
    """One for each applied edit."""
    return tuple(Flag(edit.number, edit.step, edit.title) for edit in session.timeline.edits())


def packed(arrays: dict[str, Any]) -> tuple[dict[str, ArrayView], bytes]:
    """All arrays one after the other, each at a multiple of 8 bytes."""
    views: dict[str, ArrayView] = {}
    parts: list[bytes] = []
    offset = 0
    for name, array in arrays.items():
        data = host.ascontiguousarray(array).tobytes()
        padding = -len(data) % ALIGN
        views[name] = ArrayView(array.dtype.name, tuple(array.shape), offset)
        parts.append(data + bytes(padding))
        offset += len(data) + padding
    return views, b"".join(parts)


def smoothed(values: Any) -> Any:
    """Exponential mean without the bias of its start, of the same length.

    Source: Kingma and Ba 2015, Adam, section 3 (the correction of the bias).
    """
    result = host.empty(len(values), dtype="float32")
    mean = weight = 0.0
    for at, value in enumerate(values.tolist()):
        mean += SMOOTHING * (value - mean)
        weight += SMOOTHING * (1.0 - weight)
        result[at] = mean / weight
    return result


def _loss(recorder: Any) -> dict[str, Any]:
    if recorder is None:
        return {}
    steps, values = recorder.series("loss").read()
    return {
        "loss.step": steps.astype("float64"),
        "loss.value": values.astype("float32"),
        "loss.smooth": smoothed(values),
    }


def _shadow(shadow: Any) -> dict[str, Any]:
    if shadow is None or not shadow.losses:
        return {}
    losses = host.asarray(list(shadow.losses), dtype="float32")
    return {"shadow.step": shadow.begin + 1 + host.arange(float(len(losses))), "shadow.value": losses}


def _by_depth(recorder: Any, uids: tuple[str, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if recorder is None:
        return found
    for name, quantity in BY_DEPTH.items():
        newest = recorder.by_layer(quantity)
        values = host.asarray([newest.get(uid, host.nan) for uid in uids], dtype="float64")
        if name == "update.ratio":
            values = host.log10(host.where(values > 0, values, host.nan))
        found[name] = values.astype("float32")
    return found


def _histogram(recorder: Any, uid: str | None) -> dict[str, Any]:
    if recorder is None or uid is None:
        return {}
    steps, rows = recorder.series(HISTOGRAM, uid).read()
    if len(steps) == 0:
        return {}
    found = histogram(steps, rows)
    return {
        "histogram.counts": host.ascontiguousarray(found.counts).astype("float32"),
        "histogram.step": steps.astype("float64"),
        "histogram.exponent": found.exponents.astype("int32"),
        "histogram.zeros": found.zeros.astype("float32"),
        "histogram.lost": found.lost.astype("float32"),
    }


def _stat(recorder: Any, uid: str) -> LayerStat:
    figures = recorder.figures(uid) if recorder is not None else {}
    return LayerStat(
        uid,
        gradient_norm=figures.get("gradient_norm"),
        activation_mean=figures.get("activation_mean"),
        activation_std=figures.get("activation_std"),
        update_ratio=figures.get("update_ratio"),
        dead=figures.get("dead_units"),
    )
