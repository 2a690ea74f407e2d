"""The steps of a session: a batch in, a loss out, and every fault explained.

Knows no thread and no edit. Read next: ``step.py`` (one step, or nothing), ``drive.py`` (when to step).
"""

from __future__ import annotations

from typing import Any

from patchgrad.nn import Module
from patchgrad.nn.keep import Keep
from patchgrad.recorder.recorder import Recorder
from patchgrad.session.drive import EndOfRun
from patchgrad.session.events import Events
from patchgrad.session.faults import Fault, explained
from patchgrad.session.feed import EndOfData, EndOfPass, Feed
from patchgrad.session.live import Live
from patchgrad.session.pace import Pace
from patchgrad.session.progress import Progress
from patchgrad.session.step import Step
from patchgrad.session.trials import Trials
from patchgrad.tensor import Tensor


class Training:
    """How far the training is, and one step more.

    Fields
        count     steps done
        loss      of the last step, before its update; None before the first
        fault     why the last step was not done; None if it was
        error     the same as an exception
        last      step count at which the run ends, or None
        epochs    passes after which the run ends, or None
        own_loop  the user does the steps: ours only draw, and lay the batch in ``batch``
        turned    a loss was computed since that batch was drawn
    """

    def __init__(
        self, feed: Feed, live: Live, step: Step, events: Events, trials: Trials, recorder: Recorder | None = None
    ) -> None:
        self.feed = feed
        self.pace = Pace()
        self.progress = Progress(None, shown=False)
        self.count = 0
        self.loss: float | None = None
        self.fault: Fault | None = None
        self.error: BaseException | None = None
        self.last: int | None = None
        self.epochs: int | None = None
        self.own_loop = False
        self.batch: Any = None
        self.turned = False
        self.recorder = recorder
        self.trials = trials
        self._live = live
        self._events = events
        self._step = step
        self._keep: tuple[Module, Keep] | None = None
        live.loss_of = step.loss_of

    def aim(self, steps: int | None, epochs: int | None) -> None:
        """End after so many more steps or passes; never, if neither is given."""
        self.last = None if steps is None else self.count + steps
        self.epochs = None if epochs is None else self.feed.epoch + epochs

    def reached(self) -> bool:
        """Is the goal of the run reached?"""
        return (self.last is not None and self.count >= self.last) or self._passes_done()

    def onwards(self) -> None:
        """Forget a goal that is reached: more steps are wished."""
        if self.reached():
            self.aim(None, None)

    def _passes_done(self) -> bool:
        return self.epochs is not None and self.feed.epoch >= self.epochs

    def advance(self) -> None:
        """One step. EndOfRun if there is no more data; a fault raises its explained error."""
        self.fault = self.error = None
        batch = self._draw()
        if self.own_loop:
            self.batch, self.turned = batch, False
            return
        try:
            self.loss = self._train(batch)
        except KeyboardInterrupt:
            self.feed.give_back(batch)
            raise
        except Exception as error:
            raise self._failed(*explained(error, self._step, self._live.module, batch, self.count)) from error.__cause__
        self._live.batch = batch
        news = self.trials.stepped(batch, self.loss)
        self.counted()
        if news:
            self._events.tell("edit")

    def _train(self, batch: Any) -> float:
        module, keep = self._live.module, self._kept()
        if self.recorder is None:
            return self._step.train(module, batch, keep)
        with self.recorder.step(self.count + 1, module) as look:
            look.loss = self._step.train(module, batch, keep)
            return look.loss

    def counted(self) -> None:
        """A step is done."""
        self.turned = False
        self.count += 1
        self._live.setup.stepped(self._live.module, self.loss)
        self.pace.tick()
        self.progress.step(self.loss, self.feed.epoch)
        self._events.tell("step")

    def loss_of(self, batch: Any) -> Tensor:
        """The loss of a batch, noted as that of the step."""
        loss = self._step.loss_of(self._live.module, batch)
        self._live.batch = batch
        self.loss = float(loss.item())
        self.turned = True
        return loss

    def _draw(self) -> Any:
        while True:
            try:
                return self.feed.draw()
            except EndOfPass:
                self._live.setup.passed()
                if self._passes_done():
                    raise EndOfRun from None
            except EndOfData:
                raise EndOfRun from None
            except Exception as error:
                error.add_note(f"while drawing the batch of step {self.count + 1}")
                raise self._failed(error, "") from error.__cause__

    def _failed(self, error: BaseException, layer: str) -> BaseException:
        text = str(error) or type(error).__name__
        self.fault, self.error = Fault(text, self.count, layer), error
        return error

    def _kept(self) -> Keep:
        """What to keep of the module; looked up anew only when an edit has changed the module."""
        module = self._live.module
        if self._keep is None or self._keep[0] is not module:
            self._keep = (module, Keep(module))
        return self._keep[1]
