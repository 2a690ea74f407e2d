"""Do the activations keep their scale over depth?"""

from __future__ import annotations

from patchgrad.plots import look
from patchgrad.plots.source import Source

QUESTION = "Do the activations keep their scale over depth?"


def activation_scale(source: Source) -> look.Spec:
    """Mean and standard deviation of what each layer puts out, over depth.

    Healthy: the deviation stays between 0.1 and 10 times that of the first layer.
    """
    means = source.recorder.by_layer("activation_mean")
    stds = source.recorder.by_layer("activation_std")
    names = source.names()
    uids = [uid for uid in names if uid in means and uid in stds]
    places = list(range(len(uids)))
    middle = [float(means[uid]) for uid in uids]
    spread = [float(stds[uid]) for uid in uids]
    labels = [names[uid] for uid in uids]
    low, high = ([m + sign * s for m, s in zip(middle, spread, strict=True)] for sign in (-1, 1))
    edge = {"line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
    spec: look.Spec = {
        "data": [
            look.line("", places, low, look.ACCENTS[4], **edge),
            look.line("mean ± deviation", places, high, look.ACCENTS[4], **edge)
            | {"fill": "tonexty", "fillcolor": "rgba(86,180,233,0.25)", "showlegend": True},
            look.line("mean", places, middle, look.ACCENTS[0], text=labels, mode="lines+markers"),
        ],
        "layout": look.layout(QUESTION, "layers, from input to output", "output of the layer"),
    }
    return look.finished(look.by_name(spec, labels))
