"""How often to look, so that looking costs no more than a given share of the time; and saying so.

Each tier of quantities has a share. Its interval is the smallest number of steps over which its cost,
as measured, stays within that share; the first steps, where most happens, are looked at more often.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

MEMORY = 0.3
"""Weight of the newest measurement in the running means."""
LONGEST = 500
EARLY = 8
"""After n steps the next look is at most n / 8 steps away: 8 looks for every e-fold, whatever they cost."""


@dataclass(slots=True)
class Tier:
    """A group of quantities that are measured together."""

    share: float
    cost: float = 0.0
    interval: int = 1
    due: int = 0


class Budget:
    """Plans the looks of one recorder.

    Parameters
        share  of the time of a step that looking may cost, 0.03; a third of it is left for what is not measured:
               the loss of every step, and caches that a look empties
        every  look at every so many steps instead, whatever it costs
    """

    def __init__(self, share: float = 0.03, every: int | None = None) -> None:
        self.share = share
        self.every = every
        self.step_time = 0.0
        self.tiers = {"norms": Tier(share / 4), "sampled": Tier(share * 0.4)}

    def due(self, tier: str, step: int) -> bool:
        """Is it time to look?"""
        if self.every is not None:
            return step % self.every == 0
        return step >= self.tiers[tier].due

    def stepped(self, seconds: float) -> None:
        """A step took so long without our own part."""
        self.step_time = _mean(self.step_time, seconds)

    def spent(self, tier: str, step: int, seconds: float) -> None:
        """A look of this tier cost so much."""
        found = self.tiers[tier]
        found.cost = _mean(found.cost, seconds)
        wanted = ceil(found.cost / (found.share * self.step_time)) if self.step_time > 0 else 1
        found.interval = min(max(wanted, 1), LONGEST)
        found.due = step + min(found.interval, max(1, step // EARLY))

    @property
    def used(self) -> float:
        """Share of the time of a step that looking costs at the present intervals."""
        if self.step_time == 0:
            return 0.0
        intervals = [self.every or tier.interval for tier in self.tiers.values()]
        costs = [tier.cost / n for tier, n in zip(self.tiers.values(), intervals, strict=True)]
        return sum(costs) / self.step_time

    def __str__(self) -> str:
        norms, sampled = (self.every or tier.interval for tier in self.tiers.values())
        return (
            f"gradient norms every {_steps(norms)}, statistics of layers every {_steps(sampled)}: "
            f"{self.used:.1%} of the time of a step"
        )


def _mean(before: float, now: float) -> float:
    return now if before == 0 else before + MEMORY * (now - before)


def _steps(count: int) -> str:
    return "step" if count == 1 else f"{count} steps"
