"""The budget looks less often where looking is dear, and says how often."""

from __future__ import annotations

from patchgrad.recorder.budget import Budget


def looked(budget: Budget, cost: float, step_time: float, steps: int, first: int = 0) -> int:
    """How many of the steps were looked at."""
    looks = 0
    for step in range(first, first + steps):
        budget.stepped(step_time)
        if budget.due("sampled", step):
            looks += 1
            budget.spent("sampled", step, cost)
    return looks


def test_a_cheap_look_is_taken_at_every_step() -> None:
    budget = Budget(0.03)
    assert looked(budget, cost=1e-5, step_time=1e-2, steps=100) == 100


def test_a_dear_look_is_taken_so_rarely_that_the_share_is_kept() -> None:
    budget = Budget(0.03)
    looks = looked(budget, cost=2e-3, step_time=1e-2, steps=2000)
    assert looks > 50
    assert looks * 2e-3 <= 0.03 * 2000 * 1e-2
    assert budget.used <= 0.03


def test_the_first_steps_are_looked_at_closely_however_dear_and_later_ones_by_the_budget() -> None:
    budget = Budget(0.03)
    assert looked(budget, cost=1e-2, step_time=1e-3, steps=16) == 16
    assert 20 < looked(budget, cost=1e-2, step_time=1e-3, steps=584, first=16) < 40
    looked(budget, cost=1e-2, step_time=1e-3, steps=20_000, first=600)
    assert looked(budget, cost=1e-2, step_time=1e-3, steps=10_000, first=20_600) == 20


def test_the_plan_is_said_in_words() -> None:
    budget = Budget(0.03)
    looked(budget, cost=2e-3, step_time=1e-2, steps=1000)
    assert str(budget).startswith("gradient norms every step, statistics of layers every 17 steps: 1.2%")


def test_a_fixed_interval_is_kept_whatever_it_costs() -> None:
    budget = Budget(every=5)
    assert looked(budget, cost=1.0, step_time=1e-3, steps=100) == 20
