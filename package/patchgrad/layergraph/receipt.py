"""What an edit did to the weights: the receipt that every applied edit prints."""

from __future__ import annotations

import msgspec

from patchgrad.typing import Shape


class Mapped(msgspec.Struct, frozen=True):
    """A parameter that got another shape and kept the overlap."""

    name: str
    before: Shape
    after: Shape

    def __str__(self) -> str:
        return f"{self.name} {self.before} → {self.after}"


class Receipt(msgspec.Struct, frozen=True):
    """What became of every parameter.

    Parameters
        kept            parameters that are the same objects as before, and how many numbers they hold
        mapped          resized ones: the overlap was kept, in the weight and in the optimizer slots
        new             fresh parameters by name, and how many numbers
        restored        parameters that came back from the stash with their slots
        stashed         parameters put away for undo
        slots_kept      parameters whose optimizer slots stay, of ``slots_before`` that had some
        removed         layers that are no longer there, by name
        identity        new layers that give back their input at first
        max_difference  largest change of the output on the last batch, in evaluation mode; None if not measured
            told            what else was done, in words
        output_before, output_after  shapes of the output where they differ
    """

    kept: int = 0
    kept_values: int = 0
    mapped: tuple[Mapped, ...] = ()
    new: tuple[str, ...] = ()
    new_values: int = 0
    restored: tuple[str, ...] = ()
    stashed: tuple[str, ...] = ()
    slots_kept: int = 0
    slots_before: int = 0
    identity: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    max_difference: float | None = None
    output_before: Shape | None = None
    output_after: Shape | None = None
    told: tuple[str, ...] = ()

    def text(self) -> str:
        """One line in plain words."""
        kept = self.kept or not self.told
        parts = [f"removed {_some(self.removed)}"] if self.removed else []
        parts += [f"kept {_count(self.kept, 'tensor')} ({self.kept_values:,} values)"] if kept else []
        parts += [f"resized {', '.join(map(str, self.mapped))}"] if self.mapped else []
        parts += [f"new {_some(self.new)} ({self.new_values:,} values)"] if self.new else []
        parts += [f"back {_some(self.restored)}"] if self.restored else []
        parts += [f"stashed {_some(self.stashed)}"] if self.stashed else []
        parts += [f"optimizer slots {self.slots_kept}/{self.slots_before}"] if self.slots_before else []
        parts += [f"output {self.output_before} → {self.output_after}"] if self.output_before else []
        parts += [f"max |Δoutput| {self.max_difference:.3g}"] if self.max_difference is not None else []
        return "; ".join([*parts, *self.told])


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _some(names: tuple[str, ...]) -> str:
    return ", ".join(names) if len(names) <= 4 else f"{', '.join(names[:3])} and {len(names) - 3} more"
