"""What is wrong with a training, in plain words: findings from rules over what the recorder has measured.

Read next: ``rules/`` (one file per kind of trouble), ``finding.py``, ``facts.py``.
"""

from __future__ import annotations

from patchgrad.diagnosis.finding import Cure, Finding, Findings
from patchgrad.diagnosis.report import findings
from patchgrad.diagnosis.rules import RULES, Rule, rule

__all__ = ["RULES", "Cure", "Finding", "Findings", "Rule", "findings", "rule"]
