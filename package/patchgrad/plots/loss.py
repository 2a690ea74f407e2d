"""Does the network learn?"""

from __future__ import annotations

from typing import Any

from patchgrad.backend import host
from patchgrad.plots import look
from patchgrad.plots.source import Source

MEMORY = 0.9


def loss(source: Source) -> look.Spec:
    """The loss of every step, a smooth line through it, and a numbered flag at every edit."""
    steps, values = source.recorder.series("loss").read()
    raw = look.line("loss", steps, values, look.ACCENTS[4], opacity=0.45, line={"color": look.ACCENTS[4], "width": 1})
    smooth_line = look.line("smoothed", steps, smooth(values), look.ACCENTS[0])
    spec = {"data": [raw, smooth_line], "layout": look.layout("Does the network learn?", "step", "loss")}
    return look.finished(look.flagged(spec, source.flags()))


def smooth(values: Any, memory: float = MEMORY) -> Any:
    """Exponential mean, corrected for its start; numbers that are not finite are passed over.

    Kingma and Ba 2015, Adam, section 3 (bias correction).
    """
    found = host.empty(len(values))
    mean = weight = 0.0
    for place, value in enumerate(values.tolist()):
        if value - value == 0:
            mean = memory * mean + (1 - memory) * value
            weight = memory * weight + (1 - memory)
        found[place] = mean / weight if weight else host.nan
    return found
