"""Marks: all that decides what happens next in a session, kept so that it can go on from there once more.

A mark holds the layer graph with its history, copies of every weight, buffer and optimizer slot, the random
streams, and the place in the data. Layers themselves are not copied: an edit never changes one, training changes
only its arrays. Read next: ``vault.py`` (where the copies lie), ``branches.py`` (what grows from a mark).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from patchgrad.backend import backend_of
from patchgrad.backend.random import default_stream
from patchgrad.layergraph.graph import LayerGraph
from patchgrad.layergraph.history import Past
from patchgrad.layergraph.transplant import scale_rates
from patchgrad.nn.keep import Place as Stand
from patchgrad.nn.keep import place_of, put_place, random_layers
from patchgrad.optim.standing import put_groups, settings_of
from patchgrad.session.feed import Place
from patchgrad.session.live import Live
from patchgrad.session.settings.setup import Stand as SetupStand
from patchgrad.session.training import Training
from patchgrad.session.vault import Copies, Key, Vault
from patchgrad.tensor.views import bump, put


class Mark(msgspec.Struct, frozen=True, eq=False):
    """A place in a session that one can go back to.

    Fields
        name    as given, or ``before <edit>`` for those that a session makes by itself
        step    steps done when it was made
        branch  the name of the branch it lies on
        loss    of the last step before it; None before the first
        graph   the layer graph
    """

    name: str
    step: int
    branch: str
    loss: float | None
    own: bool
    """Made by the session itself, before an edit: the first to go where room is short."""
    graph: LayerGraph
    module: Any
    past: Past
    layers: tuple[Any, ...]
    groups: tuple[tuple[dict[str, Any], tuple[Any, ...]], ...]
    setup: SetupStand
    """Which optimizer, loss, loader, schedule and averages."""
    learning: dict[str, bool]
    streams: tuple[tuple[Any, Stand], ...]
    default_stream: tuple[int, int]
    data: Place
    batch: Any
    """Of the last step: edits are tried on it."""
    edits: int
    """How many entries the log had."""
    copies: Copies

    @property
    def bytes(self) -> int:
        """Size of the copies, in memory or on disk."""
        return self.copies.bytes

    def __repr__(self) -> str:
        loss = "" if self.loss is None else f", loss {self.loss:.4g}"
        return f"Mark({self.name!r}, step {self.step}, branch {self.branch!r}{loss})"


def take(name: str, branch: str, live: Live, training: Training, edits: int, vault: Vault, *, own: bool) -> Mark:
    """Keep how things stand now. Only at a boundary: nothing may be in the middle of a step."""
    past = live.past()
    average = live.setup.average
    layers = (live.module, *(() if average is None else (average.module,)), *past.layers())
    optimizer = live.optimizer
    return Mark(
        name=name,
        step=training.count,
        branch=branch,
        loss=training.loss,
        own=own,
        graph=live.graph,
        module=live.module,
        past=past,
        layers=layers,
        groups=tuple((settings_of(group), tuple(group["params"])) for group in optimizer.param_groups),
        setup=live.setup.stand(),
        learning={parameter.uid: parameter.requires_grad for parameter in _parameters(layers)},
        streams=tuple((layer, place_of(layer)) for entry in layers for layer in random_layers(entry)),
        default_stream=(default_stream().key, default_stream().offset),
        data=training.feed.place(),
        batch=live.batch,
        edits=edits,
        copies=vault.keep(_arrays(layers, optimizer)),
    )


def size(live: Live) -> int:
    """Bytes of the copies that a mark would make now, without those of layers that edits have put away."""
    slots = (value for uid in live.optimizer.state.values() for value in uid.values())
    held = (*(tensor.data for _, tensor in _tensors((live.module,))), *slots)
    return sum(getattr(array, "nbytes", 0) for array in held)


def bring_back(mark: Mark, live: Live, training: Training) -> bool:
    """Let everything stand as it did at the mark. Returns False where the loader cannot go back: it goes on."""
    arrays = mark.copies.read()
    live.setup.return_to(mark.setup)
    optimizer = live.optimizer
    optimizer.state.clear()
    put_groups(optimizer, mark.groups)
    for key, tensor in _tensors(mark.layers):
        put(tensor, backend_of(tensor.data).asarray(arrays[key]))
        bump(tensor)
    for parameter in _parameters(mark.layers):
        parameter.requires_grad = mark.learning[parameter.uid]
        parameter.grad = None
    for parameter in optimizer.parameters():
        optimizer.set_slots(parameter, _slots(arrays, parameter))
    for layer, place in mark.streams:
        put_place(layer, place)
    default_stream().key, default_stream().offset = mark.default_stream
    live.stand(mark.module, mark.past)
    scale_rates(live.graph, live.module, optimizer)
    training.count, training.loss, live.batch = mark.step, mark.loss, mark.batch
    return training.feed.go_to(mark.data)


def _parameters(layers: tuple[Any, ...]) -> list[Any]:
    return list({parameter.uid: parameter for layer in layers for parameter in layer.parameters()}.values())


def _tensors(layers: tuple[Any, ...]) -> Iterator[tuple[Key, Any]]:
    for parameter in _parameters(layers):
        yield ("parameter", parameter.uid), parameter
    for place, layer in enumerate(layers):
        for name, buffer in layer.named_buffers():
            yield ("buffer", str(place), name), buffer


def _arrays(layers: tuple[Any, ...], optimizer: Any) -> Iterator[tuple[Key, Any]]:
    """Every array, and every number in a slot, by its key."""
    for key, tensor in _tensors(layers):
        yield key, tensor.data
    for parameter in optimizer.parameters():
        for slot, value in optimizer.slots(parameter).items():
            yield ("slot", parameter.uid, slot), value


def _slots(arrays: dict[Key, Any], parameter: Any) -> dict[str, Any]:
    backend = backend_of(parameter.data)
    found = {}
    for key, value in arrays.items():
        if key[:2] == ("slot", parameter.uid):
            found[key[2]] = backend.asarray(value) if hasattr(value, "shape") else value
    return found
