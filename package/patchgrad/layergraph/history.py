"""Revisions of a layer graph with undo and redo. Undo brings back trained weights, not fresh ones.

Each entry holds the graphs before and after an edit and the stash of what it put away. Edits nest, so
an undo finds the layers as the edit left them, however much was trained in between.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from patchgrad.errors import GraphError
from patchgrad.layergraph.build import GraphModule
from patchgrad.layergraph.commands.training import Changed
from patchgrad.layergraph.doubling import doubled, not_kept, units_of
from patchgrad.layergraph.graph import LayerGraph
from patchgrad.layergraph.receipt import Receipt
from patchgrad.layergraph.transplant import Stash, transplant
from patchgrad.layergraph.units import Chosen, Places


class Entry(msgspec.Struct, frozen=True):
    """One applied edit."""

    label: str
    python: str
    before: LayerGraph
    after: LayerGraph
    stash: Stash
    """For an entry that can be undone: what the edit put away. For one that can be redone: what the undo did."""
    chosen: Chosen = {}
    """Which units layers kept."""
    averaged: Stash = Stash()
    """The same of the averages of the weights."""
    swap: Callable[[], Changed] | None = None
    """Takes back a change of the training, or makes it again."""

    def back(self) -> Chosen:
        """The same, seen from after the edit."""
        found: dict[str, Places] = {}
        for uid, places in self.chosen.items():
            node = self.before.nodes[uid]
            at = {place: unit for unit, place in enumerate(places)}
            found[uid] = tuple(at.get(unit, -1) for unit in range(units_of(node)))
        return found


class Past(msgspec.Struct, frozen=True):
    """A graph, the edits that led to it, and those that were undone."""

    graph: LayerGraph
    done: tuple[Entry, ...]
    undone: tuple[Entry, ...]

    def layers(self) -> list[Any]:
        """The layers that the edits put away."""
        stashes = [stash for entry in (*self.done, *self.undone) for stash in (entry.stash, entry.averaged)]
        return [kept.layer for stash in stashes for kept in stash.layers.values()]


class History:
    """The current graph, the edits that led to it, and those that were undone.

    ``revision`` grows with every edit, undo and redo, and never goes back.
    """

    def __init__(self, graph: LayerGraph) -> None:
        self.graph = graph
        self.revision = 0
        self.done: list[Entry] = []
        self.undone: list[Entry] = []
        self.average: Any = None
        """Averages of the weights that go along; None without."""
        self.optimizer: Callable[[], Any] = lambda: None
        """The optimizer that trains now, which a change of the training may put another in place of."""

    @property
    def undo_label(self) -> str | None:
        return self.done[-1].label if self.done else None

    @property
    def redo_label(self) -> str | None:
        return self.undone[-1].label if self.undone else None

    def past(self) -> Past:
        """The graph with the edits that led to it, to stand there again."""
        return Past(self.graph, tuple(self.done), tuple(self.undone))

    def stand(self, past: Past) -> None:
        """Stand where ``past`` was; a revision of its own, like every change. Uids are given out anew from there."""
        self.done, self.undone = list(past.done), list(past.undone)
        self._stand_at(past.graph)

    def apply(
        self, edit: Any, module: GraphModule, optimizer: Any = None, **options: Any
    ) -> tuple[GraphModule, Receipt]:
        """Apply a command or a ``pg.edit``; options as in ``transplant``. If it is refused, nothing changes."""
        command = edit.resolve(self.graph) if hasattr(edit, "resolve") else edit
        after = command.apply(self.graph)
        chosen = command.chosen(self.graph, module) or doubled(self.graph, after)
        entry = Entry(command.label(self.graph), command.python(self.graph), self.graph, after, Stash(), chosen)
        made, receipt, stash, averaged = self._carried(after, module, optimizer, entry, chosen, options)
        self.note(msgspec.structs.replace(entry, stash=stash, averaged=averaged))
        told = not_kept(self.graph, after, chosen)
        self._stand_at(after)
        return made, msgspec.structs.replace(receipt, told=(*receipt.told, *told))

    def note(self, entry: Entry) -> None:
        """An edit was made; what was undone before it cannot be done again."""
        self.done.append(entry)
        self.undone.clear()

    def joined(self, change: Changed, command: Any) -> None:
        """A change of the training was made with the last edit: they are one."""
        before = self.done[-1].before
        label, python = command.label(before), command.python(before)
        self.done[-1] = msgspec.structs.replace(self.done[-1], label=label, python=python, swap=change.back)

    def changed(self, label: str, python: str, change: Changed) -> Receipt:
        """A change of the training was made: it can be undone in its turn."""
        self.note(Entry(label, python, self.graph, self.graph, Stash(), swap=change.back))
        self._stand_at(self.graph)
        return Receipt(told=change.told)

    def _carried(
        self, target: LayerGraph, module: GraphModule, optimizer: Any, entry: Entry, chosen: Chosen, options: Any
    ) -> tuple[GraphModule, Receipt, Stash, Stash]:
        """The module of another graph, and the averages along with it: both, or neither."""
        average = self.average
        ahead = average and average.carried(self.graph, target, module, entry.averaged, chosen)
        made, receipt, stash = transplant(
            self.graph, module, target, optimizer, stash=entry.stash, chosen=chosen, **options
        )
        if ahead is None:
            return made, receipt, stash, Stash()
        average.take(ahead)
        told = f"averages of {sum(1 for _ in ahead.module.parameters())} tensors carried along"
        return made, msgspec.structs.replace(receipt, told=(told,)), stash, ahead.stash

    def undo(self, module: GraphModule, optimizer: Any = None, **options: Any) -> tuple[GraphModule, Receipt]:
        """Back to the graph before the last edit, with the weights and slots it put away."""
        return self._turn(self.done, self.undone, "undo", module, optimizer, options)

    def redo(self, module: GraphModule, optimizer: Any = None, **options: Any) -> tuple[GraphModule, Receipt]:
        """Make the last undone edit again, with the weights and slots that the undo put away."""
        return self._turn(self.undone, self.done, "redo", module, optimizer, options)

    def _turn(
        self, taken: list[Entry], given: list[Entry], word: str, module: GraphModule, optimizer: Any, options: Any
    ) -> tuple[GraphModule, Receipt]:
        if not taken:
            raise GraphError(
                f"there is nothing to {word}",
                got=f"{len(self.done)} edits made, {len(self.undone)} taken back",
                hint=f"an edit can be {'undone' if word == 'undo' else 'redone'} once",
            )
        entry = taken[-1]
        if entry.swap is not None:
            return self._turn_training(taken, given, word, module, optimizer, options)
        return self._turn_layers(taken, given, word, module, optimizer, options)

    def _turn_training(
        self, taken: list[Entry], given: list[Entry], word: str, module: GraphModule, optimizer: Any, options: Any
    ) -> tuple[GraphModule, Receipt]:
        """A change of the training, with that of layers that was made with it: each on the optimizer of its time."""
        entry, receipt = taken[-1], Receipt()
        assert entry.swap is not None
        if entry.before is entry.after:
            change = entry.swap()
            given.append(msgspec.structs.replace(taken.pop(), swap=change.back))
            self._stand_at(self.graph)
            return module, Receipt(told=change.told)
        if word == "undo":
            module, receipt = self._turn_layers(taken, given, word, module, optimizer, options)
            change = entry.swap()
        else:
            change = entry.swap()
            try:
                module, receipt = self._turn_layers(taken, given, word, module, self.optimizer(), options)
            except Exception:
                taken[-1] = msgspec.structs.replace(entry, swap=change.back().back)
                raise
        given[-1] = msgspec.structs.replace(given[-1], swap=change.back)
        return module, msgspec.structs.replace(receipt, told=(*change.told, *receipt.told))

    def _turn_layers(
        self, taken: list[Entry], given: list[Entry], word: str, module: GraphModule, optimizer: Any, options: Any
    ) -> tuple[GraphModule, Receipt]:
        entry = taken[-1]
        target = (entry.before if word == "undo" else entry.after).with_issued(self.graph.issued)
        chosen = entry.back() if word == "undo" else entry.chosen
        made, receipt, stash, averaged = self._carried(target, module, optimizer, entry, chosen, options)
        given.append(msgspec.structs.replace(taken.pop(), stash=stash, averaged=averaged))
        self._stand_at(target)
        return made, receipt

    def _stand_at(self, graph: LayerGraph) -> None:
        self.graph = graph
        self.revision += 1
