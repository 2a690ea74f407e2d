"""What rules look at: the newest numbers of a recorder, and the graph that a cure would change."""

from __future__ import annotations

from statistics import median
from typing import Any

from patchgrad.layergraph.graph import LayerGraph
from patchgrad.recorder.layers import Layer
from patchgrad.recorder.quantities import QUANTITIES
from patchgrad.recorder.recorder import Recorder

LOOKS = 5
"""Numbers that must be there before a rule speaks, and of which it takes the middle one."""


class Facts:
    """The numbers of one training.

    Fields
        recorder  what was measured
        graph     the layer graph of a session; None for a watch, whose model is not edited
        rate      the learning rate of all groups of the session's optimizer; None where they differ
        ordered   does the session draw its data in the order in which they lie?
        layers    by depth
        fault     why a session stands still: its text and the name of the layer; None if it does not
    """

    def __init__(
        self,
        recorder: Recorder,
        graph: LayerGraph | None = None,
        fault: Any = None,
        rate: float | None = None,
        ordered: bool = False,
    ) -> None:
        self.recorder = recorder
        self.graph = graph
        self.fault = fault
        self.rate = rate
        self.ordered = ordered
        self.layers: list[Layer] = list(recorder.layers or ())

    def values(self, quantity: str, uid: str = "") -> list[float]:
        """All kept values of a quantity, oldest first."""
        return self.recorder.series(quantity, uid).values.tolist()

    def recent(self, quantity: str, uid: str = "", looks: int = LOOKS) -> float | None:
        """The median of the newest values; None before there are so many."""
        values = self.recorder.series(quantity, uid).newest(looks).tolist()
        return median(values) if len(values) >= looks else None

    def by_layer(self, quantity: str, looks: int = LOOKS) -> dict[str, float]:
        """`recent` of every layer that has it, by depth; then of modules around layers.

        What the newest look did not measure any more is not told: its layer is gone, or another kind of layer.
        """
        measured = self.recorder.measured.get(quantity, {})
        known = [layer.uid for layer in self.layers if layer.uid in measured]
        other = [uid for uid in measured if uid and uid not in set(known)]
        newest = max((series.newest_step for series in measured.values()), default=-1)
        if quantity in QUANTITIES:
            newest = max(newest, self.recorder.looked_at.get(QUANTITIES[quantity].when, -1))
        fresh = [uid for uid in (*known, *other) if measured[uid].newest_step == newest]
        found = {uid: self.recent(quantity, uid, looks) for uid in fresh}
        return {uid: value for uid, value in found.items() if value is not None}

    def names(self, uids: Any) -> tuple[str, ...]:
        """What people call these layers."""
        known = {layer.uid: layer for layer in self.layers}
        graph = self.graph.nodes if self.graph is not None else {}
        return tuple(graph[uid].name if uid in graph else known[uid].name if uid in known else uid for uid in uids)
