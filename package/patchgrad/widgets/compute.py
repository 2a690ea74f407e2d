"""The computation of a model that is watched, as a widget of its own: for any training loop, without a session."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from patchgrad.drawing.page import PAGE
from patchgrad.protocol import messages as m
from patchgrad.recorder.watch import Watch
from patchgrad.widgets import cells
from patchgrad.widgets.bridge import Answer, BridgeWidget
from patchgrad.widgets.computing import Computing
from patchgrad.widgets.newest import Newest
from patchgrad.widgets.outputs import show_output


class ComputeWidget(BridgeWidget):
    """The compute graph of what a watched model really ran, step by step.

    Parameters
        embed, pin  as in `BridgeWidget`
    """

    def __init__(self, watch: Watch, *, embed: bool = False, pin: bool = True) -> None:
        super().__init__(shows="compute", embed=embed, pin=pin)
        self.watch = watch
        self.computing = Computing(watch, self.tell)
        self._output: str | None = None
        self._painter = Newest(self._paint)
        watch.recorder.listeners.append(self._looked)
        self._receivers: dict[type, Callable[[Any, Answer], None]] = self.computing.receivers
        cells.shown(self)

    def close(self) -> None:
        """Let go of the watch; it goes on."""
        listeners = self.watch.recorder.listeners
        if self._looked in listeners:
            listeners.remove(self._looked)
        self.computing.close()
        self._painter.close()
        super().close()

    def receive(self, message: m.FromBrowser, answer: Answer) -> None:
        self._receivers[type(message)](message, answer)

    def _looked(self) -> None:
        """Called by the thread that trains."""
        self.computing.looked()
        if self._output is not None:
            self._painter.request()

    def _paint(self) -> None:
        """Put the first picture into the output, for a notebook that is saved. Once: each time draws the view anew."""
        name, self._output = self._output, None
        if name is not None:
            show_output(self._bundle(), name)

    def _ipython_display_(self) -> None:
        """Show in an output that can be changed; NotImplementedError where there is none such."""
        shown = show_output(self._bundle(), None)
        if shown is None:
            raise NotImplementedError
        self._output = shown if self.watch.snapshot is None else None

    def _bundle(self) -> dict[str, Any]:
        bundle = self._repr_mimebundle_()
        return bundle[0] if isinstance(bundle, tuple) else bundle

    def __repr__(self) -> str:
        return f"Computation of step {self.watch.step}"

    def _repr_mimebundle_(self, **settings: Any) -> Any:
        """The widget; beside it a picture, for places that show no widgets."""
        bundle = super()._repr_mimebundle_(**settings)
        if bundle is not None and self.watch.snapshot is not None:
            bundle[0]["image/svg+xml"] = self.picture()
        return bundle

    def picture(self) -> str:
        """What is shown now, as SVG."""
        return self.computing.picture(PAGE)
