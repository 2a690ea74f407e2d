"""Are the steps of the right size?"""

from __future__ import annotations

from patchgrad.plots import look
from patchgrad.plots.source import Source

QUESTION = "Are the steps of the right size?"


def update_ratio(source: Source) -> look.Spec:
    """How far each update moved the weights of each layer, as a share of the weights, over the steps.

    Healthy: about 1/1000; the pale band spans a decade to either side.
    """
    names = source.names()
    uids = [uid for uid in names if len(source.recorder.series("update_ratio", uid))]
    many = len(uids) > look.MANY
    lines: list[look.Spec] = []
    for place, uid in enumerate(uids):
        steps, values = source.recorder.series("update_ratio", uid).read()
        shown = [float(value) if value > 0 else None for value in values]
        colour = look.depth_colour(place, len(uids))
        lines.append(look.line(names[uid], steps, shown, colour, showlegend=not many))
    spec: look.Spec = {"data": lines, "layout": look.layout(QUESTION, "step", "change / weight", log=True)}
    spec["layout"]["shapes"] = [look.band(1e-4, 1e-2)]
    return look.finished(look.flagged(spec, source.flags()))
