"""What could not be measured."""

from __future__ import annotations

from patchgrad.diagnosis.facts import Facts
from patchgrad.diagnosis.finding import shortened
from patchgrad.diagnosis.rules.registry import Trouble, rule


@rule("failed_quantity", threshold="the first exception", source="definition: a quantity that raises is left out")
def failed_quantity(facts: Facts) -> Trouble | None:
    """A quantity, most likely one of the user's own, raised, and is no longer measured."""
    problems = facts.recorder.problems
    if not problems:
        return None
    name, reason = next(iter(problems.items()))
    return Trouble(
        f"{shortened(problems)} cannot be measured",
        f"{name} raised {reason}. Training goes on without it. Correct it, and run the cell of the session again.",
        {"quantities": float(len(problems))},
    )
