"""Numbers that are infinite or not numbers."""

from __future__ import annotations

from typing import Any

from patchgrad.diagnosis.cures import drawn_anew
from patchgrad.diagnosis.facts import LOOKS, Facts
from patchgrad.diagnosis.rules.registry import ALL, Trouble, rule

ADVICE = "pg.find_nan(function) names the op that made the first one; a lower rate or clipping often helps."
WEIGHTS = "itself is not finite"


@rule(
    "not_finite",
    threshold="the first value that is infinite or NaN",
    source="IEEE 754: infinity and NaN spread through whatever reads them",
    explains=ALL,
)
def not_finite(facts: Facts) -> Trouble | None:
    """The fault of a session, or the tripwire of the recorder unless the loss has been finite since."""
    fault = facts.fault
    if fault is not None and "finite" in fault.text:
        return _stopped(facts, fault)
    found = facts.recorder.fault
    if found is None or _over(facts, found.step):
        return None
    nodes = (found.layer,) if found.layer else ()
    return Trouble(f"{found.what[0].upper()}{found.what[1:]} is not finite", ADVICE, {"step": float(found.step)}, nodes)


def _stopped(facts: Facts, fault: Any) -> Trouble:
    """Weights that are not finite stay so: only those are drawn anew."""
    title, _, rest = fault.text.partition("\n")
    nodes = _layer_called(facts, fault.layer)
    lost = WEIGHTS in rest
    words = "Its weights are lost: draw them anew, or rewind to a mark from before. " if lost else ""
    cure = ("Draw its weights anew", drawn_anew(facts.graph, nodes)) if lost else None
    return Trouble(f"Training stopped: {title}", words + ADVICE, {"step": float(fault.step)}, nodes, cure)


def _over(facts: Facts, step: int) -> bool:
    steps, losses = facts.recorder.series("loss").read()
    since = losses[steps > step][-LOOKS:].tolist()
    return len(since) == LOOKS and all(loss - loss == 0.0 for loss in since)


def _layer_called(facts: Facts, name: str) -> tuple[str, ...]:
    """The layer of that name, or the one of the graph in which it stands."""
    uids = [layer.uid for layer in facts.layers]
    known = dict(zip(facts.names(uids), uids, strict=True))
    outer = facts.graph.names.get(name.partition(".")[0]) if facts.graph is not None and name else None
    found = known.get(name) or outer
    return (found,) if found else ()
