"""A step function that is recorded once and replayed from then on, where nothing that it depends on has changed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from patchgrad.autograd.state import observing
from patchgrad.backend import get_backend
from patchgrad.replaying.forms import detached, filled, form_of, outline_of, tensors_in, unfit
from patchgrad.replaying.guards import Guards
from patchgrad.replaying.looking import Looking
from patchgrad.replaying.notes import Value
from patchgrad.replaying.plan import Plan, Trial, kernels_are_made
from patchgrad.replaying.recording import Recording
from patchgrad.tensor import Tensor

MOST = 8
"""Forms of arguments with a plan each."""
FORGIVEN = 2
"""Audits that may fail: a kernel may have been compiled between the two runs."""
RETRIES = 12
"""So many times a plan that waits for kernels is written anew, each time that all that were wanted are there."""
PATIENCE = 4
"""Recordings without a replay between them before longer and longer pauses begin."""


class Recorded:
    """What is known of one form of the arguments: a plan and its guards, or why there is none."""

    def __init__(self) -> None:
        self.plan: Plan | None = None
        self.trial: Trial | None = None
        self.recording: tuple[Recording, list[Value], list[Any]] | None = None
        self.guards = Guards()
        self.outline: Any = None
        self.reason = ""
        self.wait = 0
        self.failures = 0
        self.replays = 0
        self.mistakes = 0
        self.tries = 0
        self.audited = False
        """Did the plan pass its last audit?"""

    def improve(self) -> None:
        """Write the plan anew if kernels were compiled in the meantime; it is audited before it runs."""
        assert self.plan is not None
        assert self.recording is not None
        if not self.plan.ready and self.tries < RETRIES and kernels_are_made():
            self.tries += 1
            self.plan, self.trial, self.audited = Plan(*self.recording), None, False


class Comparison:
    """Observes an eager step and compares its gradients, when they are first used, with those of a trial."""

    def __init__(self, trial: Trial, wanted: tuple[Any, ...]) -> None:
        self._trial = trial
        count = len(trial.results)
        self._results, self._gradients = wanted[:count], wanted[count:]
        self._equal: bool | None = None

    def forward(self, op: Any, attrs: Any, inputs: Any, outputs: Any, node: Any) -> None: ...
    def backward(self, node: Any, cotangents: Any, gradients: Any) -> None: ...
    def enter(self, module: Any, args: Any) -> None: ...
    def leave(self, module: Any, output: Any) -> None: ...

    def updated(self, optimizer: Any) -> None:
        if self._equal is None:
            self._equal = all(
                leaf.grad is not None and _bits(leaf.grad.data) == _bits(gradient)
                for leaf, gradient in zip(self._trial.leaves, self._gradients, strict=True)
            )

    def equal(self, results: list[Tensor]) -> bool:
        """Were they equal, and are these results?"""
        self.updated(None)
        pairs = zip(self._trial.results, self._results, strict=True)
        return bool(self._equal) and all(_bits(results[index].data) == _bits(array) for index, array in pairs)


def _bits(array: Any) -> bytes:
    return array.tobytes()


Places = list[tuple[Any, int, int]]


def _places(plan: Plan) -> Places:
    """Where the random streams of a plan stand."""
    return [(stream, stream.key, stream.offset) for stream in plan.streams]


def _put(places: Places) -> None:
    for stream, key, offset in places:
        stream.key, stream.offset = key, offset


@contextmanager
def _undrawn(plan: Plan) -> Iterator[None]:
    """What is drawn inside the block is drawn again after it."""
    places = _places(plan)
    try:
        yield
    finally:
        _put(places)


class Replayed:
    """Calls ``step`` eagerly, or runs what it did the last time once more, with the same bits.

    Fields
        reason   why the last call ran eagerly; empty if it was replayed
        replays  how many calls were replayed
    """

    def __init__(self, step: Callable[..., Any], audit: int = 256) -> None:
        self.step = step
        self.audit = audit
        self.reason = ""
        self.replays = 0
        self._recorded: dict[Any, Recorded] = {}
        self._lock = Lock()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not self._lock.acquire(blocking=False):
            return self.step(*args, **kwargs)
        try:
            return self._call(args, kwargs)
        finally:
            self._lock.release()

    def _call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        tensors: list[Tensor] = []
        self.reason = unfit()
        key = None if self.reason else form_of((args, kwargs), tensors)
        if isinstance(key, str):
            self.reason = key
        if self.reason:
            return self.step(*args, **kwargs)
        known = self._recorded.get(key)
        if known is not None:
            if known.plan is not None:
                self.reason = known.guards.changed()
                if not self.reason and (known.replays % self.audit == 0 or not known.audited):
                    return self._audited(known, tensors, args, kwargs)
                if not self.reason:
                    return self._replay(known, tensors, args, kwargs)
            elif known.wait > 0:
                known.wait -= 1
                self.reason = known.reason
                return self.step(*args, **kwargs)
        if known is None and len(self._recorded) >= MOST:
            self._recorded.pop(next(iter(self._recorded)))
        return self._record(key, known, tensors, args, kwargs)

    def _record(self, key: Any, known: Recorded | None, tensors: list[Tensor], args: Any, kwargs: Any) -> Any:
        """Run the step eagerly, and note what it does."""
        made = Recorded()
        recording = Recording()
        recording.begin(tensors)
        why = made.guards.take_function(self.step)
        made.guards.take((*args, *kwargs.values()))
        with observing(recording), Looking(recording, made.guards).watching():
            result = self.step(*args, **kwargs)
        made.guards.take_modules(recording.modules)
        sources: list[Any] = []
        made.outline = outline_of(result, recording, sources)
        why = why or recording.doubt or made.guards.settle(recording.held.values())
        own = {id(tensor.data) for tensor in tensors}
        if not why and any(id(array) in own for array in made.guards.memory()):
            why = "a parameter or buffer is an argument too"
        if why:
            self._doubt(made, known, why)
        else:
            made.recording = recording, [Value(index) for index in range(len(tensors))], sources
            made.plan = Plan(*made.recording)
            made.failures = 0 if known is None or known.replays else known.failures + 1
            if made.failures > PATIENCE:
                self._doubt(made, known, self.reason)
        self._recorded[key] = made
        self.reason = made.reason or self.reason or "it is recorded"
        return detached(result)

    def _doubt(self, made: Recorded, known: Recorded | None, why: str) -> None:
        made.plan, made.reason = None, why
        made.failures = 1 if known is None else known.failures + 1
        made.wait = min((1 << made.failures) - 2, 1024)

    def _audited(self, known: Recorded, tensors: list[Tensor], args: Any, kwargs: Any) -> Any:
        """Run the plan up to its first change, then the step eagerly, and compare; the eager results count."""
        assert known.plan is not None
        assert known.recording is not None
        known.replays += 1
        trial = known.trial = known.trial or Trial(*known.recording, known.plan.pool)
        with _undrawn(known.plan), get_backend().quiet():
            try:
                wanted = trial.run(*[tensor.data for tensor in tensors])
            except Exception:
                return self._explained(args, kwargs)
        comparison = Comparison(trial, wanted)
        with observing(comparison):
            result = detached(self.step(*args, **kwargs))
        self.reason = "it is audited"
        known.audited = comparison.equal(tensors_in(result))
        if not known.audited:
            known.mistakes += 1
            self.reason = "an audit found other results than those of the eager step"
            if known.mistakes > FORGIVEN:
                known.plan, known.wait, known.reason = None, sys.maxsize, self.reason
        return result

    def _explained(self, args: Any, kwargs: Any) -> Any:
        """Run the step eagerly after an error that left no trace, so that it comes with its place."""
        self.reason = "an error is to be explained"
        return self.step(*args, **kwargs)

    def _replay(self, known: Recorded, tensors: list[Tensor], args: Any, kwargs: Any) -> Any:
        plan = known.plan
        assert plan is not None
        places = _places(plan)
        plan.begun.clear()
        try:
            with get_backend().quiet():
                arrays = plan.run(*[tensor.data for tensor in tensors])
        except Exception:
            if plan.begun:
                raise
            _put(places)
            return self._explained(args, kwargs)
        known.replays += 1
        self.replays += 1
        known.improve()
        return filled(known.outline, arrays)


def replay(step: Callable[..., Any], *, audit: int = 256) -> Replayed:
    """A function that does what ``step`` does, and from its third call on mostly without running its Python again.

    The first call is recorded: ops, gradient rules, random draws, updates. Later calls do the same to the arrays they
    are given, bit for bit. Where anything that the step depends on has changed (modules, settings, shapes, modes) it is
    recorded anew; a step that looks at values (``item()``, ``if loss > 1``), keeps something or asks the world outside
    runs as it is written. ``.reason`` says why. Tensors that the step returns come without their past.

    Parameters
        step   a function of tensors and plain values: forward, backward, update, or a part of these
        audit  every so many replays the step is run eagerly too, and compared
    """
    return Replayed(step, audit)
