"""What the page asks of the timeline: marks, rewinds, branches, the shadow run, and two networks side by side."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

from patchgrad.errors import SessionError
from patchgrad.layergraph.difference import difference
from patchgrad.protocol import messages as m
from patchgrad.protocol import wire
from patchgrad.session.wishes import require_count
from patchgrad.widgets.bridge import Answer
from patchgrad.widgets.views import finite

POINTS = 400


class TurningBack:
    """Answers those requests for one studio. ``changed`` is called when marks have."""

    def __init__(self, session: Any, edit: Any, soon: Any, changed: Any) -> None:
        self._session = session
        self._edit = edit
        self._soon = soon
        self._changed = changed
        self.receivers: dict[type, Any] = {
            m.MakeMark: self._mark,
            m.ForgetMark: self._forget,
            m.Rewind: self._rewind,
            m.SwitchBranch: lambda message, answer: self._edit(
                session.editing.switch(message.name, "studio"), message, answer
            ),
            m.SetShadow: self._shadow,
            m.AskComparison: self._compare,
        }

    def _mark(self, message: m.MakeMark, answer: Answer) -> None:
        self._then(message, answer, lambda: self._session.timeline.mark(message.name))

    def _forget(self, message: m.ForgetMark, answer: Answer) -> None:
        self._then(message, answer, lambda: self._session.timeline.forget(message.name))

    def _rewind(self, message: m.Rewind, answer: Answer) -> None:
        to = message.mark if message.edit is None else self._session.log.numbered(message.edit)
        self._edit(self._session.editing.rewind(to, message.name, "studio"), message, answer)

    def _shadow(self, message: m.SetShadow, answer: Answer) -> None:
        if message.steps:
            require_count("steps", message.steps)
        self._session.trials.shadow_steps = message.steps
        answer(m.Done(message.request_id))
        self._changed()

    def _compare(self, message: m.AskComparison, answer: Answer) -> None:
        self._then(message, answer, lambda: compared(self._session, message), result=True)

    def _then(self, message: Any, answer: Answer, act: Any, *, result: bool = False) -> None:
        def done(future: Future[Any]) -> None:
            error = future.exception()
            if error is not None:
                answer(wire.failed(message.request_id, error))
                return
            answer(future.result() if result else m.Done(message.request_id))
            self._changed()

        self._soon(act).add_done_callback(done)


def compared(session: Any, message: m.AskComparison) -> m.Compared:
    """The answer: two branches, or how things stand and how they stood in front of the last edit."""
    if message.one is None:
        return _with_before(session, message.request_id)
    found = session.compare(message.one, message.other)
    curves = tuple(_curve(name, recorder) for name, recorder in zip(found.names, found.recorders, strict=True))
    return _told(message.request_id, found.names, found.steps, found.losses, found.parted, found.graphs, "", curves)


def _with_before(session: Any, request_id: str) -> m.Compared:
    edit = next((e for e in reversed(session.timeline.edits()) if e.mark is not None), None)
    if edit is None:
        raise SessionError("there is nothing to compare with", got="no edit yet", hint="make an edit first")
    before = edit.mark
    curves = [_curve("now", session.recorder)]
    if edit.shadow is not None:
        curves.append(_thinned(f"without {edit.title}", list(edit.shadow.steps), list(edit.shadow.losses)))
    return _told(
        request_id,
        (before.name, "now"),
        (before.step, session.step_count),
        (before.loss, session.loss),
        before.step,
        (before.graph, session.graph),
        str(edit.effect),
        tuple(curves),
    )


def _told(
    request_id: str, names: Any, steps: Any, losses: Any, parted: int, graphs: Any, effect: str, curves: Any
) -> m.Compared:
    old, new = graphs
    diff = difference(old, new)
    return m.Compared(
        request_id=request_id,
        names=names,
        steps=steps,
        losses=(finite(losses[0]), finite(losses[1])),
        parted=parted,
        only_in_one=_named(old, diff.removed),
        only_in_other=_named(new, diff.added),
        changed=_named(new, diff.changed),
        edges_gone=len(diff.edges_removed),
        edges_new=len(diff.edges_added),
        effect=effect,
        curves=curves,
    )


def _named(graph: Any, uids: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{graph.nodes[uid].name} ({graph.nodes[uid].kind})" for uid in uids)


def _curve(name: str, recorder: Any) -> m.Curve:
    if recorder is None:
        return m.Curve(name, (), ())
    steps, values = recorder.series("loss").read()
    return _thinned(name, steps.tolist(), values.tolist())


def _thinned(name: str, steps: list[int], values: list[float]) -> m.Curve:
    every = max(1, -(-len(steps) // POINTS))
    return m.Curve(name, tuple(steps[::every]), tuple(finite(value) for value in values[::every]))
