"""Does the gradient reach the first layer?"""

from __future__ import annotations

from patchgrad.plots import look
from patchgrad.plots.source import Source

QUESTION = "Does the gradient reach the first layer?"


def gradient_flow(source: Source) -> look.Spec:
    """Root mean square of the gradient of each layer over depth: now, and at the first look.

    Healthy: flat within about one decade. The pale band spans one decade around the median.
    """
    now = source.recorder.by_layer("gradient_norm")
    names = source.names()
    uids = [uid for uid in names if uid in now]
    places = list(range(len(uids)))
    first = [source.recorder.series("gradient_norm", uid).values[0] for uid in uids]
    labels = [names[uid] for uid in uids]
    spec: look.Spec = {
        "data": [
            look.line("at first", places, _positive(first), look.INK, text=labels, opacity=0.6, mode="lines+markers"),
            look.line(
                "now", places, _positive(now[u] for u in uids), look.ACCENTS[0], text=labels, mode="lines+markers"
            ),
        ],
        "layout": look.layout(QUESTION, "layers, from input to output", "gradient, root mean square", log=True),
    }
    middle = sorted(float(now[uid]) for uid in uids)[len(uids) // 2] if uids else 0.0
    if middle > 0:
        spec["layout"]["shapes"] = [look.band(middle / 10**0.5, middle * 10**0.5)]
    return look.finished(look.by_name(spec, labels))


def _positive(values: object) -> list[float | None]:
    """For a logarithmic axis: zero and what is not finite leave a gap."""
    return [float(v) if float(v) > 0 else None for v in values]  # type: ignore[attr-defined]
