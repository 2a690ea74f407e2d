"""The live compute graph of one widget: what is open, which step is shown, and what the page asks about it.

Everything here reads plain data of steps that are over, so it runs beside the training: requests on a thread of the
kernel, new steps on one of its own. Read next: ``compute_views.py``, ``compute_state.py``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from msgspec import structs

from patchgrad.backend import host
from patchgrad.drawing.rows import in_rows
from patchgrad.drawing.svg import svg
from patchgrad.errors import ArgumentError
from patchgrad.protocol import compute as m
from patchgrad.protocol.messages import Done
from patchgrad.recorder.recorder import Recorder
from patchgrad.recorder.source import position
from patchgrad.recorder.travel import Travel
from patchgrad.widgets.bridge import Answer
from patchgrad.widgets.code_places import is_line
from patchgrad.widgets.compute_state import ComputeState
from patchgrad.widgets.frames import packed
from patchgrad.widgets.newest import Newest
from patchgrad.widgets.op_views import inspected, numbers

JOINING = 2.0
"""Seconds between two pictures of all steps in one, at least: each is sent as a whole."""
FOUND = 50
"""Ops that a search names, at most."""
LINE = "line "


def rounded(numbers: Any) -> Any:
    """As bfloat16, in integers: two bytes each are enough for a time that is read off a box. Not for NaN."""
    bits = host.asarray(numbers, dtype="float32").view("uint32")
    return ((bits + 0x8000) >> 16).astype("uint16")


class Watched(Protocol):
    """What is looked at: a session, or a watch of ``pg.watch``."""

    @property
    def recorder(self) -> Recorder | None: ...


class Computing:
    """Answers for one widget; ``tell`` sends to its page. Call ``looked`` after every step."""

    def __init__(self, watched: Watched, tell: Callable[..., None]) -> None:
        self._watched = watched
        self._tell = tell
        self._lock = threading.RLock()
        self.state = ComputeState()
        self.on = False
        self._number = 0
        self._in_flight: int | None = None
        self._seen: Any = None
        self._travel: tuple[Any, Travel] | None = None
        self._worker = Newest(self._bring_up)
        self._joiner = Newest(self._bring_up, JOINING)
        self.receivers: dict[type, Callable[[Any, Answer], None]] = {
            m.LookAtCompute: self._look_at,
            m.ComputeSeen: self._was_seen,
            m.OpenGroup: lambda message, answer: self._show(
                message, answer, lambda: self.state.open(message.group, message.open)
            ),
            m.ShowTurn: lambda message, answer: self._show(
                message, answer, lambda: self.state.turn(message.loop, message.turn)
            ),
            m.ShowStep: self._show_step,
            m.ShowBackward: self._show_backward,
            m.RevealOp: self._reveal,
            m.FindOps: self._find,
            m.OpsAtLine: self._at_line,
            m.InspectOp: self._inspect,
            m.KeepStep: self._keep_step,
            m.TravelTo: self._travel_to,
            m.CheckOp: self._check,
        }

    def looked(self) -> None:
        """A step may have been looked at. Called by the thread that trains: nothing is done here."""
        if self.on:
            recorder = self._watched.recorder
            if recorder is not None and recorder.snapshot is not self._seen:
                (self._joiner if self.state.mode == "union" else self._worker).request()

    def close(self) -> None:
        self.on = False
        self._worker.close()
        self._joiner.close()

    def picture(self, width: float) -> str:
        """What is shown now as one SVG text, in rows of that width."""
        with self._lock:
            self._refresh()
            return svg(in_rows(self.state.view.picture, width))

    # --- what is shown ---------------------------------------------------------------------------

    def _look_at(self, message: m.LookAtCompute, answer: Answer) -> None:
        self.on = message.on
        answer(Done(message.request_id))
        if message.on:
            with self._lock:
                self._in_flight = None
                self._refresh()
                self._tell_graph()

    def _was_seen(self, message: m.ComputeSeen, answer: Answer) -> None:
        if self._in_flight is not None and message.number >= self._in_flight:
            self._in_flight = None
            self.looked()

    def _show(self, message: Any, answer: Answer, change: Callable[[], None]) -> None:
        with self._lock:
            change()
            self._tell_graph()
        answer(Done(message.request_id))

    def _show_step(self, message: m.ShowStep, answer: Answer) -> None:
        def change() -> None:
            self.state.choose(self._recorder(), message.mode, message.step, message.against)

        self._show(message, answer, change)

    def _show_backward(self, message: m.ShowBackward, answer: Answer) -> None:
        with self._lock:
            self.state.backward = message.on
            self._tell_times()
        answer(Done(message.request_id))

    def _bring_up(self) -> None:
        """Tell the newest step, unless the page has not yet drawn what it was told last."""
        with self._lock:
            if not self.on or self._in_flight is not None:
                return
            if self._refresh():
                self._tell_graph()
            else:
                self._tell_times()

    def _refresh(self) -> bool:
        """Take the newest look. True if another graph is to be drawn than before."""
        recorder = self._watched.recorder
        if recorder is None:
            return False
        self._seen = recorder.snapshot
        return self.state.follow(recorder)

    def _tell_graph(self) -> None:
        self._number += 1
        self._in_flight = self._number
        self._tell(self.state.graph(self._number, self._watched.recorder))
        self._tell_times()

    def _tell_times(self) -> None:
        found = self.state.times()
        if found is None:
            return
        self._number += 1
        self._in_flight = self._number
        recorder = self._watched.recorder
        arrays, buffer = packed({"seconds": rounded(found)})
        arrays = {name: structs.replace(view, dtype="bfloat16") for name, view in arrays.items()}
        looks = len(recorder.history) if recorder else 0
        made = m.ComputeTimes(
            self._number,
            self.state.step,
            looks,
            self.state.backward,
            self.state.walk(recorder),
            arrays,
            recorder.budget.between if recorder else 1,
        )
        self._tell(made, [buffer])

    # --- questions -------------------------------------------------------------------------------

    def _reveal(self, message: m.RevealOp, answer: Answer) -> None:
        with self._lock:
            box = self.state.reveal_layer(message.layer) if message.layer else self.state.reveal(message.op)
            self._tell_graph()
            found = (m.FoundOp(message.op, "", "", box),) if box else ()
        answer(m.FoundOps(message.request_id, found, len(found)))

    def _find(self, message: m.FindOps, answer: Answer) -> None:
        with self._lock:
            answer(self._told(message.request_id, self.state.matching(message.query)))

    def _at_line(self, message: m.OpsAtLine, answer: Answer) -> None:
        def standing() -> Iterator[int]:
            known: dict[tuple[Any, int], bool] = {}
            for place, op in enumerate(self.state.viewer.snapshot.ops):
                key = op.code, op.lasti
                if key not in known:
                    known[key] = is_line(position(*key), message.line, message.text)
                if known[key]:
                    yield place

        with self._lock:
            answer(self._told(message.request_id, standing(), each_box=True))

    def _told(self, request_id: str, places: Iterator[int], *, each_box: bool = False) -> m.FoundOps:
        """``each_box``: one op of every box."""
        count, found = 0, dict[str, m.FoundOp]()
        ops, view = self.state.viewer.snapshot.ops, self.state.view
        for place in places:
            count += 1
            op, box = ops[place], view.box_of(place)
            key = box if each_box else op.id
            if len(found) < FOUND * (10 if each_box else 1) and key not in found:
                where = position(op.code, op.lasti)
                detail = f"{op.path or 'step'}, {where}" if where.line else op.path or "step"
                found[key] = m.FoundOp(op.id, op.op, detail, box)
        return m.FoundOps(request_id, tuple(found.values()), count)

    def _inspect(self, message: m.InspectOp, answer: Answer) -> None:
        with self._lock:
            facts = self.state.facts(message.box)
            answer(inspected(self.state.viewer, message.request_id, message.box, facts))

    def _recorder(self) -> Recorder:
        recorder = self._watched.recorder
        if recorder is None:
            raise ArgumentError("nothing is recorded here", hint="the session was made with watch=False")
        return recorder

    # --- walking through one step ----------------------------------------------------------------

    def _keep_step(self, message: m.KeepStep, answer: Answer) -> None:
        self._recorder().keep_step()
        answer(Done(message.request_id))

    def _walk(self) -> Travel:
        kept = self._recorder().kept
        if kept is None:
            raise ArgumentError("no step was kept with its values yet", hint="train one more step")
        if self._travel is None or self._travel[0] is not kept:
            self._travel = kept, Travel(kept)
        return self._travel[1]

    def _travel_to(self, message: m.TravelTo, answer: Answer) -> None:
        with self._lock:
            travel = self._walk()
            op = travel.to(message.op or message.position)
            count = len(travel.snapshot.ops)
            step = self.state.walk(self._recorder()) or 0
            if op is None:
                answer(m.Travelled(message.request_id, step, 0, count, "", "", "", "", "", (), (), (), ()))
                return
            card = travel.card(op.id)
            cotangents, gradients = travel.numbers(op.id)
            answer(
                m.Travelled(
                    message.request_id,
                    step,
                    travel.position,
                    count,
                    op.id,
                    self.state.box_of(op.id),
                    op.op,
                    card.formula,
                    card.example,
                    numbers(card.inputs),
                    numbers(card.outputs),
                    numbers(cotangents),
                    numbers(gradients),
                )
            )

    def _check(self, message: m.CheckOp, answer: Answer) -> None:
        with self._lock:
            found = self._walk().check(message.op)
        answer(m.Checked(message.request_id, message.op, found.passed, found.text))
