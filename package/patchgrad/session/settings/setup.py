"""Setup: all that decides how a network is trained, and can be changed between two steps.

Every change gives the way back, so that undo and redo need no procedure of their own. Read next: ``optimizers.py``,
``losses.py``, ``loaders.py``, ``schedules.py`` (the changes), ``schedule.py``, ``average.py`` (what goes along).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from patchgrad.errors import SessionError
from patchgrad.layergraph.commands.training import Changed, TrainingCommand
from patchgrad.session.feed import Feed
from patchgrad.session.settings import holding, loaders, losses, optimizers, schedules
from patchgrad.session.settings.average import Average
from patchgrad.session.settings.schedule import Schedule


class Stand(msgspec.Struct, frozen=True):
    """A setup as it was at a mark; the numbers of the optimizer lie with the mark."""

    optimizer: Any
    loss: Any
    loader: Any
    schedule: Any
    average: Any


def all_of(commands: Iterable[TrainingCommand], setup: Setup) -> Changed:
    """Several changes as one, without trying the loss between them; if one cannot be made, none is."""
    trying, setup.try_loss = setup.try_loss, lambda: None
    done: list[Changed] = []
    try:
        for command in commands:
            done.append(command.change(setup))
    except BaseException:
        _back(done)
        raise
    finally:
        setup.try_loss = trying
    return _joined(done)


def _joined(done: list[Changed]) -> Changed:
    return Changed(tuple(text for change in done for text in change.told), lambda: _joined(_back(done)))


def _back(done: list[Changed]) -> list[Changed]:
    """The ways back, last first."""
    return [change.back() for change in reversed(done)]


class Setup:
    """What a session trains with, as it is now.

    Fields
        optimizer  trains the parameters
        loss       ``loss(output, target)``
        feed       gives the batches
        schedule   moves the rates; None: they stay
        average    a second model whose weights are averages of those of the first; None without
        parameters_of  gives the parameters of some layers, by uid; set once by the session
        try_loss   computes the loss of the last batch without a trace, or raises; set once by the session
        before     the session before the code of the model was changed; None if there was none
    """

    def __init__(
        self,
        optimizer: Any,
        loss: Any,
        feed: Feed,
        schedule: Schedule | None = None,
        average: Average | None = None,
    ) -> None:
        self.optimizer = optimizer
        self.loss = loss
        self.feed = feed
        self.schedule = schedule
        self.average = average
        self.parameters_of: Callable[[tuple[str, ...]], list[Any]] = lambda nodes: []
        self.try_loss: Callable[[], None] = lambda: None
        self.before: Any = None

    # --- training -----------------------------------------------------------------------------------

    def stepped(self, module: Any, loss: float | None) -> None:
        """A step is done: the average takes it in, the schedule counts it."""
        if self.average is not None:
            self.average.update(module)
        if self.schedule is not None:
            self.schedule.stepped(loss)

    def passed(self) -> None:
        """A pass over the data is over."""
        if self.schedule is not None:
            self.schedule.passed()

    # --- changes --------------------------------------------------------------------------------------

    def change_optimizer(self, kind: str, settings: Mapping[str, Any]) -> Changed:
        """Train with another optimizer."""
        return optimizers.change(self, kind, settings)

    def hold(self, nodes: tuple[str, ...]) -> Changed:
        """Train the parameters of these layers, too."""
        return holding.hold(self, nodes)

    def tune(self, settings: Mapping[str, Any], group: int | None) -> Changed:
        """Other settings for the optimizer there is."""
        return optimizers.tune(self, settings, group)

    def change_loss(self, loss: Any) -> Changed:
        """Train for another loss."""
        return losses.change(self, loss)

    def change_data(self, settings: Mapping[str, Any]) -> Changed:
        """Draw the batches in another way."""
        return loaders.change(self, settings)

    def change_schedule(self, kind: str | None, settings: Mapping[str, Any], every: str | None) -> Changed:
        """Let another schedule move the rates, or none."""
        return schedules.change(self, kind, settings, every)

    def take_weights(self) -> Changed:
        """Let layers have the weights that they had before the code of the model was changed."""
        if self.before is None:
            raise SessionError(
                "there is no session before this one",
                got="a model that was not trained in this kernel under another version of its class",
                hint="pg.Session(model, ..., before=session) names one",
            )
        return self.before.take()

    # --- marks ----------------------------------------------------------------------------------------

    def stand(self) -> Stand:
        """What to come back to."""
        return Stand(
            self.optimizer,
            self.loss,
            self.feed.loader,
            None if self.schedule is None else self.schedule.snapshot(),
            None if self.average is None else self.average.stand(),
        )

    def return_to(self, stand: Stand) -> None:
        """Stand as at the mark; weights, slots and settings of the optimizer are brought back by others."""
        self.optimizer, self.loss = stand.optimizer, stand.loss
        self.feed.use(stand.loader)
        self.schedule = None if stand.schedule is None else stand.schedule.back()
        if self.average is not None and stand.average is not None:
            self.average.return_to(stand.average)

    def words(self) -> tuple[Any, ...]:
        """What a fingerprint needs to know besides the numbers of the optimizer."""
        return (
            type(self.optimizer).__name__,
            losses.name_of(self.loss),
            loaders.settings_of(self.feed.loader),
            None if self.schedule is None else self.schedule.words(),
        )
