"""What a rule is, and the table of all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from patchgrad.diagnosis.facts import Facts
from patchgrad.diagnosis.finding import Cure, Finding
from patchgrad.layergraph.commands import AnyCommand

Look = Callable[[Facts], "Trouble | None"]
ALL = ("*",)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a rule says: as a `Finding`, without what follows from the rule and the graph."""

    title: str
    explanation: str
    evidence: dict[str, float]
    nodes: tuple[str, ...] = ()
    cure: tuple[str, AnyCommand | None] | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: from facts to a trouble or None.

    Fields
        threshold  from where on it speaks, in words
        explains  names of rules whose findings follow from this one, and are then not told; ``ALL`` for all others
        last      it speaks only where no other does
    """

    name: str
    threshold: str
    source: str
    explains: tuple[str, ...]
    last: bool
    look: Look

    def __call__(self, facts: Facts) -> Finding | None:
        found = self.look(facts)
        if found is None:
            return None
        title, command = found.cure or ("", None)
        cure = Cure(title, command, command.python(facts.graph)) if command is not None else None
        names = facts.names(found.nodes)
        what = (self.name, found.title, found.explanation, found.evidence)
        return Finding(*what, found.nodes, names, cure, self.source, self.threshold)


RULES: dict[str, Rule] = {}


def rule(
    name: str, *, source: str, threshold: str = "", explains: tuple[str, ...] = (), last: bool = False
) -> Callable[[Look], Look]:
    """Enter the decorated function as a rule; one of the same name is replaced."""

    def enter(look: Look) -> Look:
        RULES[name] = Rule(name, threshold, source, explains, last, look)
        return look

    return enter
