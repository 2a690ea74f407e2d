"""A finding: what is wrong, how it is known, where, and what to try."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from typing import Any

from patchgrad.layergraph.commands import AnyCommand


@dataclass(frozen=True, slots=True)
class Cure:
    """One edit that may help, as an ordinary command: ``session.apply(cure.command)``, and ``session.undo()``."""

    title: str
    command: AnyCommand
    python: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something is wrong.

    Fields
        rule         name of the rule that found it
        title        one line
        explanation  what that means, and what to try
        evidence     the numbers behind it
        nodes        uids of the layers to show
        layers       their names
        cure         an edit that may help; None where there is none
        source       where the rule comes from
        threshold    from where on the rule speaks, in words
    """

    rule: str
    title: str
    explanation: str
    evidence: dict[str, float] = field(default_factory=dict[str, float])
    nodes: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    cure: Cure | None = None
    source: str = ""
    threshold: str = ""

    def __str__(self) -> str:
        lines = [self.title, f"  {self.explanation}"]
        if self.evidence:
            lines.append(f"  measured: {', '.join(f'{name} {value:.3g}' for name, value in self.evidence.items())}")
        if self.threshold:
            lines.append(f"  limit:    {self.threshold}")
        if self.layers:
            lines.append(f"  where:    {shortened(self.layers)}")
        if self.cure is not None:
            lines.append(f"  try:      session.apply({self.cure.python})")
        return "\n".join([*lines, f"  source:   {self.source}"])


class Findings(tuple[Finding, ...]):
    """All findings, the gravest first. Printed, or as the last line of a cell, in plain words."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "\n\n".join(map(str, self)) or "Nothing found."

    def _repr_html_(self) -> str:
        return "".join(map(_html, self)) or "<p>Nothing found.</p>"


def shortened(names: Iterable[str], most: int = 6) -> str:
    """Names in a row, the first few where there are many."""
    known = list(names)
    more = f" and {len(known) - most} more" if len(known) > most else ""
    return ", ".join(known[:most]) + more


def _html(finding: Finding) -> str:
    numbers = ", ".join(f"{escape(name)} {value:.3g}" for name, value in finding.evidence.items())
    where = escape(shortened(finding.layers))
    rows: list[tuple[str, Any]] = [("measured", numbers), ("limit", escape(finding.threshold)), ("where", where)]
    if finding.cure is not None:
        rows.append(("try", f"<code>session.apply({escape(finding.cure.python)})</code>"))
    rows.append(("source", escape(finding.source)))
    table = "".join(f"<tr><th align='left'>{name}</th><td>{text}</td></tr>" for name, text in rows if text)
    return (
        f"<details open><summary><b>{escape(finding.title)}</b></summary>"
        f"<p>{escape(finding.explanation)}</p><table>{table}</table></details>"
    )
