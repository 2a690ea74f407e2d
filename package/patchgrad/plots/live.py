"""A figure that follows what is measured, at most ten times a second, and keeps its numbers when saved.

It is a Plotly `FigureWidget`; a thread of its own asks for new numbers, so training never waits for
it. When nothing is new for a while it *rests*: its output becomes a plain figure, which a saved
notebook shows without a kernel; when numbers come again it *wakes* as a widget with a new model in
the page (of the old one, the view that is gone would keep the others from being updated). It ends
when it is gone, or by ``stop()``.
"""

from __future__ import annotations

import logging
import threading
import weakref
from collections.abc import Callable
from copy import deepcopy
from time import perf_counter
from typing import Any

from patchgrad.errors import ArgumentError
from patchgrad.plots.figure import plotly
from patchgrad.plots.look import Spec

PAUSE = 0.1
SHARE = 0.05
"""Of the time, at most, that is spent on drawing: a dear figure is drawn less often."""
REST = 3.0
"""Seconds without new numbers after which the figure rests."""
PLAIN = "application/vnd.plotly.v1+json"
WIDGET = "application/vnd.jupyter.widget-view+json"
log = logging.getLogger("patchgrad.plots")

Bundle = dict[str, Any]
Show = Callable[[Bundle, str | None], str | None]
"""Shows a bundle as the output of the running cell (given None) and returns the output's name; or changes
the output of that name. None where outputs cannot be changed."""
show_output: Show | None = None
"""Set by the room of widgets, which knows the notebook."""


def use_output(show: Show) -> None:
    """Let live figures change their outputs by ``show``."""
    global show_output
    show_output = show


def live_figure(draw: Callable[[], Spec], state: Callable[[], Any]) -> Any:
    """A widget that shows what ``draw`` gives, now and whenever ``state`` has changed. ``figure.stop()`` ends it."""
    graph_objects = plotly()
    try:
        base = graph_objects.FigureWidget
        before = state()
        made = _class(base)(draw())
    except ImportError as error:
        raise ArgumentError(
            "live plots need anywidget, which is not installed", got=str(error), hint="pip install anywidget"
        ) from error
    follower = _Follower(made, draw, state, before)
    made.__dict__["_follower"] = follower
    threading.Thread(target=follower.run, name="patchgrad live plot", daemon=True).start()
    return made


def _class(base: Any) -> Any:
    class LiveFigure(base):
        """A figure that follows the training."""

        def stop(self) -> None:
            """Follow no longer; the figure stays as it is."""
            self.__dict__["_follower"].ended.set()
            rest(self)

        def _ipython_display_(self) -> None:
            """Show the figure in an output that can be changed; NotImplementedError where there is none such."""
            name = show_output(bundle(self), None) if show_output is not None else None
            if name is None:
                raise NotImplementedError
            self.__dict__.setdefault("_outputs", []).append(name)

    return LiveFigure


class _Follower:
    """The thread behind a figure, which it does not keep alive."""

    def __init__(self, figure: Any, draw: Callable[[], Spec], state: Callable[[], Any], before: Any) -> None:
        self.ended = threading.Event()
        self._figure = weakref.ref(figure, lambda _: self.ended.set())
        self._draw = draw
        self._state = state
        self._before = before
        self._changed = perf_counter()

    def run(self) -> None:
        pause = PAUSE
        while not self.ended.wait(pause):
            figure = self._figure()
            if figure is None:
                return
            begin = perf_counter()
            try:
                self._turn(figure, begin)
            except Exception:
                log.exception("patchgrad: a live plot failed and is no longer updated")
                return
            pause = max(PAUSE, (perf_counter() - begin) / SHARE)
            del figure

    def _turn(self, figure: Any, now: float) -> None:
        state = self._state()
        if state != self._before:
            self._before, self._changed = state, now
            refresh(figure, self._draw())
            if resting(figure):
                wake(figure)
        elif not resting(figure) and now - self._changed > REST:
            rest(figure)


def resting(figure: Any) -> bool:
    """Are the outputs of the figure plain?"""
    return figure.__dict__.get("_resting", False)


def rest(figure: Any) -> None:
    """Make the figure fit for saving: its outputs plain. Where outputs cannot be changed, it stays a widget.

    Its model stays in the page: views that are still being drawn would ask for it.
    """
    if figure.__dict__.get("_outputs"):
        figure.__dict__["_resting"] = True
        change_outputs(figure)


def wake(figure: Any) -> None:
    """Make the outputs widgets again, of a model that starts with the present numbers."""
    figure._widget_data = deepcopy(figure._data)
    figure._widget_layout = deepcopy(figure._layout)
    figure.close()
    figure.open()
    figure.__dict__["_resting"] = False
    change_outputs(figure)


def change_outputs(figure: Any) -> None:
    """Let all outputs of the figure show it as it is."""
    for name in figure.__dict__.get("_outputs", ()):
        if show_output is not None:
            show_output(bundle(figure), name)


def bundle(figure: Any) -> Bundle:
    """The figure as a widget while it is one (and nothing else: a page might choose the other), else as it is plain."""
    text = {"text/plain": f"a plot: {figure.layout.title.text}"}
    if resting(figure):
        return {PLAIN: figure.to_plotly_json(), **text}
    return {WIDGET: {"version_major": 2, "version_minor": 0, "model_id": figure.comm.comm_id}, **text}


def refresh(figure: Any, spec: Spec) -> None:
    """Bring a figure to what ``spec`` says, in one message."""
    with figure.batch_update():
        if [trace.type for trace in figure.data] == [trace["type"] for trace in spec["data"]]:
            for trace, new in zip(figure.data, spec["data"], strict=True):
                trace.update(new, overwrite=True)
        else:
            figure.data = ()
            figure.add_traces(spec["data"])
        figure.layout.update(spec["layout"], overwrite=True)
