"""Where a plot finds its numbers: in a session, a watch, or a recorder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from patchgrad.errors import ArgumentError
from patchgrad.recorder.recorder import Recorder


@dataclass(frozen=True, slots=True)
class Flag:
    """An applied edit: its number, the step after which it took effect, and what it was."""

    number: int
    step: int
    label: str


@dataclass(frozen=True, slots=True)
class Source:
    """A recorder, and the object whose timeline of edits gives the flags (None: there are no edits)."""

    recorder: Recorder
    owner: Any

    def flags(self) -> tuple[Flag, ...]:
        """The edits that were applied, oldest first."""
        timeline = getattr(self.owner, "timeline", None)
        return tuple(Flag(e.number, e.step, e.title) for e in (timeline.edits() if timeline is not None else ()))

    def state(self) -> tuple[int, int]:
        """Differs when there may be something new to show."""
        return self.recorder.looks, len(self.flags())

    def names(self) -> dict[str, str]:
        """Names of layers by uid, by depth; one that is only a number gets the kind of the layer with it."""
        layers = self.recorder.layers or ()
        return {e.uid: f"{e.name} {e.kind}" if e.name.isdigit() else e.name for e in layers}

    def uid(self, layer: str) -> str:
        """The uid of a layer, given by name or uid.

        Errors
            ArgumentError  if there is no such layer.
        """
        names = self.names()
        for uid, name in names.items():
            if layer in (uid, name, name.partition(" ")[0]):
                return uid
        raise ArgumentError(
            f"there is no layer {layer!r} in the recorder",
            want=f"one of {', '.join(names.values()) or 'none yet: run a step'}",
        )


def source(given: Any) -> Source:
    """What a plot was asked to show: a session, a watch, or a recorder.

    Errors
        ArgumentError  for anything else, or a session that does not record.
    """
    recorder = given if isinstance(given, Recorder) else getattr(given, "recorder", None)
    if not isinstance(recorder, Recorder):
        raise ArgumentError(
            "there is nothing to plot",
            got=f"a {type(given).__name__}",
            want="a session that records, a watch, or a recorder",
            hint="view = pg.watch(model), then pg.plots.loss(view)",
        )
    return Source(recorder, given)
