"""Edits of how a network is trained. They change no layer: what they change is behind ``Setup``, a session's."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

from patchgrad.errors import GraphError
from patchgrad.layergraph.commands.command import Command, name_of
from patchgrad.layergraph.graph import LayerGraph


class Changed(NamedTuple):
    """What a change did, in words, and the way back: called, it makes the opposite change."""

    told: tuple[str, ...]
    back: Callable[[], Changed]


class Setup(Protocol):
    """What is trained with. A method that raises has changed nothing."""

    def change_optimizer(self, kind: str, settings: Mapping[str, Any]) -> Changed: ...

    def tune(self, settings: Mapping[str, Any], group: int | None) -> Changed: ...

    def hold(self, nodes: tuple[str, ...]) -> Changed: ...

    def change_loss(self, loss: Any) -> Changed: ...

    def change_data(self, settings: Mapping[str, Any]) -> Changed: ...

    def change_schedule(self, kind: str | None, settings: Mapping[str, Any], every: str | None) -> Changed: ...

    def take_weights(self) -> Changed: ...


class TrainingCommand(Command, frozen=True):
    """Base of these edits."""

    def apply(self, graph: LayerGraph) -> LayerGraph:
        """The graph itself."""
        return graph

    def change(self, setup: Setup) -> Changed:
        """Make the change. Errors: as ``Setup`` gives them."""
        raise NotImplementedError


class SetOptimizer(TrainingCommand, frozen=True, tag="set-optimizer"):
    """Train with another optimizer; or, without ``kind``, with other settings of the one there is, in one group."""

    kind: str = ""
    settings: dict[str, Any] = {}
    group: int | None = None

    def change(self, setup: Setup) -> Changed:
        settings = {name: _plain(value) for name, value in self.settings.items()}
        return setup.change_optimizer(self.kind, settings) if self.kind else setup.tune(settings, self.group)

    def label(self, graph: LayerGraph | None = None) -> str:
        return f"train with {self.kind}" if self.kind else f"set {', '.join(self.settings)}"

    def python(self, graph: LayerGraph | None = None) -> str:
        group = {} if self.group is None else {"group": self.group}
        return f"pg.edit.optimizer({_arguments(self.kind, {**self.settings, **group})})"


class HoldParameters(TrainingCommand, frozen=True, tag="hold-parameters"):
    """Let the optimizer train the parameters of these layers, too: those that it does not hold yet."""

    nodes: tuple[str, ...]

    def change(self, setup: Setup) -> Changed:
        return setup.hold(self.nodes)

    def label(self, graph: LayerGraph | None = None) -> str:
        return f"train {', '.join(name_of(graph, node) for node in self.nodes)}, too"

    def python(self, graph: LayerGraph | None = None) -> str:
        names = ", ".join(f'"{name_of(graph, node)}"' for node in self.nodes)
        return f"pg.edit.hold({names})"


class SetLoss(TrainingCommand, frozen=True, tag="set-loss"):
    """Train for another loss of ``patchgrad.nn``."""

    kind: str
    settings: dict[str, Any] = {}

    def change(self, setup: Setup) -> Changed:
        return setup.change_loss(loss_of(self.kind, self.settings))

    def label(self, graph: LayerGraph | None = None) -> str:
        return f"train for {self.kind}"

    def python(self, graph: LayerGraph | None = None) -> str:
        return f"pg.edit.loss({_arguments(self.kind, self.settings)})"


class UseLoss(TrainingCommand, frozen=True, tag="use-loss"):
    """Train for a loss that is at hand: a function, or a module with settings of its own. Not for the wire."""

    loss: Any

    def change(self, setup: Setup) -> Changed:
        return setup.change_loss(self.loss)

    def label(self, graph: LayerGraph | None = None) -> str:
        return f"train for {name_of_loss(self.loss)}"

    def python(self, graph: LayerGraph | None = None) -> str:
        return f"pg.edit.loss({name_of_loss(self.loss)})"


class SetData(TrainingCommand, frozen=True, tag="set-data"):
    """Draw the batches in another way: None leaves a setting as it is."""

    batch_size: int | None = None
    shuffle: bool | None = None
    seed: int | None = None
    drop_last: bool | None = None

    def change(self, setup: Setup) -> Changed:
        return setup.change_data(self._given())

    def _given(self) -> dict[str, Any]:
        names = ("batch_size", "shuffle", "seed", "drop_last")
        return {name: getattr(self, name) for name in names if getattr(self, name) is not None}

    def label(self, graph: LayerGraph | None = None) -> str:
        return f"set {', '.join(self._given()) or 'nothing'} of the data"

    def python(self, graph: LayerGraph | None = None) -> str:
        return f"pg.edit.data({_arguments('', self._given())})"


class SetSchedule(TrainingCommand, frozen=True, tag="set-schedule"):
    """Let a schedule move the rates from now on; None: they stay where they are."""

    kind: str | None
    settings: dict[str, Any] = {}
    every: str | None = None

    def change(self, setup: Setup) -> Changed:
        return setup.change_schedule(self.kind, {k: _plain(v) for k, v in self.settings.items()}, self.every)

    def label(self, graph: LayerGraph | None = None) -> str:
        return f"schedule {self.kind}" if self.kind else "no schedule"

    def python(self, graph: LayerGraph | None = None) -> str:
        if self.kind is None:
            return "pg.edit.schedule(None)"
        every = {} if self.every is None else {"every": self.every}
        return f"pg.edit.schedule({_arguments(self.kind, {**self.settings, **every})})"


class TakeWeights(TrainingCommand, frozen=True, tag="take-weights"):
    """Go on with the weights that the same layers had before the code of the model was changed."""

    def change(self, setup: Setup) -> Changed:
        return setup.take_weights()

    def label(self, graph: LayerGraph | None = None) -> str:
        return "take the weights of before"

    def python(self, graph: LayerGraph | None = None) -> str:
        return "pg.edit.weights()"


def loss_of(kind: str, settings: Mapping[str, Any]) -> Any:
    """A loss of ``patchgrad.nn``. Errors: GraphError for one that there is not, or settings that it does not take."""
    from patchgrad import nn

    found = getattr(nn, kind, None) if kind in losses() else None
    if found is None:
        raise GraphError(f"there is no loss {kind!r}", got=kind, want=", ".join(losses()))
    try:
        return found(**{name: _plain(value) for name, value in settings.items()})
    except TypeError as error:
        raise GraphError(f"{kind} cannot be made with these settings", got=str(error)) from error


def losses() -> tuple[str, ...]:
    """The losses of ``patchgrad.nn`` that take an output and a target, by name."""
    from patchgrad.nn import _public

    own = ("AdaptiveLogSoftmaxWithLoss", "LinearCrossEntropyLoss", "CTCLoss", "GaussianNLLLoss")
    two = ("CosineEmbeddingLoss", "MarginRankingLoss", "TripletMarginLoss", "TripletMarginWithDistanceLoss")
    names = sorted(name for entry in _public.NAMES.values() for name in entry.split() if name.endswith("Loss"))
    return tuple(name for name in names if name not in (*own, *two))


def name_of_loss(loss: Any) -> str:
    """A loss in a few characters, with the settings that are not the usual ones: ``nn.HuberLoss(delta=0.5)``."""
    if not type(loss).__module__.startswith("patchgrad.nn"):
        return getattr(loss, "__name__", type(loss).__name__)
    return f"nn.{type(loss).__name__}({_arguments('', settings_of_loss(loss))})"


def settings_of_loss(loss: Any) -> dict[str, Any]:
    """The settings of a loss of ``patchgrad.nn`` that are not the usual ones."""
    known = inspect.signature(type(loss)).parameters
    held = {name: getattr(loss, name) for name in known if hasattr(loss, name)}
    return {
        name: value for name, value in held.items() if value is not known[name].default and value != known[name].default
    }


def _arguments(kind: str, named: Mapping[str, Any]) -> str:
    return ", ".join([*([repr(kind)] if kind else []), *(f"{name}={_plain(value)!r}" for name, value in named.items())])


def _plain(value: Any) -> Any:
    """What came over the wire as a list is a tuple in Python."""
    return tuple(_plain(entry) for entry in value) if isinstance(value, list | tuple) else value
