"""What a quantity is, and the table of all of them.

A quantity is a function of the evidence of one step; the record beside it says what it means. A
user's own is entered by the same decorator as ours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from patchgrad.errors import ArgumentError

When = Literal["step", "norms", "sampled", "request"]
Need = Literal["loss", "gradients", "activations", "peaks", "updates"]
Compute = Callable[[Any], Mapping[str, Any]]
"""Of the `Evidence` of a step, or of a `Probe` on request."""
NEEDS = ("loss", "gradients", "activations", "peaks", "updates")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number, or a row of numbers, measured on a step.

    Fields
        name      under which the series are found
        question  what its plot answers
        formula   LaTeX
        healthy   what is usual, in words
        source    where formula and range come from
        unit      of the number: "s", "B", "share" (of 1), or in words what is counted or divided
        when      "step": every step; "norms" and "sampled": as often as their shares of the budget allow;
                  "request": only when asked for, from a `Probe`: it takes passes of its own
        needs     what must be collected for it
        width     0: a number; else the length of its rows
        compute   evidence (or probe) -> value by layer uid; the key "" is for the whole model
    """

    name: str
    question: str
    formula: str
    healthy: str
    source: str
    when: When
    needs: tuple[Need, ...]
    width: int
    compute: Compute
    unit: str = ""


QUANTITIES: dict[str, Quantity] = {}
REGISTERED = [0]
"""How often a quantity was entered: what was worked out from the table is known to be old by it."""


def quantity(
    name: str,
    *,
    question: str = "",
    formula: str = "",
    healthy: str = "",
    source: str = "",
    unit: str = "",
    when: When = "sampled",
    needs: tuple[Need, ...] = (),
    width: int = 0,
) -> Callable[[Compute], Compute]:
    """Enter the decorated function as a quantity; one of the same name is replaced.

    Errors
        ArgumentError  for a need that does not exist.
    """
    unknown = [need for need in needs if need not in NEEDS]
    if unknown:
        raise ArgumentError(f"the quantity {name!r} needs what nobody measures", got=str(unknown), want=str(NEEDS))

    def enter(compute: Compute) -> Compute:
        QUANTITIES[name] = Quantity(name, question, formula, healthy, source, when, needs, width, compute, unit)
        REGISTERED[0] += 1
        return compute

    return enter
