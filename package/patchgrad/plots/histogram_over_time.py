"""How are the numbers of this layer distributed, and does that change?"""

from __future__ import annotations

from typing import Literal

from patchgrad.backend import host
from patchgrad.plots import look
from patchgrad.plots.source import Source

Kind = Literal["activation", "gradient"]


def histogram_over_time(source: Source, layer: str, kind: Kind = "activation") -> look.Spec:
    """Share of the layer's activations (or gradients) on each power of two, step by step."""
    uid = source.uid(layer)
    found = source.recorder.histogram(uid, f"{kind}_histogram")
    whole = found.counts.sum(axis=1) + found.zeros + found.lost
    shares = found.counts / host.maximum(whole, 1)[:, None]
    spec: look.Spec = {
        "data": [
            {
                "type": "heatmap",
                "x": found.steps.tolist(),
                "y": found.exponents.tolist(),
                "z": shares.T.tolist(),
                "colorscale": look.SCALE,
                "colorbar": {"title": {"text": "share"}, "tickformat": ".0%"},
                "hovertemplate": "step %{x}<br>2^%{y} to 2^(%{y}+1)<br>%{z:.1%}<extra></extra>",
            }
        ],
        "layout": look.layout(
            f"How are the {kind}s of {source.names()[uid]} distributed?", "step", "power of two of the size"
        ),
    }
    return look.finished(look.flagged(spec, source.flags()))
