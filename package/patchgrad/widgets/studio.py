"""The studio of a session: what the page asks is looked up or queued, what happens is told. No logic of its own.

Messages arrive on a thread of the kernel. Only immutable graphs are read there; all else is
handed to the boundary and done by the thread that trains. Read next: ``views.py``, ``frames.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from time import monotonic
from typing import Any

from patchgrad.drawing.svg import svg
from patchgrad.errors import ProtocolError
from patchgrad.layergraph.palette import standing
from patchgrad.protocol import messages as m
from patchgrad.protocol import wire
from patchgrad.protocol.kinds import palette_views, template_views
from patchgrad.session import Edit, Session
from patchgrad.session.events import Event
from patchgrad.session.wishes import require_count
from patchgrad.widgets import cells, pagecode, views
from patchgrad.widgets.bridge import Answer, BridgeWidget
from patchgrad.widgets.coalesce import Coalesce
from patchgrad.widgets.computing import Computing
from patchgrad.widgets.drawn import drawn
from patchgrad.widgets.frames import frame
from patchgrad.widgets.layers import Layers
from patchgrad.widgets.looks import looked
from patchgrad.widgets.notebook_data import Data
from patchgrad.widgets.numbers import inspected
from patchgrad.widgets.overlay import quantity_views
from patchgrad.widgets.setup_view import setup_view
from patchgrad.widgets.turning_back import TurningBack

FRAME_PERIOD = 1 / 5
"""Seconds between two frames at least: plots are not drawn more often."""
FINDINGS_PERIOD = 2.0
"""Seconds between two looks for what is wrong, at least."""
FINDINGS_SHARE = 0.003
"""Share of the time that they may take."""
FRAME_SHARE = 0.01
"""Share of the time that may be spent on frames: where one takes long, the next comes later."""


class StudioWidget(BridgeWidget):
    """Canvas, palette, transport, scopes and log of one session. Several studios of one session agree.

    Parameters
        title          shown at the top
        embed, pin     as in `BridgeWidget`
    """

    def __init__(self, session: Session, *, title: str = "", embed: bool = False, pin: bool = True) -> None:
        super().__init__(embed=embed, pin=pin)
        self.session = session
        self.title = title or session.name
        self._selected: tuple[str, ...] = ()
        self._shown = ""
        self._open = False
        self._in_flight: int | None = None
        self._frames = 0
        self._next_frame = 0.0
        self._next_findings = 0.0
        self._found: tuple[m.FindingView, ...] = ()
        self._frame_due = False
        self._told: tuple[Any, ...] = (None,) * 4
        self._palette: Any = None
        self._lane15 = Coalesce(self._tell_state)
        self.computing = Computing(session, self.tell)
        self._forget = session.subscribe(self._happened)
        self._receivers: dict[type, Callable[[Any, Answer], None]] = {
            m.Open: self._opened,
            m.RunCommand: self._command,
            m.Undo: lambda message, answer: self._edit(session.editing.undo("studio"), message, answer),
            m.Redo: lambda message, answer: self._edit(session.editing.redo("studio"), message, answer),
            m.Transport: self._transport,
            m.Inspect: self._inspect,
            m.AskSource: self._source,
            m.AskLook: self._look,
            **Layers(session, self._edit).receivers,
            **Data(session, self._edit).receivers,
            **TurningBack(session, self._edit, self._soon, self._lane15.request).receivers,
            m.Select: self._select,
            m.ShowQuantity: self._show_quantity,
            m.FrameSeen: self._seen,
            **self.computing.receivers,
        }
        cells.shown(self)
        cells.look_on(self)

    def close(self) -> None:
        """Let go of the session; it goes on."""
        self._forget()
        cells.look_off(self)
        self._lane15.close()
        self.computing.close()
        super().close()

    def receive(self, message: m.FromBrowser, answer: Answer) -> None:
        self._receivers[type(message)](message, answer)

    def _opened(self, message: m.Open, answer: Answer) -> None:
        if message.version != m.VERSION:
            raise ProtocolError(
                "page and kernel speak different versions",
                got=f"version {message.version} in the page",
                want=f"version {m.VERSION}",
                hint="reload the page, then run the cell again",
            )
        session = self.session
        state = (self._graph_view(), views.run_view(session, self.lane), views.log_view(session))
        state = (*state, views.timeline_view(session), setup_view(session))
        made = m.Opened(
            message.request_id,
            m.VERSION,
            self.title,
            palette_views(),
            *state,
            templates=template_views(),
            code={"plots": pagecode.content_hash("plots")},
            quantities=quantity_views(session.recorder),
        )
        answer(made)
        self._open, self._in_flight, self._palette = True, None, standing()
        self._next_findings, self._found = 0.0, ()
        self._frame_soon()

    def _command(self, message: m.RunCommand, answer: Answer) -> None:
        edit = self.session.editing.submit(message.command, "studio", message.revision)
        self._edit(edit, message, answer)

    def _edit(self, edit: Edit, message: Any, answer: Answer) -> None:
        def done(future: Future[Any]) -> None:
            error = future.exception()
            if error is not None:
                answer(wire.failed(message.request_id, error))
                return
            answer(m.CommandDone(message.request_id, edit.revision or 0, edit.step, edit.text, edit.python))

        edit.future.add_done_callback(done)
        self.session.serve()

    def _transport(self, message: m.Transport, answer: Answer) -> None:
        if message.action == "play":
            self.session.play()
        elif message.action == "pause":
            self.session.drive.pause()
        else:
            require_count("steps", message.steps)
            self.session.step_soon(message.steps)
        answer(m.Done(message.request_id))

    def _inspect(self, message: m.Inspect, answer: Answer) -> None:
        self._ask_soon(message, answer, lambda: inspected(self.session, message.request_id, message.node))

    def _look(self, message: m.AskLook, answer: Answer) -> None:
        self._ask_soon(message, answer, lambda: looked(self.session, message.request_id, message.kind, message.node))

    def _ask_soon(self, message: Any, answer: Answer, act: Callable[[], m.FromKernel]) -> None:
        """Answer with what is found at the next boundary."""

        def done(future: Future[Any]) -> None:
            error = future.exception()
            answer(wire.failed(message.request_id, error) if error is not None else future.result())

        self._soon(act).add_done_callback(done)

    def _source(self, message: m.AskSource, answer: Answer) -> None:
        forms = {
            "module": self.session.graph.to_source,
            "script": self.session.script,
            "diff": self.session.source_diff,
        }
        answer(m.SourceText(message.request_id, forms[message.form]()))

    def _select(self, message: m.Select, answer: Answer) -> None:
        self._selected = message.nodes
        self._frame_soon()

    def _show_quantity(self, message: m.ShowQuantity, answer: Answer) -> None:
        self._shown = message.quantity
        self._frame_soon()

    def _seen(self, message: m.FrameSeen, answer: Answer) -> None:
        if self._in_flight is not None and message.number >= self._in_flight:
            self._in_flight = None
        if self._frame_due and self.session.drive.resting:
            self._frame_soon()

    # --- state --------------------------------------------------------------------------------------

    def _happened(self, event: Event) -> None:
        """Called by the session, at every step too: cheap where there is nothing to do."""
        if event == "step":
            self.computing.looked()
            if self._open and self._in_flight is None and monotonic() >= self._next_frame:
                self._send_frame()
            return
        if not self._open:
            return
        self._lane15.request()
        if event == "state" and self.session.drive.resting:
            self._frame_soon()

    def _tell_state(self) -> None:
        """Tell the run, and the rest where it has changed."""
        live, edits = self.session.live, tuple(map(views.news_of, self.session.log))
        graph = (live.revision, sum(status == "queued" for _, status, _ in edits))
        timeline = views.timeline_view(self.session)
        setup = setup_view(self.session)
        told, self._told = self._told, (graph, edits, timeline, setup)
        self.tell(views.run_view(self.session, self.lane))
        if graph != told[0]:
            self.tell(self._graph_view())
        if edits != told[1]:
            self.tell(views.log_view(self.session))
        if timeline != told[2]:
            self.tell(timeline)
        if setup != told[3]:
            self.tell(setup)
        self._tell_palette()

    def look_again(self) -> None:
        """The notebook around may hold something new: layers of the user's own, data."""
        if self._open:
            self._lane15.request()

    def _tell_palette(self) -> None:
        now = standing()
        if now != self._palette:
            self._palette = now
            self.tell(m.PaletteView(palette_views(), template_views()))

    def _graph_view(self) -> m.GraphView:
        live = self.session.live
        revision, graph, picture, before = drawn(self.session).at(live)
        return views.graph_view(
            graph,
            picture,
            revision,
            undo_label=live.undo_label,
            redo_label=live.redo_label,
            pending=sum(edit.status == "queued" for edit in self.session.log),
            before=before,
        )

    def _frame_soon(self) -> None:
        """A frame as soon as the thread that trains is at a boundary; now or after the one in flight."""
        self._frame_due = True
        if self._open and self._in_flight is None and not self.session.boundary.closed:
            self._soon(self._send_frame)

    def _send_frame(self) -> None:
        if not self._open or self._in_flight is not None:
            return
        self._frames += 1
        self._frame_due = False
        self._in_flight = self._frames
        begin = monotonic()
        made, buffer = frame(
            self.session, self._frames, views.run_view(self.session, self.lane), self._selected, self._shown
        )
        self.tell(made, [buffer])
        self._tell_findings(begin)
        self._next_frame = begin + max(FRAME_PERIOD, (monotonic() - begin) / FRAME_SHARE)

    def _tell_findings(self, now: float) -> None:
        """Look for what is wrong, now and then and where training rests, and tell it where it has changed."""
        if now >= self._next_findings or self.session.drive.resting:
            begin = monotonic()
            found = views.findings_view(self.session)
            self._next_findings = now + max(FINDINGS_PERIOD, (monotonic() - begin) / FINDINGS_SHARE)
            if found.findings != self._found:
                self._found = found.findings
                self.tell(found)

    def _soon(self, act: Callable[[], Any]) -> Future[Any]:
        future = self.session.boundary.submit(act)
        self.session.serve()
        return future

    def __repr__(self) -> str:
        return f"Studio of {self.session!r}"

    def _repr_mimebundle_(self, **settings: Any) -> Any:
        """The widget; beside it a picture, for places that show no widgets."""
        bundle = super()._repr_mimebundle_(**settings)
        if bundle is not None:
            bundle[0]["image/svg+xml"] = svg(drawn(self.session).at(self.session.live)[2])
        return bundle
