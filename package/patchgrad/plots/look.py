"""How all plots look: readable on light and dark pages, told apart without colour vision.

Figures here are plain dictionaries in Plotly's form; Plotly itself is met only in ``figure.py``.
"""

from __future__ import annotations

from math import ceil, log10
from typing import Any

Spec = dict[str, Any]

ACCENTS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")
"""Okabe and Ito 2008, "Color universal design"."""
INK = "#808894"
"""Text and axes: contrast above 3.4 on white and above 4.5 on near-black."""
GRID = "rgba(128,136,148,0.25)"
HEALTHY = "rgba(0,158,115,0.10)"
SCALE = "Cividis"
MANY = 12
"""More lines than this have no legend, but names under the pointer."""


def layout(question: str, x: str, y: str, *, log: bool = False) -> Spec:
    """The layout of a plot that answers ``question``."""
    axis = {"gridcolor": GRID, "zerolinecolor": GRID, "linecolor": GRID, "automargin": True}
    scale: Spec = {"type": "log", "exponentformat": "power"} if log else {}
    return {
        "title": {"text": question, "x": 0, "xref": "paper", "font": {"size": 16}},
        "xaxis": {**axis, "title": {"text": x}},
        "yaxis": {**axis, **scale, "title": {"text": y}},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": INK, "size": 12},
        "margin": {"l": 64, "r": 24, "t": 56, "b": 56},
        "hovermode": "closest",
        "legend": {"orientation": "h", "x": 1, "xanchor": "right", "y": 1.08, "yanchor": "bottom"},
        "height": 380,
    }


def line(name: str, x: Any, y: Any, colour: str, **more: Any) -> Spec:
    """A line through points; gaps where a number is missing or not finite."""
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": _list(x),
        "y": [value if value is not None and value - value == 0 else None for value in _list(y)],
        "line": {"color": colour, "width": 2},
        **more,
    }


def depth_colour(place: int, count: int) -> str:
    """From blue (first) to yellow (last): the order survives without colour vision."""
    share = place / max(count - 1, 1)
    low, high = (45, 110, 190), (225, 190, 50)
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(low, high, strict=True))
    return f"rgb({red},{green},{blue})"


def band(low: float, high: float, *, along: str = "y") -> Spec:
    """The healthy range as a pale band across the plot."""
    across = "x" if along == "y" else "y"
    return {
        "type": "rect",
        "layer": "below",
        "line": {"width": 0},
        "fillcolor": HEALTHY,
        f"{across}ref": "paper",
        f"{across}0": 0,
        f"{across}1": 1,
        f"{along}0": low,
        f"{along}1": high,
    }


def by_name(spec: Spec, names: list[str]) -> Spec:
    """An axis of layers by depth, each named; the names of every few where there are many."""
    every = max(1, ceil(len(names) / 40))
    axis = spec["layout"]["xaxis"]
    axis.update(
        tickmode="array",
        tickvals=list(range(0, len(names), every)),
        ticktext=[_short(name) for name in names[::every]],
        tickangle=0 if len(names) <= 8 else -60,
        range=[-0.5, max(len(names), 1) - 0.5],
    )
    return spec


def flagged(spec: Spec, flags: Any) -> Spec:
    """A numbered line at the step of every edit."""
    shapes, notes = spec["layout"].setdefault("shapes", []), spec["layout"].setdefault("annotations", [])
    for flag in flags:
        shapes.append(
            {
                "type": "line",
                "x0": flag.step,
                "x1": flag.step,
                "yref": "paper",
                "y0": 0,
                "y1": 1,
                "line": {"color": INK, "width": 1, "dash": "dot"},
            }
        )
        notes.append(
            {
                "x": flag.step,
                "y": 1,
                "yref": "paper",
                "yanchor": "bottom",
                "showarrow": False,
                "text": str(flag.number),
                "hovertext": flag.label,
                "bordercolor": INK,
                "borderpad": 2,
            }
        )
    return spec


def finished(spec: Spec) -> Spec:
    """With ticks at whole decades on a logarithmic axis, and a word where there is nothing to see yet."""
    axis = spec["layout"]["yaxis"]
    if axis.get("type") == "log":
        values = [value for trace in spec["data"] for value in trace["y"] if value]
        decades = log10(max(values) / min(values)) if values else 1.0
        axis["dtick"] = max(1, ceil(decades / 8))
    if not any(len(trace.get("x", ())) for trace in spec["data"]):
        note = {"text": "nothing measured yet", "xref": "paper", "yref": "paper", "x": 0.5, "y": 0.5}
        spec["layout"].setdefault("annotations", []).append({**note, "showarrow": False})
    return spec


def _short(name: str) -> str:
    return name if len(name) <= 18 else f"…{name[-17:]}"


def _list(values: Any) -> list[Any]:
    return values.tolist() if hasattr(values, "tolist") else list(values)
