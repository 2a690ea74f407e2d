"""A shadow run: the network as it was before an edit, trained on the same batches for some steps more.

Its loss is the ghost line beside that of the edited network. It is a copy in every respect, its random streams and
optimizer slots too, so that for those steps it does what would have been done without the edit, bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

from patchgrad.autograd.state import state
from patchgrad.backend.random import default_stream
from patchgrad.layergraph.build import build
from patchgrad.nn.keep import Keep
from patchgrad.session.interrupt import Interrupts
from patchgrad.session.settings.setup import Setup
from patchgrad.session.step import Step


class Shadow:
    """The old network beside the new one.

    Fields
        label   of the edit it is held against
        begin   steps done when it began
        losses  of its steps so far, the first is step ``begin + 1``
        left    steps that it still goes
        ended   why it ended before its time; empty if it did not
    """

    def __init__(self, label: str, begin: int, steps: int, live: Any) -> None:
        self.label = label
        self.begin = begin
        self.left = steps
        self.losses: list[float] = []
        self.ended = ""
        memo: dict[int, Any] = {}
        layers = {uid: deepcopy(layer, memo) for uid, layer in live.module.layers.items()}
        self._module = build(live.graph, layers)
        self._module.__dict__["training"] = live.module.training
        pairs = zip(live.module.parameters(), self._module.parameters(), strict=True)
        optimizer = live.optimizer.twin({old.uid: new for old, new in pairs})
        schedule = live.setup.schedule and live.setup.schedule.twin(optimizer)
        self._epoch = live.setup.feed.epoch
        self._setup = Setup(optimizer, deepcopy(live.setup.loss, memo), live.setup.feed, schedule)
        self._step = Step(self._setup, Interrupts(), {})
        self._keep = Keep(self._module)
        self._stream = (default_stream().key, default_stream().offset)

    @property
    def steps(self) -> range:
        """The steps of ``losses``."""
        return range(self.begin + 1, self.begin + 1 + len(self.losses))

    def step(self, batch: Any) -> None:
        """One step on the batch that the session has just trained on; never raises what goes wrong in it."""
        if not self.left:
            return
        self.left -= 1
        try:
            with self._apart():
                self._catch_up()
                self.losses.append(self._step.train(self._module, batch, self._keep))
                self._setup.stepped(self._module, self.losses[-1])
        except Exception as error:
            self.left, self.ended = 0, f"{type(error).__name__}: {error}"
        if not self.left:
            del self._module, self._setup, self._step, self._keep

    def _catch_up(self) -> None:
        """Tell the schedule of the passes that are over since."""
        epoch = self._setup.feed.epoch
        for _ in range(epoch - self._epoch):
            self._setup.passed()
        self._epoch = epoch

    @contextmanager
    def _apart(self) -> Iterator[None]:
        """With a default random stream of its own, and unwatched."""
        stream, observers = default_stream(), state.observers
        there = (stream.key, stream.offset)
        (stream.key, stream.offset), state.observers = self._stream, ()
        try:
            yield
        finally:
            self._stream = (stream.key, stream.offset)
            (stream.key, stream.offset), state.observers = there, observers

    def __repr__(self) -> str:
        end = f", ended: {self.ended}" if self.ended else ""
        return f"Shadow(without {self.label!r}, {len(self.losses)} steps from {self.begin}{end})"
