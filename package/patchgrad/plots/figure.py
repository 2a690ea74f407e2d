"""The only file that knows Plotly, which is imported when the first figure is asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any

from patchgrad.errors import ArgumentError
from patchgrad.plots.look import Spec
from patchgrad.plots.source import Source, source


def plotly() -> Any:
    """``plotly.graph_objects``.

    Errors
        ArgumentError  if it is not installed.
    """
    try:
        return import_module("plotly.graph_objects")
    except ImportError as error:
        raise ArgumentError(
            "plots need Plotly, which is not installed", got=str(error), hint="pip install plotly anywidget"
        ) from error


def figure(draw: Callable[[Source], Spec], given: Any, *, live: bool) -> Any:
    """A Plotly figure of what is in a session, watch or recorder now; ``live``: a widget that follows it."""
    made, shown = plotly(), source(given)
    if not live:
        return made.Figure(draw(shown))
    from patchgrad.plots.live import live_figure

    return live_figure(partial(draw, shown), shown.state)
