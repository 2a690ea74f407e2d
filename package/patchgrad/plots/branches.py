"""Which branch learns better?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from patchgrad.plots import look
from patchgrad.plots.loss import smooth


def branches(recorders: Mapping[str, Any]) -> look.Spec:
    """The smoothed loss of each branch in a colour of its own, the raw one pale behind it."""
    lines = []
    for place, (name, recorder) in enumerate(recorders.items()):
        steps, values = ((), ()) if recorder is None else recorder.series("loss").read()
        colour = look.ACCENTS[place % len(look.ACCENTS)]
        pale = {"color": colour, "width": 1}
        lines.append(look.line(f"{name}, every step", steps, values, colour, opacity=0.3, showlegend=False, line=pale))
        lines.append(look.line(name, steps, smooth(values) if len(steps) else (), colour))
    return look.finished({"data": lines, "layout": look.layout("Which branch learns better?", "step", "loss")})
