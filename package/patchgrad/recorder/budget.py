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
UNMEASURED = 0.35
"""Of the share, what is left for the part of every step, the loss and the clocks, and for caches that looks empty."""
LEAST = 0.1
"""Of its share, what a tier keeps however dear the part of every step is."""
HIDDEN = 2.0
"""So many times what a look measured of itself it may have cost in all: a step can be long for other reasons, too."""
EARLY = 8
"""After n steps the next look is at most n / 8 steps away: 8 looks for every e-fold ..."""
GRACE = 1.0
"""... until looks that the budget would not have had yet have cost so many seconds."""


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
        share  of the time of a step that looking may cost, 0.03
        every  look at every so many steps instead, whatever it costs

    Fields
        step_time  seconds of a step without our own part, from steps at which nobody looked where there are such
        always     seconds of what is done at every step
    """

    def __init__(self, share: float = 0.03, every: int | None = None) -> None:
        self.share = share
        self.every = every
        self.step_time = 0.0
        self.always = 0.0
        self._plain = False
        self.early = 0.0
        """Seconds of looks that came before their time."""
        self.tiers = {"norms": Tier(share / 4), "sampled": Tier(share * 0.4)}

    def due(self, tier: str, step: int) -> bool:
        """Is it time to look?"""
        if self.every is not None:
            return step % self.every == 0
        return step >= self.tiers[tier].due

    def stepped(self, seconds: float, always: float = 0.0, *, watched: bool = False) -> None:
        """A step took so long without our own part, of which ``always`` is due at every step."""
        self.always = _mean(self.always, always)
        if not watched and not self._plain:
            self._plain, self.step_time = True, 0.0
        if self._plain != watched:
            self.step_time = _mean(self.step_time, seconds)

    def spent(self, tier: str, step: int, seconds: float, whole: float = 0.0) -> None:
        """A look of this tier cost so much by its own clocks. ``whole``: the step took so long with it."""
        found = self.tiers[tier]
        hidden = min(whole - self.step_time, HIDDEN * seconds) if self._plain else 0.0
        found.cost = _mean(found.cost, max(seconds, hidden))
        room = found.share * self.step_time * self._room()
        wanted = ceil(found.cost / room) if room > 0 else 1
        found.interval = min(max(wanted, 1), LONGEST)
        early = max(1, step // EARLY)
        if early < found.interval:
            self.early += seconds
        found.due = step + (min(found.interval, early) if self.early < GRACE else found.interval)

    def _room(self) -> float:
        """Of the shares of the tiers, what the part of every step leaves."""
        over = self.always / (self.share * self.step_time) - UNMEASURED if self.step_time > 0 else 0.0
        return max(LEAST, 1.0 - max(0.0, over) / (1.0 - UNMEASURED))

    @property
    def between(self) -> int:
        """Steps from one close look to the next, as planned now."""
        return self.every or self.tiers["sampled"].interval

    @property
    def used(self) -> float:
        """Share of the time of a step that looking costs at the present intervals."""
        if self.step_time == 0:
            return 0.0
        intervals = [self.every or tier.interval for tier in self.tiers.values()]
        costs = [tier.cost / n for tier, n in zip(self.tiers.values(), intervals, strict=True)]
        return (self.always + sum(costs)) / self.step_time

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
