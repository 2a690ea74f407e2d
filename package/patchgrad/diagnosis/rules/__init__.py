"""Rules, one file per kind of trouble, the gravest first."""

from __future__ import annotations

from patchgrad.diagnosis.rules import (
    chance,
    data,
    depth,
    measuring,
    not_finite,
    rate,
    units,
    wiring,
)
from patchgrad.diagnosis.rules.registry import RULES, Rule, Trouble, rule

__all__ = [
    "RULES",
    "Rule",
    "Trouble",
    "chance",
    "data",
    "depth",
    "measuring",
    "not_finite",
    "rate",
    "rule",
    "units",
    "wiring",
]
