"""Session: a network that trains, and is edited between two steps.

It puts the parts together and decides nothing that they decide: ``drive.py`` (when to train, wait, end),
``training.py`` (the steps), ``live.py`` (one edit, or nothing), ``boundary.py`` (other threads), ``feed.py`` (data).
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from html import escape
from typing import Any, Literal, Self, TypeVar

from patchgrad.backend.random import manual_seed
from patchgrad.diagnosis import Findings, findings
from patchgrad.layergraph.graph import LayerGraph
from patchgrad.nn import Module
from patchgrad.recorder.recorder import Recorder
from patchgrad.session import documents, opening, rerun
from patchgrad.session.asking import asked
from patchgrad.session.boundary import Boundary
from patchgrad.session.branches import Branches
from patchgrad.session.compare import Comparison, compare
from patchgrad.session.drive import Drive, State, Turn
from patchgrad.session.editing import Editing
from patchgrad.session.events import Events, Listener
from patchgrad.session.faults import Fault
from patchgrad.session.feed import Feed
from patchgrad.session.fingerprint import fingerprint
from patchgrad.session.interrupt import Interrupts
from patchgrad.session.log import Edit, Log
from patchgrad.session.marks import Mark
from patchgrad.session.original import Original
from patchgrad.session.progress import Progress
from patchgrad.session.settings.setup import Setup
from patchgrad.session.step import Loss, Step
from patchgrad.session.timeline import Timeline
from patchgrad.session.training import Training
from patchgrad.session.trials import Trials
from patchgrad.session.turns import Turns
from patchgrad.session.vault import BUDGET
from patchgrad.session.wishes import require_count, take_over
from patchgrad.session.worker import Worker
from patchgrad.tensor import Tensor

T = TypeVar("T")


class Session:
    """Trains ``model`` on the batches of ``loader``; edits apply after an update and before the next batch is drawn.

    Parameters
        model      a Module, traced with the first batch (which is not lost), or a LayerGraph, which is built; an empty
                   one begins as a network that gives what it gets, and waits for its layers
        loader     gives batches ``(inputs, target)``, pass after pass; its cursor is not moved by looking
        loss       ``loss(output, target)``: a tensor of one value
        optimizer  for the parameters of the model, or a function that makes one: ``lambda p: optim.Adam(p, lr=1e-3)``
        scheduler  moves the rates: a schedule of ``optim.lr_scheduler``, or a function of the optimizer that makes one
        scheduler_every  ``step`` or ``epoch`` (a pass): when it is stepped. None: ``step`` for OneCycleLR and CyclicLR,
                   else ``epoch``. ReduceLROnPlateau is given the loss, or its mean over the pass
        average    an `AveragedModel` of the model, or a function of it that makes one: updated at each step,
                   and carried along through edits; ``session.average`` is it
        metrics    functions of ``(output, target)`` by name, computed at each step
        watch      measure what the scopes show, within a budget of 3 % of the time of a step
        seed       start all random streams anew with it; None leaves them as they are
        mark_memory  bytes that marks may take in memory; beyond that they go to files
        before     a session of an earlier version of the model. By itself, where a cell that defines its class was
                   changed and run again: the last one of that class
    Errors
        SessionError   for a model without parameters
        DataError      for a loader that gives nothing, or batches of another form
    A session for a model that has one closes the other, so that a cell can be run again. One for a changed model pauses
    ``before``, takes over pins, folds, groups and notes of the layers that are still there, and has its training as the
    branch ``before``, to compare with and to switch to. It trains the new model with its own first weights: those that
    the same layers had are offered, ``session.apply(pg.edit.weights())``, and never taken silently.
    """

    def __init__(
        self,
        model: Module | LayerGraph,
        loader: Iterable[Any],
        *,
        loss: Loss,
        optimizer: Any,
        scheduler: Any = None,
        scheduler_every: Literal["step", "epoch"] | None = None,
        average: Any = None,
        metrics: dict[str, Callable[..., Any]] | None = None,
        watch: bool = True,
        seed: int | None = None,
        mark_memory: int = BUDGET,
        before: Session | None = None,
    ) -> None:
        if seed is not None:
            manual_seed(seed)
        opening.close_previous(model)
        self.name = type(model).__name__ if isinstance(model, Module) else "network"
        feed = Feed(loader)
        previous = rerun.found(model) if before is None else before
        self.live = opening.live(model, Setup(optimizer, loss, feed), scheduler, scheduler_every, average, previous)
        self.original = Original(model, self.live.graph)
        self.events = Events()
        self.log = Log()
        self._interrupts = Interrupts()
        self._step = Step(self.live.setup, self._interrupts, metrics or {})
        self.trials = Trials(self.live)
        recorder = Recorder() if watch else None
        self.training = Training(feed, self.live, self._step, self.events, self.trials, recorder)
        self.timeline = Timeline(self.live, self.training, self.log, mark_memory)
        self.boundary = Boundary()
        self.drive = Drive(self.boundary, self.training, lambda: self.events.tell("state"))
        self.editing = Editing(
            self.live, self.log, self.boundary, self.drive, self.training, self.events, self.timeline
        )
        self._worker = Worker(self, self.boundary)
        self._turns: Callable[[], Turns | None] = lambda: None
        self.before = None if previous is None else rerun.Before(self, previous)
        opening.remember(model, self)

    # --- what there is ----------------------------------------------------------------------------

    @property
    def graph(self) -> LayerGraph:
        """The layer graph as it is now."""
        return self.live.graph

    @property
    def model(self) -> Module:
        """The module as it is now: after an edit another one, in which untouched layers are the same objects."""
        return self.live.module

    @property
    def optimizer(self) -> Any:
        """The optimizer: the same object until an edit changes to another one."""
        return self.live.optimizer

    @property
    def loss_function(self) -> Any:
        """What is trained for."""
        return self.live.setup.loss

    @property
    def scheduler(self) -> Any:
        """The schedule that moves the rates; None without."""
        schedule = self.live.setup.schedule
        return None if schedule is None else schedule.schedule

    @property
    def average(self) -> Any:
        """The `AveragedModel`, whose network is that of ``graph`` with averaged weights; None without."""
        average = self.live.setup.average
        return None if average is None else average.model

    @property
    def state(self) -> State:
        """idle, running, pausing, paused, stepping, applying, fault or finished."""
        return self.drive.state

    @property
    def step_count(self) -> int:
        """Steps done."""
        return self.training.count

    @property
    def recorder(self) -> Recorder | None:
        """What is measured on the branch that is trained; None with ``watch=False``."""
        return self.training.recorder

    @property
    def loss(self) -> float | None:
        """The loss of the last step, before its update."""
        return self.training.loss

    @property
    def before(self) -> rerun.Before | None:
        """The session before the code of the model was changed: what can be taken over. None if there was none.

        It holds copies of its weights: ``session.before = None`` lets go of them.
        """
        return self.live.setup.before

    @before.setter
    def before(self, before: rerun.Before | None) -> None:
        self.live.setup.before = before

    @property
    def fault(self) -> Fault | None:
        """Why the last step was not done; None if it was."""
        return self.training.fault

    @property
    def metrics(self) -> dict[str, float]:
        """The metrics of the last step, by name."""
        return self._step.measured

    @property
    def eager_because(self) -> str:
        """Why the last step was computed as the modules are written; empty if it was replayed (see `pg.replay`)."""
        return self._step.reason

    def fingerprint(self) -> str:
        """A hash over layer graph, parameters, buffers, random streams, optimizer and setup: equal hash, equal bits."""
        return fingerprint(self.graph, self.model, self.live.setup)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener("state" | "edit" | "step" | "closed")`` whenever that happens; returns the undo of it."""
        return self.events.subscribe(listener)

    # --- training ---------------------------------------------------------------------------------

    def run(self, steps: int | None = None, epochs: int | None = None, *, progress: bool = True) -> Self:
        """Train in this thread: ``steps`` steps, ``epochs`` passes, or without end.

        A pause from the studio makes the cell wait, alive, until play; an interrupt ends the cell with
        the session paused after a whole step. A fault raises, with the session at the last good step.
        """
        require_count("steps", steps)
        require_count("epochs", epochs)
        take_over(self.boundary, self.drive, self._worker, self._turns())
        with self._driving():
            self.training.aim(steps, epochs)
            self.training.progress = Progress(steps, shown=progress)
            self.drive.train()
            self._turn_until(("finished", "left"))
        return self

    def start(self, steps: int | None = None) -> Self:
        """Train in the background, ``steps`` steps or without end; returns at once."""
        require_count("steps", steps)
        self.training.aim(steps, None)
        self.play()
        return self

    def play(self) -> None:
        """Go on towards the goal there was: in the cell that waits, else in the background. Returns at once."""
        self.boundary.require_open()
        self.training.onwards()
        self.drive.train()
        self._worker.start()

    def pause(self) -> Self:
        """Pause at the next boundary, and wait for it (where this is not the thread that trains)."""
        self.drive.pause()
        if self.boundary.driven and not self.boundary.mine:
            self._await_rest(None)
        return self

    def step(self, n: int = 1) -> Self:
        """Train ``n`` steps and pause."""
        require_count("n", n)
        if self.boundary.driven:
            self.step_soon(n)
            return self.wait()
        self.training.onwards()
        with self._driving():
            self.drive.train(n)
            self._turn_until(("wait", "finished", "left"))
        return self

    def step_soon(self, n: int = 1) -> None:
        """Have whoever drives, or the background, train ``n`` steps; returns at once."""
        self.boundary.require_open()
        self.training.onwards()
        self.drive.train(n)
        self._worker.start()

    def wait(self, timeout: float | None = None) -> Self:
        """Wait until no step is in progress; raises the fault, if there is one. ``timeout`` in seconds."""
        self._await_rest(timeout)
        if self.training.error is not None:
            raise self.training.error
        return self

    def __iter__(self) -> Iterator[Any]:
        """One pass of batches for a loop of your own. Each turn is a boundary; the step is what you do in between.

        Use ``session.model`` and ``session.optimizer`` in the loop: edits change the model.
        """
        take_over(self.boundary, self.drive, self._worker, self._turns())
        turns = Turns(self.training, self.drive, self.boundary)
        self._turns = weakref.ref(turns)
        return turns

    def loss_of(self, batch: Any) -> Tensor:
        """The loss of a batch on the tape, for a loop of your own; noted as the loss of the step."""
        return self.training.loss_of(batch)

    # --- editing ----------------------------------------------------------------------------------

    def apply(self, edit: Any, *, shadow: int | None = None) -> Edit:
        """Do one edit, ``pg.edit.insert("relu1 -> fc2", nn.Dropout(0.2))`` or a command: its record, with the receipt.

        ``shadow``: train the network without the edit along on the same batches for so many steps, to compare; a step
        then takes twice its time. ``edit.effect`` says later what became of the loss.

        Raises why it cannot be done, with nothing changed. Inside a loop of your own the edit waits for
        the next boundary: the record says ``queued``.
        """
        if shadow is not None:
            require_count("shadow", shadow)
        return self.editing.now(self.editing.submit(edit, shadow=shadow))

    def undo(self) -> Edit:
        """Bring back the layer graph before the last edit, with its trained weights and optimizer slots."""
        return self.editing.now(self.editing.undo())

    def redo(self) -> Edit:
        """Do the edit again that was undone last."""
        return self.editing.now(self.editing.redo())

    def script(self) -> str:
        """The edits that led to this layer graph as Python; run on the same model they make it again."""
        return self.timeline.script()

    def source_diff(self) -> str:
        """What to change in the class of the model for it to be the network as it is now: a unified diff.

        It is only offered: nothing is written. It says layers with other settings or of another kind, put on an edge,
        taken out, bypassed, frozen, renamed, where ``forward`` is one line after the other. Weights are no part of it.

        Errors
            GraphError  saying what cannot be said so; ``session.graph.to_source()`` writes any network.
        """
        return self.original.diff(self.graph)

    # --- going back -------------------------------------------------------------------------------

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The places to go back to, oldest first: those with a name, and those in front of the last edits."""
        return tuple(self.timeline.marks)

    @property
    def branches(self) -> Branches:
        """The lines of training; printed, a tree."""
        return self.timeline.branches

    def mark(self, name: str | None = None) -> Mark:
        """Keep how everything stands, to rewind to: graph, weights, slots, random streams, place in the data."""
        return self._at_boundary(lambda: self.timeline.mark(name))

    def forget(self, mark: Mark | str) -> None:
        """Free a mark."""
        self._at_boundary(lambda: self.timeline.forget(mark))

    def rewind(self, to: Mark | Edit | str | int | None = None, name: str | None = None) -> Edit:
        """Go back to a mark, and on from there as a new branch; the branch that was trained is kept.

        Parameters
            to    a mark or its name; an edit (before it); a step (the last mark until then); None: before the last edit
            name  of the new branch, ``branch 2`` and so on by itself
        Errors
            ArgumentError  if there is no such mark. Everything is then as before.
        """
        return self.editing.now(self.editing.rewind(to, name))

    def compare(self, one: str, other: str | None = None) -> Comparison:
        """Two branches side by side: graphs, steps and losses; ``other`` is the one that is trained by itself.

        ``.figure()`` gives the curves of both.
        """
        branches, training = self.branches, self.training
        second = branches.current if other is None else branches[other]
        return self._at_boundary(lambda: compare(branches[one], second, (self.graph, training.count, training.loss)))

    def switch(self, name: str) -> Edit:
        """Go on with another branch where it was left."""
        return self.editing.now(self.editing.switch(name))

    def serve(self) -> None:
        """Have a thread that does what waits at the boundary, if no other does."""
        self._worker.start()

    # --- files ------------------------------------------------------------------------------------

    def save(self, path: Any, *, weights: bool = True) -> None:
        """Write graph, layout, settings and, if wished, weights to a ``.patchgrad`` file.

        Errors
            GraphError  for a closed node, whose class a file cannot hold.
        """
        self._at_boundary(lambda: documents.write(self, path, weights=weights))

    @classmethod
    def open(
        cls, path: Any, loader: Iterable[Any], *, loss: Loss | None = None, optimizer: Any = None, **more: Any
    ) -> Self:
        """A session for the network of a ``.patchgrad`` file; loss and optimizer, if not given, are those in the file.

        With the weights in the file, and without an optimizer given, it goes on where it was saved: slots, rates,
        schedule, averages (given an ``average``), random streams, and the place in the data where ``loader`` draws them
        as before. A schedule with functions of its own is to be given again. What was done before cannot be undone.

        Errors
            DataError, GraphError  as `pg.load` gives them
            ArgumentError          if loss or optimizer is neither given nor one of patchgrad's in the file.
        """
        return documents.opened(cls, path, loader, loss, optimizer, more)

    # --- what is wrong ------------------------------------------------------------------------------

    def findings(self) -> Findings:
        """What is wrong with this training and what to try, in plain words; ``session.apply(finding.cure.command)``."""
        return self._at_boundary(lambda: findings(self))

    def ask(self, quantity: str) -> dict[str, float]:
        """Measure a quantity of those on request, ``session.ask("largest_eigenvalue")``, on the last batch.

        By layer uid, "" for the whole; kept as a series, to be plotted. It takes passes of its own, in evaluation mode.

        Errors
            SessionError   before the first step, or with ``watch=False``
            ArgumentError  if there is no such quantity.
        """
        return self._at_boundary(lambda: asked(self, quantity))

    # --- showing and ending -----------------------------------------------------------------------

    def studio(self, **settings: Any) -> Any:
        """The studio: canvas, palette, transport, scopes. In a notebook, the last line of a cell."""
        import patchgrad

        return patchgrad.studio(self, **settings)

    def close(self) -> None:
        """Stop training and let go of everything; the model stays as it is."""
        self.drive.pause()
        self.boundary.close()
        self._worker.join(timeout=60)
        self.events.tell("closed")

    def __repr__(self) -> str:
        loss = "" if self.loss is None else f", loss {self.loss:.4g}"
        eager = f", eager: {self.eager_because}" if self.step_count and self.eager_because else ""
        offer = "" if self.before is None or self.step_count else f". {self.before!r}"
        return f"Session({len(self.graph.nodes)} layers, {self.state} at step {self.step_count}{loss}{eager}){offer}"

    def _repr_html_(self) -> str:
        from patchgrad.drawing.display import layer_graph_svg

        # Folded: every cell that ends with session.run(...) shows this, and pushes nothing out of sight.
        head = f"<summary><code>{escape(repr(self))}</code></summary>"
        return f"<details>{head}{layer_graph_svg(self.graph)}</details>"

    # --- driving ----------------------------------------------------------------------------------

    def _at_boundary(self, act: Callable[[], T]) -> T:
        """Do it where no step is in progress: here, if this thread drives or none does."""
        return act() if self.boundary.mine else self.boundary.settle(self.boundary.submit(act))

    @contextmanager
    def _driving(self) -> Generator[None]:
        try:
            with self._interrupts.catching(), self.boundary.driving():
                try:
                    yield
                finally:
                    self.drive.rest()
                    self.training.progress.close()
        finally:
            if self.boundary.pending:
                self._worker.start()

    def _turn_until(self, ends: tuple[Turn, ...]) -> None:
        while (turn := self.drive.turn()) not in ends:
            self._interrupts.check()
            if turn == "wait":
                with self._interrupts.eager():
                    self.boundary.wait()

    def _await_rest(self, timeout: float | None) -> None:
        done = Future[None]()
        forget = self.subscribe(lambda _: done.set_result(None) if self.drive.resting and not done.done() else None)
        try:
            if not self.drive.resting and not self.boundary.closed:
                done.result(timeout)
        finally:
            forget()
