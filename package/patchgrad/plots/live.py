"""A figure that follows what is measured, at most ten times a second, and keeps its numbers when saved.

It is a Plotly `FigureWidget`; a thread of its own asks for new numbers, so training never waits for
it. It ends when the figure is closed or gone, or ``stop()`` is called.
"""

from __future__ import annotations

import logging
import threading
import weakref
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from patchgrad.errors import ArgumentError
from patchgrad.plots.figure import plotly
from patchgrad.plots.look import Spec

PAUSE = 0.1
QUIET = 5
"""Pauses without new numbers after which the figure is made fit for saving."""
MIMETYPE = "application/vnd.plotly.v1+json"
log = logging.getLogger("patchgrad.plots")


def live_figure(draw: Callable[[], Spec]) -> Any:
    """A widget that shows what ``draw`` gives, now and later. ``figure.stop()`` ends it."""
    graph_objects = plotly()
    try:
        base = graph_objects.FigureWidget
        spec = draw()
        made = _class(base)(spec)
    except ImportError as error:
        raise ArgumentError(
            "live plots need anywidget, which is not installed", got=str(error), hint="pip install anywidget"
        ) from error
    ended = threading.Event()
    made.follow(ended)
    weakref.finalize(made, ended.set)
    work = (weakref.ref(made), draw, spec, ended)
    threading.Thread(target=_follow, args=work, name="patchgrad live plot", daemon=True).start()
    return made


def _class(base: Any) -> Any:
    """FigureWidget with a plain figure beside it in every saved output, for pages without widgets."""

    class LiveFigure(base):
        """A figure that follows the training."""

        def follow(self, ended: threading.Event) -> None:
            self.__dict__["_ended"] = ended

        def stop(self) -> None:
            """Follow no longer; the figure stays as it is."""
            self.__dict__["_ended"].set()
            settle(self)

        def _repr_mimebundle_(self, include: Any = None, exclude: Any = None, **settings: Any) -> Any:
            found = super()._repr_mimebundle_(include, exclude, **settings)
            bundle, metadata = found if isinstance(found, tuple) else (found, {})
            return {**(bundle or {}), MIMETYPE: self.to_plotly_json()}, metadata

    return LiveFigure


def _follow(figure: weakref.ref[Any], draw: Callable[[], Spec], shown: Spec, ended: threading.Event) -> None:
    quiet = QUIET
    while not ended.wait(PAUSE):
        try:
            spec = draw()
            target = figure()
            if target is None or target.comm is None:
                return
            if spec != shown:
                refresh(target, spec)
                shown, quiet = spec, 0
            elif quiet < QUIET:
                quiet += 1
                if quiet == QUIET:
                    settle(target)
            del target
        except Exception:
            log.exception("patchgrad: a live plot failed and is no longer updated")
            return


def settle(figure: Any) -> None:
    """Bring the state that is saved with a notebook up to date: updates alone do not enter it."""
    figure._widget_data = deepcopy(figure._data)
    figure._widget_layout = deepcopy(figure._layout)


def refresh(figure: Any, spec: Spec) -> None:
    """Bring a figure to what ``spec`` says, in one message."""
    if [trace.type for trace in figure.data] != [trace["type"] for trace in spec["data"]]:
        with figure.batch_update():
            figure.data = ()
            figure.add_traces(spec["data"])
            figure.update_layout(spec["layout"], overwrite=True)
        return
    with figure.batch_update():
        for trace, new in zip(figure.data, spec["data"], strict=True):
            trace.update(new, overwrite=True)
        figure.layout.update(spec["layout"], overwrite=True)
