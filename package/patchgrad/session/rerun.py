"""A cell with a changed model that is run again: what the session before it knew of the layers that are still there.

A layer is the same if it stands at the same path, or has the name that an edit gave it, and is of the same kind. At
once the new session takes what is no weight: the layer's uid (with it its place in pictures, plots and comparisons, and
its random stream), pins, folded groups, groups and notes made by hand; and the line of training before becomes a
branch, to compare with and to go back to. Weights are only offered: see `Before`.
"""

from __future__ import annotations

import copy
import weakref
from typing import Any

from patchgrad.errors import SessionError
from patchgrad.layergraph.build import holders
from patchgrad.layergraph.commands.training import Changed
from patchgrad.layergraph.graph import LayerGraph
from patchgrad.layergraph.reading import tensors
from patchgrad.layergraph.rejoin import rejoined
from patchgrad.nn import Module
from patchgrad.session.branches import Branch
from patchgrad.session.marks import take
from patchgrad.tensor.views import bump, put

_latest: dict[str, weakref.ref[Any]] = {}
"""By name of a class of the notebook: its last session."""


def found(model: Any) -> Any:
    """The session of this model before its class was defined anew; None if there is none."""
    cls = type(model)
    known = _latest.get(cls.__qualname__) if isinstance(model, Module) and cls.__module__ == "__main__" else None
    session = known() if known is not None else None
    return session if session is not None and type(session.original.model) is not cls else None


def remember(model: Any, session: Any) -> None:
    """This is now the session of that class."""
    if isinstance(model, Module) and type(model).__module__ == "__main__":
        _latest[type(model).__qualname__] = weakref.ref(session)


def known_again(graph: LayerGraph, previous: Any) -> LayerGraph:
    """The graph with the uids that its layers had before, and with what there was on the canvas."""
    return rejoined(graph, previous.graph, previous.original.graph)


class Before:
    """The session before, as it stood when the cell was run again.

    Fields
        branch  name of the branch on which it goes on if one switches to it
        layers  names of the layers of now that it has weights for
        text    what there is to take, in words
    """

    def __init__(self, session: Any, previous: Any) -> None:
        self._session = weakref.ref(session)
        previous.pause()
        previous.before = None
        self.name, self.step = previous.name, previous.step_count
        both = [node.uid for node in holders(session.graph) if node.uid in previous.model.layers]
        held = {uid: _Held(previous.model.layers[uid], previous.optimizer) for uid in both}
        self._held = {uid: entry for uid, entry in held.items() if entry.shapes}
        self._family = type(previous.optimizer).__name__
        self.branch = self._as_branch(session, previous)

    @property
    def layers(self) -> tuple[str, ...]:
        session = self._session()
        return () if session is None else tuple(session.graph.nodes[uid].name for uid in self._fitting(session))

    @property
    def text(self) -> str:
        session = self._session()
        total = 0 if session is None else sum(bool(tensors(session.model.layer(n.uid))) for n in holders(session.graph))
        return f"{self.name} was trained to step {self.step:,} before: {len(self.layers)} of {total} layers can go on"

    def __repr__(self) -> str:
        return f"{self.text}. session.apply(pg.edit.weights()), or session.switch({self.branch!r})"

    def _fitting(self, session: Any) -> dict[str, _Held]:
        """Layers of now whose tensors have the shapes that they had."""
        layers = session.model.layers
        return {uid: h for uid, h in self._held.items() if uid in layers and tensors(layers[uid]) == h.shapes}

    def take(self) -> Changed:
        """Let the layers that fit have the weights, buffers and slots of before. SessionError if there are none."""
        session = self._session()
        fitting = {} if session is None else self._fitting(session)
        if session is None or not fitting:
            raise SessionError(
                "there are no weights to take over",
                got=f"no layer of {self.name} has kept its path, kind and shapes",
                hint="train it anew",
            )
        values: dict[str, dict[str, Any]] = {uid: held.values for uid, held in fitting.items()}
        same = type(session.optimizer).__name__ == self._family
        slots = {uid: held.slots for uid, held in fitting.items()} if same else {}
        told = f"weights of {len(fitting)} layers as they were at step {self.step:,}"
        return _swapped(session, values, slots, told if same else f"{told}; slots begin afresh")

    def _as_branch(self, session: Any, previous: Any) -> str:
        """The line of training before as a branch of the new session, with its edits in the log."""
        timeline, old = session.timeline, previous.timeline.branches.current
        name = timeline.branches.free_name("before")
        for edit in previous.timeline.edits():
            kept = copy.copy(edit)
            kept.branch, kept.mark, kept.shadow = name, None, None
            session.log.take_in(kept)
        branch = Branch(name, len(timeline.branches), None, None, old.recorder)
        branch.tip = take(name, name, previous.live, previous.training, len(session.log), timeline.vault, own=False)
        branch.known = previous.graph.issued
        timeline.branches.take_in(branch)
        return name


class _Held:
    """Copies of the tensors of one layer, and of the slots that its parameters had."""

    def __init__(self, layer: Any, optimizer: Any) -> None:
        self.shapes = tensors(layer)
        self.values = {name: tensor.data.copy() for name, tensor in _named(layer)}
        self.slots = {name: copy.deepcopy(optimizer.slots(p)) for name, p in layer.named_parameters()}


def _named(layer: Any) -> list[tuple[str, Any]]:
    return [*layer.named_parameters(), *layer.named_buffers()]


def _swapped(session: Any, values: Any, slots: Any, told: str) -> Changed:
    """Put values and slots in, and keep what was there for the way back."""
    layers, optimizer = session.model.layers, session.optimizer
    there = {uid: _Held(layers[uid], optimizer) for uid in values if uid in layers}
    trained = {parameter.uid for parameter in optimizer.parameters()}
    for uid in there:
        for name, tensor in _named(layers[uid]):
            put(tensor, tensor.backend.asarray(values[uid][name], dtype=tensor.data.dtype))
            bump(tensor)
        for name, parameter in layers[uid].named_parameters():
            if parameter.uid in trained:
                optimizer.set_slots(parameter, copy.deepcopy(slots.get(uid, {}).get(name, {})))
    before = {uid: held.values for uid, held in there.items()}
    kept = {uid: held.slots for uid, held in there.items()}
    return Changed((told,), lambda: _swapped(session, before, kept, f"weights of {len(there)} layers as they were"))


__all__ = ["Before", "found", "known_again", "remember"]
