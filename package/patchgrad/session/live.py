"""Layer graph, module and optimizer that belong together: an edit changes all three, or none.

Read next: ``layergraph/transplant.py`` (what becomes of the weights), ``editing.py`` (when).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from patchgrad.errors import GraphError, PatchgradError
from patchgrad.layergraph.commands import Several, TrainingCommand
from patchgrad.layergraph.commands.training import Changed
from patchgrad.layergraph.graph import LayerGraph
from patchgrad.layergraph.history import Entry, History, Past
from patchgrad.layergraph.probe import quiet
from patchgrad.layergraph.receipt import Receipt
from patchgrad.layergraph.transplant import scale_rates
from patchgrad.nn import Module
from patchgrad.nn.keep import Keep, evaluating
from patchgrad.session.settings.losses import strict
from patchgrad.session.settings.setup import Setup, all_of
from patchgrad.session.stale import require_fresh, require_fresh_training
from patchgrad.session.step import split

REMEMBERED = 100
"""Revisions whose graphs are kept, to judge a command that was made while looking at one of them."""
Change = Callable[..., tuple[Any, Receipt]]


class Live:
    """What is trained, as it is now.

    Fields
        module     computes the graph
        setup      trains it: optimizer, loss, data, schedule, averages
        batch      of the last step, on which an edit is tried; None before the first
        loss_of    ``loss_of(module, batch)``, set once by the session
    """

    def __init__(self, graph: LayerGraph, module: Any, setup: Setup) -> None:
        self.module: Any = module
        self.setup = setup
        setup.try_loss = self._try_loss
        setup.parameters_of = self._parameters_of
        self.batch: Any = None
        self.loss_of: Callable[[Module, Any], Any] | None = None
        self._history = History(graph)
        self._history.average = setup.average
        self._history.optimizer = lambda: self.optimizer
        scale_rates(graph, module, setup.optimizer)
        self._graphs = {0: graph}
        self._trained_anew = 0
        """Revision at which optimizer, loss, data or schedule changed last."""

    @property
    def optimizer(self) -> Any:
        """Trains the parameters of the module."""
        return self.setup.optimizer

    @property
    def graph(self) -> LayerGraph:
        return self._history.graph

    @property
    def revision(self) -> int:
        """Grows with every applied edit, undo and redo."""
        return self._history.revision

    @property
    def undo_label(self) -> str | None:
        return self._history.undo_label

    @property
    def redo_label(self) -> str | None:
        return self._history.redo_label

    def graph_at(self, revision: int) -> LayerGraph:
        """The graph of a revision that somebody looked at; GraphError if it is gone."""
        if revision not in self._graphs:
            raise GraphError(
                "the picture that this was asked about is gone",
                got=f"revision {revision}",
                want=f"revision {self.revision}, or one of the last few",
                hint="look at the graph as it is now",
            )
        return self._graphs[revision]

    def apply(self, command: Any, revision: int | None = None) -> Receipt:
        """Apply a command that was made while looking at ``revision`` (None: at this one).

        Errors
            GraphError  with everything as before, random streams included.
        """
        if revision is not None and revision != self.revision:
            require_fresh(command, self._graphs.get(revision), self.graph, revision, self.revision)
        if isinstance(command, TrainingCommand):
            return self._change_training(command, self.revision if revision is None else revision)
        if isinstance(command, Several) and command.training:
            return self._change_both(command, self.revision if revision is None else revision)
        return self._change_layers(command)

    def _change_layers(self, command: Any) -> Receipt:
        return self._change(lambda *of, **options: self._history.apply(command, *of, **options), self._probe)

    def _change_training(self, command: TrainingCommand, revision: int) -> Receipt:
        """Optimizer, loss, data or schedule: no layer changes."""
        require_fresh_training(self._trained_anew, revision, self.revision)
        label, python = command.label(self.graph), command.python(self.graph)
        return self._noted_training(label, python, command.change(self.setup))

    def _noted_training(self, label: str, python: str, change: Changed) -> Receipt:
        receipt = self._history.changed(label, python, change)
        self._trained_anew = self.revision
        self._remember()
        return receipt

    def _change_both(self, command: Several, revision: int) -> Receipt:
        """Training and layers at once: the loss is tried on what comes of both, and if that fails all is as before."""
        require_fresh_training(self._trained_anew, revision, self.revision)
        label, python = command.label(self.graph), command.python(self.graph)
        change = all_of(command.training, self.setup)
        try:
            with strict(self.setup.loss):
                if command.layers is None:
                    self._try_loss()
                    return self._noted_training(label, python, change)
                receipt = self._change_layers(command.layers)
        except BaseException:
            change.back()
            raise
        self._history.joined(change, command)
        self._trained_anew = self.revision
        return msgspec.structs.replace(receipt, told=(*change.told, *receipt.told))

    def undo(self) -> Receipt:
        """Back to the graph before the last edit, its trained weights and slots."""
        return self._turn(self._history.done, self._history.undo)

    def redo(self) -> Receipt:
        """Make the edit again that was undone last."""
        return self._turn(self._history.undone, self._history.redo)

    def _turn(self, entries: list[Entry], turn: Change) -> Receipt:
        if not entries or entries[-1].swap is None:
            return self._change(turn, self._probe_back)
        if entries[-1].before is entries[-1].after:
            _, receipt = turn(self.module, self.optimizer)  # it may set weights, which a change of layers never does
        else:
            receipt = self._change(turn, lambda _: None)  # the loss that goes with these layers is not there yet
        self._trained_anew = self.revision
        self._remember()
        return receipt

    def past(self) -> Past:
        """The graph and the edits that led to it."""
        return self._history.past()

    def stand(self, module: Any, past: Past) -> None:
        """Let another module, with its graph and its past, be the one that is trained."""
        self._history.stand(past)
        self._trained_anew = self.revision
        self.module = module
        self._remember()

    def _remember(self) -> None:
        self._graphs[self.revision] = self.graph
        self._graphs.pop(self.revision - REMEMBERED, None)

    def _change(self, change: Change, probe: Callable[[Module], None]) -> Receipt:
        keep, batch = Keep(self.module, weights=True), self.batch
        options = {} if batch is None else {"batch": split(batch)[0], "probe": probe}
        try:
            made, receipt = change(self.module, self.optimizer, **options)
        finally:
            keep.restore()
        self.module = made
        self._remember()
        return receipt

    def _probe(self, module: Module) -> None:
        """Refuse an edit after which the loss could not be computed: better now than in the next step.

        A network without weights is still being put together: what comes next is not refused.
        """
        if any(True for _ in self.module.parameters()):
            self._require_loss(module)

    def _probe_back(self, module: Module) -> None:
        """The same for an undo and a redo, which may also lead back to where there were no weights yet."""
        if any(True for _ in module.parameters()):
            self._probe(module)

    def _require_loss(self, module: Module) -> None:
        if self.loss_of is None:
            return
        self._try_loss(module, self.batch)

    def _parameters_of(self, nodes: tuple[str, ...]) -> list[Any]:
        graph, layer = self.graph, self.module.layer
        return [parameter for node in nodes if node in graph.nodes for parameter in layer(node).parameters()]

    def _try_loss(self, module: Module | None = None, batch: Any = None) -> None:
        """Compute the loss of a batch and forget it. GraphError, in words, if that is no loss to train for."""
        tried: Any = self.module if module is None else module
        batch = self.batch if batch is None else batch
        if self.loss_of is None:
            return
        try:
            with quiet(), evaluating(tried):
                self.loss_of(tried, self.setup.feed.peek() if batch is None else batch)
        except PatchgradError as error:
            raise GraphError(
                f"the loss cannot be computed after this edit: {error.title}",
                where=error.where,
                got=error.got,
                want=error.want,
                hint=error.hint,
            ) from error
