"""All rules over one training."""

from __future__ import annotations

from typing import Any

from patchgrad.data import SequentialSampler
from patchgrad.diagnosis.facts import Facts
from patchgrad.diagnosis.finding import Finding, Findings
from patchgrad.diagnosis.rules.registry import ALL, RULES
from patchgrad.errors import ArgumentError
from patchgrad.recorder.recorder import Recorder


def findings(given: Any) -> Findings:
    """What is wrong with the training of a session, a watch or a recorder; empty where nothing is.

    Costs nothing while training: it reads what was measured, when it is called.

    Errors
        ArgumentError  for anything else, or a session that does not record.
    """
    recorder = given if isinstance(given, Recorder) else getattr(given, "recorder", None)
    if not isinstance(recorder, Recorder):
        raise ArgumentError(
            "there is nothing to look at",
            got=f"a {type(given).__name__}",
            want="a session that records, a watch, or a recorder",
            hint="view = pg.watch(model), train, then pg.findings(view)",
        )
    if recorder.layers is None and recorder.looks:
        raise ArgumentError(
            "there is nothing to look at", got="a recorder whose model is gone", want="a model that lives"
        )
    fault = None if given is recorder else getattr(given, "fault", None)
    facts = Facts(recorder, getattr(given, "graph", None), fault, _rate(given), _ordered(given))
    return Findings(_told([found for rule in RULES.values() if (found := rule(facts)) is not None]))


def _rate(given: Any) -> float | None:
    groups = getattr(getattr(given, "optimizer", None), "param_groups", ())
    rates = {float(group.get("initial_lr", group["lr"])) for group in groups}
    return rates.pop() if len(rates) == 1 else None


def _ordered(given: Any) -> bool:
    feed = getattr(getattr(given, "training", None), "feed", None)
    return isinstance(getattr(getattr(feed, "loader", None), "sampler", None), SequentialSampler)


def _told(found: list[Finding]) -> list[Finding]:
    """Without those that follow from others, and without those that speak only alone."""
    explained = {name for finding in found for name in RULES[finding.rule].explains}
    if ALL[0] in explained:
        return [finding for finding in found if RULES[finding.rule].explains == ALL]
    kept = [finding for finding in found if finding.rule not in explained]
    return [finding for finding in kept if not RULES[finding.rule].last or len(kept) == 1]
