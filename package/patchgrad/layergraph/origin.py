"""Where a traced node comes from: the module itself, and what it took and gave when it was seen."""

from __future__ import annotations

from typing import Any

from patchgrad.layergraph import catalogue
from patchgrad.layergraph.probe import Inputs, Key, Outcome, Spec, count, run_outcome


class Origin:
    """A module that was traced.

    Parameters
        module   the user's own object: its parameters are those that their optimizer holds
        key      ``LayerNode.key`` of the node at that time
        inputs   what came in when it was traced
        outputs  what it gave
        reason   for a closed node: why its inside is not drawn
    """

    def __init__(self, module: Any, key: Key, inputs: Inputs, outputs: tuple[Spec, ...], reason: str = "") -> None:
        self.module = module
        self.key = key
        self.inputs = inputs
        self.outputs = outputs
        self.reason = reason
        self._found: dict[Inputs, Outcome] = {}

    @property
    def parameters(self) -> int:
        """How many numbers the module learns."""
        return count(self.module)

    def outcome(self, inputs: Inputs) -> Outcome:
        """What a closed module gives for these inputs: as seen, else by a run without data."""
        if inputs == self.inputs:
            return Outcome(self.outputs, self.parameters)
        if inputs not in self._found:
            kind = catalogue.find("Closed")
            self._found[inputs] = run_outcome(kind, self.module, inputs)
        return self._found[inputs]
