"""Several edits as one: applied together, undone together, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from patchgrad.errors import GraphError
from patchgrad.layergraph.commands.command import Command
from patchgrad.layergraph.commands.one import OneCommand
from patchgrad.layergraph.commands.training import SetData, SetLoss, SetOptimizer, SetSchedule, TrainingCommand
from patchgrad.layergraph.graph import LayerGraph


class Several(Command, frozen=True, tag="several"):
    """Edits in order, each on what the one before it left; ``words`` say in short what they are for.

    Those of the training are made with those of the layers: the loss is tried once all is changed.
    """

    commands: tuple[OneCommand | SetOptimizer | SetLoss | SetData | SetSchedule, ...]
    words: str = ""

    @property
    def training(self) -> tuple[TrainingCommand, ...]:
        """Those that change how the network is trained."""
        return tuple(command for command in self.commands if isinstance(command, TrainingCommand))

    @property
    def layers(self) -> Several | None:
        """The others; None without."""
        found = tuple(command for command in self.commands if not isinstance(command, TrainingCommand))
        return msgspec.structs.replace(self, commands=found) if found else None

    def apply(self, graph: LayerGraph) -> LayerGraph:
        if not self.commands:
            raise GraphError("no edit is given", want="one edit or more")
        for command in self.commands:
            graph = command.apply(graph)
        return graph

    def chosen(self, graph: LayerGraph, module: Any) -> Mapping[str, tuple[int, ...]]:
        """Of each edit on layers that no other one of them changes; after that the units are others."""
        found: dict[str, tuple[int, ...]] = {}
        whole = self.apply(graph)
        for command in self.commands:
            if type(command).chosen is Command.chosen:
                continue
            try:
                alone, kept = command.apply(graph), command.chosen(graph, module)
            except GraphError:
                continue
            found |= {uid: units for uid, units in kept.items() if whole.nodes.get(uid) == alone.nodes[uid]}
        return found

    def label(self, graph: LayerGraph | None = None) -> str:
        if self.words:
            return self.words
        first = self.commands[0].label(graph) if self.commands else "nothing"
        return first if len(self.commands) < 2 else f"{first} and {len(self.commands) - 1} more"

    def python(self, graph: LayerGraph | None = None) -> str:
        parts: list[str] = []
        for command in self.commands:
            parts.append(command.python(graph))
            graph = command.apply(graph) if graph is not None else None
        words = f", words={self.words!r}" if self.words else ""
        return f"pg.edit.together({', '.join(parts)}{words})"
