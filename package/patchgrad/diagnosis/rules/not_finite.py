"""Numbers that are infinite or not a number."""

from __future__ import annotations

from patchgrad.diagnosis.facts import Facts
from patchgrad.diagnosis.rules.registry import ALL, Trouble, rule


@rule("not_finite", source="IEEE 754: infinity and NaN spread through whatever reads them", explains=ALL)
def not_finite(facts: Facts) -> Trouble | None:
    """The tripwire of the recorder, or the fault of a session."""
    advice = "pg.find_nan(function) names the op that made the first one; a lower rate or clipping often helps."
    fault = facts.fault
    if fault is not None and "finite" in fault.text:
        nodes = tuple(layer.uid for layer, name in zip(facts.layers, _names(facts), strict=True) if name == fault.layer)
        return Trouble(f"Training stopped: {_first_line(fault.text)}", advice, {"step": float(fault.step)}, nodes)
    found = facts.recorder.fault
    if found is None:
        return None
    nodes = (found.layer,) if found.layer else ()
    return Trouble(f"{found.what[0].upper()}{found.what[1:]} is not finite", advice, {"step": float(found.step)}, nodes)


def _names(facts: Facts) -> tuple[str, ...]:
    return facts.names([layer.uid for layer in facts.layers])


def _first_line(text: str) -> str:
    return text.splitlines()[0]
